"""Settings are checked once, before anything is sent."""

import math
import os
import subprocess

import pytest

from venice_nb import config
from venice_nb.errors import InvalidInput


@pytest.mark.parametrize(
    "url",
    [
        "http://api.venice.ai/api/v1",
        "https://user:pass@api.venice.ai/api/v1",
        "https://api.venice.ai/api/v1?x=1",
        "https://api.venice.ai/api/v1#top",
        "ftp://api.venice.ai",
        "api.venice.ai",
        "   ",
        5,
        b"https://api.venice.ai",
        "https://",
        "http://[::1",
        "https://api.venice.ai:99999",
        "https://api.venice.ai:port",
        "https://user:pass@two words.example",
        "https://two words.example",
        "https://api.venice.ai/a b",
        "https://api.venice.ai\\@other.example",
        "https://\u0430pi.venice.ai",  # a Cyrillic letter
        "https://api.venice.ai/\u200b",
        "https://*",
        "http://127.0.0.1.other.example",
        "http://127.0.0.1@other.example",
        "http://0.0.0.0:1",
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(url):
    with pytest.raises(InvalidInput) as told:
        config.check_base_url(url)
    assert told.value.field == "base_url"
    assert told.value.allowed
    assert told.value.do
    assert "pass" not in (str(told.value) + repr(vars(told.value))).replace("password", "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_is_for_this_machine_only(host):
    assert config.check_base_url(f"http://{host}:8765/api/v1/") == f"http://{host}:8765/api/v1"


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, "30", True, [1], 10**400])
def test_a_timeout_is_a_positive_number_of_seconds(timeout):
    with pytest.raises(InvalidInput) as told:
        config.settings(timeout=timeout)
    assert told.value.field == "timeout"


@pytest.mark.parametrize("retries", [-1, 11, 1.5, True, "3"])
def test_retries_are_a_small_whole_number(retries):
    with pytest.raises(InvalidInput) as told:
        config.settings(max_retries=retries)
    assert told.value.field == "max_retries"


@pytest.mark.parametrize(
    "proxy", ["", "nonsense", 5, "ftp://x:1", "http://", "http://h:999999", "http://a b:1"]
)
def test_a_proxy_is_a_url_of_a_proxy(proxy):
    with pytest.raises(InvalidInput) as told:
        config.settings(proxy=proxy)
    assert told.value.field == "proxy"
    assert told.value.allowed
    assert told.value.do


def test_a_password_of_a_proxy_is_shown_nowhere():
    made = config.settings(proxy="http://me:s3cret-word@proxy.example:8080")
    assert made.proxy.endswith(":8080")
    assert "s3cret" not in repr(made)
    with pytest.raises(InvalidInput) as told:
        config.settings(proxy="gopher://me:s3cret-word@proxy.example:8080")
    assert "s3cret" not in str(told.value) + repr(vars(told.value))


@pytest.mark.parametrize(("name", "value"), [("show", "yes"), ("default_model", 5)])
def test_the_other_settings_are_of_their_types(name, value):
    with pytest.raises(InvalidInput) as told:
        config.settings(**{name: value})
    assert told.value.field == name


def test_the_address_comes_from_the_argument_then_the_environment(monkeypatch):
    assert config.settings().base_url == config.BASE_URL
    monkeypatch.setenv("VENICE_BASE_URL", "http://127.0.0.1:9/api/v1")
    assert config.settings().base_url == "http://127.0.0.1:9/api/v1"
    assert config.settings(base_url="https://x.example/v1").base_url == "https://x.example/v1"


def dotenv(folder, key, mode=0o600):
    file = folder / ".env"
    file.write_text(f"VENICE_API_KEY={key}\n")
    file.chmod(mode)
    return file


def test_the_key_comes_from_the_argument_then_the_environment_then_a_dotenv_file(monkeypatch, tmp_path, key):
    assert config.find_key() is None
    dotenv(tmp_path, key)
    inner = tmp_path / "notebooks"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert config.find_key().reveal() == key
    monkeypatch.setenv("VENICE_API_KEY", key + "_env")
    assert config.find_key().reveal() == key + "_env"
    assert config.find_key(key + "_arg").reveal() == key + "_arg"


def test_reading_a_dotenv_file_leaves_the_environment_alone(tmp_path, key):
    dotenv(tmp_path, key)
    config.find_key()
    assert "VENICE_API_KEY" not in os.environ


def test_a_blank_variable_is_no_key(monkeypatch):
    monkeypatch.setenv("VENICE_API_KEY", "  ")
    assert config.find_key() is None


@pytest.mark.skipif(os.name != "posix", reason="files have no mode here")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_dotenv_file_that_others_can_read_is_warned_of_without_the_key(tmp_path, key, mode):
    dotenv(tmp_path, key, mode)
    with pytest.warns(UserWarning, match="chmod 600") as told:
        assert config.find_key().reveal() == key
    assert key not in str(told[0].message)


def test_a_dotenv_file_that_git_keeps_is_warned_of(tmp_path, key):
    inner = tmp_path / "notebooks"
    inner.mkdir()
    dotenv(inner, key)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "other.env").write_text("x")
    subprocess.run(["git", "add", "other.env"], cwd=tmp_path, check=True)
    assert config._from_dotenv(inner) == key  # warnings are errors: there was none
    subprocess.run(["git", "add", "notebooks/.env"], cwd=tmp_path, check=True)
    with pytest.warns(UserWarning, match="git"):
        config._from_dotenv(inner)


def test_a_broken_git_folder_is_no_trouble(tmp_path, key):
    dotenv(tmp_path, key)
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert config.find_key().reveal() == key


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_nobody_else_chooses_the_key_from_a_folder_further_up(tmp_path, key, monkeypatch):
    dotenv(tmp_path, key)
    inner = tmp_path / "notebooks"
    inner.mkdir()
    mine = (tmp_path / ".env").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert config._from_dotenv(inner) == ("" if mine != 0 else key)
    monkeypatch.setattr(config, "_ours", lambda file: False)
    assert config._from_dotenv(inner) == ""
    assert config._from_dotenv(tmp_path) == key  # what lies in the folder itself was put there knowingly
