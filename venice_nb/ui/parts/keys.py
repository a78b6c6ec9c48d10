"""A box of text that is sent by a button or by Ctrl+Enter, for which stock widgets have no ear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets

from venice_nb.ui.parts import view

SENDS = "Ctrl+Enter"  # Cmd+Enter too


class Keys(anywidget.AnyWidget):
    """Hears the keys of the group that it is in; see `sent`."""

    _esm = Path(__file__).with_suffix(".js")


def sent(box: Any, *buttons: Any) -> Any:
    """The box above its buttons, the first of which Ctrl+Enter in it presses."""
    keys = widgets.Box([Keys()], layout={"display": "none"})  # also where a page cannot make it
    group = view.column(box, view.row(*buttons), keys)
    group.add_class("vn-sent")
    return group
