"""The kept vectors, as the user sees them: where they are, how many, how large, and gone when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.policy.store import Busy, Unusable
from venice_nb.policy.vector_cache import MemoryVectors, clear, count, vector_file
from venice_nb.results.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path

    from venice_nb.client.session import Session
    from venice_nb.policy.vector_cache import VectorFile


class EmbeddingCache(Kept):
    """The vectors that are kept between runs, of all models: `v.embed.cache`.

    They are found again by the exact text, the model and the dimensions. Texts are not kept, only hashes of
    them. With a key they are in one file for all notebooks of this user; those of a sandbox end with it.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> E = v.embed(["a gondola", "a canal"])
    >>> len(v.embed.cache)
    2

    """

    things = "vectors"
    here = "v.embed.cache"

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _file(self) -> VectorFile:
        return vector_file(self._session.private)

    @property
    def path(self) -> Path | None:
        """The file; None for vectors in memory."""
        return None if isinstance(self._file, MemoryVectors) else self._file.path

    @property
    def size(self) -> int:
        """Bytes that the vectors take."""
        return self._file.size

    def __len__(self) -> int:
        """How many vectors there are; 0 when the file cannot be read."""
        try:
            return count(self._file) if self.path is None or self.path.is_file() else 0
        except (Busy, Unusable):
            return 0

    def clear(self) -> None:
        """Forget all of them. What is embedded from now on is paid for again.

        Raises OSError when the file cannot be written, or another program keeps it locked.
        """
        try:
            clear(self._file)
        except Busy:
            raise OSError(f"{self._file.path} is being written by another program") from None
        except Unusable as error:
            raise OSError(f"{self._file.path} cannot be written: {error}") from None
