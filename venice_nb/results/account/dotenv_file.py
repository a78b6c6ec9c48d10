"""A secret put into a `.env` file that its owner alone can read, and that git does not keep."""

from __future__ import annotations

import os
from pathlib import Path

from venice_nb.config import tracked
from venice_nb.errors import InvalidInput, plain


def put(secret: str, path: str | os.PathLike[str], name: str, *, overwrite: bool) -> Path:
    """Writes `name='secret'` into the file and gives its path; other lines stay as they are."""
    from dotenv import dotenv_values, set_key  # noqa: PLC0415  only when there is something to write

    target = Path(path).expanduser()
    if target.is_dir():
        target /= ".env"
    if not (name.isidentifier() and name.isascii()):
        raise _refused("name", name, "letters, digits and _", "give the name of a variable", "is no name")
    if target.is_symlink():
        raise _refused("path", target.name, "a file", "give another path", "is a link to somewhere else")
    if tracked(target.absolute()):
        do = "git rm --cached it and add it to .gitignore first"
        raise _refused("path", target.name, "a file that git does not keep", do, "is kept by git")
    if target.exists() and dotenv_values(target, interpolate=False).get(name) and not overwrite:
        do = "give another path or name, or overwrite=True"
        raise _refused("path", target.name, f"a file without {name}", do, "holds a key already")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        target.chmod(0o600)
        set_key(target, name, secret)
    except OSError as error:  # a traceback through where it was written would show the secret
        raise OSError(error.errno, error.strerror, str(target)) from None
    return target


def _refused(field: str, value: str, allowed: str, do: str, why: str) -> InvalidInput:
    shown = plain(value, 120)
    return InvalidInput(f"{shown} {why}", field=field, value=shown, allowed=allowed, do=do)
