"""Prices of models as tables: one layout for each kind of model, the unit always said.

API reference: `GET /models`, pricing. All in US dollars; 1 DIEM pays for 1 dollar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from venice_nb.render import text
from venice_nb.results.headers import Headers
from venice_nb.results.table import ROWS, Table, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

UNITS = {
    "text": "US dollars per 1M tokens",
    "code": "US dollars per 1M tokens",
    "audio": "US dollars, each per its own unit",
    "all": "US dollars, each per its own unit",
    "embedding": "US dollars per 1M tokens",
    "image": "US dollars per image",
    "upscale": "US dollars per image",
    "inpaint": "US dollars per edit",
    "tts": "US dollars per 1M characters",
    "asr": "US dollars per second of sound",
    "music": "US dollars, per what the column `unit` says",
    "video": "video has no list price: v.video.quote(...) tells the price of one job",
}


_LEVELS = frozenset({"", "low", "medium", "high"})


class Listed(Protocol):
    """What is asked of a model here; the catalogue, which has them, is built on this room."""

    id: str
    name: str
    type: str
    privacy: str
    context: int | None
    max_output: int | None
    capabilities: frozenset[str]
    traits: tuple[str, ...]
    uncensored: bool
    beta: bool
    offline: bool
    deprecation: Any  # with `removes_at`
    price: Any  # with the rates of a token model, and the whole layout as plain dollars in `raw`
    raw: dict[str, Any]


@dataclass(frozen=True, repr=False, eq=False)
class PriceTable(Table):
    """Prices of the models of one type, cheapest first where one number decides."""

    rows: tuple[Mapping[str, Any], ...] = ()
    type: str = "text"
    date: str = ""
    note: str = ""

    @classmethod
    def of(
        cls,
        models: Sequence[Any],
        type: str,  # noqa: A002  the API's own name
        date: str = "",
        note: str = "",
        headers: Headers | None = None,
    ) -> PriceTable:
        """The prices of these models; `note` ends the caption.

        Models of several types (`type` is then "audio" or "all") have their prices in words, with the unit.
        """
        if type in {"audio", "all"}:
            rows = [
                {"model": each.id, "type": each.type, "privacy": each.privacy, "price": summary(each)}
                for each in models
            ]
        else:
            rows = [row for model in models for row in _rows(model)]
        if type not in {"music", "audio", "all"}:  # these have units that cannot be compared
            rows.sort(key=_first_price)
        return cls(rows=tuple(rows), type=type, date=date, note=note, headers=headers or Headers())

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The rows as plain values."""
        return [dict(row) for row in self.rows]

    def _columns(self) -> list[str]:
        names = dict.fromkeys(name for row in self.rows for name, value in row.items() if value is not None)
        return sorted(names, key=_place) or ["model", "privacy"]

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([dict(row) for row in self.rows], columns=self._columns())

    def __len__(self) -> int:
        return len(self.rows)

    def _caption(self) -> str:
        unit = UNITS.get(self.type, "US dollars")
        left = len(self._columns()) - len(self._drawn())
        untold = left if len(self) <= ROWS else 0  # a cut table says anyway where all of it is
        more = f"; .to_frame() has {untold} more column{'s' * (untold != 1)}" if untold else ""
        kind = "" if self.type == "all" else f"{self.type} "
        return f"Prices of {kind}models: {unit}{day(self.date)}{self.note}{more}"

    def _drawn(self) -> list[str]:
        """The columns of the picture: without quality levels, and without what its rows leave empty."""
        shown = self.rows[:ROWS]
        return [
            name
            for name in self._columns()
            if name.rpartition(" ")[2] not in _LEVELS - {""}
            and any(row.get(name) is not None for row in shown)
        ]

    def _head(self) -> tuple[str, ...]:
        return tuple(self._drawn())

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.rows[position]
        return tuple(_shown(name, row.get(name)) for name in self._drawn())

    def _numeric(self) -> tuple[int, ...]:
        return tuple(i for i, name in enumerate(self._drawn()) if isinstance(self._sample(name), int | float))

    def _sample(self, name: str) -> Any:
        return next((row[name] for row in self.rows if row.get(name) is not None), None)


