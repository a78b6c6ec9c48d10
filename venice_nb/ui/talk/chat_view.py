"""How a chat looks in a panel: questions and answers in order, within what a notebook may grow by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.results.talk import reply_view
from venice_nb.talk.conversation_view import said
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.render.html import Html
    from venice_nb.talk.turn import Message, Turn

MOST = 40_000  # characters of HTML of all turns together: what is drawn is state of the widget


def turns(given: Sequence[Turn], pending: Message | str | None = None) -> list[Html]:
    """The latest turns that fit, oldest first, and a question that has no answer yet."""
    drawn: list[Html] = []
    left = MOST
    for number, turn in reversed(list(enumerate(given))):
        one = _turn(number, turn)
        left -= len(one)
        if left < 0 and drawn:
            drawn.append(html.note(f"{number + 1} earlier turns are in panel.conversation."))
            break
        drawn.append(one)
    drawn.reverse()
    return drawn + ([html.tag("section", asked(pending), class_="vn-turn")] if pending is not None else [])


def asked(question: Message | str) -> Html:
    """What the user said; media as `[image]` and the like."""
    words = question if isinstance(question, str) else said(question)
    return html.tag("div", text.clean(words, view.LONGEST), class_="vn-asked", title="your message")


def _turn(number: int, turn: Turn) -> Html:
    reply = turn.reply
    flag = None if turn.complete else html.badge("stopped", "warn")
    if reply is None:
        answer: list[html.Child] = [html.note("No answer came.")]
    else:
        answer = reply_view.parts(view.shortened(reply))
    place = html.tag("span", f"turn {number}", class_="vn-host")
    return html.tag("section", place, asked(turn.question), flag, *answer, class_="vn-turn")
