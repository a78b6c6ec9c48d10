"""`%%venice` and `%venice`, for those who would rather write the question than the call."""

from __future__ import annotations

from typing import Any

from venice_nb.magics import completion
from venice_nb.magics.cell import VeniceMagics


def load(shell: Any) -> None:
    """Give a shell the magics and their completion."""
    magics = VeniceMagics(shell)
    shell.register_magics(magics)
    completion.teach(magics)


def unload(shell: Any) -> None:
    """Take them away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("venice", None)
    completion.forget(shell)
