"""Texts that stay in their file until one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from venice_nb.results.reading import loads

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

BLOCK = 1 << 25  # bytes looked at together


def mapped(path: Path) -> NDArray[np.uint8]:
    """The bytes of a file as it is now, also when another one takes its name before they are read."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)


class Texts(Sequence[str]):
    """The lines of a file, each a text as JSON. Reading one reads nothing else."""

    def __init__(self, path: Path, count: int) -> None:
        self._name, self._count = path.name, count
        self._file = mapped(path)
        self._ends: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, key: int) -> str: ...
    @overload
    def __getitem__(self, key: slice) -> list[str]: ...
    def __getitem__(self, key: Any) -> Any:
        places = range(self._count)[key]
        return [self._read(place) for place in places] if isinstance(key, slice) else self._read(places)

    def _read(self, place: int) -> str:
        if self._ends is None:
            self._ends = self._found()
        text = loads(self._file[self._ends[place] : self._ends[place + 1]].tobytes())
        if not isinstance(text, str):
            raise ValueError(f"line {place + 1} of {self._name} is not a text")  # noqa: TRY004  the file is wrong
        return text

    def _found(self) -> NDArray[np.int64]:
        """Where each line begins and the last one ends."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        file = self._file
        ends = np.concatenate(
            [
                np.zeros(1, np.int64),
                *(np.flatnonzero(file[at : at + BLOCK] == 10) + at + 1 for at in range(0, len(file), BLOCK)),
            ]
        )
        if len(ends) != self._count + 1:
            raise ValueError(f"{self._name} has {len(ends) - 1} lines for {self._count} rows")
        return ends

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # its file may not be where the pickle is read
