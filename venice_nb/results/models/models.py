"""Models as a table and as cards: what they can do, how much they read, what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.models.columns import Column, columns
from venice_nb.results.models.prices import Listed, exact, summary
from venice_nb.results.table import Table, day

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes

# The friendly words of the catalogue, each with a sign; the word always stands beside it.
ABILITIES = {
    "vision": "👁",
    "audio": "🎧",
    "video": "🎬",
    "functions": "🔧",
    "schema": "🧾",
    "reasoning": "💭",
    "web_search": "🌐",
    "code": "⌨",
    "logprobs": "📊",
    "tee": "🔒",
    "e2ee": "🔐",
    "x_search": "🔎",
}


def tokens(count: int | None) -> str:
    """A context length as people write it: 128K, 1M; empty for unknown. 131,072 and 128,000 are both 128K."""
    if count is None:
        return ""
    if count >= 1_000_000:
        return f"{count >> 20}M" if count % (1 << 20) == 0 else f"{count / 1e6:.3g}M"
    if count % 1_000 and count % 1_024 == 0:
        return f"{count >> 10}K"
    return f"{count / 1e3:.0f}K" if count >= 1_000 else str(count)


def abilities(model: Listed) -> list[str]:
    """What the model can do, in friendly words and a fixed order."""
    return [word for word in ABILITIES if word in model.capabilities]


def remarks(model: Listed) -> list[str]:
    """Traits, and what one should know before choosing the model."""
    found = [text.short(trait, 40) for trait in model.traits]
    found += ["uncensored"] * model.uncensored + ["beta"] * model.beta + ["offline"] * model.offline
    if model.deprecation is not None:
        found.append(f"leaves {text.short(str(model.deprecation.removes_at)[:10])}")
    return found


@dataclass(frozen=True, repr=False, eq=False)
class ModelTable(Table):
    """Models as a table: `.df` to compute with, iteration gives the models, `.plot()` draws their prices.

    Attributes:
        models: the models.
        date: the day of the list.
        note: where the list comes from, when that matters.

    """

    models: tuple[Any, ...] = field(default=())
    date: str = ""
    note: str = ""

    @property
    def ids(self) -> list[str]:
        """The ids, in order."""
        return [model.id for model in self.models]

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The models as the server sent them."""
        return [model.raw for model in self.models]

    def where(self, wanted: Callable[[Any], bool]) -> ModelTable:
        """The models for which the function gives True."""
        return replace(self, models=tuple(model for model in self.models if wanted(model)))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Input against output price of the text models, both axes logarithmic, coloured by privacy."""
        from venice_nb.results.models.price_plot import draw  # noqa: PLC0415  matplotlib loads with the first plot

        return draw(self.models, ax=ax, date=self.date)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [
            {
                "id": model.id,
                "name": model.name,
                "type": model.type,
                "privacy": model.privacy,
                "context": model.context,
                "max_output": model.max_output,
                "input": model.price.input,
                "output": model.price.output,
                "price": summary(model),
                "traits": ", ".join(model.traits),
                **{word: word in model.capabilities for word in ABILITIES},
                "uncensored": model.uncensored,
                "beta": model.beta,
                "offline": model.offline,
                "removes_at": None if model.deprecation is None else str(model.deprecation.removes_at),
            }
            for model in self.models
        ]
        names = ["id", "name", "type", "privacy", "context", "max_output"]
        names += ["input", "output", "price", "traits"]
        names += [*ABILITIES, "uncensored", "beta", "offline", "removes_at"]
        own = self._own()
        for row, model in zip(rows, self.models, strict=True):
            row |= {column.name: column.value(model) for column in own}
        frame = pd.DataFrame(rows, columns=names + [column.name for column in own])
        for column in own:  # unknown is None, not a number
            kind = "Int64" if column.number else object
            frame[column.name] = pd.Series([row[column.name] for row in rows], index=frame.index, dtype=kind)
        # whole numbers with gaps: a plain int column would turn into floats
        return frame.astype(
            {"context": "Int64", "max_output": "Int64", "input": "float64", "output": "float64"}
        )

    def __len__(self) -> int:
        return len(self.models)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.models)

    def __contains__(self, name: object) -> bool:
        return any(name in {model, model.id} for model in self.models)

    def _kinds(self) -> set[str]:
        return {model.type for model in self.models}

    def _own(self) -> tuple[Column, ...]:
        """The columns that only models of this one type have."""
        kinds = self._kinds()
        return columns(next(iter(kinds))) if len(kinds) == 1 else ()

    def _priced(self) -> bool:
        """Whether the list has prices: films are priced by quote only."""
        return self._kinds() != {"video"}

    def _caption(self) -> str:
        kinds = self._kinds()
        kind = f"{next(iter(kinds))} " if len(kinds) == 1 else ""
        unit = "; prices in US dollars per 1M tokens" if kinds == {"text"} else "; prices in US dollars"
        unit = unit if self._priced() else "; v.video.quote(...) tells the price"
        return f"{text.count(len(self))} {kind}model{'s' * (len(self) != 1)}{day(self.date)}{unit}{self.note}"

    def _head(self) -> tuple[str, ...]:
        if self._kinds() <= {"text"}:
            return ("model", "privacy", "context", "can", "input", "output", "remarks")
        kind = () if len(self._kinds()) == 1 else ("type",)
        price = ("price",) if self._priced() else ()
        return ("model", *kind, "privacy", *(column.head for column in self._own()), *price, "remarks")

    def _row(self, position: int) -> tuple[str, ...]:
        model = self.models[position]
        name, said = text.short(model.id, 60), ", ".join(remarks(model))
        privacy = text.short(model.privacy, 20)
        if self._kinds() <= {"text"}:
            prices = [
                exact(usd) if usd is not None else "" for usd in (model.price.input, model.price.output)
            ]
            return (name, privacy, tokens(model.context), ", ".join(abilities(model)), *prices, said)
        kind = () if len(self._kinds()) == 1 else (text.short(model.type, 20),)
        price = (summary(model),) if self._priced() else ()
        return (name, *kind, privacy, *(column.shown(model) for column in self._own()), *price, said)

    def _cell(self, position: int, column: int, shown: str) -> html.Child:
        if column == 3 and self._kinds() <= {"text"}:
            return ", ".join(f"{ABILITIES[word]} {word}" for word in abilities(self.models[position]))
        return shown

    def _numeric(self) -> tuple[int, ...]:
        if self._kinds() <= {"text"}:
            return (2, 4, 5)
        right = {"price", *(column.head for column in self._own() if column.number)}
        return tuple(i for i, head in enumerate(self._head()) if head in right)


@dataclass(frozen=True, repr=False)
class ModelCard(Displayed):
    """One model, shown as a card. Everything the catalogue's model has can be asked of the card."""

    model: Any
    date: str = ""
    headers: Headers = field(default_factory=Headers, compare=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "model":
            raise AttributeError(name)
        return getattr(self.model, name)

    def __str__(self) -> str:
        return str(self.model.id)

    def __repr__(self) -> str:
        name, privacy = text.short(self.model.id, 80), text.short(self.model.privacy, 20)
        return f"<Model {name}: {summary(self.model)}, {privacy}>"

    @property
    def raw(self) -> dict[str, Any]:
        """The model as the server sent it."""
        return dict(self.model.raw)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support, of the answer that the model was listed in."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, Any]:
        """The model as the server sent it."""
        return self.raw

    def to_frame(self) -> pd.DataFrame:
        """The model as a table of one row, with the columns of `v.models()`."""
        return ModelTable(models=(self.model,), date=self.date).to_frame()

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the model as the server sent it, as `.json`. Never replaces a file unasked."""
        return saving.write_json(
            path, self.to_dict(), default=saving.named("model", self.model.id), overwrite=overwrite
        )

    def _facts(self) -> list[tuple[str, str]]:
        model = self.model
        facts = [("id", text.short(model.id, 80)), ("type", text.short(model.type, 20))]
        facts += [("privacy", text.short(model.privacy, 20)), ("price", summary(model))]
        facts += [("context", f"{tokens(model.context)} tokens")] if model.context else []
        facts += [("longest answer", f"{tokens(model.max_output)} tokens")] if model.max_output else []
        facts += [(each.head, shown) for each in columns(model.type) if (shown := each.shown(model))]
        facts += [("can", ", ".join(abilities(model)))] if abilities(model) else []
        facts += [("remarks", ", ".join(remarks(model)))] if remarks(model) else []
        facts += [("as of", text.short(self.date, 40))] if day(self.date) else []
        return facts

    def _mimebundle(self) -> Bundle:
        name, facts = text.short(self.model.name, 80), self._facts()
        lines = [name, *(f"  {key}: {value}" for key, value in facts)]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(name, html.facts(facts))),
        }
