"""Which texts came before, and in which row: 24 bytes each, where the texts do not fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


class Seen:
    """Hashes of texts with the row of each, as a few sorted runs that grow by merging."""

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.bytes_], NDArray[np.int64]]] = []

    def rows(self, keys: Sequence[bytes]) -> NDArray[np.int64]:
        """The row of each text; -1 for one that has not come before."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        wanted = np.array(keys, f"S{len(keys[0])}") if keys else np.empty(0, "S1")
        found = np.full(len(keys), -1, np.int64)
        for run, rows in self._runs:
            places = np.minimum(np.searchsorted(run, wanted), len(run) - 1)
            there = run[places] == wanted
            found[there] = rows[places[there]]
        return found

    def add(self, keys: Sequence[bytes], rows: NDArray[np.int64]) -> None:
        """Texts that have not come before."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if not keys:
            return
        new = np.array(keys, f"S{len(keys[0])}"), rows
        while self._runs and len(self._runs[-1][0]) < 2 * len(new[0]):
            old = self._runs.pop()
            new = np.concatenate([old[0], new[0]]), np.concatenate([old[1], new[1]])
        order = np.argsort(new[0], kind="stable")
        self._runs.append((new[0][order], new[1][order]))
