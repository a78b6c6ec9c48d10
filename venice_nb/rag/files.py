"""Which files a corpus is made of: patterns and folders to paths, and names that tell nothing private."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from venice_nb.calls.check import refuse, shown
from venice_nb.rag.reading import KINDS

MOST_FILES = 20_000
_WILD = frozenset("*?[")


def matching(patterns: tuple[object, ...]) -> tuple[Path, dict[Path, Path | None]]:
    """The folder that holds them all, and the files of names and patterns: each once, in sorted order.

    With each file that a pattern found comes the folder that it must not lead out of: whoever wrote what is
    in there may have put links to other places of this machine among the files.

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
    found: dict[Path, Path | None] = {}
    for pattern in given:
        wild = bool(_WILD.intersection(pattern)) and not Path(pattern).exists()
        home, here = _fitting(pattern) if wild else (None, [Path(pattern)])
        files = [path.absolute() for path in here if path.is_file()]
        if not files:
            what = f"No file fits {shown(pattern)}." if wild else f"There is no file {shown(pattern)}."
            if Path(pattern).is_dir():
                do = "It is a folder: use Corpus.from_folder(...), or add a pattern such as '/*.md'."
            else:
                do = f"Patterns start in {Path.cwd().name or '/'}/, the working folder; check the spelling."
            refuse("patterns", pattern, "files that are there", do, what=what)
        found.update([(path, found.get(path, home) and home) for path in files])
    _bounded(list(found))
    return Path(os.path.commonpath([path.parent for path in found])), found


def _fitting(pattern: str) -> tuple[Path, list[Path]]:
    """The folder that a pattern begins in, and what fits it there, sorted. `**` goes through no link."""
    parts = Path(pattern).parts
    fixed = next(place for place, part in enumerate(parts) if _WILD.intersection(part))
    base, wild = Path(*parts[:fixed]), list(parts[fixed:])
    if wild[-1] == "**":
        wild.append("*")
    hidden = any(part.startswith(".") for part in wild)
    try:
        here = sorted(base.glob("/".join(wild)))
    except ValueError:  # "a**b", which newer Pythons take for "a*b"
        here = []
    seen = [path for path in here if not any(part[0] == "." for part in path.relative_to(base).parts)]
    return base.resolve(), here if hidden else seen


def below(folder: object, *, recursive: bool) -> tuple[Path, dict[Path, Path | None]]:
    """A folder and the files in it, sorted, without hidden ones; each with the folder to stay in."""
    if not isinstance(folder, str | os.PathLike):
        refuse("folder", folder, "the path of a folder", "Pass a text or a Path.")
    root = Path(folder).expanduser().absolute()
    if not root.is_dir():
        do = "Use Corpus.from_files(...) for a file." if root.is_file() else "Check the spelling."
        refuse("folder", str(folder), "a folder that is there", do)
    found: list[Path] = []
    for place, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith(".")) if recursive else []
        paths = (Path(place, name) for name in sorted(names) if not name.startswith("."))
        found += [path for path in paths if path.is_file()]
        _bounded(found)
    if not found:
        refuse(
            "folder", str(folder), "a folder with files in it", "Check the path; hidden files do not count."
        )
    return root, dict.fromkeys(found, root.resolve())


def names(root: Path, paths: Iterable[Path]) -> dict[Path, str]:
    """What each file is called: its path below `root`, which tells nothing of the machine or its user.

    From above the user's own folder that path would tell; the shortest ends that differ are taken then.
    """
    paths = list(paths)
    home = Path.home()
    if root == home or root not in home.parents:
        return {path: path.relative_to(root).as_posix() for path in paths}
    length = dict.fromkeys(paths, 1)
    while True:
        named = {path: "/".join(path.parts[-length[path] :]) for path in paths}
        times = Counter(named.values())
        again = [path for path in paths if times[named[path]] > 1]
        if not again:
            return named
        for path in again:
            length[path] += 1


def kind_of(path: Path) -> str | None:
    """What a file is by the end of its name; None for what no parser here reads."""
    return KINDS.get(path.suffix.lower())


def _bounded(paths: list[Path]) -> None:
    if len(paths) > MOST_FILES:
        allowed = f"at most {MOST_FILES:,} files"
        refuse("patterns", len(paths), allowed, "Narrow the pattern, or make several corpora.")
