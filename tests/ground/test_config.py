"""Settings are checked once, before anything is sent."""

import math
import os

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
    ],
)
def test_an_address_that_would_leak_the_key_is_refused(url):
    with pytest.raises(InvalidInput) as told:
        config.check_base_url(url)
    assert told.value.field == "base_url"
    assert told.value.allowed
    assert told.value.do
    assert "pass" not in str(told.value).replace("password", "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_is_for_this_machine_only(host):
    assert config.check_base_url(f"http://{host}:8765/api/v1/") == f"http://{host}:8765/api/v1"


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf, "30", True])
def test_a_timeout_is_a_positive_number_of_seconds(timeout):
    with pytest.raises(InvalidInput) as told:
        config.settings(timeout=timeout)
    assert told.value.field == "timeout"


@pytest.mark.parametrize("retries", [-1, 11, 1.5, True, "3"])
def test_retries_are_a_small_whole_number(retries):
    with pytest.raises(InvalidInput) as told:
        config.settings(max_retries=retries)
    assert told.value.field == "max_retries"


def test_the_address_comes_from_the_argument_then_the_environment(monkeypatch):
    assert config.settings().base_url == config.BASE_URL
    monkeypatch.setenv("VENICE_BASE_URL", "http://127.0.0.1:9/api/v1")
    assert config.settings().base_url == "http://127.0.0.1:9/api/v1"
    assert config.settings(base_url="https://x.example/v1").base_url == "https://x.example/v1"


def test_the_key_comes_from_the_argument_then_the_environment_then_a_dotenv_file(monkeypatch, tmp_path, key):
    assert config.find_key() is None
    (tmp_path / ".env").write_text(f"VENICE_API_KEY={key}\n")
    inner = tmp_path / "notebooks"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert config.find_key().reveal() == key
    monkeypatch.setenv("VENICE_API_KEY", key + "_env")
    assert config.find_key().reveal() == key + "_env"
    assert config.find_key(key + "_arg").reveal() == key + "_arg"


def test_reading_a_dotenv_file_leaves_the_environment_alone(tmp_path, key):
    (tmp_path / ".env").write_text(f"VENICE_API_KEY={key}\n")
    config.find_key()
    assert "VENICE_API_KEY" not in os.environ


def test_a_blank_variable_is_no_key(monkeypatch):
    monkeypatch.setenv("VENICE_API_KEY", "  ")
    assert config.find_key() is None
