"""One question and all that comes of it: answers, tool calls, their results, the sum of tokens and dollars.

The loop is a plan: it sends a call, runs the tools the answer asks for, tells the model what they gave, and
goes on until there is an answer in words. Whatever interrupts it, what had arrived is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Received
from venice_nb.calls.check import refuse
from venice_nb.errors import StreamFailure
from venice_nb.policy.steps import Plan, Send
from venice_nb.render.live import Bundle, Live, environment, mark_shown, static_mode
from venice_nb.results.reading import mapping
from venice_nb.results.talk.reply import Reply, ToolCall, ToolStep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.client.session import Session
    from venice_nb.talk.tools import Confirm, Toolbox

Message = dict[str, Any]
NUDGE = "Do not call any more tools. Answer now with what you have, and say what is missing."
OUT_OF_STEPS = "max_steps"  # finish_reason of an answer that was asked for when the steps ran out


@dataclass
class Exchange:
    """The messages, and what has come back so far. It grows in place, so that an interruption loses nothing.

    Attributes:
        messages: what is sent; each answer and each tool's result is added at the end.
        replies: the answers of the model, one for each round.
        steps: the tool calls that were carried out.
        partial: an answer that was cut short.

    """

    messages: list[Message]
    replies: list[Reply] = field(default_factory=list)
    steps: list[ToolStep] = field(default_factory=list)
    partial: Reply | None = None

    @property
    def reply(self) -> Reply | None:
        """The last answer, with all steps and the tokens, dollars and seconds of all rounds; None if none."""
        answers = [*self.replies, *([self.partial] if self.partial is not None else [])]
        if not answers:
            return None
        if len(answers) == 1 and not self.steps:
            return answers[0]
        return replace(
            answers[-1],
            usage=sum((answer.usage for answer in answers[1:]), answers[0].usage),
            cost=sum((answer.cost for answer in answers[1:]), answers[0].cost),
            elapsed=sum(answer.elapsed for answer in answers) + sum(step.elapsed for step in self.steps),
            steps=tuple(self.steps),
        )

    def answered(self, reply: Reply, calls: Sequence[ToolCall] = ()) -> None:
        """Take an answer in; `calls` are those of its tool calls that get an answer in turn."""
        self.replies.append(reply)
        self.messages.append(_to_send_back(reply, calls))

    def carried_out(self, step: ToolStep) -> None:
        """Take the result of a tool in."""
        self.steps.append(step)
        self.messages.append({"role": "tool", "tool_call_id": step.call.id, "content": step.output})


class Screen:
    """What the notebook shows meanwhile: steps folded as they happen, then the answer as it grows."""

    def __init__(self, exchange: Exchange, *, show: bool) -> None:
        self._exchange = exchange
        self._live = Live(self._draw) if show else None
        self._growing: Any = None
        self._final: Reply | None = None
        self._dropped = False
        self._begun = False

    def show(self) -> None:
        """Draw the first frame, once."""
        if self._live is not None and not self._begun:
            self._begun = True
            self._live.show()

    def watch(self, gatherer: Any) -> None:
        """A stream has grown."""
        self._growing = gatherer
        if self._live is not None:
            self._live.update()

    def turn(self) -> None:
        """An answer is complete, or a tool has run: the next stream starts afresh."""
        self._growing = None
        if self._live is not None:
            self._live.update()

    def so_far(self) -> Reply | None:
        """The answer of a stream that was stopped from this side; None when nothing had arrived."""
        gatherer = self._growing
        if gatherer is None or not gatherer.started:
            return None
        found: Reply = gatherer.result(Received(200, {}, b""))
        return replace(found, complete=False)

    def finish(self, reply: Reply) -> None:
        """Draw the last frame; the reply is then not shown a second time as the value of its cell."""
        self._final = reply
        if self._live is not None and self._live.finish():
            mark_shown(reply)

    def drop(self) -> None:
        """Nothing came: empty the frame on the page, if there is one; in static mode there is none yet."""
        self._dropped = True
        if self._live is not None and self._begun and not static_mode():
            self._live.finish()

    def _draw(self) -> Bundle:
        from venice_nb.results.talk import reply_view  # noqa: PLC0415  it draws, and loads with the first display

        if self._final is not None:
            return reply_view.bundle(self._final)
        if self._dropped:
            return {"text/plain": "", "text/html": ""}
        return reply_view.live_bundle(self._growing, self._exchange.steps)


def wants_show(session: Session, show: bool | None) -> bool:
    """Whether to stream onto the page: as asked, else as the client was told, else in a notebook."""
    if show is None:
        show = session.settings.show
    return environment() == "notebook" if show is None else show


def check_steps(max_steps: Any) -> None:
    """Refuse a number of rounds that is none."""
    if isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1:
        refuse("max_steps", max_steps, "a whole number of 1 or more", "Pass 8.")


def rounds(
    session: Session,
    exchange: Exchange,
    ask: Callable[..., Call[Reply]],
    *,
    box: Toolbox,
    screen: Screen,
    max_steps: int = 8,
    tool_choice: Any = None,
    confirm: Confirm | None = None,
    raise_tool_errors: bool = False,
) -> Plan[Reply]:
    """The plan of the loop. `ask(messages, tool_choice=...)` makes a call; `max_steps` bounds the rounds.

    When the rounds are used up the model is asked once more, for an answer without tools; the reply then has
    the `finish_reason` "max_steps". Any failure leaves the reply so far in `session.last`.
    """
    check_steps(max_steps)
    try:
        for step in range(max_steps + 1):
            last = step == max_steps
            if last:
                exchange.messages.append({"role": "user", "content": NUDGE})
            call = ask(exchange.messages, tool_choice="none" if last else tool_choice)
            screen.show()  # not before: what is refused leaves no empty frame on the page
            reply = yield Send(call, screen.watch if call.gather is not None else None)
            calls = box.wanted(reply.tool_calls)
            # The arguments of an answer that was cut at the token limit are cut too.
            going_on = (
                bool(box and calls and box.runs(calls)) and reply.finish_reason != "length" and not last
            )
            if last:
                note = f"the tools were stopped after {max_steps} rounds; max_steps= allows more"
                session.announce(note)
                reply = replace(reply, finish_reason=OUT_OF_STEPS)
            exchange.answered(reply, calls if going_on else ())
            screen.turn()
            if not going_on:
                break
            for wanted in calls:
                carried = yield from box.run(wanted, confirm=confirm, raise_tool_errors=raise_tool_errors)
                exchange.carried_out(carried)
                screen.turn()
            if tool_choice not in (None, "auto", "none"):
                tool_choice = "auto"  # a forced call that was made is not forced again, or it would never end
    except BaseException as stop:
        _keep(session, exchange, screen, stop)
        raise
    final = exchange.reply
    assert final is not None  # the loop ran at least once
    session.last = final
    screen.finish(final)
    return final


def _keep(session: Session, exchange: Exchange, screen: Screen, stop: BaseException) -> None:
    """Keep what had arrived when something stopped the loop, and show it as it is."""
    partial = stop.partial if isinstance(stop, StreamFailure) else screen.so_far()
    if isinstance(partial, Reply) and (partial.text or partial.reasoning or partial.tool_calls):
        exchange.partial = replace(partial, complete=False)
    found = exchange.reply
    if found is None:
        screen.drop()
        return
    found = replace(found, complete=False)
    if isinstance(stop, StreamFailure):
        stop.partial = found
    session.last = found
    screen.finish(found)


def _to_send_back(reply: Reply, calls: Sequence[ToolCall]) -> Message:
    """The assistant's message as it came, so that reasoning and signatures survive.

    Only the list of tool calls is made anew, and only where it could not be answered as it is: a call without
    an id, or one that merely carries search results.
    """
    message = reply.message
    given = message.get("tool_calls")
    if not given:
        # an answer without words is null on its way here, and refused as null on its way back
        return message if message.get("content") is not None else {**message, "content": ""}
    if isinstance(given, list) and [mapping(each).get("id") for each in given] == [call.id for call in calls]:
        return message
    rest = {key: value for key, value in message.items() if key != "tool_calls"}
    if calls:
        return {**rest, "tool_calls": [call.to_dict() for call in calls]}
    return rest if rest.get("content") is not None else {**rest, "content": ""}
