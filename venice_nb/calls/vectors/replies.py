"""Reading embeddings: each answer is checked row by row, because a silent mix-up is worse than an error.

API reference: `POST /embeddings`. `base64` vectors are little-endian float32; they go straight into one
array, without a Python float in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import Prices, find_cost, read_object, read_usage, unreadable
from venice_nb.results.headers import Headers
from venice_nb.results.money import Usage
from venice_nb.results.reading import items, mapping, string
from venice_nb.results.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.calls.call import Received


def read_embeddings(
    received: Received,
    *,
    count: int | None = None,
    catalogue: Prices | None = None,
    model: str = "",
    dims: int | None = None,
    prompt_tokens: int = 0,
) -> Vectors:
    """The vectors of `count` texts, (count, d) float32 in the order of the texts.

    `count` None takes as many as came; `dims` is d if one was asked for. Rows are put in order by their
    `index`. Raises UnreadableReply, which keeps the bytes, when a row is missing, doubled, of another width,
    not decodable or not finite.
    """
    answer = read_object(received, what="embeddings")
    try:
        array = _array(items(answer.get("data")), count, dims)
    except ValueError as error:
        raise unreadable(received, f"The embeddings cannot be used: {error}", _said(answer)) from None
    headers = Headers(received.headers)
    usage = read_usage(answer.get("usage")) or Usage(prompt_tokens, 0, prompt_tokens, estimated=True)
    answered = string(answer.get("model")) or headers.model or model
    return Vectors(
        array=array,
        model=answered,
        usage=usage,
        cost=find_cost(answer, usage, catalogue, (answered, model)),
        elapsed=received.elapsed,
        headers=headers,
        raw={name: value for name, value in answer.items() if name != "data"},
    )


def _array(rows: Any, wanted: int | None, dims: int | None) -> NDArray[np.float32]:
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pybase64  # noqa: PLC0415  loads with the first vectors

    count = len(rows) if wanted is None else wanted
    if len(rows) != count:
        raise ValueError(f"{count} texts were sent and {len(rows)} vectors came")
    array: NDArray[np.float32] | None = None
    seen = bytearray(count)
    for position, row in enumerate(rows):
        found = row if isinstance(row, Mapping) else {"embedding": row}
        index = found.get("index", position)
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count or seen[index]:
            raise ValueError(f"row {position} says it is number {index!r}, which is taken or not there")
        seen[index] = 1
        given = found.get("embedding")
        if isinstance(given, str):
            try:
                decoded = pybase64.b64decode(given, validate=True)
                vector = np.frombuffer(decoded, dtype="<f4")
            except ValueError:
                raise ValueError(f"row {index} is not base64 of 32-bit numbers") from None
        elif isinstance(given, list):
            try:
                with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
                    vector = np.array(given, dtype=np.float32)
            except (TypeError, ValueError):
                raise ValueError(f"row {index} is not a list of numbers") from None
        else:
            vector = np.empty(0, dtype=np.float32)
        if vector.ndim != 1 or not len(vector):
            raise ValueError(f"row {index} holds no vector")
        if array is None:
            if dims is not None and len(vector) != dims:
                raise ValueError(f"{dims} numbers a row were asked for and {len(vector)} came")
            array = np.empty((count, len(vector)), dtype=np.float32)
        if len(vector) != array.shape[1]:
            raise ValueError(f"row {index} has {len(vector)} numbers, others have {array.shape[1]}")
        array[index] = vector
    if array is None:
        return np.empty((0, dims or 0), dtype=np.float32)
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise ValueError(f"row {int(np.argmin(finite))} holds a number that is not finite")
    return array


def _said(answer: Mapping[str, Any]) -> Any:
    """What the error may quote: the server's own error, never the numbers."""
    error = mapping(answer.get("error")) or string(answer.get("error"))
    return {"error": error} if error else {name: answer[name] for name in answer if name != "data"}
