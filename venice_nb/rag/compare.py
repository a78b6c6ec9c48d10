"""Which embedding model, which size of passages: the same questions put to the same documents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.check import choice, flag, refuse, several
from venice_nb.catalogue.names import name_of
from venice_nb.embedding.plans import plan as price
from venice_nb.rag import ahead
from venice_nb.rag.client import Client, session_of
from venice_nb.rag.design import Design
from venice_nb.rag.expected import read_questions, rows_of
from venice_nb.rag.rag import built
from venice_nb.rag.splitting import LENGTH
from venice_nb.render.live import static_mode
from venice_nb.results.models.models import ModelTable
from venice_nb.results.rag.comparison import Comparison
from venice_nb.results.rag.evaluation import Evaluation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.corpus import Corpus
    from venice_nb.results.run_plan import RunPlan


_RETRIEVAL = choice(
    "vector", "hybrid", fixes={"keyword": "No embedding model takes part in it: leave it out."}
)


def compare_models(
    client: Client,
    corpus: Corpus,
    questions: Any,
    models: Sequence[ModelName] | ModelTable,
    *,
    retrieval: Literal["vector", "hybrid"] = "vector",
    dry_run: bool = False,
    progress: bool | None = None,
    **options: Any,
) -> Any:
    """Which embedding model finds most in these documents, as `Comparison`: a table, and `.plot()`.

    Args:
        client: a `Venice`; with an `AsyncVenice` the result is awaited.
        corpus: the documents.
        questions: as for `Rag.evaluate`.
        models: embedding models: names, or `v.models(type="embedding")` for all of them.
        retrieval: "vector" shows the models alone, "hybrid" what they add to keywords.
        dry_run: give the `RunPlan`, with requests, tokens, dollars and minutes of each model, and send
            nothing.
        progress: a bar while passages are embedded; None shows one in notebooks and terminals.
        options: of `v.rag`, such as `chunk` and `k`.

    No chat model is asked, unless `rerank` names one. Raises InvalidInput before anything is sent.

    >>> import venice_nb as vn
    >>> v, corpus = vn.Venice.sandbox(), vn.Corpus.from_texts({"pets": "Dogs travel on a lead."})
    >>> asked = [{"question": "Do dogs travel?", "source": "pets"}]
    >>> vn.compare_models(v, corpus, asked, ["text-embedding-bge-m3"]).best
    'text-embedding-bge-m3'

    """
    session = session_of(client, corpus)
    given = list(models) if isinstance(models, ModelTable) else models
    names = {name_of(each): each for each in several(_named, 1, noun="models")("models", given)}
    options["retrieval"] = _RETRIEVAL("retrieval", retrieval)
    designs = _designs(corpus, "embedding_model", names, options)
    return session.run(
        _compared(session, questions, "model", designs, dry_run=flag("dry_run", dry_run), progress=progress)
    )


def compare_chunking(
    client: Client,
    corpus: Corpus,
    questions: Any,
    sizes: Sequence[int],
    *,
    dry_run: bool = False,
    progress: bool | None = None,
    **options: Any,
) -> Any:
    """Which size of passages finds most in these documents, as `Comparison`: a table, and `.plot()`.

    Args:
        client: a `Venice`; with an `AsyncVenice` the result is awaited.
        corpus: the documents.
        questions: as for `Rag.evaluate`; `expected` texts or spans, as a document alone does not tell sizes
            apart.
        sizes: the most that a passage may measure, in characters or in the `unit` given.
        dry_run: give the `RunPlan`, with requests, tokens, dollars and minutes of each size, and send
            nothing.
        progress: a bar while passages are embedded; None shows one in notebooks and terminals.
        options: of `v.rag`, such as `overlap`, `embedding_model` and `k`.

    No chat model is asked, unless `rerank` names one. Larger passages are easier to find and cost more to
    read: look at `passages` and at what `k` of them come to. Raises InvalidInput before anything is sent.

    >>> import venice_nb as vn
    >>> v, corpus = vn.Venice.sandbox(), vn.Corpus.from_texts({"pets": "Dogs travel on a lead."})
    >>> asked = [{"question": "Do dogs travel?", "source": "pets", "expected": "Dogs travel"}]
    >>> vn.compare_chunking(v, corpus, asked, [100, 200]).to_frame()["size"].tolist()
    [100, 200]

    """
    session = session_of(client, corpus)
    given = list(sizes) if isinstance(sizes, range) else sizes
    chunks = {each: each for each in several(LENGTH, 1, noun="sizes")("sizes", given)}
    designs = _designs(corpus, "chunk", chunks, options)
    return session.run(
        _compared(session, questions, "size", designs, dry_run=flag("dry_run", dry_run), progress=progress)
    )


def _designs(
    corpus: Corpus, option: str, values: dict[Any, Any], others: dict[str, Any]
) -> dict[Any, Design]:
    """The ways that are compared: each value of one option, with the same others."""
    if option in others:
        refuse(option, "<not shown>", "absent", "It is what is compared: name its values in the list.")
    return {name: Design.of(corpus, {option: value, **others}) for name, value in values.items()}


def _compared(
    session: Session,
    questions: Any,
    subject: str,
    designs: dict[Any, Design],
    *,
    dry_run: bool,
    progress: bool | None,
) -> Plan[Comparison | RunPlan]:
    corpus = next(iter(designs.values())).corpus
    questions = rows_of(questions)
    asked = read_questions(questions, corpus)
    if not any(each.places for each in asked):
        do = "Say where the answers stand: in the columns source and expected."
        refuse("questions", len(asked), "questions of which one has an answer in the corpus", do)
    # Whatever is wrong with one of the ways is told before anything is paid for another.
    plan = yield from ahead.comparing(session, designs, [each.text for each in asked])
    if dry_run:
        return plan
    rows: list[dict[str, Any]] = []
    evaluations: list[Evaluation] = []
    for name, design in designs.items():
        began = time.monotonic()
        made = yield from built(session, design, progress=progress)
        found = yield from made.evaluating(questions, answers=False)
        spent = time.monotonic() - began
        assert isinstance(found, Evaluation)  # no plan was asked for
        row: dict[str, Any] = {subject: name, "passages": len(made.passages)}
        usd: float | None = 0.0
        if made.index.matrix is not None:
            texts = [passage.indexed for passage in made.passages]
            whole = yield from price(session, texts, model=design.embedding_model, cache=False)
            row |= {"dims": made.index.matrix.dims, "tokens": whole.tokens}
            usd = whole.cost.usd
        row |= {**dict(found.means[1:]), "usd": usd}
        if not static_mode():
            row["seconds"] = spent
        rows.append(row)
        evaluations.append(found)
    return Comparison(subject=subject, rows=tuple(rows), evaluations=tuple(evaluations))


def _named(_: str, value: ModelName) -> ModelName:
    """A model that has a name."""
    name_of(value)
    return value
