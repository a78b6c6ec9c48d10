"""How a film is drawn: a player that reads the file beside the notebook, its poster frame, and a link."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from venice_nb.errors import InvalidInput
from venice_nb.media.film import FilmError, frame
from venice_nb.media.thumbnails import PictureError, thumbnail
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Live
from venice_nb.results.pictures.image_view import embedded
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    from venice_nb.results.films.video import Video

CAP = 2_000_000  # bytes that are embedded where the file cannot be reached from the notebook
ASKED = 20_000_000  # bytes that are embedded when one asks for it
_WIDE, _TALL = 640, 480  # pixels of the player
_POSTER = 512  # pixels of the longer side of its poster frame
_PLAYED = frozenset({"video/mp4", "video/webm"})


def show(video: Video, *, embed: bool) -> None:
    """Draws the film now."""
    if embed and _size(video) > ASKED:
        raise InvalidInput(
            f"{text.bytes_(_size(video))} are too many to embed in a notebook",
            field="embed",
            value=True,
            allowed=f"films up to {text.bytes_(ASKED)}",
            do="show it from its file: video.show()",
        )
    drawn = bundle(video, embed=embed)
    if not Live(lambda: drawn).finish():
        sys.stdout.write(drawn["text/plain"] + "\n")


def bundle(video: Video, *, embed: bool = False) -> Bundle:
    """The player, and the same in words."""
    return {"text/plain": words(video), "text/html": html.page(_figure(video, embed=embed))}


def reached(path: Path) -> str | None:
    """The address of a file as seen from the notebook's folder; None when it is not served from there.

    Jupyter resolves a relative `src` against the notebook and serves the file; the page that nbconvert
    writes finds it too. A path that starts with `files/` does not resolve, and hidden files are not served.
    """
    try:
        inside = path.resolve().relative_to(folder().resolve())
    except (OSError, ValueError):
        return None
    if any(part.startswith(".") for part in inside.parts):
        return None
    address = quote(inside.as_posix(), safe="/")
    return address if address[0].isalnum() else f"./{address}"


def folder() -> Path:
    """The folder of the notebook: the server tells the kernel; else the working folder."""
    session = os.environ.get("JPY_SESSION_NAME", "")
    if session.endswith(".ipynb") and Path(session).is_absolute() and Path(session).exists():
        return Path(session).parent
    return Path.cwd()


def facts(video: Video) -> list[str]:
    """Size, length, codecs, model, cost."""
    found = []
    try:
        film = video.film
        found = [f"{film.width} x {film.height}", text.seconds(film.duration)]
        if film.fps:
            found.append(f"{film.fps:.4g} fps")
        found.append(f"{film.codec}, {film.sound or 'no sound'}")
    except FilmError as error:
        found = [f"cannot be decoded: {error.what}"]
    if video.model:
        found.append(text.short(video.model, 80))
    if video.cost.usd is not None:
        found.append(price(video.cost))
    if video.headers.sandbox:
        found.append("SANDBOX")
    return found


def words(video: Video) -> str:
    """The same for a terminal."""
    lines = [f"Video: {' · '.join(facts(video))}"]
    if video.prompt:
        lines.append(f"  prompt: {text.short(video.prompt, 300)}")
    lines.append(f"  file: {_where(video)}")
    return "\n".join(lines)


def _where(video: Video) -> str:
    """The file as the notebook's folder names it, so that a saved notebook tells nothing of the machine."""
    try:
        inside = video.path.resolve().relative_to(folder().resolve())
    except (OSError, ValueError):
        inside = Path(video.path.name)
    return text.short(inside.as_posix(), 200)


def _size(video: Video) -> int:
    try:
        return video.path.stat().st_size
    except (OSError, ValueError):
        return 0


def _figure(video: Video, *, embed: bool) -> html.Html:
    size, address = _size(video), reached(video.path)
    playable = video.mime in _PLAYED and size > 0 and _readable(video)
    source = None
    if playable and (embed or (address is None and size <= CAP)):
        source = embedded(video.data, video.mime)
    elif playable:
        source = address
    still = _still(video)
    if source is None:
        player: html.Child = html.tag("img", src=still, alt=_alt(video)) if still else None
    else:
        width, height = _fitted(video)
        player = html.tag(
            "video",
            src=source,
            poster=still,
            controls=True,
            preload="metadata",
            width=width,
            height=height,
            title=_alt(video),
        )
    return html.figure(html.join(player, _unplayed(video, source, size)), _caption(video, address))


def _readable(video: Video) -> bool:
    try:
        return video.film.width > 0
    except FilmError:
        return False


def _fitted(video: Video) -> tuple[int, int]:
    """The player's size, known before the film is loaded, so that the page does not jump."""
    width, height = video.width, video.height
    scale = min(_WIDE / width, _TALL / height, 1.0)
    return round(width * scale), round(height * scale)


def _still(video: Video) -> str | None:
    try:
        return embedded(thumbnail(frame(video.path, side=_POSTER), _POSTER, most=60_000), "image/webp")
    except (FilmError, PictureError):
        return None


def _alt(video: Video) -> str:
    return text.short(video.prompt, 300) or f"video {text.short(video.name, 100)}"


def _unplayed(video: Video, source: str | None, size: int) -> html.Html | None:
    if source is not None:
        return None
    if not size:
        why = "The file is not there, or is empty."
    elif not _readable(video):
        why = "This is no whole film."
    elif video.mime not in _PLAYED:
        why = "Browsers do not play this kind of film: open the file."
    else:
        why = f"Its file ({text.bytes_(size)}) is outside the notebook's folder: open or save() it."
    return html.tag("p", why, class_="vn-tile")


def _caption(video: Video, address: str | None) -> html.Html:
    asked = text.short(video.prompt, 100)
    lines: list[html.Child] = []
    if asked:
        full = text.short(video.prompt, 2000)
        lines.append(html.tag("div", asked, title=full if full != asked else None, class_="vn-prompt"))
    lines.append(html.tag("div", " · ".join(facts(video))))
    where = _where(video)
    linked = address is not None and _size(video) > 0
    lines.append(html.tag("div", html.tag("a", where, href=address) if linked else where))
    return html.join(lines)
