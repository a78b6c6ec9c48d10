"""All panels as tabs, over one client; each is made when its tab is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from traitlets import Unicode, validate

from venice_nb import ui
from venice_nb.calls.check import refuse
from venice_nb.ui.parts import view
from venice_nb.ui.parts.shown import Shown

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.ui.parts.panel import Panel
    from venice_nb.venice import Venice

TABS = ("chat", "images", "video", "voice", "models", "rag", "explore", "account")
TITLES = {"rag": "Documents", "explore": "Map"}


class Lab(Shown):
    """See `vn.ui.lab`.

    Attributes:
        client: who is asked.
        tab: name of the panel that is shown.
        tabs: the names of all of them.
        panels: those that were opened, by name.

    """

    tab = Unicode("chat")

    def __init__(self, client: Venice, *, tab: str = "chat", rag: Any = None, explore: Any = None) -> None:
        self.client = client
        self.tabs = tuple(name for name in TABS if name != "explore" or explore is not None)
        self.panels: dict[str, Panel] = {}
        self._given = {"rag": client if rag is None else rag, "explore": explore}
        super().__init__(tab=tab)
        self.view = widgets.Tab(
            [view.column() for _ in self.tabs], titles=[TITLES.get(name, name.title()) for name in self.tabs]
        )
        self.view.add_class("vn-lab")
        self._show()
        self.view.observe(lambda change: self._pick(change.new), "selected_index")
        self.observe(lambda _: self._show(), "tab")

    def panel(self, name: str) -> Panel:
        """The panel of a tab; it is made when it is not there yet."""
        if name not in self.panels:
            made: Panel = getattr(ui, name)(self._given.get(name, self.client))
            made.way_out.layout.display = "none"  # its tab would stay behind, empty
            made.holder = self
            self.panels[name] = made
            children = list(self.view.children)
            children[self.tabs.index(name)] = made.view
            self.view.children = children
        return self.panels[name]

    def close(self) -> None:
        """Stop what is under way in all panels, and take them off the page. The last state stays."""
        self.redraw()
        for panel in self.panels.values():
            panel.holder = None
            panel.close()
        view.discard(self.view)

    @validate("tab")
    def _named(self, proposal: Any) -> Any:
        if proposal.value not in self.tabs:
            refuse("tab", proposal.value, f"one of {', '.join(self.tabs)}", "Name one of them.")
        return proposal.value

    def _pick(self, place: int | None) -> None:
        if place is not None:
            self.tab = self.tabs[place]

    def _show(self) -> None:
        self.panel(self.tab)
        self.view.selected_index = self.tabs.index(self.tab)
        self.redraw()

    def redraw(self) -> None:
        """Draw the picture anew, once there is a panel to draw."""
        if self.tab in self.panels:
            super().redraw()

    def snapshot(self, *, still: bool = False) -> Bundle:
        """The panel that is shown, as text and HTML."""
        return {**self.panel(self.tab).snapshot(still=still), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Lab: {', '.join(repr(panel)[1:-1] for panel in self.panels.values())}>"
