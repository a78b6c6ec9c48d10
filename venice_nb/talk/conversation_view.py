"""How a conversation looks: the last answer, the past folded away, and what it cost; and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.markdown import to_html
from venice_nb.results.talk import reply_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from venice_nb.render.live import Bundle
    from venice_nb.talk.conversation import Conversation
    from venice_nb.talk.turn import Message, Turn

COLUMNS = ("turn", "role", "text", "model", "tokens", "cost", "complete")
_SHOWN = 50  # turns drawn; the table has all
_CUT = 20_000  # characters of one text that are drawn


def plain(conversation: Conversation) -> str:
    """One line about the whole, then the last question and answer."""
    lines = [_summary(conversation)]
    if conversation.turns:
        turn = conversation.turns[-1]
        lines += [f"> {text.clean(said(turn.question), _CUT)}", text.clean(_answer(turn), _CUT)]
    return "\n".join(lines)


def bundle(conversation: Conversation) -> Bundle:
    """The conversation as text/plain and text/html, both saying the same."""
    return {"text/plain": plain(conversation), "text/html": html.page(_card(conversation))}


def frame(conversation: Conversation) -> pd.DataFrame:
    """One row per message."""
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    rows = [row for number, turn in enumerate(conversation.turns) for row in _rows(number, turn)]
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    kinds = ("int64", "object", "object", "object", "Int64", "float64", "bool")
    return pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=kind)
            for name, column, kind in zip(COLUMNS, columns, kinds, strict=True)
        }
    )


def said(message: Message) -> str:
    """The text of a message; media as `[image]`, `[audio]`, `[video]`, `[file]`."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    marks = {"image_url": "[image]", "input_audio": "[audio]", "video_url": "[video]", "file": "[file]"}
    found = (part.get("text") or marks.get(part.get("type"), "") for part in content or ())
    return " ".join(piece for piece in found if piece)


def _rows(number: int, turn: Turn) -> Iterator[tuple[Any, ...]]:
    last = max((n for n, message in enumerate(turn.messages) if message["role"] == "assistant"), default=-1)
    for n, message in enumerate(turn.messages):
        words = said(message)
        facts: tuple[Any, ...] = (None, None, None)
        if n == last and turn.reply is not None:
            words = turn.reply.text or words
            facts = (turn.reply.model, turn.usage.total_tokens, turn.cost.usd)
        for call in message.get("tool_calls") or ():
            function = call.get("function") or {}
            words = f"{words}\n{function.get('name')}({function.get('arguments')})".strip()
        yield number, message["role"], words, *facts, turn.complete


def _answer(turn: Turn) -> str:
    answer = turn.reply.text if turn.reply is not None else ""
    return (answer or "[no text]") + ("" if turn.complete else " [interrupted]")


def _summary(conversation: Conversation) -> str:
    count = len(conversation)
    facts = [f"Conversation, {text.count(count)} turn{'s' * (count != 1)}"]
    who = conversation.character or conversation.model
    facts += [text.short(who, 80)] if who else []
    if count:
        facts += [reply_view.tokens(conversation.usage), reply_view.price(conversation.cost)]
    return " · ".join(facts)


def _card(conversation: Conversation) -> html.Html:
    *past, last = conversation.turns or (None,)
    left_out = len(past) - _SHOWN
    folded = [_folded(number, turn) for number, turn in list(enumerate(past))[-_SHOWN:] if turn is not None]
    return html.card(
        "Conversation",
        html.facts(
            (name, text.short(value, 300))
            for name, value in (("system", conversation.system), ("character", conversation.character))
            if value
        )
        if conversation.system or conversation.character
        else None,
        html.note(f"{left_out} earlier turns are not shown; see to_frame()") if left_out > 0 else None,
        html.details(f"{len(past)} earlier turn{'s' * (len(past) != 1)}", *folded) if past else None,
        _drawn(last) if last is not None else html.note("Nothing was said yet."),
        _costs(conversation) if last is not None else None,
        footer=_summary(conversation),
    )


def _folded(number: int, turn: Turn) -> html.Html:
    return html.details(f"{number}: {text.short(said(turn.question), 80)}", _drawn(turn))


def _drawn(turn: Turn) -> html.Html:
    sources = [source.to_dict() for source in turn.reply.sources] if turn.reply is not None else []
    answer = turn.reply.text if turn.reply is not None else ""
    steps = len(turn.reply.steps) if turn.reply is not None else 0
    return html.join(
        html.tag("blockquote", html.plain(text.clean(said(turn.question), _CUT))),
        html.note(f"{steps} tool call{'s' * (steps != 1)}") if steps else None,
        to_html(answer, citations=sources) if answer else html.note("[no text]"),
        None if turn.complete else html.badge("interrupted", "warn"),
    )


def _costs(conversation: Conversation) -> html.Html:
    rows = [
        (
            str(number),
            text.short(turn.reply.model, 60) if turn.reply is not None else "",
            text.count(turn.usage.prompt_tokens),
            text.count(turn.usage.completion_tokens),
            text.money(turn.cost.usd),
        )
        for number, turn in list(enumerate(conversation.turns))[-_SHOWN:]
    ]
    return html.details("Tokens and cost", html.table(("turn", "model", "read", "written", "cost"), rows))