def summary(model: Listed) -> str:
    """The price of a model in a few words, with its unit."""
    price, raw = model.price, model.price.raw
    if model.type == "embedding":
        return f"{_one(price.input)} per 1M tokens"  # only what is read is billed
    if model.type == "text":
        both = [exact(each) for each in (price.input, price.output) if each is not None]
        return " / ".join(both) + " per 1M tokens" if both else text.UNKNOWN
    if model.type == "tts":
        return f"{_one(price.input)} per 1M characters"
    if model.type == "asr":
        return f"{_one(raw.get('per_audio_second'))} per second"
    if model.type == "video":
        return "by quote"
    if model.type == "music":
        return _music(raw)
    # an upscale costs by its factor; for other pictures that, and further inputs, come on top
    named = {row["name"]: row["usd"] for row in _flat(raw) if isinstance(row["usd"], int | float)}
    extra = {name for name in named if name.startswith(("upscale", "additional"))}
    amounts = [usd for name, usd in named.items() if (name in extra) is (model.type == "upscale")]
    unit = "an edit" if model.type == "inpaint" else "an image"
    return f"{_span(amounts)} {unit}" if amounts else text.UNKNOWN


def _music(raw: Mapping[str, Any]) -> str:
    for name, unit in (
        ("generation", "a piece"),
        ("per_second", "per second"),
        ("per_thousand_characters", "per 1,000 characters"),
    ):
        if name in raw:
            return f"{_one(raw[name])} {unit}"
    steps = [step["usd"] for step in _steps(raw)]
    return f"{_span(steps)} by length" if steps else text.UNKNOWN


def _span(amounts: list[Any]) -> str:
    low, high = exact(min(amounts)), exact(max(amounts))
    return low if low == high else f"{low} to {high}"


def _one(usd: Any) -> str:
    return exact(usd) if isinstance(usd, int | float) else text.UNKNOWN


def _rows(model: Listed) -> list[dict[str, Any]]:
    """The rows of one model: one, but for the kinds of music that have a price for each length."""
    head = {"model": model.id, "privacy": model.privacy}
    price, raw = model.price, model.price.raw
    if model.type in {"text", "embedding"}:
        over = price.extended
        return [
            head
            | {"input": price.input, "output": price.output}
            | {"cache_input": price.cache_input, "cache_write": price.cache_write}
            | {"long_above": price.extended_above if over else None}
            | {"long_input": over.input if over else None, "long_output": over.output if over else None}
        ]
    if model.type == "tts":
        return [head | {"input": price.input}]
    if model.type == "asr":
        second = raw.get("per_audio_second")
        return [
            head | {"per_second": second, "per_hour": None if second is None else round(second * 3600, 6)}
        ]
    if model.type == "music":
        return [head | row for row in _flat_music(raw)]
    if model.type == "video":
        return [head]
    return [head | {row["name"]: row["usd"] for row in _flat(raw)}]


def _flat(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Picture prices as names and numbers: `generation`, `2K`, `2K high`, `additional input`."""
    found = [{"name": name, "usd": raw[name]} for name in ("generation", "inpaint") if name in raw]
    found += [{"name": size, "usd": usd} for size, usd in _part(raw, "resolutions").items()]
    for size, levels in _part(raw, "quality").items():
        found += [{"name": f"{size} {level}", "usd": usd} for level, usd in _entries(levels)]
    extra = _part(raw, "inputImages")
    found += [{"name": "additional input", "usd": extra["additional"]}] if "additional" in extra else []
    found += [{"name": f"upscale {factor}", "usd": usd} for factor, usd in _part(raw, "upscale").items()]
    return found


def _flat_music(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    units = {"generation": "piece", "per_second": "second", "per_thousand_characters": "1,000 characters"}
    found = [{"usd": raw[name], "unit": unit} for name, unit in units.items() if name in raw]
    found += [
        {
            "usd": step["usd"],
            "unit": "piece",
            "from_seconds": step.get("min_seconds"),
            "to_seconds": step.get("max_seconds"),
        }
        for step in _steps(raw)
    ]
    return found or [{"usd": None, "unit": None}]


def _steps(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    steps = [step for step in _part(raw, "durations").values() if isinstance(step, Mapping) and "usd" in step]
    return sorted(steps, key=lambda step: step.get("max_seconds") or 0)


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _entries(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else [("", value)]


def _first_price(row: Mapping[str, Any]) -> tuple[float, str]:
    first = next((value for value in row.values() if isinstance(value, int | float)), float("inf"))
    return float(first), str(row["model"])


def _place(name: str) -> tuple[int, ...]:
    """Where a column stands: flat prices, then sizes with their levels, then what comes on top."""
    size, _, level = name.partition(" ")
    if size in {"1K", "2K", "4K"}:
        return 1, int(size[0]), ("", "low", "medium", "high").index(level) if level in _LEVELS else 9
    return (2 if name.startswith(("additional", "upscale")) else 0,)


def exact(usd: float) -> str:
    """A listed price to its last digit: `$0.002875`."""
    whole, _, cents = f"{usd:.10f}".rstrip("0").partition(".")
    return f"${int(whole):,}.{cents:0<2}"


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return text.short(value, 60)
    return text.count(value) if name in {"long_above", "from_seconds", "to_seconds"} else exact(value)
