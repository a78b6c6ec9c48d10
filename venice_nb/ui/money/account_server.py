"""The parts of the account panel that the server tells: what all keys used, and what they may send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.ui.money import account_view
from venice_nb.ui.parts import view
from venice_nb.ui.parts.code import call

if TYPE_CHECKING:
    from venice_nb.results.account.analytics import Analytics
    from venice_nb.results.account.limit_log import LimitLog
    from venice_nb.ui.money.account_panel import AccountPanel

WHOLE = ("day", "model", "key")


class Server:
    """`sections` are what the panel shows."""

    def __init__(self, panel: AccountPanel) -> None:
        self._panel = panel
        self.usage: Analytics | None = None
        self._used, self._hits = view.window("What was used"), view.window("When limits were hit")
        self._limits = view.window("What each model may be sent", height="22em")
        note = html.tag("p", panel.admin, class_="vn-line")
        days = view.number("Days", "Up to today, 1 to 90", panel.days, least=1, most=90)
        whole = view.choice("Bars by", "What the usage is added up by", WHOLE)
        view.joined(panel, "days", days)
        view.joined(panel, "whole", whole)
        read = view.button(
            "Read usage", "Reads the sums of the server; costs nothing", panel.settled(self.read_usage)
        )
        self._search = view.line("Limits of", "A part of a model's id", placeholder="llama", live=True)
        self._search.observe(lambda _: self.draw(), "value")
        hits = view.button(
            "Limits that were hit", "Reads the log of the server; costs nothing", self.read_log
        )
        self.sections = [
            view.Section(
                "Whole account",
                "What all keys used, by the server",
                [view.pane(note), view.row(days, whole, read), self._used],
            ),
            view.Section(
                "Limits",
                "What each model may be sent, and when that was too much",
                [view.row(self._search), self._limits, view.pane(note), view.row(hits), self._hits],
            ),
        ]

    @property
    def code(self) -> list[str]:
        """The calls that give what is shown."""
        read = call("v.account.usage", days=self._panel.days)
        return [f'{read}.by("{self._panel.whole}")'] if self.usage is not None else []

    def read_usage(self) -> None:
        """Read what the whole account used; needs an ADMIN key."""
        panel = self._panel
        panel.start("Reading ...", lambda _: panel.client.account.usage(days=panel.days), self._read)

    def _read(self, found: Analytics) -> str:
        self.usage = found
        self.draw()
        return f"The whole account used {text.money(found.total)}."

    def read_log(self) -> None:
        """Read when limits were hit; needs an ADMIN key."""
        self._panel.start("Reading ...", lambda _: self._panel.client.account.limit_log(), self._logged)

    def _logged(self, found: LimitLog) -> str:
        view.draw(self._hits, view.table(found, whole="v.account.limit_log() has all"))
        return f"{len(found)} limit{'s' * (len(found) != 1)} hit lately."

    def draw(self) -> None:
        """Draw what is known."""
        view.draw(self._used, *self.drawn())
        limits = self._panel.limits
        if limits is not None:
            word = self._search.value.strip().lower()
            rows = tuple(row for row in limits.limits if word in row.model.lower())
            view.draw(self._limits, view.table(replace(limits, limits=rows), whole="panel.limits has all"))

    def drawn(self) -> list[html.Child]:
        """Bars of the usage, when it was read."""
        used = self.usage
        if used is None:
            return []
        by = self._panel.whole
        rows = {"day": used.days[::-1], "model": used.models, "key": used.keys}[by]
        sums = {str(row[by]): row["usd"] + row["diem"] for row in rows}
        title = f"Used by the whole account ({text.short(used.lookback, 20)}): {text.money(used.total)}"
        return [account_view.bars(sums, by, title)]
