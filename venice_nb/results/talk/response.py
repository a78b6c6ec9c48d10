"""The answer of the alpha route `POST /responses`: a reply, with its output items beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from venice_nb.results.reading import items, mapping, string
from venice_nb.results.talk.reply import Reply


@dataclass(frozen=True, repr=False)
class ResponsesReply(Reply):
    """A `Reply` read from output items; `raw` is the whole response object.

    The route keeps no state: to go on, send `output` back as part of the next input.
    """

    status: str = ""

    @property
    def output(self) -> list[dict[str, Any]]:
        """The output items as they came: reasoning, function calls, searches, messages."""
        return [dict(item) for item in items(self.raw.get("output")) if isinstance(item, dict)]

    @property
    def id(self) -> str:
        """The id of the response."""
        return string(self.raw.get("id"))

    @property
    def incomplete(self) -> str:
        """Why the response is not complete, in the server's word; empty when it is."""
        return string(mapping(self.raw.get("incomplete_details")).get("reason"))
