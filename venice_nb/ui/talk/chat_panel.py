"""The chat panel: a conversation that streams, with model, persona, attachments, web search, branches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, Int, Unicode, link

from venice_nb.render import html, text
from venice_nb.results.talk.reply_view import price, tokens
from venice_nb.talk.conversation import Conversation
from venice_nb.talk.conversation_view import said
from venice_nb.ui.parts import view
from venice_nb.ui.parts.alike import alike
from venice_nb.ui.parts.attachments import Attachments, arguments
from venice_nb.ui.parts.keys import SENDS, sent
from venice_nb.ui.parts.model_picker import ModelPicker
from venice_nb.ui.parts.panel import BUSY, Panel
from venice_nb.ui.parts.streaming import Stream
from venice_nb.ui.talk import chat_export, chat_turns, chat_view
from venice_nb.ui.talk.character_picker import CharacterPicker
from venice_nb.ui.talk.chat_export import Asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from venice_nb.policy.steps import Plan
    from venice_nb.results.spending.estimate import CallEstimate
    from venice_nb.results.talk.reply import Reply
    from venice_nb.ui.parts.task import Task
    from venice_nb.venice import Venice


@dataclass
class Branch:
    """One course of the conversation, and with what the panel asked its turns."""

    conversation: Conversation
    known: list[Asked] = field(default_factory=list)

    @property
    def asked(self) -> list[Asked]:
        """With what each turn was asked; of turns of other cells, which come last, the words."""
        turns = self.conversation.turns
        others = [Asked(chat_turns.words(turn.question)) for turn in turns[len(self.known) :]]
        return [*self.known[: len(turns)], *others]


class ChatPanel(Panel):
    """See `vn.ui.chat`.

    Attributes:
        prompt: what is sent next.
        system: instructions before everything else.
        model: id of the model; empty for the default.
        character: slug of a persona; empty for none.
        web_search: off, auto or on.
        citations: mark statements with their sources, where the web is searched.
        turn: number of the turn that is edited or branched from; -1 while there is none.
        attachments: what goes with the next message, in its `items`.
        branches: the courses of the conversation.

    """

    prompt = Unicode()
    system = Unicode()
    model = Unicode()
    character = Unicode()
    web_search = Enum(["off", "auto", "on"], default_value="off")
    citations = Bool(default_value=True)
    turn = Int(-1)

    title = "Chat"
    inputs = ("prompt", "system", "model", "character", "web_search", "citations")

    def __init__(
        self,
        client: Venice,
        *,
        system: str | None = None,
        character: Any = None,
        model: Any = None,
        **parameters: Any,
    ) -> None:
        session = getattr(client, "_session", None)
        given = {"system": system, "character": character, "model": model, **parameters}
        first = Conversation(session, self._run, **given)  # type: ignore[arg-type]  # the base refuses what is none
        self.branches = [Branch(first)]
        self._place = 0
        self._question: str | None = None
        state = {"system": system, "character": first.character, "model": first.model}
        super().__init__(client, **{name: value or "" for name, value in state.items()})
        self.model = self._models.value
        link((self, "model"), (self._models, "value"))
        alike(self.view, [*(section.body for section in (*self._folded, self._code)), self.way_out])
        self._show()

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        self._past, answer, self._costs = view.pane(), view.pane(), view.pane()
        self._stream = Stream(answer)
        tip = f"Sent by the button Send, to which Tab leads, or by {SENDS}; never by leaving the box"
        prompt = view.area("Your message", tip, placeholder=f"{SENDS} sends it")
        view.joined(self, "prompt", prompt)
        self._send = view.button("Send", "Send the message", self.settled(self.send), style="primary")
        self._again = view.button("Regenerate", "Another answer to the last message", self.regenerate)
        self._stop = view.button("Stop", "Stop the answer; what has arrived is kept", self.stop)
        return [self._past, answer, sent(prompt, self._send, self._stop, self._again), self._costs]

    def _sections(self) -> list[view.Section]:
        self._models = ModelPicker(self.client, "text", value=self.model)
        self._people = CharacterPicker(self)
        self.attachments = Attachments(self.note)
        self.attachments.observe(lambda _: self._changed(), "items")
        self._turns = chat_turns.Turns(self)
        system = view.area("System prompt", "Instructions that come before everything else", rows=2)
        search = view.choice(
            "Web search", "auto lets the model decide; 0.01 US dollars for each search", ["off", "auto", "on"]
        )
        cite = view.switch("Cite the sources", "Marks in the answer lead to the pages it is based on")
        view.joined(self, "system", system)
        view.joined(self, "web_search", search)
        view.joined(self, "citations", cite)
        self._folded = [
            view.Section("Choose model", "Which model answers", [self._models.view]),
            view.Section("Add files", "Pictures, sound, films and files", [self.attachments.view]),
            view.Section("Instructions", "System prompt and persona", [system, self._people.view]),
            view.Section("Search the web", "Search and citations", [view.row(search, cite)]),
            self._turns.section,
        ]
        return self._folded

    # --- asking ----------------------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        """The conversation of the branch that is shown; yours to use in other cells."""
        return self._branch.conversation

    @property
    def _branch(self) -> Branch:
        return self.branches[self._place]

    @property
    def answer(self) -> Reply | None:
        """The last answer; None before the first."""
        return self.conversation.last

    def send(self) -> None:
        """Send `prompt` with what is attached. Neither is lost when nothing comes of it."""
        words, items, talk = self.prompt.strip(), self.attachments.items, self.conversation
        if self._busy():
            return
        if not words and not items:
            self.status = "Write a message first."
            return
        before, options = len(talk), self._options()

        def work() -> Reply:
            try:
                reply: Reply = talk(words, **arguments(items), **options, show=False, stream=True)
            except BaseException:
                if len(talk) == before:  # it can be sent again as it is
                    self.prompt = self.prompt or words
                    self.attachments.items = self.attachments.items or items
                raise
            return reply

        self.prompt = ""
        self.attachments.empty()
        marks = [f"[{item.argument.removesuffix('s')}]" for item in items]
        self._ask(work, " ".join([words, *marks]), keep=before, asked=Asked(words, items, options))

    def regenerate(self) -> None:
        """Another answer to the last message."""
        if self._anything():
            talk, options, last = self.conversation, self._options(), len(self.conversation) - 1
            work = partial(talk.regenerate, **options, show=False, stream=True)
            asked = replace(self._branch.asked[last], options=options)
            self._ask(work, said(talk[last].question), keep=last, asked=asked)

    def edit(self, turn: int, words: str) -> None:
        """Ask turn number `turn` anew with other words; later turns are dropped."""
        if self._anything():
            options = self._options()
            work = partial(self.conversation.edit, turn, words, **options, show=False, stream=True)
            asked = replace(self._branch.asked[turn], prompt=words, options=options)
            self._ask(work, words, keep=turn, asked=asked)

    def branch(self) -> None:
        """Go on from the turn that is picked, in a conversation beside this one."""
        if not self._anything():
            return
        keep = self.turn + 1
        made = Branch(self.conversation.fork(), self._branch.asked[:keep])
        if (later := len(made.conversation) - keep) > 0:
            made.conversation.undo(later)
        self.branches.append(made)
        self._place = len(self.branches) - 1
        self._show()
        self.status = f"Branch {self._place} goes on from turn {self.turn}."

    def show_branch(self, place: int) -> None:
        """Go on with another of the branches."""
        if place != self._place and not self._busy():
            self._place = place
        self._show()

    def undo(self) -> None:
        """Forget the last turn of this branch."""
        if self._anything():
            self.conversation.undo()
            del self._branch.known[len(self.conversation) :]
            self._show()

    def export(self, path: Any = None) -> Path:
        """Write the conversation as a notebook whose cells make it again; never over another file."""
        cells = chat_export.cells(self.conversation, self._branch.asked, self._settings())
        return chat_export.save(self.conversation, cells, path)

    def save_as(self, name: str | None) -> None:
        """Do so in the background, and say where it is."""
        if self._anything():
            self.start(
                "Writing ...",
                lambda _: self.export(name),
                lambda path: f"Written to {text.short(path.name, 120)}.",
            )

    def _busy(self) -> bool:
        if self.busy:
            self.status = BUSY
        return self.busy

    def _anything(self) -> bool:
        """Whether there is a turn to work on, and nothing else under way."""
        if self._busy():
            return False
        if not len(self.conversation):
            self.status = "Nothing was said yet."
        return len(self.conversation) > 0

    def _options(self) -> dict[str, Any]:
        if self.web_search == "off":
            return {}
        return {"web_search": self.web_search, "citations": self.citations}

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) or None for name in ("system", "character", "model")}

    def _ask(self, work: Callable[[], Reply], shown: str, *, keep: int, asked: Asked) -> None:
        """Start an answer; `keep` turns stay before it."""
        branch, settings = self._branch, self._settings()
        for name, value in settings.items():
            setattr(branch.conversation, name, value)

        def carry(task: Task) -> Reply:
            before = branch.conversation.turns
            self._stream.begin(task)
            self._question = shown
            self._show(keep)
            try:
                return work()
            finally:
                if branch.conversation.turns != before:
                    branch.known = [*branch.asked[:keep], replace(asked, settings=settings)]

        self.start("Answering ...", carry, _answered)

    def _run(self, plan: Plan[Reply]) -> Any:
        """Carry out a plan of the conversation, and watch its streams."""
        return self.client._session.run(self._stream.watching(plan))  # noqa: SLF001  our own client

    def _idle(self) -> None:
        self._stream.idle()

    def _ended(self) -> None:
        self._question = None
        self._show()
        self._stream.end()

    # --- what is shown ---------------------------------------------------------------------------

    def _show(self, keep: int | None = None) -> None:
        """Draw the turns, of which the first `keep` stay, and what hangs on them."""
        talk = self.conversation
        view.draw(self._past, *chat_view.turns(talk.turns[:keep], self._question))
        cost = f"This conversation: {tokens(talk.usage)}, {price(talk.cost)}." if len(talk) else ""
        view.draw(self._costs, *([html.tag("p", cost, class_="vn-line")] if cost else []))
        if keep is None:
            self._turns.follow(self.branches, self._place)

    def _estimate(self) -> CallEstimate | None:
        words, items, talk = self.prompt.strip(), self.attachments.items, self.conversation
        if not words and not items:
            return None
        return self.client.estimate(
            self.client.chat,
            words,
            messages=[message for message in talk.messages if message["role"] != "system"],
            tools=talk.tools or None,
            **self._settings(),
            **arguments(items),
            **{**talk.parameters, **self._options()},
        )

    def _cell(self) -> str:
        asked, now = self._branch.asked, self._settings()
        if self.prompt.strip():
            asked.append(Asked(self.prompt.strip(), self.attachments.items, self._options(), now))
        return "\n".join(chat_export.cells(self.conversation, asked, now))

    def _drawn(self) -> list[html.Child]:
        facts = {**self._settings(), "model": self.model or "the default"}
        shown = html.facts((name, text.short(value, 300)) for name, value in facts.items() if value)
        return [shown, *(chat_view.turns(self.conversation.turns) or [html.note("Nothing was said yet.")])]

    def _said(self) -> str:
        talk = self.conversation
        turns = f"{len(talk)} turn{'s' * (len(talk) != 1)}"
        return f"{turns}, {price(talk.cost)}" if len(talk) else turns

    def _left(self) -> None:
        self._models.close()


def _answered(reply: Reply) -> str:
    took = f" in {text.seconds(reply.elapsed)}" if reply.elapsed > 0 else ""
    return f"Answered by {text.short(reply.model, 60)}{took}, {price(reply.cost)}."
