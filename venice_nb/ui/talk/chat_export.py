"""A conversation as cells that make it again: as text to copy, and as a notebook with its answers."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from venice_nb.results import saving
from venice_nb.results.reading import dumps
from venice_nb.ui.parts.code import Name, call

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from venice_nb.render.live import Bundle
    from venice_nb.talk.conversation import Conversation

SETUP = "import venice_nb as vn\n\nv = vn.connect()"


def cells(talk: Conversation, asked: Iterable[dict[str, Any]], **settings: Any) -> list[str]:
    """The first cell makes the conversation, each further one asks once more."""
    tools = [Name(getattr(tool, "__name__", "tool")) for tool in talk.tools] or None
    head = call("c = v.conversation", **settings, tools=tools, **talk.parameters)
    return [head, *map(_turn, asked)]


def _turn(asked: dict[str, Any]) -> str:
    options = {name: value for name, value in asked.items() if name not in {"prompt", "attached"}}
    named: dict[str, list[str]] = {}
    notes = []
    for item in asked.get("attached", ()):
        named.setdefault(item.argument, []).append(item.name)
        if item.data is not None:
            notes.append(f"# {item.name} was uploaded: put the file beside the notebook")
    return "\n".join([*notes, call("c", asked["prompt"], **named, **options)])


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
