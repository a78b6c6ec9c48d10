"""`v.embed.load`: a matrix from its folder, with this client behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.check import flag
from venice_nb.embedding.actions import Actions
from venice_nb.policy.steps import Plan, Work
from venice_nb.results.matrix.matrix import EmbeddingMatrix

if TYPE_CHECKING:
    import os

    from venice_nb.client.session import Session


def load(
    session: Session, /, path: str | os.PathLike[str], *, mmap: bool = True, verify: bool = False
) -> Plan[EmbeddingMatrix]:
    """The matrix that `E.save(path)` wrote, with this client behind it: `E.search("...")` takes texts.

    Args:
        path: the folder.
        mmap: leave the vectors in their file; False reads them into memory.
        verify: read everything to check it; otherwise sizes and some pages of each file are checked.

    Takes milliseconds and sends nothing. Raises InvalidInput for a folder that is no matrix or is damaged. It
    never runs code of the folder. `vn.EmbeddingMatrix.load(path)` does the same without a client.
    API reference: none, nothing is sent.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> folder = v.embed(["a gondola", "a canal"]).save("boats")
    >>> v.embed.load(folder).search("a gondola", k=1).positions
    array([0])

    """
    whole, mapped = flag("verify", verify), flag("mmap", mmap)
    found: EmbeddingMatrix = yield Work(lambda: EmbeddingMatrix.load(path, mmap=mapped, verify=whole))
    return found.owned(Actions(session))
