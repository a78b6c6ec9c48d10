"""Vectors for texts: a short list in, an array out. The matrix with search and cache is built on this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import model_name
from venice_nb.calls.vectors import embeddings as calls
from venice_nb.policy.steps import Plan, Send
from venice_nb.results.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

MODEL = "text-embedding-bge-m3"


def embed(
    session: Session,
    /,
    texts: Any,
    *,
    model: ModelName | None = None,
    dimensions: int | None = None,
    user: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> Plan[Vectors]:
    """Vectors of `texts`: an array of shape (n, d), float32, in the order given.

    Args:
        texts: one text, or a list, tuple, Series or iterator of them. More than 2,048 go in several requests.
        model: an embedding model, by name or out of `v.models`; `text-embedding-bge-m3` (d = 1,024) when left
            out.
        dimensions: a smaller d, for models that can.
        user: a name of your user, which the API accepts and ignores.
        extra_body: fields this library does not name.

    Raises InvalidInput for an empty list, a blank or missing text or one the model cannot read in full,
    naming the rows, before anything is sent. API reference: `POST /embeddings`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().embed(["a gondola", "a canal"]).shape
    (2, 1024)

    """
    name = MODEL if model is None else model_name("model", model)
    resolution = session.catalogue.resolve(name, type="embedding")
    built, start = [], 0
    for batch in calls.split(texts):
        call = calls.embed(
            batch,
            model=resolution,
            catalogue=session.catalogue,
            dimensions=dimensions,
            user=user,
            extra_body=extra_body,
            start=start,
        )
        built.append(call)
        start += len(batch)
    session.announce_choice(resolution)
    parts = []
    for call in built:
        parts.append((yield Send(call)))  # noqa: PERF401  a generator cannot yield from a comprehension
    return parts[0] if len(parts) == 1 else Vectors.concat(parts)
