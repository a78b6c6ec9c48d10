"""Sound as a result: a player with a waveform in the notebook, an array for NumPy, a file on disk.

API reference: `POST /audio/speech` and `POST /audio/retrieve`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.media import encoding
from venice_nb.media.sound import RAW, RAW_RATE, Measure, NotSound, Sound, container, decode, measure
from venice_nb.render import text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost

MOST_DRAWN = 320_000_000  # samples decoded for the picture of a sound: two hours of mono, seconds of work

if TYPE_CHECKING:
    import os
    from typing import Self

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spoken:
    """A part of a longer reading: which voice says which words, and when, in seconds."""

    voice: str
    text: str
    start: float
    end: float
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The five fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, repr=False, eq=False)
class Audio(Displayed):
    """Speech, music or any other sound.

    NumPy takes it as an array (`np.asarray(audio)`, float32 from -1 to 1). It can be given to
    `v.audio.transcribe`, `v.audio.clone_voice` and to `audio=` of a chat.

    Attributes:
        data: the file as it came.
        mime: its type, such as `audio/mpeg`.
        text: the words spoken, or the prompt of the music.
        voice: the voice, where there is one.
        model: the model that made it.
        cost: US dollars, and whether they were charged or priced from the catalogue.
        headers: the headers of the (last) answer.
        elapsed: seconds, of all requests together.
        first_byte: seconds until the first sound arrived, when it was streamed.
        path: the file it is kept in, if it is.
        raw: what the server sent besides the sound.
        rate: samples a second of `audio/pcm`, which has no header; None for all other types.
        spoken: the parts of a dialogue or a long text, in order.

    """

    data: bytes
    mime: str
    text: str = field(default="", kw_only=True)
    voice: str = field(default="", kw_only=True)
    model: str = field(default="", kw_only=True)
    cost: Cost = field(default_factory=Cost, kw_only=True)
    headers: Headers = field(default_factory=Headers, kw_only=True)
    elapsed: float = field(default=0.0, kw_only=True)
    first_byte: float | None = field(default=None, kw_only=True)
    path: Path | None = field(default=None, kw_only=True)
    raw: dict[str, Any] = field(default_factory=dict, kw_only=True)
    rate: int | None = field(default=None, kw_only=True)
    spoken: tuple[Spoken, ...] = field(default=(), kw_only=True)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """The sound in a file. Raises InvalidInput for a file that is none."""
        from venice_nb.media import load  # noqa: PLC0415  only when a file is opened

        found = load(Path(path), "audio", "path")
        return cls(found.data or b"", found.mime, text="", path=Path(path))

    @property
    def name(self) -> str:
        """A file name for it."""
        return self.path.name if self.path is not None else f"{self._stem()}{self.suffix}"

    @property
    def suffix(self) -> str:
        """The suffix of its type, such as `.mp3`."""
        return encoding.SUFFIXES.get(self.mime, ".bin")

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @property
    def duration(self) -> float | None:
        """Seconds; None if the bytes cannot be read as sound."""
        return self._measure.seconds if self._measure else None

    @property
    def sample_rate(self) -> int | None:
        """Samples a second; None if the bytes cannot be read as sound."""
        return self._measure.rate if self._measure else None

    @property
    def channels(self) -> int | None:
        """1 for mono, 2 for stereo; None if the bytes cannot be read as sound."""
        return self._measure.channels if self._measure else None

    @property
    def samples(self) -> NDArray[np.float32]:
        """float32 from -1 to 1: (n,) for one channel, (n, channels) for more.

        Raises ValueError if the bytes cannot be read as sound.
        """
        return self.sound.samples

    @cached_property
    def sound(self) -> Sound:
        """The samples with their rate, decoded once. Raises ValueError if they cannot be read."""
        return decode(self.data, raw_rate=self._raw_rate)

    @property
    def parts(self) -> pd.DataFrame:
        """Who says what when: voice, text, start, end (seconds), model."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        from venice_nb.results.table import framed  # noqa: PLC0415  likewise

        rows = [part.to_dict() for part in self.spoken]
        if not rows and self.text:
            rows = [Spoken(self.voice, self.text, 0.0, self.duration or 0.0, self.model).to_dict()]
        return framed(lambda: pd.DataFrame(rows, columns=["voice", "text", "start", "end", "model"]))

    def waveform(self, width: int = 600, height: int = 72, *, below: int = 0) -> bytes:
        """A PNG of how loud it is over time, with `below` empty rows under it.

        Raises ValueError if the bytes cannot be read as sound.
        """
        from venice_nb.media.waveform import waveform  # noqa: PLC0415  only when it is drawn

        return waveform(self._thin, width=width, height=height, below=below)

    def convert(self, kind: str) -> Audio:
        """The same sound as `mp3`, `opus`, `aac`, `flac`, `wav` or `pcm`; nothing is sent.

        Raises InvalidInput for another kind, ValueError if the bytes cannot be read as sound.
        """
        from venice_nb.errors import InvalidInput  # noqa: PLC0415  only when it is refused

        if kind not in encoding.KINDS:
            kinds = ", ".join(encoding.KINDS)
            raise InvalidInput(
                f"Sound cannot be converted to {text.short(str(kind), 40)!r}.",
                field="kind",
                value=text.short(str(kind), 40),
                allowed=kinds,
                do=f"Pass one of {kinds}.",
            )
        rate = self.sound.rate if kind == "pcm" else None
        made = encoding.encode(self.sound, kind)
        return replace(self, data=made, mime=encoding.KINDS[kind][0], rate=rate, path=None)

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the sound as it came, or converted where the suffix of `path` names another format.

        Sound without a header is written as `.wav` unless asked otherwise. Without a path the name is made
        from the content. Never replaces a file unasked.
        """
        suffixes: tuple[str, ...] = (self.suffix,)
        content = self.data
        if self._raw_rate is not None:
            target = saving.checked(path, default="sound.wav", suffixes=(".wav", ".pcm"))
            suffixes = (".wav", ".pcm")
            content = self.data if target.suffix.lower() == ".pcm" else self.playable
        elif self.suffix == ".opus":
            suffixes = (".opus", ".ogg")
        elif self.suffix == ".ogg":
            suffixes = (".ogg", ".oga", ".opus")
        wanted = Path(path).suffix.lower() if path is not None else ""
        if wanted not in suffixes and wanted.removeprefix(".") in encoding.KINDS:
            saving.checked(path, default="sound", suffixes=(wanted,))
            content, suffixes = self.convert(wanted.removeprefix(".")).data, (wanted,)
        default = f"{self._stem()}{suffixes[0]}"
        return saving.write(path, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def show(self, *, embed: bool = True) -> None:
        """Displays the player with the whole sound in it, however large that makes the notebook."""
        from venice_nb.results.sound import audio_view  # noqa: PLC0415  it draws

        audio_view.show(self, embed=embed)

    @property
    def playable(self) -> bytes:
        """The bytes a player understands: the file itself, or a WAV file around samples without a header."""
        rate = self._raw_rate
        return self.data if rate is None else encoding.wav(self.data[: len(self.data) // 2 * 2], rate)

    @property
    def playable_mime(self) -> str:
        """The type of `playable`, by its content where that is known."""
        if self._raw_rate is not None:
            return "audio/wav"
        found = container(self.data[:4096])
        return found if found.startswith(("audio/", "video/")) else self.mime

    def to_dict(self) -> dict[str, Any]:
        """Everything but the sound, as plain values."""
        return {
            "mime": self.mime,
            "bytes": len(self.data),
            "duration": self.duration,
            "sample_rate": self.sample_rate,
            "channels": self.channels,
            "text": self.text,
            "voice": self.voice,
            "model": self.model,
            "cost": self.cost.to_dict(),
            "first_byte": self.first_byte,
            "path": None if self.path is None else str(self.path),
            "request_id": self.request_id,
            "spoken": [part.to_dict() for part in self.spoken],
        }

    def __bytes__(self) -> bytes:
        return self.data

    def __bool__(self) -> bool:
        return bool(self.data)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np  # noqa: PLC0415  loads with the first array

        if copy:
            return np.array(self.samples, dtype=dtype)
        changed = dtype is not None and np.dtype(dtype) != self.samples.dtype
        if copy is False and changed:
            raise ValueError("another dtype cannot be had without a copy")
        return self.samples.astype(dtype) if changed else self.samples

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in {"sound", "_thin"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __repr__(self) -> str:
        from venice_nb.results.sound import audio_view  # noqa: PLC0415  it draws, and loads with the first display

        return f"<{audio_view.line(self)}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.sound import audio_view  # noqa: PLC0415  it draws, and loads with the first display

        return audio_view.bundle(self)

    @property
    def _raw_rate(self) -> int | None:
        return (self.rate or RAW_RATE) if self.mime in RAW else None

    @cached_property
    def _measure(self) -> Measure | None:
        try:
            return measure(self.data, raw_rate=self._raw_rate)
        except NotSound:
            return None

    @cached_property
    def _thin(self) -> Sound:
        """The sound with few samples, for the picture of it."""
        if "sound" in self.__dict__:
            return self.sound
        return decode(self.data, raw_rate=self._raw_rate, rate=8000, mono=True, most=MOST_DRAWN)

    def _stem(self) -> str:
        return saving.named("audio", self.model, self.voice, self.text, str(len(self.data)))
