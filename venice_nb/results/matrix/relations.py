"""How the rows of a matrix relate: similarities, near-duplicates, nearest pairs, clusters, outliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain
from venice_nb.results.matrix.duplicates import Duplicates
from venice_nb.results.matrix.finding import asked, bound, texts_of, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

MOST = 1 << 28  # cosines in one table: 1 GB


def similarity(matrix: EmbeddingMatrix, other: Any = None) -> Any:
    """Cosines of each row with each row of `other`, or of the matrix itself: a frame (n, m) of float32.

    `other` is a matrix, an array (m, d), a vector, or what `search` takes besides: a text or several, which
    then name the columns, and with an `AsyncVenice` are awaited. Raises InvalidInput for more than a quarter
    of a billion cosines, and for vectors of another model.
    """
    if other is None:
        return _cosines(matrix, matrix.array, matrix.index)

    def compare(vectors: NDArray[np.float32], names: Sequence[str], many: bool) -> pd.DataFrame:
        index = getattr(other, "index", None) if many else None  # that of a single vector labels its numbers
        labels = list(names) if texts_of(other) is not None else range(len(vectors))
        return _cosines(matrix, vectors, labels if index is None or callable(index) else index)

    return asked(matrix, other, compare)


def _cosines(matrix: EmbeddingMatrix, right: NDArray[np.float32], columns: Any) -> pd.DataFrame:
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    from venice_nb.arrays.rows import NUMBERS, inverse, lengths  # noqa: PLC0415  loads NumPy

    norms = matrix.norms if right is matrix.array else lengths(right)
    if len(matrix) * len(right) > MOST:
        raise InvalidInput(
            f"{len(matrix)} x {len(right)} cosines take {len(matrix) * len(right) * 4 / 1e9:.0f} GB",
            field="other",
            allowed=f"at most {MOST} cosines",
            do="use E.search for the nearest rows, E.nearest_pairs or E.dedup for pairs, or a part: E[:1000]",
        )
    found = np.empty((len(matrix), len(right)), np.float32)
    scale, step = inverse(matrix.norms), max(1, NUMBERS // max(1, matrix.dims))
    with np.errstate(invalid="ignore"):  # rows with NaN or infinity have no cosines
        directions = right * inverse(norms)[:, None]
        for start in range(0, len(matrix), step):
            part = slice(start, start + step)
            np.matmul(matrix.array[part] * scale[part, None], directions.T, out=found[part])
    np.clip(found, -1, 1, out=found)
    return pd.DataFrame(found, matrix.index, columns, copy=False)


def dedup(matrix: EmbeddingMatrix, threshold: float = 0.95) -> Duplicates:
    """Near-duplicates: which rows to keep, and which earlier row each of the others repeats.

    Rows are taken in order; one whose cosine with a row kept before it is `threshold` or more is dropped.
    So `df.loc[E.dedup().kept.index]` holds no two rows that are that similar, and nothing that was not said
    before is lost. Compares blocks, never n by n at once.

    >>> import numpy as np
    >>> from venice_nb.results.matrix.matrix import EmbeddingMatrix
    >>> E = EmbeddingMatrix(np.array([[1, 0], [0, 1], [0.99, 0.01]]), texts=["red", "blue", "Red!"])
    >>> E.dedup(0.95).keep.tolist()
    [True, True, False]

    """
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    from venice_nb.arrays.pairs import duplicates  # noqa: PLC0415  loads NumPy
    from venice_nb.arrays.rows import cosines  # noqa: PLC0415  loads NumPy

    least = bound("threshold", threshold)
    if least is None or least <= 0:
        raise InvalidInput(
            f"threshold is {plain(threshold, 40)}",
            field="threshold",
            value=plain(threshold, 40),
            allowed="a cosine above 0, at most 1",
            do="pass threshold=0.95",
        )
    first = duplicates(matrix.array, least, norms=matrix.norms)
    dropped = np.flatnonzero(first != np.arange(len(first)))
    scores = cosines(matrix.array, dropped, matrix.array, first[dropped])
    return Duplicates(matrix, least, first, scores)


def nearest_pairs(matrix: EmbeddingMatrix, k: int = 10) -> pd.DataFrame:
    """The `k` most similar pairs of rows, best first: score, label_a, label_b, text_a, text_b."""
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    from venice_nb.arrays.pairs import nearest  # noqa: PLC0415  loads NumPy

    i, j, score = nearest(matrix.array, whole("k", k), norms=matrix.norms)
    columns: dict[str, Any] = {
        "score": score,
        "label_a": matrix.index.take(i),
        "label_b": matrix.index.take(j),
    }
    texts = matrix.texts
    if texts is not None:
        columns["text_a"] = [texts[row] for row in i.tolist()]
        columns["text_b"] = [texts[row] for row in j.tolist()]
    return pd.DataFrame(columns)


def cluster(matrix: EmbeddingMatrix, k: int = 8, *, seed: int = 0) -> pd.Series[int]:
    """The cluster of each row as a Series of whole numbers: `df["group"] = E.cluster(8)`.

    Spherical k-means, the same for the same `seed`. Cluster 0 is the largest; rows of zeros or NaN get -1.
    """
    import pandas as pd  # noqa: PLC0415  only when a Series is asked for

    from venice_nb.arrays.clusters import cluster as clustered  # noqa: PLC0415  loads NumPy

    if whole("k", k) > len(matrix):
        raise InvalidInput(
            f"{len(matrix)} rows cannot be put into {k} clusters",
            field="k",
            value=k,
            allowed=f"at most {len(matrix)}",
            do="ask for fewer",
        )
    labels, _ = clustered(matrix.array, k, norms=matrix.norms, seed=whole("seed", seed, 0))
    return pd.Series(labels, matrix.index, name="cluster")


def outliers(matrix: EmbeddingMatrix, k: float = 10, *, neighbours: int = 5) -> pd.DataFrame:
    """The most unusual rows, the strangest first, labelled: `closeness` and text.

    `k` is how many, or a share such as 0.01. `closeness` is the mean cosine with the `neighbours` nearest
    rows; in a matrix of more than 4,096 rows, with the nearest of 4,096 of them, always the same.
    """
    import numpy as np  # noqa: PLC0415  loads with the first vectors
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    from venice_nb.arrays.outliers import closeness  # noqa: PLC0415  loads NumPy

    if isinstance(k, float) and not 0 < k < 1:
        raise InvalidInput(
            f"k is {k}",
            field="k",
            value=k,
            allowed="a whole number of 1 or more, or a share between 0 and 1",
            do="pass k=10 for ten rows, or k=0.01 for a hundredth of them",
        )
    count = max(1, round(k * len(matrix))) if isinstance(k, float) else whole("k", k)
    found = closeness(matrix.array, whole("neighbours", neighbours), norms=matrix.norms)
    order = np.argsort(found, kind="stable")  # NaN comes last
    rows = order[~np.isnan(found[order])][:count]
    columns: dict[Any, Any] = {"closeness": found[rows]}
    if matrix.texts is not None:
        columns["text"] = [matrix.texts[row] for row in rows.tolist()]
    return pd.DataFrame(columns, matrix.index.take(rows))
