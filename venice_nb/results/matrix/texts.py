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


class Texts(Sequence[str]):
    """The lines of a file, each a text as JSON. Reading one reads nothing else."""

    def __init__(self, path: Path, count: int) -> None:
        self._path, self._count = path, count
        self._lines: tuple[NDArray[np.uint8], NDArray[np.int64]] | None = None

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
        if self._lines is None:
            self._lines = self._found()
        file, ends = self._lines
        text = loads(file[ends[place] : ends[place + 1]].tobytes())
        if not isinstance(text, str):
            raise ValueError(f"line {place + 1} of {self._path.name} is not a text")  # noqa: TRY004  the file is wrong
        return text

    def _found(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The file, and where each line begins and the last one ends."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        file: NDArray[np.uint8] = np.memmap(self._path, np.uint8, "r")
        ends = np.concatenate(
            [
                np.zeros(1, np.int64),
                *(np.flatnonzero(file[at : at + BLOCK] == 10) + at + 1 for at in range(0, len(file), BLOCK)),
            ]
        )
        if len(ends) != self._count + 1:
            raise ValueError(f"{self._path.name} has {len(ends) - 1} lines for {self._count} rows")
        return file, ends

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # its file may not be where the pickle is read
