"""Names that stand for models: traits, and other providers' names. API reference: `GET /models/traits`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class Names(Mapping[str, str], Displayed):
    """Names and the ids of the models they stand for; reads like a dict, shows itself as a table.

    `kind` says what the names are (trait, alias), `type` of which models; `note` where they come from, when
    that matters; `raw` is the whole answer, with its `headers`, both empty where none came.
    """

    kind: str
    type: str
    models: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers)

    def __getitem__(self, name: str) -> str:
        return self.models[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, str]:
        """The names as a plain dict."""
        return dict(self.models)

    def to_frame(self) -> pd.DataFrame:
        """Two columns: the name, the model."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(list(self.models.items()), columns=[self.kind, "model"])

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the names as `.json`. Never replaces a file unasked."""
        default = saving.named(self.kind, self.type, *self.models)
        return saving.write_json(path, self.to_dict(), default=default, overwrite=overwrite)

    def __repr__(self) -> str:
        return self._mimebundle()["text/plain"]

    def _mimebundle(self) -> Bundle:
        rows = [(text.short(name, 60), text.short(model, 60)) for name, model in self.models.items()]
        what = (
            self.kind if len(rows) == 1 else {"trait": "traits", "alias": "aliases"}.get(self.kind, self.kind)
        )
        caption = f"{text.count(len(rows))} {what} of {self.type} models{self.note}"
        caption = text.clean(caption)
        width = max((len(name) for name, _ in rows), default=0)
        lines = [caption, *(f"  {name:<{width}}  {model}" for name, model in rows)]
        table = html.table((self.kind, "model"), rows, caption=caption)
        return {"text/plain": "\n".join(lines), "text/html": html.page(table)}
