"""The client behind a matrix: it turns the texts of queries into vectors of the same model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.calls.vectors.embeddings import check_rows
from venice_nb.embedding.column import factorize
from venice_nb.embedding.ingest import Ingest
from venice_nb.embedding.request import Request
from venice_nb.render.progress import Bar
from venice_nb.results.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan


def vectors(
    session: Session,
    /,
    texts: Sequence[str],
    model: str,
    dimensions: int | None = None,
    *,
    cache: bool = True,
) -> Plan[Vectors]:
    """The vectors of queries, from the model that made a matrix and with the length of its rows."""
    request = Request.of(session, model, None)
    known = request.model
    if known is not None and known.custom_dimensions and dimensions != known.dims:
        request = Request.of(session, model, dimensions)
    check_rows(texts, known, field="query")
    unique, codes, _ = factorize(list(texts))
    work = Ingest(session, request, request.kept(session, cache), unique)
    yield from work.look()
    yield from work.run(1, Bar(None, desc="queries", unit="query", shown=False))
    if work.failed:
        raise next(iter(work.failed.values()))
    assert work.array is not None
    array = work.array if codes is None else work.array[codes]
    return Vectors(array, work.model, work.usage, work.cost, work.elapsed)


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """What a matrix asks of its client; awaitable where the client is. Pickling leaves the client behind."""

    session: Session

    def embed_queries(self, texts: Sequence[str], model: str, dimensions: int | None = None) -> Any:
        """`Vectors` of the texts, (q, d) float32, from the model and with the length of the matrix."""
        return self.session.run(vectors(self.session, texts, model, dimensions))

    def __reduce__(self) -> tuple[Any, ...]:
        return _nobody, ()

    def __deepcopy__(self, _: Any) -> Actions:
        return self


def _nobody() -> None:
    """What stands in a pickle where the client was."""
