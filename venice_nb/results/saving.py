"""Writing a result to disk: never over something else, never half a file, never under a trap of a name."""

from __future__ import annotations

import errno
import os
import secrets
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from venice_nb.errors import InvalidInput, plain
from venice_nb.results.reading import dumps

if TYPE_CHECKING:
    from collections.abc import Callable

# Names Windows keeps for devices, with any suffix: a notebook folder travels between systems.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_NAME = 120  # bytes; leaves room for our temporary name below the 255 of most file systems


def write(
    path: str | os.PathLike[str] | None,
    content: bytes | str,
    *,
    default: str,
    suffixes: tuple[str, ...],
    overwrite: bool = False,
) -> Path:
    """Writes the content and gives the path.

    `path` None or a folder (or a text that ends in a slash) takes the `default` name; a name without suffix
    gets the first of `suffixes`.
    An existing file is only replaced with `overwrite=True`, a symbolic link never. Folders are not made.
    Raises InvalidInput, before anything is written, for a name that is not safe on every system.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return write_by(
        path, lambda file: file.write(data), default=default, suffixes=suffixes, overwrite=overwrite
    )


def write_by(
    path: str | os.PathLike[str] | None,
    fill: Callable[[BinaryIO], object],
    *,
    default: str,
    suffixes: tuple[str, ...],
    overwrite: bool = False,
) -> Path:
    """As `write`, for content that `fill` writes piece by piece; if it fails, nothing is left behind."""
    target = checked(path, default=default, suffixes=suffixes)
    if target.is_symlink() or (target.exists() and not overwrite):
        raise InvalidInput(
            f"{plain(target.name, 120)} exists already",
            field="path",
            value=plain(target, 300),
            allowed="a new name",
            do="give another name, or overwrite=True to replace a file",
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder; make it first", str(target.parent))
    # The content is complete beside the target before the name appears.
    part = target.with_name(f".{target.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            fill(file)
        if overwrite:
            part.replace(target)
        else:
            _claim(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target


def write_json(
    path: str | os.PathLike[str] | None, value: Any, *, default: str, overwrite: bool = False
) -> Path:
    """Writes a value as a `.json` file, under the rules of `write`."""
    content = dumps(value, indent=True) + "\n"
    name = Path(default).with_suffix(".json").name
    return write(path, content, default=name, suffixes=(".json",), overwrite=overwrite)


def checked(path: str | os.PathLike[str] | None, *, default: str, suffixes: tuple[str, ...]) -> Path:
    """Where a result of that name would be written. Raises InvalidInput for an unsafe name.

    A text names a place in the working folder or below; a `pathlib.Path` may lead anywhere. So a name that
    was put together from a title or an answer cannot leave the folder by accident. Without `suffixes` it is
    the name of a folder.
    """
    target = Path(path).expanduser() if path is not None else Path(default)
    if "\0" in str(target):
        raise _unsafe(target, "it holds a NUL character")
    if any("\ud800" <= letter <= "\udfff" for letter in str(target)):
        raise _unsafe(target, "it holds half of a character")
    if isinstance(path, str) and not target.resolve().is_relative_to(Path.cwd().resolve()):
        raise InvalidInput(
            f"{plain(path, 120)} leads out of the working folder",
            field="path",
            value=plain(path, 300),
            allowed="a text that stays in the working folder, or a pathlib.Path",
            do="pass pathlib.Path(...) to write elsewhere",
        )
    if len(target.name.encode("utf-8", "replace")) > _NAME:
        raise _unsafe(target, f"its name is longer than {_NAME} bytes")
    if (
        suffixes
        and path is not None
        and (target.is_dir() or (isinstance(path, str) and path.endswith(("/", os.sep))))
    ):
        target /= default
    name = unicodedata.normalize("NFC", target.name)
    if not name:
        raise _unsafe(target, "it has no name")
    if plain(name) != name or "\\" in name:
        raise _unsafe(target, "it holds a control character, a reordering mark or a backslash")
    if name[-1] in ". " or name.split(".", 1)[0].strip().lower() in _DEVICES:
        raise _unsafe(target, "it cannot be opened on Windows")
    target = target.with_name(name)
    if suffixes and not target.suffix:
        target = target.with_suffix(suffixes[0])
    if suffixes and target.suffix.lower() not in suffixes:
        raise InvalidInput(
            f"{target.suffix} is not a format of this result",
            field="path",
            value=plain(target.name, 120),
            allowed=", ".join(suffixes),
            do=f"save it as {plain(target.with_suffix(suffixes[0]).name, 120)}",
        )
    return target


def named(kind: str, *content: str) -> str:
    """A file name made from content, so that the same result always gets the same one."""
    digest = sha256("\0".join(content).encode("utf-8", "replace")).hexdigest()
    return f"{kind}-{digest[:8]}"


def _claim(part: Path, target: Path) -> None:
    """Gives the finished file its name without ever replacing one that appeared meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise InvalidInput(
            f"{plain(target.name, 120)} exists already", field="path", do="give another name"
        ) from None
    except OSError:  # file systems without hard links
        if target.exists():
            raise
        part.replace(target)


def _unsafe(target: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{plain(target.name, 120)!r} is not a safe file name: {why}",
        field="path",
        value=plain(target, 300),
        allowed="letters, digits, dots and hyphens",
        do="give a plain name such as result.md",
    )
