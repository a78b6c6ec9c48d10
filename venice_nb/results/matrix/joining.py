"""Matrices below each other, where they are of one model and one width."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.results.matrix.matrix import EmbeddingMatrix


def concat(cls: type[EmbeddingMatrix], parts: Sequence[EmbeddingMatrix]) -> EmbeddingMatrix:
    """Matrices below each other, as `+` puts two. Raises InvalidInput for different models or dims."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    parts = list(parts)
    odd = [plain(type(part).__name__, 60) for part in parts if not isinstance(part, cls)]
    if not parts or odd:
        raise InvalidInput(
            f"parts holds a {odd[0]}" if odd else "there are no matrices to join",
            field="parts",
            allowed="one matrix or more",
            do="pass a list of matrices; an array becomes one by vn.EmbeddingMatrix(array, model=...)",
        )
    first = parts[0]
    for part in parts[1:]:
        if (part.model, part.dims) != (first.model, first.dims):
            raise InvalidInput(
                f"{_called(first)} and {_called(part)} do not belong in one matrix",
                field="model" if part.model != first.model else "dims",
                value=plain(part.model, 80) if part.model != first.model else part.dims,
                allowed=plain(first.model, 80) if part.model != first.model else first.dims,
                do="embed both with the same model and dimensions: other numbers mean other things",
            )
    index: Any = None
    if any(part.labelled for part in parts):
        index = first.index.append([part.index for part in parts[1:]])
    texts = [part.texts for part in parts if part.texts is not None]
    frames = [part.metadata for part in parts if part.metadata is not None]
    frame = None
    if len(frames) == len(parts):
        import pandas as pd  # noqa: PLC0415  only when there are frames

        frame = pd.concat(frames)
    return replace(
        first,
        array=np.concatenate([part.array for part in parts]),
        index=index,
        texts=[text for some in texts for text in some] if len(texts) == len(parts) else None,
        metadata=frame,
        usage=sum((part.usage for part in parts[1:]), first.usage),
        cost=sum((part.cost for part in parts[1:]), first.cost),
        elapsed=sum(part.elapsed for part in parts),
        errors=tuple(error for part in parts for error in part.errors),
        created=max(part.created for part in parts),
        actions=next((part.actions for part in parts if part.actions is not None), None),
    )


def _called(matrix: EmbeddingMatrix) -> str:
    return f"vectors of {plain(matrix.model, 80) or 'an unknown model'} with {matrix.dims} numbers"
