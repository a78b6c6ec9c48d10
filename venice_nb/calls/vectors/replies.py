"""Reading embeddings: each answer is checked row by row, because a silent mix-up is worse than an error.

API reference: `POST /embeddings`. `base64` vectors are little-endian float32; they go straight into one
array, without a Python float in between.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from venice_nb.calls.answer import Prices, find_cost, read_object, read_usage, unreadable
from venice_nb.results.headers import Headers
from venice_nb.results.money import Usage
from venice_nb.results.reading import items, mapping, string
from venice_nb.results.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    not decodable or not finite. Where it is certain which vector belongs to which text, the error has the
    good ones as `vectors` and the numbers of their texts as `rows`.
    """
    answer = read_object(received, what="embeddings")
    rows = items(answer.get("data"))
    kept: tuple[int, ...] = ()
    wrong = ""
    try:
        array = _array(rows, count, dims)
    except ValueError as error:
        wrong = str(error)
        array, kept = _rescued(rows, count, dims)
    headers = Headers(received.headers)
    usage = read_usage(answer.get("usage")) or Usage(prompt_tokens, 0, prompt_tokens, estimated=True)
    answered = string(answer.get("model")) or headers.model or model
    vectors = Vectors(
        array=array,
        model=answered,
        usage=usage,
        cost=find_cost(answer, usage, catalogue, (answered, model)),
        elapsed=received.elapsed,
        headers=headers,
        raw={name: value for name, value in answer.items() if name != "data"},
    )
    if wrong:
        what = f"The embeddings cannot be used: {wrong}"
        raise unreadable(received, what, _said(answer), vectors=vectors, rows=kept)
    return vectors


def _array(rows: Sequence[Any], wanted: int | None, dims: int | None) -> NDArray[np.float32]:
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    count = len(rows) if wanted is None else wanted
    array: NDArray[np.float32] | None = None
    for index, given in _placed(rows, count):
        vector = _vector(index, given)
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


def _rescued(
    rows: Sequence[Any], wanted: int | None, dims: int | None
) -> tuple[NDArray[np.float32], tuple[int, ...]]:
    """The good vectors of an answer with bad ones, and the numbers of their texts; nothing where in doubt."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    good: dict[int, NDArray[np.float32]] = {}
    try:
        for index, given in _placed(rows, len(rows) if wanted is None else wanted):
            with suppress(ValueError):
                vector = _vector(index, given)
                if np.isfinite(vector).all():
                    good[index] = vector
    except ValueError:
        good = {}
    widths = Counter(map(len, good.values()))
    width = dims or (widths.most_common(1)[0][0] if widths else 0)
    kept = sorted(index for index, vector in good.items() if len(vector) == width)
    array = np.empty((len(kept), width), dtype=np.float32)
    for place, index in enumerate(kept):
        array[place] = good[index]
    return array, tuple(kept)


def _placed(rows: Sequence[Any], count: int) -> Iterator[tuple[int, Any]]:
    """Each vector as it came, with the number of its text. Raises ValueError when that is not certain."""
    if len(rows) != count:
        raise ValueError(f"{count} texts were sent and {len(rows)} vectors came")
    seen = bytearray(count)
    for position, row in enumerate(rows):
        found = row if isinstance(row, dict) else {"embedding": row}
        index = said = found.get("index")
        if said is None:
            index = position
        elif isinstance(said, float) and said.is_integer():  # 1.0 is an integer of JSON
            index = int(said)
        if type(index) is not int or not 0 <= index < count or seen[index]:
            raise ValueError(f"row {position} says it is number {said!r}, which is taken or not there")
        seen[index] = 1
        yield index, found.get("embedding")


def _vector(index: int, given: Any) -> NDArray[np.float32]:
    """The numbers of one row. Raises ValueError when there are none."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pybase64  # noqa: PLC0415  loads with the first vectors

    vector = None
    if isinstance(given, str):
        try:
            vector = np.frombuffer(pybase64.b64decode(given, validate=True), "<f4")
        except ValueError:
            raise ValueError(f"row {index} is not base64 of 32-bit numbers") from None
    elif isinstance(given, list):
        try:
            with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
                vector = np.array(given, dtype=np.float32)
        except (TypeError, ValueError):
            raise ValueError(f"row {index} is not a list of numbers") from None
    if vector is None or vector.ndim != 1 or not len(vector):
        raise ValueError(f"row {index} holds no vector")
    return vector


def _said(answer: Mapping[str, Any]) -> Any:
    """What the error may quote: the server's own error, never the numbers."""
    error = mapping(answer.get("error")) or string(answer.get("error"))
    return {"error": error} if error else {name: answer[name] for name in answer if name != "data"}
