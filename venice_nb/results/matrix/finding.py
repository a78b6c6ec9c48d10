"""Search in a matrix: what a query is, who turns its text into a vector, and what is found."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain
from venice_nb.render.text import short
from venice_nb.results.matrix.filters import mask
from venice_nb.results.matrix.hits import Hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix


def search(
    matrix: EmbeddingMatrix,
    query: Any,
    k: int = 5,
    *,
    filter: Any = None,  # noqa: A002  the word for it
    min_score: float | None = None,
) -> Any:
    """The `k` rows most similar to the query, exactly: cosine, best first, equal scores in row order.

    Args:
        query: a text, a vector (d,), a list of texts, an array (q, d), or another matrix. A text goes to
            the client that made the matrix, to the same model; with an `AsyncVenice` the result of a text
            query is awaited.
        k: how many rows, for each query.
        filter: which rows may be found: a boolean mask or Series, or a query over the metadata such as
            `"year > 2020 and topic == 'tax'"`.
        min_score: the least cosine of a row that is found, from -1 to 1.

    Gives `Hits`: a table with rank, score, label, text and metadata, and for several queries a column
    `query`. Rows of zeros score 0, rows with NaN are never found. Raises InvalidInput for a query of
    another length or model. API reference: `POST /embeddings`, for text queries.

    >>> import numpy as np
    >>> from venice_nb.results.matrix.matrix import EmbeddingMatrix
    >>> E = EmbeddingMatrix(np.eye(3), texts=["east", "north", "up"])
    >>> E.search([0.1, 0.9, 0.0], k=1).texts
    ['north']

    """
    whole("k", k)
    allowed = None if filter is None else mask(matrix, filter)
    low = bound("min_score", min_score)

    def find(vectors: NDArray[np.float32], names: Sequence[str], many: bool) -> Hits:
        from venice_nb.arrays.search import search as exact  # noqa: PLC0415  loads NumPy

        found = exact(matrix.array, vectors, k, norms=matrix.norms, mask=allowed, min_score=low)
        return Hits.of(matrix, found, names, many=many)

    return asked(matrix, query, find)


def asked(matrix: EmbeddingMatrix, query: Any, find: Any) -> Any:
    """What `find(vectors, names, many)` gives for a query; awaitable where the client of its text is."""
    texts = texts_of(query)
    if texts is None:
        vectors, names, many = _vectors(matrix, query)
        return find(vectors, names, many)
    if matrix.actions is None:
        raise InvalidInput(
            "this matrix has no client to turn a text into a vector",
            field="query",
            value=short(texts[0], 60) if texts else "",
            do=f"load it by one, v.embed.load(path), or pass v.embed(text, model={matrix.model!r})[0]",
        )
    if not texts or not all(one.strip() for one in texts):
        raise InvalidInput("the query is blank", field="query", allowed="a text", do="write what to look for")
    many = not isinstance(query, str)
    made = matrix.actions.embed_queries(texts, matrix.model, matrix.dims)

    def found(vectors: Any) -> Any:
        return find(checked(matrix, vectors.array), texts, many)

    if not inspect.isawaitable(made):
        return found(made)

    async def later() -> Any:
        return found(await made)

    return later()


def texts_of(query: Any) -> list[str] | None:
    """The texts of a query, or None when it is made of numbers."""
    if isinstance(query, str):
        return [str(query)]
    items = query
    if not isinstance(query, list | tuple):
        listed = getattr(query, "tolist", getattr(query, "to_list", None))  # NumPy and pandas; polars
        numeric = getattr(getattr(query, "dtype", None), "kind", "O") in "biuf"  # would be a list of floats
        items = listed() if callable(listed) and not numeric else query
    if isinstance(items, list | tuple) and items and all(isinstance(one, str) for one in items):
        return [str(one) for one in items]
    return None


def _vectors(matrix: EmbeddingMatrix, query: Any) -> tuple[NDArray[np.float32], list[str], bool]:
    """A query of numbers as (q, d), names for its rows, and whether there is more than a single vector."""
    same_model(matrix, query)
    array = numbers("query", [] if query is None else query)
    if array.shape == (0,):
        raise InvalidInput(
            "the query is empty",
            field="query",
            allowed="a text, a vector, or several",
            do="write what to look for",
        )
    many = array.ndim != 1
    array = checked(matrix, array if many else array.reshape(1, -1))
    texts = getattr(query, "texts", None)
    names = list(texts) if texts else [f"vector {row}" for row in range(len(array))]
    return array, names if many else ["a vector"], many


def numbers(field: str, given: Any) -> NDArray[np.float32]:
    """The numbers in an array, a list of lists or the like. Raises InvalidInput for anything else."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    try:
        array = np.asarray(given)
        if array.dtype.kind in "biuf":
            return array.astype(np.float32, copy=False)
        if array.dtype == object:  # numbers of a nullable column, and of a library of its own
            return array.astype(np.float32)
        why = f"{field} holds {plain(array.dtype, 40)}"
    except (TypeError, ValueError) as error:
        why = f"{field} is no array of numbers: {plain(error, 120)}"
    raise InvalidInput(
        why,
        field=field,
        value=plain(type(given).__name__, 60),
        allowed="numbers, as many in each row",
        do="pass an array of float32, or lists of one length; what a text means is for v.embed([...])",
    )


def checked(matrix: EmbeddingMatrix, array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of queries that can be compared with the matrix. Raises InvalidInput otherwise."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    if array.ndim != 2 or array.shape[1] != matrix.dims:
        shape = " x ".join(map(str, array.shape))
        raise InvalidInput(
            f"the query has the shape {shape or 'of one number'}, the matrix has {matrix.dims} numbers a row",
            field="query",
            allowed=f"{matrix.dims} numbers, or rows of {matrix.dims}",
            do=f"embed the query with the model and dimensions of the matrix ({matrix.model or 'unknown'})",
        )
    sound = np.isfinite(array).all(axis=1) & array.any(axis=1)
    if not sound.all():
        raise InvalidInput(
            f"query {int(np.argmin(sound))} has no direction: it holds NaN or infinity, or only zeros",
            field="query",
            allowed="finite numbers that are not all 0",
            do="leave it out",
        )
    return array


def same_model(matrix: EmbeddingMatrix, other: Any) -> None:
    """Raises InvalidInput when `other` says that another model made it."""
    model = getattr(other, "model", "")
    if isinstance(model, str) and model and matrix.model and model != matrix.model:
        raise InvalidInput(
            f"these vectors are of {plain(model, 80)}, the matrix is of {plain(matrix.model, 80)}",
            field="model",
            value=plain(model, 80),
            allowed=plain(matrix.model, 80),
            do="embed both with the same model: numbers of different models mean different things",
        )


def whole(field: str, value: Any, least: int = 1) -> int:
    """A whole number that is large enough. Raises InvalidInput otherwise."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InvalidInput(
            f"{field} is {plain(repr(value), 40)}",
            field=field,
            value=plain(value, 40),
            allowed=f"a whole number of {least} or more",
            do=f"pass {field}={max(least, 5)}",
        )
    return int(value)


def bound(field: str, value: Any) -> float | None:
    """A cosine, or None. Raises InvalidInput for anything but a number from -1 to 1."""
    if value is None:
        return None
    try:
        found = math.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not -1 <= found <= 1:
        raise InvalidInput(
            f"{field} is {plain(repr(value), 40)}",
            field=field,
            value=plain(value, 40),
            allowed="a cosine from -1 to 1",
            do=f"pass {field}=0.8",
        )
    return found
