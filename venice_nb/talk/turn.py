"""One turn of a conversation: a question and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.results.money import Cost, Usage

if TYPE_CHECKING:
    import datetime as dt

    from venice_nb.results.talk.reply import Reply

Message = dict[str, Any]
_UNTOLD = "error: this did not run, the user interrupted it"


@dataclass(frozen=True)
class Turn:
    """One question and what came of it.

    Attributes:
        messages: as sent and received: the question, answers, results of tools.
        reply: the last answer, with all steps and the cost of the turn; None when only tools had run.
        at: when it was asked, UTC.
        complete: False when it was interrupted.

    """

    messages: tuple[Message, ...]
    reply: Reply | None
    at: dt.datetime
    complete: bool = True

    @property
    def question(self) -> Message:
        """The user's message."""
        return self.messages[0]

    @property
    def cost(self) -> Cost:
        """US dollars of the turn."""
        return self.reply.cost if self.reply is not None else Cost(0.0, "charged")

    @property
    def usage(self) -> Usage:
        """Tokens of the turn."""
        return self.reply.usage if self.reply is not None else Usage()


def reworded(question: Message, text: str) -> Message:
    """The user's message with another text and the same media."""
    content = question.get("content")
    if isinstance(content, str):
        return {**question, "content": text}
    rest = [part for part in content or () if part.get("type") != "text"]
    return {**question, "content": [{"type": "text", "text": text}, *rest]}


def answerable(messages: list[Message], partial: Reply | None) -> list[Message]:
    """The messages of an interrupted turn in a form that can be sent: every tool call has an answer."""
    said = list(messages)
    answered = {message.get("tool_call_id") for message in said if message.get("role") == "tool"}
    calls = next((message.get("tool_calls") for message in reversed(said) if message.get("tool_calls")), None)
    open_calls = [call.get("id") for call in calls or () if call.get("id") not in answered]
    said += [{"role": "tool", "tool_call_id": ident, "content": _UNTOLD} for ident in open_calls]
    if partial is not None and partial.text:
        said.append({"role": "assistant", "content": partial.text})
    return said
