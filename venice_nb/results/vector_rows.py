"""What vectors of texts share, however they came: NumPy takes them as an array of float32."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render.live import Displayed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.results.headers import Headers


class VectorRows(Displayed):
    """Rows of float32, one for each text, in `array` (n, d)."""

    if TYPE_CHECKING:  # fields of those that inherit from it
        array: NDArray[np.float32]
        headers: Headers

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d): how many rows, how many numbers each."""
        return self.array.shape[0], self.array.shape[1]

    @property
    def dims(self) -> int:
        """The length of each vector."""
        return self.shape[1]

    @property
    def request_id(self) -> str | None:
        """The id to quote to support, of the last answer."""
        return self.headers.request_id

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if copy:
            return np.array(self.array, dtype=dtype)
        changed = dtype is not None and np.dtype(dtype) != self.array.dtype
        if copy is False and changed:
            raise ValueError("another dtype cannot be had without a copy")
        return self.array.astype(dtype) if changed else self.array

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        return iter(self.array)
