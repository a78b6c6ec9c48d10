"""A conversation that remembers: turns of questions and answers, to undo, edit, fork and save."""

from __future__ import annotations

import datetime as dt
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.catalogue.names import name_of
from venice_nb.errors import ContextTooLong, InvalidInput
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.money import Cost, Usage
from venice_nb.talk.chat import prepared, user
from venice_nb.talk.exchange import Exchange, Screen, check_steps, rounds, wants_show
from venice_nb.talk.tools import Toolbox
from venice_nb.talk.turn import Message, Turn, answerable, reworded

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.results.characters import Character
    from venice_nb.results.talk.reply import Reply
    from venice_nb.talk.tools import Confirm


class Conversation(Displayed):
    """Ask by calling it: `c = v.conversation(system="Be brief"); c("Hi")`. It sends what was said before.

    Args:
        session: of the client.
        run: carries out a plan: gives the reply, or for an asynchronous client a coroutine of it.
        system: instructions before everything else.
        character: a persona, as for `chat`.
        model: as for `chat`.
        tools: as for `chat`.
        max_steps: rounds of tool calls in one turn.
        confirm: asked before a tool runs.
        parameters: defaults for every turn, such as `temperature=0`; a turn may override them.

    `turns`, `cost` and `usage` tell what happened. A turn that is interrupted stays, marked incomplete; one
    that fails before anything arrives leaves no trace. One question at a time: a second one meanwhile, from
    another thread or task, is InvalidInput.

    >>> import venice_nb as vn
    >>> c = vn.Venice.sandbox().conversation()
    >>> c("What is 2 + 2?", show=False).text
    '2 + 2 = 4'
    >>> len(c)
    1

    """

    __slots__ = (
        "_box", "_lock", "_run", "_session", "_spent", "_turns",
        "character", "confirm", "max_steps", "model", "parameters", "system", "tools",
    )  # fmt: skip

    def __init__(
        self,
        session: Session,
        run: Callable[[Plan[Reply]], Any],
        *,
        system: str | None = None,
        character: str | Character | None = None,
        model: ModelName | None = None,
        tools: Sequence[Any] | None = None,
        max_steps: int = 8,
        confirm: Confirm | None = None,
        **parameters: Any,
    ) -> None:
        self._session = session
        self._run = run
        self._box = Toolbox(tools)
        self._turns: list[Turn] = []
        self._spent: list[tuple[Usage, Cost]] = []
        self._lock = threading.Lock()
        self.system = system
        slug: Any = getattr(character, "slug", character)
        self.character: str | None = slug
        self.model = None if model is None else name_of(model)
        self.tools = tuple(tools or ())
        self.max_steps = max_steps
        self.confirm = confirm
        self.parameters = parameters

    # --- asking --------------------------------------------------------------------------------

    def __call__(
        self,
        prompt: str | None = None,
        *,
        images: Any = None,
        audio: Any = None,
        video: Any = None,
        files: Any = None,
        **parameters: Any,
    ) -> Any:
        """The reply to the next question; for an asynchronous client, a coroutine of it.

        Takes what `chat` takes; `parameters` count for this turn only.
        """
        return self._run(
            self.asking(prompt, images=images, audio=audio, video=video, files=files, **parameters)
        )

    @property
    def carries_out(self) -> Callable[..., Plan[Reply]]:
        """The plan of the next turn, for `v.estimate(conversation, "...")`."""

        def plan(_: Session, /, *args: Any, **parameters: Any) -> Plan[Reply]:
            return self.asking(*args, **parameters)

        return plan

    def regenerate(self, **parameters: Any) -> Any:
        """Another reply to the last question, in the place of the one it had."""
        return self._run(self._again(-1, None, parameters))

    def edit(self, turn: int, text: str, **parameters: Any) -> Any:
        """The reply to another wording of turn number `turn` (from 0); later turns are dropped.

        Pictures and files of the question stay.
        """
        return self._run(self._again(turn, text, parameters))

    def asking(
        self,
        prompt: str | None = None,
        *,
        images: Any = None,
        audio: Any = None,
        video: Any = None,
        files: Any = None,
        **parameters: Any,
    ) -> Plan[Reply]:
        """The plan of one turn, for a driver of your own."""
        question = user(prompt, images, audio, video, files)
        if question is None:
            raise InvalidInput("There is nothing to ask.", field="prompt", do='Write c("your question").')
        with self._busy():
            return (yield from self._turn(list(self._turns), question, parameters))

    def _again(self, turn: int, text: str | None, parameters: Mapping[str, Any]) -> Plan[Reply]:
        with self._busy():
            position = self._position(turn)
            question = self._turns[position].question
            if text is not None:
                question = reworded(question, text)
            return (yield from self._turn(self._turns[:position], question, parameters))

    def _turn(self, before: list[Turn], question: Message, parameters: Mapping[str, Any]) -> Plan[Reply]:
        """Ask after the turns `before`; they and the new one become the history once anything has arrived."""
        chosen = {"model": self.model, "character": self.character, **self.parameters, **parameters}
        shown = wants_show(self._session, chosen.pop("show", None))
        stream = chosen.pop("stream", None)
        tools = chosen.pop("tools", None)
        box = self._box if tools is None else Toolbox(tools)
        loop = {
            "max_steps": chosen.pop("max_steps", self.max_steps),
            "confirm": chosen.pop("confirm", self.confirm),
            "raise_tool_errors": chosen.pop("raise_tool_errors", False),
            "tool_choice": chosen.get("tool_choice"),
        }
        check_steps(loop["max_steps"])
        system = chosen.pop("system", self.system)
        sent = [{"role": "system", "content": system}] if system else []
        sent += [message for turn in before for message in turn.messages]
        begins = len(sent)
        exchange = Exchange([*sent, question])
        at = dt.datetime.now(dt.UTC)
        try:
            ask = yield from prepared(
                self._session,
                exchange.messages,
                stream=shown if stream is None else stream,
                tools=box.specs or None,
                **chosen,
            )
            screen = Screen(exchange, show=shown)
            reply: Reply = yield from rounds(self._session, exchange, ask, box=box, screen=screen, **loop)
        except BaseException as stop:
            _advise(stop, before)
            if exchange.reply is not None:
                said = answerable(exchange.messages[begins:], exchange.partial)
                partial = replace(exchange.reply, complete=False)
                self._keep(before, Turn(tuple(said), partial, at, complete=False))
            raise
        self._keep(before, Turn(tuple(exchange.messages[begins:]), reply, at))
        return reply

    def _keep(self, before: list[Turn], turn: Turn) -> None:
        self._turns = [*before, turn]
        self._spent.append((turn.usage, turn.cost))

    # --- what was said -------------------------------------------------------------------------

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, oldest first."""
        return tuple(self._turns)

    @property
    def messages(self) -> list[Message]:
        """What the next question would be preceded by, as the API takes it."""
        system = [{"role": "system", "content": self.system}] if self.system else []
        return system + [dict(message) for turn in self._turns for message in turn.messages]

    @property
    def last(self) -> Reply | None:
        """The last reply; None before the first."""
        return self._turns[-1].reply if self._turns else None

    @property
    def cost(self) -> Cost:
        """US dollars of everything that was asked here, also of turns undone or replaced since."""
        return sum((cost for _, cost in self._spent), Cost(0.0, "charged"))

    @property
    def usage(self) -> Usage:
        """Tokens of everything that was asked here, also of turns undone or replaced since."""
        return sum((usage for usage, _ in self._spent), Usage())

    def __len__(self) -> int:
        return len(self._turns)

    def __bool__(self) -> bool:
        return True  # an empty conversation is one all the same

    def __iter__(self) -> Iterator[Turn]:
        return iter(self.turns)

    def __getitem__(self, turn: int) -> Turn:
        return self._turns[turn]

    def to_frame(self) -> pd.DataFrame:
        """One row per message: turn, role, text, model, tokens, cost (US dollars), complete.

        Tokens and cost stand in the row of a turn's last answer and are those of the whole turn.
        """
        from venice_nb.talk import conversation_view  # noqa: PLC0415  loads with the first table or display

        return conversation_view.frame(self)

    # --- changing it ---------------------------------------------------------------------------

    def undo(self, n: int = 1) -> Conversation:
        """Forget the last `n` turns. Gives the conversation itself."""
        with self._busy():
            _count("n", n, 1)
            self._turns = self._turns[: max(0, len(self._turns) - n)]
        return self

    def trim(self, keep: int) -> Conversation:
        """Forget all but the last `keep` turns, so that a long conversation fits its model again."""
        with self._busy():
            _count("keep", keep, 0)
            self._turns = self._turns[len(self._turns) - keep :] if keep < len(self._turns) else self._turns
        return self

    def fork(self) -> Conversation:
        """A second conversation with the same past and settings; neither sees what the other says next."""
        with self._busy():
            other = Conversation(
                self._session,
                self._run,
                system=self.system,
                character=self.character,
                model=self.model,
                tools=self.tools,
                max_steps=self.max_steps,
                confirm=self.confirm,
                **self.parameters,
            )
            other._turns, other._spent = list(self._turns), list(self._spent)
        return other

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes it as `.json`, pictures included; `load` reads it back. Functions and keys are not written.

        Without a path the name is made from the content. Raises InvalidInput rather than replace a file,
        unless `overwrite=True`.
        """
        from venice_nb.talk import conversation_file  # noqa: PLC0415  loads with the first file

        with self._busy():
            return conversation_file.save(self, path, overwrite=overwrite)

    def to_dict(self) -> dict[str, Any]:
        """What `save` writes, as plain values."""
        from venice_nb.talk import conversation_file  # noqa: PLC0415  loads with the first file

        return conversation_file.content(self)

    def load(self, path: str | os.PathLike[str]) -> Conversation:
        """Reads what `save` wrote: `c = v.conversation(tools=[...]).load("c.json")`. Gives the conversation.

        Turns and settings of the file take the place of those here; tools stay, as functions are not saved.
        Raises InvalidInput for a file that is no saved conversation.
        """
        from venice_nb.talk import conversation_file  # noqa: PLC0415  loads with the first file

        with self._busy():
            found = conversation_file.load(path)
            self.system, self.character, self.model = found.system, found.character, found.model
            self.parameters = dict(found.parameters)
            self._turns = list(found.turns)
            self._spent = [(turn.usage, turn.cost) for turn in self._turns]
            absent = ", ".join(name for name in found.tools if name not in self._box)
            if absent:
                self._session.announce(f"the conversation used tools that are not here: {absent}")
        return self

    # --- underneath ----------------------------------------------------------------------------

    def _position(self, turn: int) -> int:
        size = len(self._turns)
        if isinstance(turn, bool) or not isinstance(turn, int) or not -size <= turn < size:
            raise InvalidInput(
                f"There is no turn {turn!r}.",
                field="turn",
                value=turn,
                allowed=f"0 to {size - 1}" if size else "none yet",
                do="Count from 0; -1 is the last." if size else "Ask something first.",
            )
        return turn % size

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """One thing at a time: an answer that arrives while another is underway would tear the history."""
        if not self._lock.acquire(blocking=False):
            raise InvalidInput(
                "This conversation is still answering.",
                field="conversation",
                do="Wait for the answer, or ask in c.fork() to go two ways at once.",
            )
        try:
            yield
        finally:
            self._lock.release()

    def __reduce__(self) -> Any:
        raise TypeError("a conversation holds its client and is never pickled; c.save() writes it to a file")

    def __repr__(self) -> str:
        from venice_nb.talk import conversation_view  # noqa: PLC0415  loads with the first table or display

        return conversation_view.plain(self)

    def _mimebundle(self) -> Bundle:
        from venice_nb.talk import conversation_view  # noqa: PLC0415  loads with the first table or display

        return conversation_view.bundle(self)


def _count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidInput(
            f"{name} is {value!r}.", field=name, value=value, allowed=f"{least} or more", do="Pass a number."
        )


def _advise(stop: BaseException, before: list[Turn]) -> None:
    """Say what helps when a conversation has grown longer than its model can read."""
    told = stop.details if isinstance(stop, InvalidInput) else {}
    too_long = told.get("field") == "messages" and "tokens" in str(told.get("allowed"))
    if (
        before
        and isinstance(stop, ContextTooLong | InvalidInput)
        and (too_long or isinstance(stop, ContextTooLong))
    ):
        stop.do = (
            f"Call trim(keep={max(1, len(before) // 2)}) or undo(), or take a model with a longer context."
        )
