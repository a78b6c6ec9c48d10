"""Which files a corpus is made of: patterns and folders to paths, and names that tell nothing private."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from venice_nb.calls.check import refuse, shown
from venice_nb.rag.reading import KINDS

MOST_FILES = 20_000
_WILD = frozenset("*?[")


def matching(patterns: tuple[object, ...]) -> tuple[Path, list[Path]]:
    """The folder that holds them all, and the files of names and patterns: each once, in sorted order.

    Raises InvalidInput for a file that is not there, or a pattern that no file fits.
    """
    given: list[str] = []
    for each in patterns:
        if isinstance(each, str | os.PathLike):
            given.append(os.fspath(os.path.expanduser(each)))  # noqa: PTH111  a pattern is no path
        elif isinstance(each, Iterable):
            given += [os.fspath(os.path.expanduser(one)) for one in each]  # noqa: PTH111  likewise
        else:
            refuse(
                "patterns", each, "names of files, or patterns such as 'docs/*.md'", "Pass a text or a Path."
            )
    if not given:
        refuse("patterns", None, "one name or pattern or more", "Write Corpus.from_files('docs/*.md').")
    found: dict[Path, None] = {}
    for pattern in given:
        wild = bool(_WILD.intersection(pattern)) and not Path(pattern).exists()
        here = sorted(glob.glob(pattern, recursive=True)) if wild else [pattern]  # noqa: PTH207  keeps "**" of texts
        files = [Path(name) for name in here if Path(name).is_file()]
        if not files:
            what = f"No file fits {shown(pattern)}." if wild else f"There is no file {shown(pattern)}."
            if Path(pattern).is_dir():
                do = "It is a folder: use Corpus.from_folder(...), or add a pattern such as '/*.md'."
            else:
                do = f"Patterns start in {Path.cwd().name or '/'}/, the working folder; check the spelling."
            refuse("patterns", pattern, "files that are there", do, what=what)
        found.update(dict.fromkeys(path.absolute() for path in files))
    paths = list(found)
    return Path(os.path.commonpath([path.parent for path in paths])), _bounded(paths)


def below(folder: object, *, recursive: bool) -> tuple[Path, list[Path]]:
    """A folder and the files in it, sorted; hidden ones, and links that lead out of it, are passed over."""
    if not isinstance(folder, str | os.PathLike):
        refuse("folder", folder, "the path of a folder", "Pass a text or a Path.")
    root = Path(folder).expanduser().absolute()
    if not root.is_dir():
        do = "Use Corpus.from_files(...) for a file." if root.is_file() else "Check the spelling."
        refuse("folder", str(folder), "a folder that is there", do)
    home = root.resolve()
    found: list[Path] = []
    for place, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith(".")) if recursive else []
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.is_file() and path.resolve().is_relative_to(home):
                found.append(path)
        _bounded(found)
    if not found:
        refuse(
            "folder", str(folder), "a folder with files in it", "Check the path; hidden files do not count."
        )
    return root, found


def kind_of(path: Path) -> str | None:
    """What a file is by the end of its name; None for what no parser here reads."""
    return KINDS.get(path.suffix.lower())


def _bounded(paths: list[Path]) -> list[Path]:
    if len(paths) > MOST_FILES:
        allowed = f"at most {MOST_FILES:,} files"
        refuse("patterns", len(paths), allowed, "Narrow the pattern, or make several corpora.")
    return paths
