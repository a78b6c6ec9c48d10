"""A driver without a client: it carries out a plan with answers prepared in advance."""

import json
from dataclasses import dataclass, field

from venice_nb.catalogue import Catalogue
from venice_nb.config import Settings
from venice_nb.policy.steps import Done, Open, Run, Send, Together
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply import Choice, Reply, ToolCall


@dataclass
class Pieces:
    """An answer that arrives in pieces; `then` is raised after the last of them."""

    reply: Reply
    then: BaseException | None = None


class Growing:
    """What a gatherer shows."""

    error = None

    def __init__(self, reply):
        self._reply = reply
        self.text = ""
        self.reasoning = ""
        self.sources = ()
        self.model = reply.model
        self.started = False
        self.done = False

    def result(self, received):
        return Reply(
            text=self.text,
            model=self.model,
            usage=self._reply.usage,
            cost=self._reply.cost,
            choices=(Choice(text=self.text, message={"role": "assistant", "content": self.text}),),
            complete=self.done,
        )


class Script:
    """Gives each Send the next answer; an exception among the answers is raised in the plan.

    `sent` holds the calls, `bodies` their bodies as they were when sent.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []
        self.bodies = []

    def __call__(self, plan):
        value = error = None
        while True:
            try:
                step = plan.send(value) if error is None else plan.throw(error)
            except StopIteration as stop:
                return stop.value
            value = error = None
            try:
                value = self._do(step)
            except BaseException as raised:  # noqa: BLE001  it goes to the plan, as a driver does
                error = raised

    def _one(self, step, position, make):
        try:
            done = Done(self(make()))
        except Exception as error:  # noqa: BLE001  as a driver does
            done = Done(error=error)
        step.watch(position, done)
        return done

    def _do(self, step):
        if isinstance(step, Run):
            return step.function()
        if isinstance(step, Together):
            return [self._one(step, position, make) for position, make in enumerate(step.plans)]
        assert isinstance(step, Send | Open)
        self.sent.append(step.call)
        self.bodies.append(json.loads(json.dumps(step.call.body)))
        assert self.answers, f"nothing is prepared for {step.call.asked}"
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Pieces):
            gatherer = Growing(answer.reply)
            for word in answer.reply.text.split(" "):
                gatherer.text += word if not gatherer.text else f" {word}"
                gatherer.started = True
                step.watch(gatherer)
            if answer.then is not None:
                raise answer.then
            return answer.reply
        return answer


@dataclass
class FakeSession:
    """What plans need of a session."""

    catalogue: Catalogue = field(default_factory=Catalogue.bundled)
    settings: Settings = field(default_factory=lambda: Settings(show=False))
    notes: list[str] = field(default_factory=list)
    last: Reply | None = None
    default_model: str = ""
    live: bool = False
    private: object = None
    sandbox: object = None

    __hash__ = object.__hash__

    def announce(self, note):
        if note and note not in self.notes:
            self.notes.append(note)

    tell = announce

    def allowed(self, model, family):
        return None, None

    def announce_choice(self, found):
        self.announce(found.note)
        self.announce(found.farewell)


def reply(text="", *calls, finish=None, model="zai-org-glm-5-2", usd=0.001, **more):
    """A reply of the model; `calls` are (name, arguments) or (name, arguments, id)."""
    tool_calls = tuple(
        ToolCall(
            call[2] if len(call) > 2 else f"call_{n}",
            call[0],
            call[1] if isinstance(call[1], str) else json.dumps(call[1]),
        )
        for n, call in enumerate(calls)
    )
    message = {"role": "assistant", "content": text or None}
    if tool_calls:
        message["tool_calls"] = [call.to_dict() | {"extra": "kept"} for call in tool_calls]
    finish = finish or ("tool_calls" if calls else "stop")
    return Reply(
        text=text,
        tool_calls=tool_calls,
        finish_reason=finish,
        model=model,
        usage=Usage(10, 5, 15),
        cost=Cost(usd, "charged"),
        elapsed=0.5,
        choices=(Choice(text, "", tool_calls, finish, message),),
        **more,
    )
