"""A new key's secret goes into a `.env` file: for its owner alone, never over another, never into git."""

import subprocess
import traceback

import pytest

import venice_nb as vn
from tests.planted import assert_absent
from venice_nb.config import find_key
from venice_nb.results.account.keys import ApiKey

SECRET = "VENICE_INFERENCE_KEY_fresh_'0123456789'"


@pytest.fixture
def key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VENICE_API_KEY", raising=False)
    return ApiKey.read({"id": "k1", "apiKey": SECRET}, new=True)


def test_the_next_client_finds_the_secret_in_the_file_and_nobody_else_can_read_it(key, tmp_path):
    assert key.save_secret() == key.save_secret(tmp_path, overwrite=True).relative_to(tmp_path)
    assert find_key().reveal() == SECRET
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_what_else_the_file_holds_stays_and_is_closed_to_others(key, tmp_path):
    file = tmp_path / ".env"
    file.write_text("# mine\nOTHER=1")
    file.chmod(0o644)
    key.save_secret(file, name="VENICE_CI_KEY")
    assert file.read_text().startswith("# mine\nOTHER=1\nVENICE_CI_KEY=")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_there_is_only_replaced_when_asked_for(key, tmp_path):
    file = tmp_path / ".env"
    file.write_text("VENICE_API_KEY=of-somebody-else\n")
    with pytest.raises(vn.InvalidInput, match="holds a key already"):
        key.save_secret()
    assert "somebody" in file.read_text()
    key.save_secret(overwrite=True)
    assert "somebody" not in file.read_text()


@pytest.mark.parametrize("name", ["", "A B", "A=1\nB", "ä"])
def test_the_name_is_that_of_a_variable(key, name):
    with pytest.raises(vn.InvalidInput, match="is no name"):
        key.save_secret(name=name)


def test_a_file_that_git_keeps_gets_no_secret(key, tmp_path):
    (tmp_path / ".env").write_text("OTHER=1\n")
    for command in (["init", "-q"], ["add", ".env"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    with pytest.raises(vn.InvalidInput, match="kept by git"):
        key.save_secret()


def test_a_link_is_not_written_through(key, tmp_path):
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(vn.InvalidInput, match="a link"):
        key.save_secret()
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_out_of_a_list_has_no_secret_to_save(tmp_path):
    with pytest.raises(vn.InvalidInput, match="not known"):
        ApiKey.read({"id": "k1"}).save_secret(tmp_path / ".env")


def test_a_folder_that_is_not_there_is_named_without_the_secret(key, tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        key.save_secret(tmp_path / "no" / ".env")
    assert "no/.env" in str(raised.value)
    frames = traceback.StackSummary.extract(
        traceback.walk_tb(raised.value.__traceback__), capture_locals=True
    )
    own = [frame for frame in frames if "venice_nb" in frame.filename or "dotenv" in frame.filename]
    assert own
    assert_absent(SECRET, *(frame.locals for frame in own))
