"""From a download to a file that is safely on disk: checked, synced, named, and only then believed.

A result is written into a `.part` beside its place. Only when it is whole and can be decoded does it get its
name, which comes from the job, so that whoever resumes the job arrives at the same file. Nothing is replaced.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from venice_nb.media.encoding import SUFFIXES
from venice_nb.media.sniff import HEAD, sniff
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from venice_nb.client.session import Session
    from venice_nb.policy.entry import Entry
    from venice_nb.results.films.video import Video
    from venice_nb.results.sound.audio import Audio

    Result = Video | Audio

_FILMS = {"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv"}


class NotWhole(Exception):  # noqa: N818  a state, caught at once: the download is tried again
    """What arrived is not the whole result; the message is one sentence that says why."""


def folder_of(session: Session) -> Path:
    """Where results go; the folder is made when it is needed."""
    folder = Path(session.settings.out).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def stem(entry: Entry) -> str:
    """The name of the result without suffix: the same for whoever resumes the job."""
    model = re.sub(r"[^A-Za-z0-9]+", "-", entry.model).strip("-")[:40] or "model"
    ident = re.sub(r"[^A-Za-z0-9]+", "", entry.id)[-12:]
    return f"{entry.kind}-{model}-{ident}"


def part(entry: Entry, folder: Path, token: str) -> Path:
    """The file that a download goes into."""
    return folder / f".{stem(entry)}.{token}.part"


def sweep(entry: Entry, folder: Path) -> None:
    """Remove what a process that is gone has left of this job. Called by the holder of the lease."""
    for left in folder.glob(f".{stem(entry)}.*.part"):
        with contextlib.suppress(OSError):
            left.unlink()


def free(folder: Path) -> int | None:
    """Bytes left on the disk; None when it will not tell."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def fill(file: Path, data: bytes) -> None:
    """Write a result that came in memory into its part."""
    file.write_bytes(data)


def keep(file: Path, entry: Entry, headers: Mapping[str, str]) -> tuple[Path, str, int]:
    """Give a finished part its name: (path, MIME type, bytes). All of it is on the disk when this returns.

    Raises NotWhole for what is cut or no media of the kind ordered, OSError where the disk refuses.
    """
    size = file.stat().st_size
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told) != size and "content-encoding" not in headers:
        raise NotWhole(f"{size} of {told} bytes arrived")
    mime = _checked(file, entry.kind, thorough=not told.isdecimal())
    _sync(file)
    target = _named(file, f"{stem(entry)}{_suffix(mime)}")
    _sync(target.parent)
    return target, mime, size


def _checked(file: Path, kind: str, *, thorough: bool) -> str:
    """The MIME type of the file by its content; NotWhole when it cannot be what was ordered."""
    with file.open("rb") as opened:
        mime = sniff(opened.read(HEAD))
    if kind == "video":
        from venice_nb.media.film import FilmError, check, probe  # noqa: PLC0415  30 ms, with the first film

        try:
            found = probe(file)
            if thorough:
                check(file)  # without an announced length only decoding tells whether it is all there
        except FilmError as error:
            raise NotWhole(f"{error}") from None
        if found.duration <= 0:
            raise NotWhole("the film has no length")
        return found.mime or mime
    from venice_nb.media.sound import NotSound, decode, measure  # noqa: PLC0415  30 ms, with the first sound

    if not mime.startswith(("audio/", "video/")):
        raise NotWhole(f"this is no sound but {mime or 'unknown content'}")
    try:
        length = decode(file).seconds if thorough else measure(file).seconds
    except NotSound as error:
        raise NotWhole(f"{error}") from None
    if length <= 0:
        raise NotWhole("the sound has no length")
    return mime


def _suffix(mime: str) -> str:
    return _FILMS.get(mime) or SUFFIXES.get(mime, ".bin")


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        if path.is_dir():  # Windows has no handles of folders
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(file: Path, name: str) -> Path:
    """The finished part under its name. A file that is there already is kept: the same one counts as ours."""
    first = file.with_name(name)
    for n in range(1, 1000):
        target = first if n == 1 else first.with_stem(f"{first.stem}-{n}")
        if not target.is_symlink() and target.is_file() and filecmp.cmp(file, target, shallow=False):
            _sync(target)
            file.unlink()
            return target
        try:
            os.link(file, target)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            if target.exists():
                continue
            file.rename(target)
        else:
            file.unlink()
        return target
    raise FileExistsError(f"a thousand files are called {name} already")


def result_of(entry: Entry, headers: Headers | None = None) -> Result:
    """The finished result, from its file."""
    known: dict[str, Any] = {
        "model": entry.model,
        "cost": cost_of(entry),
        "headers": headers or Headers({"x-venice-sandbox": "true"} if entry.details.get("sandbox") else {}),
        "raw": {"queue_id": entry.queue_id, **entry.details},
    }
    path = Path(entry.file)
    if entry.kind == "video":
        from venice_nb.results.films.video import Video  # noqa: PLC0415  with the first film

        return Video(path, prompt=entry.prompt, job=entry.id, **known)
    from venice_nb.results.sound.audio import Audio  # noqa: PLC0415  with the first sound

    return Audio(path.read_bytes(), entry.mime, text=entry.prompt, path=path, **known)


def cost_of(entry: Entry) -> Cost:
    """What the job cost: its quote, nothing when it was refused or the money came back."""
    if entry.state == "refused" or entry.refunded:
        return Cost(0.0, "charged")
    if entry.quote is None or entry.state == "unknown":
        return Cost()
    return Cost(entry.quote, "priced")
