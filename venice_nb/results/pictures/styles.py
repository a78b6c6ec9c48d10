"""The styles a picture can be made in. API reference: `GET /image/styles`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.headers import Headers

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

_COLUMNS = 4  # in a terminal


@dataclass(frozen=True, repr=False, eq=False)
class Styles(Sequence[str], Displayed):
    """Names for `style_preset=`; reads like a list of texts, shows itself as a table.

    `raw` is the whole answer, with its `headers`.
    """

    names: tuple[str, ...]
    raw: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    headers: Headers = field(default_factory=Headers, kw_only=True)

    @overload
    def __getitem__(self, position: int) -> str: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[str, ...]: ...

    def __getitem__(self, position: int | slice) -> str | tuple[str, ...]:
        return self.names[position]

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.names)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_frame(self) -> pd.DataFrame:
        """One column, `style`."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame({"style": list(self.names)})

    def to_dict(self) -> dict[str, list[str]]:
        """The names under `style`."""
        return {"style": list(self.names)}

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the names as `.json`. Never replaces a file unasked."""
        default = saving.named("styles", *self.names)
        return saving.write_json(path, list(self.names), default=default, overwrite=overwrite)

    def __repr__(self) -> str:
        return self._mimebundle()["text/plain"]

    def _mimebundle(self) -> Bundle:
        caption = f"{text.count(len(self))} styles, for style_preset="
        names = [text.short(name, 60) for name in self.names]
        width = max(map(len, names), default=0)
        rows = [names[start : start + _COLUMNS] for start in range(0, len(names), _COLUMNS)]
        lines = ["  ".join(name.ljust(width) for name in row).rstrip() for row in rows]
        drawn = html.tag("p", html.join(*names, sep=" · "))
        return {
            "text/plain": "\n".join([caption, *(f"  {line}" for line in lines)]),
            "text/html": html.page(html.tag("p", html.tag("strong", caption)), drawn),
        }
