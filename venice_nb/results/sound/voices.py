"""Voices: the ones each speech model offers, as a table, and one cloned from a recording.

API reference: `GET /models?type=tts` and `POST /audio/voices`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed, static_mode
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.table import Table

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of one model. `language` and `gender` are empty where the id does not tell."""

    id: str
    model: str
    language: str = ""
    gender: str = ""
    default: bool = False
    price: float | None = None  # US dollars for a million characters

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, repr=False, eq=False)
class VoiceTable(Table):
    """Voices as a table: `.df` to compute with, `for voice in table.voices` to speak with each.

    Attributes:
        voices: the voices, model by model.
        date: the day of the list.

    """

    voices: tuple[Voice, ...] = field(default=())
    date: str = ""

    @property
    def ids(self) -> list[str]:
        """The ids, in order."""
        return [voice.id for voice in self.voices]

    def where(self, wanted: Callable[[Voice], bool]) -> VoiceTable:
        """The voices for which the function gives True."""
        kept = tuple(voice for voice in self.voices if wanted(voice))
        return VoiceTable(kept, self.date, headers=self.headers)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        names = ["voice", "model", "language", "gender", "default", "price"]
        rows = [(v.id, v.model, v.language, v.gender, v.default, v.price) for v in self.voices]
        return pd.DataFrame(rows, columns=names).astype({"default": bool, "price": float})

    def _caption(self) -> str:
        models = len({voice.model for voice in self.voices})
        voices = f"{len(self)} voice{'s' * (len(self) != 1)}"
        return f"{voices} of {models} model{'s' * (models != 1)}, price in USD per million characters"

    def _head(self) -> tuple[str, ...]:
        return ("voice", "model", "language", "gender", "default", "price")

    def _row(self, position: int) -> tuple[str, ...]:
        voice = self.voices[position]
        return (
            text.short(voice.id, 60),
            text.short(voice.model, 60),
            voice.language,
            voice.gender,
            "default" if voice.default else "",
            text.money(voice.price) if voice.price is not None else "",
        )

    def _numeric(self) -> tuple[int, ...]:
        return (5,)

    def __len__(self) -> int:
        return len(self.voices)

    def __iter__(self) -> Iterator[Voice]:
        return iter(self.voices)


@dataclass(frozen=True, repr=False, eq=False)
class ClonedVoice(Displayed):
    """A voice made from a recording. It speaks with its own model only: `v.audio.speak("Hi", voice=mine)`.

    Attributes:
        id: the handle, `vv_...`; as good as the voice itself, so keep it to yourself.
        model: the model it belongs to.
        expires: when it is deleted, UTC.
        sample: name of the recording.
        cost: US dollars, as far as known.
        headers: the headers of the answer.
        raw: the whole answer.

    """

    id: str
    model: str
    expires: dt.datetime | None = None
    sample: str = ""
    cost: Cost = field(default_factory=Cost)
    headers: Headers = field(default_factory=Headers)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, Any]:
        """The voice as plain values."""
        return {
            "id": self.id,
            "model": self.model,
            "expires": None if self.expires is None else self.expires.isoformat(),
            "sample": self.sample,
            "request_id": self.request_id,
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the voice as `.json`, to speak with in a later session. Never replaces a file unasked."""
        default = saving.named("voice", self.model, self.id) + ".json"
        return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<ClonedVoice {text.short(self.id, 80)} of {text.short(self.model, 80)}{self._until()}>"

    def _until(self) -> str:
        return f", until {self.expires:%Y-%m-%d}" if self.expires is not None and not static_mode() else ""

    def _mimebundle(self) -> Bundle:
        rows = [("voice", text.short(self.id, 80)), ("model", text.short(self.model, 80))]
        if self.sample:
            rows.append(("made from", text.short(self.sample, 120)))
        if self.expires is not None and not static_mode():
            rows.append(("deleted on", f"{self.expires:%d %B %Y}"))
        if self.headers.sandbox:
            rows.append(("made by", "SANDBOX"))
        plain = "\n".join(["Cloned voice", *(f"  {name}: {value}" for name, value in rows)])
        return {"text/plain": plain, "text/html": html.page(html.card("Cloned voice", html.facts(rows)))}
