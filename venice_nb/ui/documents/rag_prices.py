"""What the buttons of the document panel cost: embedding what is not embedded yet, and asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.rag import prompt
from venice_nb.rag.rerank import POOL
from venice_nb.render import text
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.results.talk.reply_view import price
from venice_nb.ui.parts.prices import summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.embedding_plan import EmbeddingPlan
    from venice_nb.results.rag.passage import Passage
    from venice_nb.ui.documents.rag_knobs import Knobs
    from venice_nb.ui.documents.rag_panel import RagPanel

RATED = 400  # tokens of the ratings of a reranking model


class Prices:
    """Reckons with the documents, the settings and the question as they are. Sends nothing that is paid."""

    def __init__(self, panel: RagPanel) -> None:
        self._panel = panel
        self._cut: tuple[Any, tuple[Passage, ...]] = (None, ())

    def asking(self) -> CallEstimate | None:
        """Of Ask; None when there is nothing to press."""
        knobs, question = self._panel.knobs, self._question
        if self._panel.corpus is None:
            return None
        embedding = self._embedding([knobs])
        if not question:
            return embedding if embedding.usd else None
        return summed([embedding, self._answering(knobs, question)])

    def comparing(self) -> CallEstimate | None:
        """Of Ask with both."""
        both, question = [self._panel.knobs, self._panel.other], self._question
        if self._panel.corpus is None or not question:
            return None
        return summed([self._embedding(both), *(self._answering(one, question) for one in both)])

    def evaluating(self) -> CallEstimate | None:
        """Of Evaluate."""
        panel = self._panel
        asked = [str(each) for each in panel.questions["question"]]
        if panel.corpus is None or not asked:
            return None
        parts = [self._embedding([panel.knobs], asked)]
        if panel.answers_too:
            answer = self._answering(panel.knobs, max(asked, key=len))
            parts += [answer] * 2 * len(asked)  # judging costs as much again
        return summed(parts)

    def told(self) -> tuple[int, str]:
        """How many passages there are, and what it costs to embed those that are not."""
        passages, knobs = self._passages(self._panel.knobs), self._panel.knobs
        if knobs.retrieval == "keyword":
            return len(passages), "They are searched by their words, which costs nothing."
        plan = self._plan(knobs, [each.indexed for each in passages])
        missing = plan.unique - plan.cached
        if not missing:
            return len(passages), "Nothing is left to embed."
        return len(passages), f"To be embedded: {text.count(missing)}, {price(plan.cost)}."

    @property
    def _question(self) -> str:
        return self._panel.question.strip()

    def _passages(self, knobs: Knobs) -> tuple[Passage, ...]:
        corpus, options = self._panel.corpus, knobs.options
        key = (id(corpus), options["chunk"], options["overlap"], options["unit"])
        if self._cut[0] != key:
            made = corpus.split(options["chunk"], options["overlap"], unit=options["unit"])
            self._cut = (key, made.passages)
        return self._cut[1]

    def _plan(self, knobs: Knobs, texts: Sequence[str]) -> EmbeddingPlan:
        return self._panel.client.embed.plan(list(texts), model=knobs.embedding_model or None)

    def _embedding(self, settings: Sequence[Knobs], questions: Sequence[str] = ()) -> CallEstimate:
        """Of the passages of some settings, and of the questions; each text once."""
        asked = list(questions) or [self._question] * bool(self._question)
        wanted: dict[str, tuple[Knobs, dict[str, None]]] = {}
        for knobs in settings:
            if knobs.retrieval != "keyword":
                texts = wanted.setdefault(knobs.embedding_model, (knobs, {}))[1]
                texts |= dict.fromkeys([*(each.indexed for each in self._passages(knobs)), *asked])
        plans = [self._plan(knobs, list(texts)) for knobs, texts in wanted.values()]
        return summed([CallEstimate(plan.cost.usd, plan.cost.usd, plan.requests) for plan in plans])

    def _answering(self, knobs: Knobs, question: str) -> CallEstimate:
        """Of one answer, with the longest passages: which are found is not known yet."""
        longest = sorted(self._passages(knobs), key=lambda each: -len(each.text))
        estimate, chat = self._panel.client.estimate, self._panel.client.chat
        given = prompt.messages(question, longest[: knobs.k])
        parts = [estimate(chat, messages=given, model=knobs.model or None)]
        if knobs.rerank:
            given = prompt.messages(question, longest[: max(POOL, knobs.k)])
            parts.append(estimate(chat, messages=given, model=knobs.rerank, max_completion_tokens=RATED))
        return summed(parts)
