"""The card of a client: where its calls go, with which kind of key, what is left and what was spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results.headers import Balance

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.money import Cost

HELP = {
    "live": "v.chat(...), v.models(), v.characters(), v.embed(...), v.conversation(), v.extract(...)",
    "sandbox": "answers are computed on this machine and cost nothing; set VENICE_API_KEY for the real API",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a client says of itself.

    `balance` is US dollars and DIEM as of the last answer; `calls` counts answers, `unpriced` those among
    them whose price is not known and is missing in `cost`. `budget` and `limits` are sentences, empty when
    there is nothing to tell.
    """

    name: str
    live: bool
    address: str
    key_kind: str
    models: str
    calls: int = 0
    cost: Cost | None = None
    balance: Balance = field(default_factory=Balance)
    unpriced: int = 0
    budget: str = ""
    limits: str = ""

    @property
    def mode(self) -> str:
        """LIVE or SANDBOX."""
        return "LIVE" if self.live else "SANDBOX"

    def facts(self) -> list[tuple[str, str]]:
        """Names and values, in the order they are shown."""
        spent = text.money(0.0) if self.cost is None else text.money(self.cost.usd)
        left = "not asked yet" if self.balance.total is None else text.money(self.balance.usd)
        left += f" and {self.balance.diem:,.4g} DIEM" if self.balance.diem else ""
        calls = f"{spent} in {text.count(self.calls)} {'call' if self.calls == 1 else 'calls'}"
        if self.unpriced:
            calls += f", {text.count(self.unpriced)} of them at an unknown price"
        facts = [
            ("address", self.address if self.live else "inside this process"),
            ("key", f"set, {self.key_kind}" if self.key_kind else "set"),
            ("models", self.models),
            ("spent here", calls if self.live else f"{calls} (play money)"),
            ("balance", left if self.live else f"{left} (play money)"),
        ]
        more = {"budget": self.budget, "limits": "" if static_mode() else self.limits}
        return facts + [(name, value) for name, value in more.items() if value]

    def line(self) -> str:
        """One line for a repr."""
        facts = "; ".join(f"{name} {value}" for name, value in self.facts()[:2])
        return f"<{self.name} {self.mode}: {facts}>"

    def bundle(self) -> Bundle:
        """The card as HTML and as text that says the same."""
        advice = HELP["live" if self.live else "sandbox"]
        lines = [
            f"{self.name}: {self.mode}",
            *(f"  {name}: {value}" for name, value in self.facts()),
            f"  {advice}",
        ]
        badge = html.badge(self.mode, "good" if self.live else "warn")
        card = html.card(self.name, html.facts(self.facts()), badges=badge, footer=advice)
        return {"text/plain": "\n".join(lines), "text/html": html.page(card)}
