"""Any answer of the API, as it came."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results import saving
from venice_nb.results.account.revealed import Revealed, revealed
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.reading import dumps, items, loads, mapping

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

    from venice_nb.secrets import Secret

_SHOWN = 4_000  # characters of JSON or text in a display


@dataclass(frozen=True, repr=False)
class RawReply(Displayed):
    """An answer without interpretation.

    Attributes:
        status: HTTP status.
        headers: the response headers.
        content: the bytes of the body.
        content_type: its media type, without parameters.
        elapsed: seconds from the first attempt to the last byte.
        cost: US dollars, where the answer tells them.
        secret: a key that was made; `.reveal()` gives it, and it is nowhere else.

    """

    status: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""
    content_type: str = ""
    elapsed: float = field(default=0.0, compare=False)
    cost: Cost = field(default_factory=Cost)
    secret: Secret | None = field(default=None, compare=False)

    @property
    def data(self) -> Any:
        """The body as JSON, or as text, or as bytes when it is neither."""
        if not self.content:
            return None
        try:
            return loads(self.content)
        except ValueError:
            try:
                return self.content.decode()
            except UnicodeDecodeError:
                return self.content

    @property
    def raw(self) -> Any:
        """The same as `data`."""
        return self.data

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def reveal(self) -> Revealed:
        """The key that was made, as of `v.keys.create`; InvalidInput for any other answer."""
        return revealed(self.secret, "an answer of createApiKey")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "secret": None}

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    def to_dict(self) -> dict[str, Any]:
        """The body if it is a JSON object; else it is found under `data`."""
        data = self.data
        return dict(data) if isinstance(data, dict) else {"data": data}

    def to_frame(self) -> pd.DataFrame:
        """The list in the body (itself, or under `data`) as a table, nested fields with dots."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        data = self.data
        rows = items(mapping(data).get("data", data))
        return pd.json_normalize([row if isinstance(row, dict) else {"value": row} for row in rows])

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the body as it came; the suffix follows its media type. Never replaces a file unasked."""
        suffix = mimetypes.guess_extension(self.content_type) or ".bin"
        default = saving.named("reply", self.text) + suffix
        return saving.write(path, self.content, default=default, suffixes=(suffix,), overwrite=overwrite)

    def __repr__(self) -> str:
        return f"<RawReply {self.status} {self._kind()}>"

    def _kind(self) -> str:
        return f"{text.short(self.content_type, 60) or 'no type'}, {text.bytes_(len(self.content))}"

    def _mimebundle(self) -> Bundle:
        data = self.data
        whole = text.bytes_(len(data)) if isinstance(data, bytes) else data if isinstance(data, str) else None
        body = text.clean(dumps(data, indent=True) if whole is None else whole, _SHOWN)
        head = f"{self.status} {self._kind()}"
        return {
            "text/plain": f"{head}\n{body}",
            "text/html": html.page(html.card(head, html.tag("pre", body))),
        }
