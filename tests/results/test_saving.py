"""Saving never replaces a file unasked, never leaves half of one, and refuses names that are traps."""

import pytest

from venice_nb.errors import InvalidInput
from venice_nb.results.saving import named, write

KINDS = {"default": "reply.md", "suffixes": (".md", ".json")}


def test_a_new_file_is_written_and_its_path_given(tmp_path):
    path = write(tmp_path / "a.md", "é", **KINDS)
    assert path == tmp_path / "a.md"
    assert path.read_bytes() == "é".encode()
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"], "nothing temporary is left"


def test_a_folder_takes_the_default_name_and_a_bare_name_the_first_suffix(tmp_path):
    assert write(tmp_path, "x", **KINDS) == tmp_path / "reply.md"
    assert write(str(tmp_path / "b"), "x", **KINDS) == tmp_path / "b.md"


def test_without_a_path_the_default_name_goes_into_the_working_folder(tmp_path):
    assert write(None, "x", **KINDS).resolve() == tmp_path / "reply.md"


def test_an_existing_file_is_kept_unless_told_otherwise(tmp_path):
    path = write(tmp_path / "a.md", "old", **KINDS)
    with pytest.raises(InvalidInput, match="exists already") as caught:
        write(path, "new", **KINDS)
    assert caught.value.field == "path"
    assert path.read_text() == "old"
    assert write(path, "new", overwrite=True, **KINDS).read_text() == "new"


def test_a_symbolic_link_is_never_followed(tmp_path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "a.md").symlink_to(tmp_path / "target")
    with pytest.raises(InvalidInput):
        write(tmp_path / "a.md", "new", overwrite=True, **KINDS)
    assert (tmp_path / "target").read_text() == "old"


@pytest.mark.parametrize(
    "name",
    [
        "a\0b.md",
        "a\x1b[31m.md",
        "a\u202egpj.md",
        "CON",
        "con.md",
        "LPT9.json",
        "a.md.",
        "a.md ",
        "a\\b.md",
        "x" * 300 + ".md",
        "é" * 100,
        "a\ud800.md",
    ],
)
def test_a_name_that_is_a_trap_somewhere_is_refused(tmp_path, name):
    with pytest.raises(InvalidInput) as caught:
        write(f"{tmp_path}/{name}", "x", **KINDS)
    assert caught.value.field == "path"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["../x.md", "/etc/x.md", "inner/../../x.md", "~/x.md", "link/x.md", "..", "/"]
)
def test_a_text_stays_in_the_working_folder(tmp_path, monkeypatch, path):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    (here / "inner").mkdir()
    (here / "link").symlink_to(elsewhere)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(elsewhere))
    with pytest.raises(InvalidInput, match="working folder") as caught:
        write(path, "x", **KINDS)
    assert caught.value.field == "path"
    assert "pathlib.Path" in caught.value.do
    assert list(elsewhere.iterdir()) == []
    assert write("inner/../x.md", "x", **KINDS).resolve() == here / "x.md"
    assert write(elsewhere / "x.md", "x", **KINDS) == elsewhere / "x.md"  # a Path says it on purpose


def test_another_format_is_refused_with_the_ones_there_are(tmp_path):
    with pytest.raises(InvalidInput, match=r"\.pdf is not a format"):
        write(tmp_path / "a.pdf", "x", **KINDS)


def test_a_text_that_ends_in_a_slash_is_a_folder_even_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no such folder; make it first: 'out'"):
        write("out/", "x", **KINDS)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").mkdir()
    assert write("out/", "x", **KINDS).as_posix() == "out/reply.md"


def test_a_missing_folder_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder; make it first: '.*/no'"):
        write(tmp_path / "no" / "a.md", "x", **KINDS)
    assert list(tmp_path.iterdir()) == []


def test_names_are_made_from_content():
    assert named("reply", "a", "b") == named("reply", "a", "b")
    assert named("reply", "a", "b") != named("reply", "ab", "")
