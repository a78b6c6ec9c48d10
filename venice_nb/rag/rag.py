"""Questions to a corpus: `R = v.rag(corpus)`, then `R.ask("...")`, `R.search`, `R.explain`, `R.evaluate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from venice_nb.binding import carries
from venice_nb.calls import check
from venice_nb.rag.ask import ahead_of, answer, retrieve
from venice_nb.rag.design import Design, K, Settings
from venice_nb.rag.evaluate import evaluate
from venice_nb.rag.expected import QUESTION
from venice_nb.rag.explain import explained
from venice_nb.rag.index import Index, build
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.rag.found import Found
from venice_nb.results.talk.reply_view import price
from venice_nb.talk.rows import How

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.corpus import Corpus
    from venice_nb.rag.fusion import Fusion
    from venice_nb.rag.index import Retrieval
    from venice_nb.results.rag.answer import Answer
    from venice_nb.results.rag.evaluation import Evaluation
    from venice_nb.results.rag.explanation import Explanation
    from venice_nb.results.run_plan import RunPlan


def rag(
    session: Session,
    /,
    corpus: Corpus,
    *,
    model: ModelName | None = None,
    embedding_model: ModelName | None = None,
    chunk: int | None = None,
    overlap: int = 0,
    unit: Literal["characters", "tokens"] = "characters",
    k: int = 5,
    retrieval: Retrieval = "hybrid",
    fusion: Fusion = "scores",
    weight: float | None = None,
    rerank: ModelName | None = None,
    min_score: float = 0.0,
    language: str = "english",
    progress: bool | None = None,
) -> Plan[Rag]:
    """A corpus made ready to be asked: split, embedded, indexed. Then `R.ask("...")`.

    Args:
        corpus: documents, see `vn.Corpus`.
        model: the chat model that answers; as for `chat`.
        embedding_model: makes the vectors of passages and questions; as for `embed`.
        chunk: the most a passage may measure; 1,600 characters or 400 tokens when left out.
        overlap: how much of a passage the next may repeat.
        unit: what both count, see `Corpus.split`.
        k: passages that are found, and given to the model.
        retrieval: "vector" compares meanings (cosine), "keyword" words (BM25 over stems), "hybrid" both.
        fusion: how both become one ranking. "scores" adds them, each scaled to 0 to 1: `weight * cosine' +
            (1 - weight) * bm25'` (Bruch, Gai, Ingber, ACM TOIS 2023). "ranks" is reciprocal rank fusion:
            `weight / (60 + rank)`, summed (Cormack, Clarke, Buettcher, SIGIR 2009).
        weight: the share of the vectors, 0 to 1; 0.6 for scores, 0.5 for ranks when left out. A strong
            embedding model deserves more; `R.evaluate` tells.
        rerank: a chat model that rates the best 20 passages before `k` are taken; None does not.
        min_score: the model is not asked unless some passage has a higher score: a cosine, or with
            "keyword" a BM25. Scores that mean something differ between embedding models.
        language: of the documents, for stems and small words: "english", "italian", ...
        progress: a bar while passages are embedded; None shows one in notebooks and terminals.

    Passages are searched with the titles and headings above them. Vectors are kept as `embed` keeps them, so
    that the same corpus costs nothing a second time. Needs the extra `rag`. Raises InvalidInput before
    anything is sent. API reference: `POST /embeddings`, `POST /chat/completions`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> corpus = vn.Corpus.from_texts({"tides": "High water is at noon.", "pets": "Dogs travel on a lead."})
    >>> R = v.rag(corpus)
    >>> R.ask("When is high water?", show=False).text
    'High water is at noon [1].'

    """
    design = Design(
        corpus,
        model=model,
        embedding_model=embedding_model,
        chunk=chunk,
        overlap=overlap,
        unit=unit,
        k=k,
        retrieval=retrieval,
        fusion=fusion,
        weight=weight,
        rerank=rerank,
        min_score=min_score,
        language=language,
    )
    return (yield from built(session, design, progress=progress))


def built(session: Session, design: Design, *, progress: bool | None = None) -> Plan[Rag]:
    """The plan that makes a `Rag` of its design."""
    index = yield from build(session, design, progress=progress)
    return Rag(session, design.corpus, index, design.settings)


class Rag(Displayed):
    """A corpus that can be asked. Made by `v.rag(corpus)`; with an `AsyncVenice` its methods are awaited.

    Attributes:
        corpus: the documents.
        passages: the pieces they were split into.
        index: what is searched; `index.matrix` are the vectors, an `EmbeddingMatrix`.
        last: the last answer; None before the first.

    """

    def __init__(self, session: Session, corpus: Corpus, index: Index, settings: Settings) -> None:
        self._session = session
        self._settings = settings
        self.corpus = corpus
        self.index = index
        self.passages = index.passages
        self.last: Answer | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What it was made with: `v.rag(R.corpus, **R.options)` makes it again, and sends nothing."""
        index, own = self.index, self._settings
        return {
            "model": own.model,
            "embedding_model": None if index.matrix is None else index.matrix.model,
            "chunk": self.passages.size,
            "overlap": self.passages.overlap,
            "unit": self.passages.unit,
            "k": own.k,
            "retrieval": index.retrieval,
            "fusion": index.blend.fusion,
            "weight": index.blend.weight,
            "rerank": own.rerank,
            "min_score": own.min_score,
            "language": "english" if index.keywords is None else index.keywords.language,
        }

    # --- asking: each a plan, for a driver of your own, and the method that carries it out ---------

    def searching(self, question: str, k: int | None = None) -> Plan[Found]:
        """The best `k` passages for a question, as `Found`: a table with scores, files and lines.

        >>> import venice_nb as vn
        >>> R = vn.Venice.sandbox().rag(vn.Corpus.from_texts({"pets": "Dogs travel on a lead."}))
        >>> R.search("dogs")[0].passage.place
        'pets, line 1'

        """
        asked = [str(QUESTION("question", question))]
        retrieved = yield from retrieve(self._session, self.index, asked, self._k(k), self._settings.rerank)
        return retrieved[0].found

    def asking(
        self,
        /,
        question: str,
        *,
        k: int | None = None,
        model: ModelName | None = None,
        show: bool | None = None,
        dry_run: bool = False,
        **parameters: Any,
    ) -> Plan[Answer | RunPlan]:
        """The answer to a question, from the passages found for it, as `Answer`; shown while it is written.

        Args:
            question: what to ask.
            k: passages the model is given; as for `v.rag` when left out.
            model: as for `v.rag` when left out.
            show: as for `chat`.
            dry_run: give the `RunPlan`, with requests, tokens and dollars of each step, and send nothing.
            parameters: anything else that `chat` takes, such as `temperature=0`.

        Marks such as `[1]` are links to the passages below the answer. When the sources do not hold an
        answer, `answered` is False and the text says so. Raises what `chat` and `embed` raise.

        >>> import venice_nb as vn
        >>> R = vn.Venice.sandbox().rag(vn.Corpus.from_texts({"pets": "Dogs travel on a lead."}))
        >>> R.ask("Do dogs travel?", dry_run=True)["step"].tolist()
        ['vectors of the questions', 'answers']

        """
        for name in ("tools", "messages", "system"):
            if name in parameters:
                check.refuse(
                    name, "<not shown>", "absent", "Give the found passages to chat(...): R.search(question)."
                )
        asked, k, own = str(QUESTION("question", question)), self._k(k), self._settings
        model = model if model is not None else own.model
        if check.flag("dry_run", dry_run):
            return (yield from ahead_of(self._session, self.index, asked, k, own, model=model, **parameters))
        retrieved = yield from retrieve(self._session, self.index, [asked], k, own.rerank)
        parameters |= {"floor": own.min_score, "model": model, "show": show, "keep": self._keep}
        return (yield from answer(self._session, retrieved[0], **parameters))

    def explaining(self, question: str | Answer | Found, k: int | None = None) -> Plan[Explanation]:
        """Why these passages: for each its rank and score with every retriever, and the words they share.

        A question is searched for first; nothing is asked of a chat model, unless it reranks. An answer, or
        what a search found, is explained as it is, which sends nothing.
        """
        found: Any = getattr(question, "found", question)
        if not isinstance(found, Found):
            found = yield from self.searching(found, k)
        return explained(found if k is None else found.top(self._k(k)), self.index)

    def evaluating(
        self,
        /,
        questions: Any,
        *,
        k: int | None = None,
        answers: bool = True,
        model: ModelName | None = None,
        judge: ModelName | None = None,
        at_once: int = 8,
        budget_usd: float | None = None,
        cache: bool = True,
        dry_run: bool = False,
        progress: bool | None = None,
        **parameters: Any,
    ) -> Plan[Evaluation | RunPlan]:
        """How well questions are found and answered, as `Evaluation`: one row each, and a `summary`.

        Args:
            questions: a table or list of dicts with `question`; `source`, the document that holds the answer;
                `expected`, the words there that do (or `start` and `end`); `answer`, a reference; `grade`, if
                some places are better than others. A question on several rows has several right places; one
                without source and expected is not answered by the corpus. Other columns are kept.
            k: passages looked at; as for `v.rag` when left out.
            answers: also have every question answered, and the answers judged. Without, only retrieval is
                measured, which asks no chat model.
            model: the model that answers; as for `v.rag` when left out.
            judge: the model that judges; the one that answers when left out.
            at_once: questions at a time, 1 to 16.
            budget_usd: US dollars that are not passed; what is finished is kept.
            cache: take the answers of an earlier run, and keep those of this one.
            dry_run: give the `RunPlan`, with requests, tokens, dollars and minutes of each step, and send
                nothing.
            progress: a bar while it runs; None shows one in notebooks and terminals.
            parameters: of the answers, as for `chat`, such as `temperature=0`.

        A passage is right when it holds at least half of the expected text, in any place of the document
        where that stands; where only a document is named, documents are ranked. recall@k, MRR and nDCG@k are
        defined in `venice_nb.rag.metrics`. The judge is given the passages and the sentences of the answer,
        and says of each whether the passages support it: `faithfulness` is the share that is supported.
        Raises InvalidInput, naming the row, before anything is sent for a document or text that is not there.

        >>> import venice_nb as vn
        >>> R = vn.Venice.sandbox().rag(vn.Corpus.from_texts({"pets": "Dogs travel on a lead."}))
        >>> made = R.evaluate([{"question": "Do dogs travel?", "source": "pets"}], answers=False)
        >>> made.summary["mrr"].tolist()
        [1.0]

        """
        return (
            yield from evaluate(
                self,
                self._session,
                questions,
                k=self._k(k),
                rerank=self._settings.rerank,
                floor=self._settings.min_score,
                answers=check.flag("answers", answers),
                model=model if model is not None else self._settings.model,
                judge_with=judge,
                how=How(at_once, budget_usd, cache, progress),
                dry_run=check.flag("dry_run", dry_run),
                parameters=parameters,
            )
        )

    search = carries(searching, "search")
    ask = carries(asking, "ask")
    explain = carries(explaining, "explain")
    evaluate = carries(evaluating, "evaluate")

    @property
    def sources(self) -> pd.DataFrame:
        """The passages of the last answer, numbered like its marks. Raises InvalidInput before the first."""
        if self.last is None:
            check.refuse("sources", None, "there after an answer", 'Ask first: R.ask("...").')
        return self.last.citations

    def _keep(self, made: Answer) -> None:
        self.last = made

    def _k(self, k: int | None) -> int:
        return self._settings.k if k is None else int(K("k", k))

    # --- how it looks ------------------------------------------------------------------------

    def _facts(self) -> list[tuple[str, str]]:
        index, blend = self.index, self.index.blend
        matrix = index.matrix
        how = str(index.retrieval)
        if how == "hybrid":
            how += f" ({blend.fusion} fused, vectors weigh {blend.weight:g})"
        facts = [
            ("documents", text.count(len(self.corpus))),
            (
                "passages",
                f"{text.count(len(self.passages))} of at most {self.passages.size:,} {self.passages.unit}",
            ),
            ("retrieval", f"{how}, k = {self._settings.k}"),
        ]
        if matrix is not None:
            n, d = matrix.shape
            facts.append(("vectors", f"{text.count(n)} x {text.count(d)}, {text.short(matrix.model, 80)}"))
            facts.append(("cost", price(matrix.cost)))
        if self._settings.rerank is not None:
            facts.append(("reranked by", text.short(str(self._settings.rerank), 80)))
        if self.corpus.unread:
            facts.append(("not read", f"{len(self.corpus.unread)} files or rows, see .corpus.unread"))
        return facts

    def __repr__(self) -> str:
        counts = ((len(self.corpus), "document"), (len(self.passages), "passage"))
        told = ", ".join(f"{n} {thing}{'s' * (n != 1)}" for n, thing in counts)
        return f"<Rag of {told}, {self.index.retrieval}>"

    def __reduce__(self) -> Any:
        raise TypeError("a Rag holds its client and is never pickled; make it anew, its vectors are kept")

    def _mimebundle(self) -> Bundle:
        facts = self._facts()
        advice = 'R.ask("..."), R.search("..."), R.explain("..."), R.evaluate(questions)'
        lines = ["Rag", *(f"  {name}: {value}" for name, value in facts), f"  {advice}"]
        card = html.card("Rag", html.facts(facts), footer=advice)
        return {"text/plain": "\n".join(lines), "text/html": html.page(card)}
