"""The document panel: questions to documents, why these passages, settings to turn, compare and measure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Any as Anything
from traitlets import Unicode

from venice_nb.rag.corpus import Corpus
from venice_nb.rag.rag import Rag
from venice_nb.render import html, text
from venice_nb.results.rag.answer import Answer
from venice_nb.results.talk.reply_view import price
from venice_nb.ui.documents import rag_reasons, rag_side
from venice_nb.ui.documents.rag_documents import Documents, reader, reading
from venice_nb.ui.documents.rag_duel import Duel
from venice_nb.ui.documents.rag_knobs import LATER, Knobs
from venice_nb.ui.documents.rag_prices import Prices
from venice_nb.ui.documents.rag_questions import Questions
from venice_nb.ui.parts import prices, view
from venice_nb.ui.parts.alike import alike
from venice_nb.ui.parts.code import Name, call
from venice_nb.ui.parts.panel import Panel

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.results.rag.evaluation import Evaluation
    from venice_nb.results.rag.explanation import Explanation
    from venice_nb.results.spending.estimate import CallEstimate
    from venice_nb.ui.parts.task import Task

INDEXES = 3  # that are kept ready, for settings that were turned back


class RagPanel(Panel):
    """See `vn.ui.rag`.

    Attributes:
        question: what is asked next.
        corpus: the documents, a `Corpus`; None before some were read.
        rag: the `Rag` that answered last.
        answer: the last `Answer`; None before the first.
        explanation: why these passages, an `Explanation`.
        knobs: the settings, in its `options`.
        other: the settings they are compared with.

    """

    question = Unicode()
    corpus = Anything(None)

    title = "Documents"
    inputs = ("question", "corpus")

    def __init__(self, source: Any, corpus: Any = None, **traits: Any) -> None:
        given = source if isinstance(source, Rag) else None
        client = source if given is None else given._session.client  # noqa: SLF001  our own
        self.rag: Rag | None = given
        self.answer: Answer | None = None
        self.explanation: Explanation | None = None
        self._given = given
        self._indexes: dict[str, Rag] = {}
        self._prices = Prices(self)
        super().__init__(client, **traits)
        if given is not None:
            self._indexes[repr(self.knobs.index)] = given
            self.corpus = given.corpus
        elif isinstance(corpus, Corpus):
            self.corpus, self._documents.code = corpus, "corpus"
        elif corpus is not None:
            self.corpus, self._documents.code = reading(str(corpus)), reader(str(corpus))
        for knobs in (self.knobs, self.other):
            knobs.observe(lambda _: self.changed())
        self.observe(lambda _: self._new_corpus(), "corpus")
        self._documents.show(self.corpus)
        alike(self.view, [*(section.body for section in (*self._folded, self._code)), self.way_out])

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        options = None if self._given is None else self._given.options
        self.knobs = Knobs(self.client, options, shared=True)
        self.other = Knobs(self.client, options, shared=False)
        self._documents = Documents(self)
        self._main = rag_side.Side(self.client)
        question = view.area("Question", "What to ask the documents", rows=2)
        view.joined(self, "question", question)
        ask = view.button(
            "Ask", "Find passages and have them answer", self.settled(self.ask), style="primary"
        )
        stop = view.button("Stop", "Stop the answer; what has arrived is kept", self.stop)
        return [self._documents.view, question, view.row(ask, stop), self._main.pane]

    def _sections(self) -> list[view.Section]:
        self._why = view.pane()
        self._duel = Duel(self)
        self._questions = Questions(self)
        turn = "How documents are cut, searched and answered from"
        self._folded = [
            view.Section("Why these passages", "Ranks, scores and shared words", [self._why], opened=True),
            view.Section("Settings", turn, [self.knobs.view]),
            view.Section("Compare settings", "Two settings on one question", [self._duel.view]),
            view.Section("Evaluation", "Keep questions and measure the settings", [self._questions.view]),
        ]
        return self._folded

    # --- asking ----------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask the documents with the settings as they are."""
        if self.ready():
            self.start("Asking ...", partial(self._ask, self.question.strip()), self._asked)

    def compare(self) -> None:
        """Ask the same with both settings; their answers stream side by side."""
        if self.ready():
            work = partial(self._duel.ask, self.question.strip())
            self.start("Asking with both ...", work, self._duel.show)

    def take(self) -> None:
        """Let the other settings be those of the panel."""
        self.knobs.options = self.other.options
        self.status = f"Settings: {self.knobs.told()}."

    def evaluate(self) -> None:
        """Put the kept questions to the documents, and see how the settings fare."""
        if self.corpus is None or not self._questions.rows:
            self.status = "Ask a question and keep it first."
            return
        questions, answered = self.questions, self.answers_too
        settings = self.knobs.told()

        def work(_: Task) -> Any:
            rag = self.index_of(self.knobs)
            return rag.evaluate(questions, answers=answered, progress=False)

        def then(found: Evaluation) -> str:
            self._questions.ran(settings, found)
            return f"Evaluated, {price(found.cost)}."

        self.start("Evaluating ...", work, then)

    @property
    def questions(self) -> pd.DataFrame:
        """The questions that were kept, as `R.evaluate` takes them; may be set."""
        return self._questions.frame

    @questions.setter
    def questions(self, given: Any) -> None:
        self._questions.put(given)
        self.changed()

    @property
    def answers_too(self) -> bool:
        """Whether an evaluation also has the questions answered, and the answers judged."""
        return bool(self._questions.answered.value)

    @property
    def evaluations(self) -> list[tuple[str, Evaluation]]:
        """What was measured so far: the settings in words, and the `Evaluation`."""
        return list(self._questions.runs)

    @property
    def answers(self) -> tuple[Any, Any]:
        """What both settings answered when they were compared; None before."""
        return self._duel.answers

    def changed(self) -> None:
        """What a press would do is another thing now."""
        self._changed()

    def ready(self) -> bool:
        """Whether there is something to ask, and of what; `status` says what is missing."""
        if self.corpus is None:
            self.status = "Read some documents first: name a folder, or upload files."
        elif not self.question.strip():
            self.status = "Write a question first."
        else:
            return True
        return False

    def index_of(self, knobs: Knobs) -> Rag:
        """The documents made ready for some settings: embedded unless they were before."""
        key = repr(knobs.index)
        found = self._indexes.pop(key, None)
        if found is None:
            found = self.client.rag(self.corpus, **knobs.options, progress=False)
        elif any(found.options[name] != knobs.options[name] for name in LATER):
            found = Rag(self.client._session, found.corpus, found.index, knobs.asked)  # noqa: SLF001  our own client
        self._indexes[key] = found  # the last that was used is let go of last
        while len(self._indexes) > INDEXES:
            del self._indexes[next(iter(self._indexes))]
        return found

    def _ask(self, question: str, task: Task) -> Answer:
        self.rag = rag = self.index_of(self.knobs)
        try:
            return self._main.ask(rag, question, task)
        except KeyboardInterrupt:
            part = self.client.last
            if isinstance(part, Answer) and part.question == question:
                self._keep(part)
            raise

    def _asked(self, answer: Answer) -> str:
        self._keep(answer)
        if not answer.answered:
            return f"The documents hold no answer, {price(answer.cost)}."
        took = f" in {text.seconds(answer.elapsed)}" if answer.elapsed > 0 else ""
        return (
            f"Answered from {len(answer.cited)} of {len(answer.found)} passages{took}, {price(answer.cost)}."
        )

    def _keep(self, answer: Answer) -> None:
        assert self.rag is not None  # it has answered
        self.answer = answer
        self.explanation = self.rag.explain(answer)
        self._main.show(answer)
        view.draw(self._why, *rag_reasons.drawn(self.explanation))
        self._questions.offer(answer)

    def _idle(self) -> None:
        self._main.idle()

    def _ended(self) -> None:
        self._main.show(None)
        self._duel.end()
        if self.answer is not None:
            self._main.show(self.answer)
        self.changed()  # what was embedded now costs nothing again

    # --- money -----------------------------------------------------------------------------------

    def _new_corpus(self) -> None:
        self._indexes.clear()
        self._documents.show(self.corpus)

    def reckon(self) -> None:
        """Work out what each button of the panel costs, now. Nothing paid is sent."""
        super().reckon()
        prices.draw(self._duel.price, "Asking with both", self._prices.comparing)
        prices.draw(self._questions.price, "The evaluation", self._prices.evaluating)

    def _estimate(self) -> CallEstimate | None:
        if self.corpus is not None:
            self._documents.show(self.corpus, *self._prices.told())
        return self._prices.asking()

    # --- the base's questions --------------------------------------------------------------------

    def _cell(self) -> str:
        lines, corpus = [], Name("R.corpus" if self._given is not None else "corpus")
        own = self._given is not None and self.corpus is self._given.corpus
        if not own:
            corpus = Name("corpus")
            if self._documents.code != "corpus":
                lines.append(f"corpus = {self._documents.code or '...'}" if self._documents.code else "")
        turned = self.knobs.turned
        if not own or self._given is None or self._given.options != self.knobs.options:
            lines.append(f"R = {call('v.rag', corpus, **turned)}")
        question = self.question.strip() or (self.answer.question if self.answer is not None else "")
        if question:
            lines += [f"answer = {call('R.ask', question)}", "R.explain(answer)"]
        if self.answers != (None, None):
            lines += [f"S = {call('v.rag', corpus, **self.other.turned)}", call("S.ask", question)]
        if self._questions.rows:
            lines.append(f"questions = {self._questions.code}")
            lines.append(call("R.evaluate", Name("questions"), answers=self.answers_too))
        return "\n".join(filter(None, lines))

    def _drawn(self) -> list[html.Child]:
        if self.corpus is None:
            return [html.note("No documents were read yet.")]
        shown: list[html.Child] = [
            html.tag("p", f"{self._read()}. Settings: {self.knobs.told()}.", class_="vn-line")
        ]
        if self.answer is not None:
            shown.append(html.tag("p", html.tag("strong", text.clean(self.answer.question, 400))))
            shown += rag_side.parts(self.answer)
        if self.explanation is not None:
            shown += rag_reasons.drawn(self.explanation)
        return [*shown, *self._duel.drawn(), *self._questions.drawn()]

    def _read(self) -> str:
        n = len(self.corpus)
        return f"{text.count(n)} document{'s' * (n != 1)}"

    def _said(self) -> str:
        if self.corpus is None:
            return "no documents"
        asked = f", {text.short(self.answer.question, 60)}" if self.answer is not None else ""
        return f"{self._read()}{asked}"

    def _left(self) -> None:
        self.knobs.close()
