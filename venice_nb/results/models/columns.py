"""The columns of a table of models of one kind: what makes one choose this film model or that voice.

What a model does not tell is left empty: unknown, not "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.render import text

if TYPE_CHECKING:
    from collections.abc import Callable

_STARTS = {
    "text": "text",
    "image": "image",
    "frames": "two images",
    "reference": "references",
    "video": "video",
    "upscale": "video, enlarged",
    "motion": "image, with a video's motion",
}
_SIZES = {"pixels": "width, height", "ratio": "aspect_ratio"}
_RUN = 3  # so many whole seconds one after the other are told as a span


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head in the picture, its name in the frame, what it holds, and that in words.

    `number`: it holds whole numbers.
    """

    head: str
    name: str
    value: Callable[[Any], Any]
    words: Callable[[Any], str]
    number: bool = False

    def shown(self, model: Any) -> str:
        """The cell of the picture."""
        value = self.value(model)
        return "" if value is None else text.short(self.words(value), 60)


def columns(kind: str) -> tuple[Column, ...]:
    """The columns that models of one type have besides those of all."""
    return _COLUMNS.get(kind, ())


def _limit(name: str) -> Callable[[Any], Any]:
    """A list of texts, or a yes or no, out of the constraints; None where it is neither."""

    def value(model: Any) -> Any:
        found = model.constraints.get(name)
        if isinstance(found, list):
            return tuple(each for each in found if isinstance(each, str))
        return found if isinstance(found, bool) else None

    return value


def _spec(model: Any) -> dict[str, Any]:
    found = model.raw.get("model_spec")
    return found if isinstance(found, dict) else {}


def _sound(model: Any) -> str | None:
    """Whether films have sound: always, optional, no."""
    sound, chosen = model.constraints.get("audio"), model.constraints.get("audio_configurable")
    if not isinstance(sound, bool):
        return None
    if chosen is True:
        return "optional"
    return "no" if not sound else "always" if chosen is False else "yes"


def _length(model: Any) -> tuple[float, float] | None:
    ends = (_spec(model).get("min_duration"), _spec(model).get("max_duration"))
    if not all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        return None
    return ends  # type: ignore[return-value]  # both are numbers, by the line above


def _lyrics(model: Any) -> str | None:
    """Whether there are lyrics; a model that tells nothing of lyrics may yet have them."""
    if _spec(model).get("lyrics_required") is True:
        return "needed"
    sung = _spec(model).get("supports_lyrics")
    return None if not isinstance(sung, bool) else "yes" if sung else "no"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "no choice"


def _seconds(durations: tuple[str, ...]) -> str:
    """Durations as people write them: 4s, 6s, 8s is `4, 6, 8`; a run of whole seconds is `4 to 15`."""
    plain = [each.removesuffix("s") for each in durations]
    if not plain or any(not each.isdigit() for each in plain):
        return _listed(tuple("as the video" if each.lower() == "auto" else each for each in plain))
    whole = sorted(map(int, plain))
    if len(whole) > _RUN and whole == list(range(whole[0], whole[-1] + 1)):
        return f"{whole[0]} to {whole[-1]}"
    return ", ".join(map(str, whole))


def _texts(values: tuple[str, ...]) -> tuple[str, ...] | None:
    """None for none: a model without a list has not told."""
    return values or None


_FORMATS = Column("formats", "formats", lambda model: _texts(model.formats), _listed)
_RESOLUTIONS = Column("resolutions", "resolutions", _limit("resolutions"), _listed)

_COLUMNS: dict[str, tuple[Column, ...]] = {
    "video": (
        Column("starts from", "starts_from", lambda model: model.start or None, lambda each: _STARTS[each]),
        Column("seconds", "durations", _limit("durations"), _seconds),
        _RESOLUTIONS,
        Column("aspect ratios", "aspect_ratios", _limit("aspect_ratios"), _listed),
        Column("sound", "sound", _sound, str),
    ),
    "image": (
        Column("sized by", "sizing", lambda model: model.sizing, lambda each: _SIZES.get(each, each)),
        _RESOLUTIONS,
    ),
    "inpaint": (_RESOLUTIONS,),
    "tts": (
        Column("voices", "voices", lambda model: len(model.voices) or None, str, number=True),
        Column("default voice", "default_voice", lambda model: model.default_voice, str),
        _FORMATS,
    ),
    "asr": (Column("timestamps", "timestamps", _limit("timestamps"), _listed),),
    "music": (
        Column("seconds", "seconds", _length, lambda ends: f"{ends[0]:g} to {ends[1]:g}"),
        Column("lyrics", "lyrics", _lyrics, str),
        _FORMATS,
    ),
    "embedding": (Column("dimensions", "dims", lambda model: model.dims, str, number=True),),
}
