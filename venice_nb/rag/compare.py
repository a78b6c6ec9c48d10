"""Which embedding model, which size of passages: the same questions put to the same documents."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import listed, refuse
from venice_nb.catalogue.names import name_of
from venice_nb.embedding.plans import plan as price
from venice_nb.rag.client import Client, session_of
from venice_nb.rag.expected import read_questions
from venice_nb.rag.rag import rag
from venice_nb.render.live import static_mode
from venice_nb.results.rag.comparison import Comparison
from venice_nb.results.rag.evaluation import Evaluation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.rag.corpus import Corpus
    from venice_nb.rag.index import Retrieval


def compare_models(
    client: Client,
    corpus: Corpus,
    questions: Any,
    models: Sequence[ModelName],
    *,
    retrieval: Retrieval = "vector",
    **options: Any,
) -> Any:
    """Which embedding model finds most in these documents, as `Comparison`: a table, and `.plot()`.

    Args:
        client: a `Venice`; with an `AsyncVenice` the result is awaited.
        corpus: the documents.
        questions: as for `Rag.evaluate`.
        models: embedding models; see `v.models(type="embedding")`.
        retrieval: "vector" shows the models alone, "hybrid" what they add to keywords.
        options: of `v.rag`, such as `chunk` and `k`.

    No chat model is asked. Raises InvalidInput before anything is sent.

    >>> import venice_nb as vn
    >>> v, corpus = vn.Venice.sandbox(), vn.Corpus.from_texts({"pets": "Dogs travel on a lead."})
    >>> asked = [{"question": "Do dogs travel?", "source": "pets"}]
    >>> vn.compare_models(v, corpus, asked, ["text-embedding-bge-m3"]).best
    'text-embedding-bge-m3'

    """
    session = session_of(client, corpus)
    names = _several("models", models)
    tries = [(name_of(each), {"embedding_model": each, "retrieval": retrieval, **options}) for each in names]
    return session.run(_compared(session, corpus, questions, "model", tries))


def compare_chunking(
    client: Client,
    corpus: Corpus,
    questions: Any,
    sizes: Sequence[int],
    **options: Any,
) -> Any:
    """Which size of passages finds most in these documents, as `Comparison`: a table, and `.plot()`.

    Args:
        client: a `Venice`; with an `AsyncVenice` the result is awaited.
        corpus: the documents.
        questions: as for `Rag.evaluate`; `expected` texts or spans, as a document alone does not tell sizes
            apart.
        sizes: the most that a passage may measure, in characters or in the `unit` given.
        options: of `v.rag`, such as `overlap`, `embedding_model` and `k`.

    No chat model is asked. Larger passages are easier to find and cost more to read: look at `passages` and
    at what `k` of them come to. Raises InvalidInput before anything is sent.

    >>> import venice_nb as vn
    >>> v, corpus = vn.Venice.sandbox(), vn.Corpus.from_texts({"pets": "Dogs travel on a lead."})
    >>> asked = [{"question": "Do dogs travel?", "source": "pets", "expected": "Dogs travel"}]
    >>> vn.compare_chunking(v, corpus, asked, [100, 200]).to_frame()["size"].tolist()
    [100, 200]

    """
    session = session_of(client, corpus)
    tries = [(each, {"chunk": each, **options}) for each in _several("sizes", sizes)]
    return session.run(_compared(session, corpus, questions, "size", tries))


def _compared(
    session: Session,
    corpus: Corpus,
    questions: Any,
    subject: str,
    tries: Sequence[tuple[Any, dict[str, Any]]],
) -> Plan[Comparison]:
    read_questions(questions, corpus)  # whatever is wrong with them is told before anything is paid
    rows: list[dict[str, Any]] = []
    evaluations: list[Evaluation] = []
    for name, options in tries:
        began = time.monotonic()
        made = yield from rag(session, corpus, **options)
        found = yield from made.evaluating(questions, answers=False)
        assert isinstance(found, Evaluation)  # no plan was asked for
        spent = time.monotonic() - began
        texts = [passage.indexed for passage in made.passages]
        row: dict[str, Any] = {subject: name, "passages": len(texts)}
        if made.index.matrix is not None:
            whole = yield from price(session, texts, model=options.get("embedding_model"), cache=False)
            row |= {"dims": made.index.matrix.dims, "tokens": whole.tokens}
        usd = whole.cost.usd if made.index.matrix is not None else 0.0
        row |= dict(found.means[1:])
        row["usd"] = usd
        if not static_mode():
            row["seconds"] = spent
        rows.append(row)
        evaluations.append(found)
    return Comparison(subject=subject, rows=tuple(rows), evaluations=tuple(evaluations))


def _several(field: str, given: Any) -> list[Any]:
    found = listed(given)
    if not found:
        refuse(field, given, "a list with one entry or more", f"Write {field}=[...].")
    return list(found)
