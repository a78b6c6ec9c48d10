"""`%%venice` and `%venice`, for those who would rather write the question than the call."""

from __future__ import annotations

from typing import Any

from venice_nb.magics.cell import VeniceMagics
from venice_nb.magics.completion import IDENTIFIER, matcher


def load(shell: Any) -> None:
    """Give a shell the magics and their completion."""
    magics = VeniceMagics(shell)
    shell.register_magics(magics)
    shell.Completer.custom_matchers.append(matcher(magics))


def unload(shell: Any) -> None:
    """Take them away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("venice", None)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [each for each in matchers if getattr(each, "matcher_identifier", "") != IDENTIFIER]
