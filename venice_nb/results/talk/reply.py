"""An answer of a chat model: text, reasoning, tool calls, sources, tokens and cost.

API reference: `POST /chat/completions`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render.live import Bundle, Displayed
from venice_nb.render.text import short
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage
from venice_nb.results.reading import dumps, loads, mapping

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True)
class ToolCall:
    """A function the model wants called. `arguments` is JSON text as it came and may be empty."""

    id: str
    name: str
    arguments: str = ""

    @property
    def args(self) -> dict[str, Any]:
        """The arguments by name; empty text means none.

        Raises ValueError when the text is not a JSON object, as with an answer that was cut off.
        """
        if not self.arguments.strip():
            return {}
        found = loads(self.arguments)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise ValueError(f"the arguments of {short(self.name, 60)} are not an object")  # noqa: TRY004
        return found

    def to_dict(self) -> dict[str, Any]:
        """The call in the shape the API takes back."""
        return {
            "id": self.id,
            "type": "function",
            "function": {"name": self.name, "arguments": self.arguments or "{}"},
        }


@dataclass(frozen=True)
class ToolStep:
    """A tool call that was carried out: the output the model was told, and in how many seconds."""

    call: ToolCall
    output: str = ""
    failed: bool = False
    elapsed: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The step as plain values."""
        return {
            "name": self.call.name,
            "arguments": self.call.arguments,
            "output": self.output,
            "failed": self.failed,
        }


@dataclass(frozen=True)
class Source:
    """A page the answer is based on. Everything in it was written by strangers."""

    title: str = ""
    url: str = ""
    content: str = ""
    date: str = ""

    def to_dict(self) -> dict[str, str]:
        """The four fields by name."""
        return {"title": self.title, "url": self.url, "content": self.content, "date": self.date}


@dataclass(frozen=True)
class Choice:
    """One of the answers asked for with `n`. `message` is the assistant message as it came."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    message: Mapping[str, Any] = field(default_factory=dict)
    logprobs: Any = None
    index: int = 0


@dataclass(frozen=True, repr=False)
class Reply(Displayed):
    """What a chat model answered.

    Attributes:
        text: the answer without reasoning.
        reasoning: what the model thought first, if it said so; may be a summary.
        tool_calls: functions the model wants called. Search results never appear here.
        finish_reason: "stop", "length" (cut at the token limit), "tool_calls" or "content_filter" (refused).
        model: the model that answered.
        usage: tokens.
        cost: US dollars, and whether they were charged, priced from the catalogue or estimated.
        sources: the pages a web search found; markers in the text count into them.
        elapsed: seconds from the first attempt to the last byte.
        raw: the whole answer as JSON; a stream is put together into the same shape.
        headers: the response headers, with `.balance` and `.limits`.
        choices: all answers when several were asked for; the fields above tell about the first.
        steps: tool calls that were carried out on the way to this answer.
        complete: False when the stream ended before the answer did.
        parsed: the object made from the text, after an extraction.

    """

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    sources: tuple[Source, ...] = ()
    elapsed: float = field(default=0.0, compare=False)
    raw: dict[str, Any] = field(default_factory=dict)
    headers: Headers = field(default_factory=Headers, compare=False)
    choices: tuple[Choice, ...] = ()
    steps: tuple[ToolStep, ...] = ()
    complete: bool = True
    parsed: Any = None

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.headers.request_id

    @property
    def logprobs(self) -> Any:
        """Log probabilities as the server sent them, or None."""
        return self.choices[0].logprobs if self.choices else None

    @property
    def message(self) -> dict[str, Any]:
        """The assistant message exactly as it came: append it to the history to go on."""
        if self.choices and self.choices[0].message:
            return dict(self.choices[0].message)
        return {"role": "assistant", "content": self.text}

    @property
    def venice_parameters(self) -> dict[str, Any]:
        """The Venice settings that were in effect."""
        return dict(mapping(self.raw.get("venice_parameters")))

    @property
    def citations(self) -> pd.DataFrame:
        """The sources as a table: title, url, content, date; numbered from 1 like the markers."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [source.to_dict() for source in self.sources]
        index = pd.RangeIndex(1, len(rows) + 1, name="n")
        return pd.DataFrame(rows, columns=["title", "url", "content", "date"], index=index, dtype="object")

    def to_dict(self) -> dict[str, Any]:
        """The reply as plain values, without the raw answer."""
        return {
            "text": self.text,
            "reasoning": self.reasoning,
            "tool_calls": [call.to_dict() for call in self.tool_calls],
            "finish_reason": self.finish_reason,
            "model": self.model,
            "usage": self.usage.to_dict(),
            "cost": self.cost.to_dict(),
            "sources": [source.to_dict() for source in self.sources],
            "steps": [step.to_dict() for step in self.steps],
            "complete": self.complete,
            "request_id": self.request_id,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per answer: text, reasoning, finish_reason."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        choices = self.choices or (Choice(self.text, self.reasoning, finish_reason=self.finish_reason),)
        return pd.DataFrame(
            [(choice.text, choice.reasoning, choice.finish_reason, self.model) for choice in choices],
            columns=["text", "reasoning", "finish_reason", "model"],
        )

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the answer: `.md` the text with its sources, `.json` everything there is.

        Without a path the name is made from the content. Raises InvalidInput rather than replace a file,
        unless `overwrite=True`.
        """
        from venice_nb.results.talk import reply_view  # noqa: PLC0415  it draws, and loads with the first display

        default = f"{saving.named('reply', self.model, self.text)}.md"
        suffixes = (".md", ".json")
        target = saving.checked(path, default=default, suffixes=suffixes)
        if target.suffix.lower() == ".json":
            content = dumps({**self.to_dict(), "raw": self.raw}, indent=True) + "\n"
        else:
            content = reply_view.markdown(self)
        return saving.write(target, content, default=default, suffixes=suffixes, overwrite=overwrite)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        from venice_nb.results.talk import reply_view  # noqa: PLC0415  it draws, and loads with the first display

        return reply_view.plain(self)

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.talk import reply_view  # noqa: PLC0415  it draws, and loads with the first display

        return reply_view.bundle(self)
