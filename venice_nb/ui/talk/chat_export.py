"""A conversation as cells that make it again: as text to copy, and as a notebook with its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from venice_nb.results import saving
from venice_nb.results.reading import dumps
from venice_nb.ui.parts.code import Name, call, literal, uploaded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from venice_nb.render.live import Bundle
    from venice_nb.talk.conversation import Conversation
    from venice_nb.ui.parts.attachments import Attachment

SETUP = "import venice_nb as vn\n\nv = vn.connect()"


@dataclass(frozen=True)
class Asked:
    """With what a turn was asked: `options` of the call, and `settings` of the conversation at that time."""

    prompt: str
    attached: tuple[Attachment, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def cells(talk: Conversation, asked: Sequence[Asked], now: dict[str, Any]) -> list[str]:
    """The first cell makes the conversation, each further one asks once more. `now`: today's settings."""
    tools = [Name(getattr(tool, "__name__", "tool")) for tool in talk.tools] or None
    settings = asked[0].settings or now if asked else now
    found = [call("c = v.conversation", **settings, tools=tools, **talk.parameters)]
    for each in asked:
        changes = {name: value for name, value in each.settings.items() if value != settings[name]}
        settings = {**settings, **changes}
        lines = [f"c.{name} = {literal(value)}" for name, value in changes.items()]
        found.append("\n".join([*lines, *_turn(each)]))
    return found


def _turn(asked: Asked) -> list[str]:
    named: dict[str, list[str]] = {}
    notes = []
    for item in asked.attached:
        named.setdefault(item.argument, []).append(item.name)
        if item.data is not None:
            notes.append(uploaded(item.name))
    return [*notes, call("c", asked.prompt, **named, **asked.options)]


def save(talk: Conversation, sources: list[str], path: Any = None) -> Path:
    """Write a notebook with these cells and the answers of the conversation below them; gives its path."""
    replies = [turn.reply for turn in talk.turns]
    answers = [None if reply is None else reply._mimebundle() for reply in replies]  # noqa: SLF001  our own result
    shown = [None, None, *answers, *[None] * len(sources)]
    made = [_cell(number, *each) for number, each in enumerate(zip([SETUP, *sources], shown, strict=False))]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    text = dumps(book, indent=True) + "\n"
    default = f"chat-{sha256(text.encode()).hexdigest()[:8]}.ipynb"
    return saving.write(path, text, default=default, suffixes=(".ipynb",))


def _cell(number: int, source: str, bundle: Bundle | None) -> dict[str, Any]:
    shown = [] if bundle is None else [{"output_type": "display_data", "data": bundle, "metadata": {}}]
    return {
        "cell_type": "code",
        "id": f"cell-{number}",
        "metadata": {},
        "execution_count": None,
        "source": source,
        "outputs": shown,
    }
