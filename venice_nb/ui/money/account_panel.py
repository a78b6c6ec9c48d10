"""The account panel: what is left, what it cost, limits as gauges, a budget, and keys."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from traitlets import Enum, Int

from venice_nb.errors import VeniceError
from venice_nb.render import html, text
from venice_nb.render.live import heard_by, static_mode
from venice_nb.ui.money import account_view
from venice_nb.ui.money.account_keys import Keys
from venice_nb.ui.money.account_server import WHOLE, Server
from venice_nb.ui.parts import view
from venice_nb.ui.parts.code import call
from venice_nb.ui.parts.panel import Panel, told
from venice_nb.ui.parts.task import Task

if TYPE_CHECKING:
    from venice_nb.results.account.analytics import Analytics
    from venice_nb.results.account.balance import AccountBalance
    from venice_nb.results.account.keys import ApiKey
    from venice_nb.results.limits import RateLimits
    from venice_nb.results.spending.reconciliation import Reconciliation
    from venice_nb.results.spending.spend import Spend
    from venice_nb.venice import Venice

SCOPES: dict[str, tuple[str, dict[str, Any]]] = {
    "client": ("this client", {}),
    "week": ("this key on this machine, 7 days", {"days": 7}),
    "month": ("this key on this machine, 30 days", {"days": 30}),
    "everyone": ("every key on this machine, 30 days", {"days": 30, "everyone": True}),
}
GROUPS = ("model", "day", "family", "operation", "source")
EVERY = 2.0  # seconds between two looks at what other cells and panels have spent


class AccountPanel(Panel):
    """See `vn.ui.account`.

    Attributes:
        scope: whose calls are shown: client, week, month or everyone.
        by: what they are added up by.
        days: of the usage of the whole account.
        whole: what that is added up by.
        balance: what is left; None before it was read.
        limits: what the key may do; likewise.
        spend: the calls that are shown.
        reconciliation: the book held against the server's; None before it was asked for.
        new_key: the key that was made last, with its secret; None when that was saved and forgotten.

    """

    scope = Enum(tuple(SCOPES), default_value="client")
    by = Enum(GROUPS, default_value="model")
    days = Int(7)
    whole = Enum(WHOLE, default_value="day")

    title = "Account"

    def __init__(self, client: Venice, **traits: Any) -> None:
        self.balance: AccountBalance | None = None
        self.limits: RateLimits | None = None
        self.reconciliation: Reconciliation | None = None
        self.new_key: ApiKey | None = None
        self._over = threading.Event()
        self._limit: float | None = None
        self._counted = 0  # lines of the book when the balance was read
        super().__init__(client, **traits)
        self.spend: Spend = client.spend
        self.observe(lambda _: self.refresh(), "scope")
        self.observe(lambda _: self._turned(), ["by", "whole"])
        self.observe(lambda _: self._fill_code(), ["scope", "by", "days", "whole"])
        self._draw()
        self._opened = threading.Event()
        self._watch = Task(self._follow)
        if static_mode():
            self._open()  # the picture is complete at once
        else:
            self._watch.begin()

    @property
    def admin(self) -> str:
        """Whether the client may see keys and bills, in a sentence."""
        key = self.client._session.key  # noqa: SLF001  our own client
        kind = "" if key is None else key.kind
        if kind == "ADMIN":
            return "This needs an ADMIN key, which this client has. It costs nothing."
        has = f"has an {kind} key" if kind else "does not know the kind of its key"
        return f"This needs an ADMIN key, and this client {has}. One is made at {account_view.TOP_UP}."

    @property
    def usage(self) -> Analytics | None:
        """What the whole account used; None before it was read."""
        return self._server.usage

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        self._money, self._purse = view.pane(), view.pane()
        self._sums, self._agreed = view.window("What was spent"), view.window("How the books compare")
        self._gauges = view.window("What is left in this minute")
        scope = view.choice(
            "Whose calls", "Which book is shown", [(said, name) for name, (said, _) in SCOPES.items()]
        )
        by = view.choice("Add up by", "What the bars stand for", GROUPS)
        view.joined(self, "scope", scope)
        view.joined(self, "by", by)
        sum_of = view.number(
            "Budget", "US dollars that this client may spend from now on", 1.0, least=0.0, most=1e6, step=0.25
        )
        return [
            self._money,
            view.row(
                view.button("Refresh", "Reads balance, limits and spending; costs nothing", self.refresh),
                view.button(
                    "Reconcile", "Holds these calls against the server's books; costs nothing", self.reconcile
                ),
                view.button("Stop", "Stops what is being read", self.stop),
            ),
            view.row(scope, by),
            self._sums,
            self._agreed,
            view.row(
                sum_of,
                view.button(
                    "Set budget",
                    "From now on",
                    self.settled(lambda: self.set_budget(sum_of.value)),
                    style="primary",
                ),
                view.button(
                    "Lift budget", "Nothing but the balance limits this client", lambda: self.set_budget(None)
                ),
            ),
            self._purse,
            self._gauges,
        ]

    def _sections(self) -> list[view.Section]:
        self._calls = view.window("The calls", height="26em")
        self._server, self._keys = Server(self), Keys(self)
        free = html.note("The latest first, without those that cost nothing; panel.spend has all.")
        calls = view.Section("Calls", "Each call with what it cost", [self._calls, view.pane(free)])
        return [calls, *self._server.sections, self._keys.section]

    # --- what is pressed -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the balance, the limits and what was spent."""
        self.start("Reading ...", lambda _: self._account(), self._read)

    def _account(self) -> tuple[AccountBalance, RateLimits, Spend]:
        return self.client.account.balance(), self.client.account.limits(), self._book()

    def _read(self, found: tuple[AccountBalance, RateLimits, Spend]) -> str:
        self.balance, self.limits, self.spend = found
        self._counted = len(self.client.spend.lines)
        self._draw()
        return f"{text.money(float(self.balance))} left."

    def _book(self) -> Spend:
        given = SCOPES[self.scope][1]
        return self.client.spend.machine(**given) if given else self.client.spend

    def reconcile(self) -> None:
        """Hold the calls that are shown against the server's books."""
        self.start("Comparing ...", lambda _: self._book().reconcile(), self._reconciled)

    def _reconciled(self, found: Reconciliation) -> str:
        self.reconciliation = found
        self._draw()
        return "The books agree." if found.agrees else "The books differ, or cannot be compared: see above."

    def set_budget(self, limit: float | None) -> None:
        """Limit what the client spends from now on; None lifts that."""
        self.client.budget = self._limit = limit
        self.error = None
        self._fill_code()
        self.status = (
            "The budget is lifted." if limit is None else f"From now on at most {text.money(limit)}."
        )
        self._turned()

    def _turned(self) -> None:
        self._draw()
        self.redraw()

    # --- what is shown ---------------------------------------------------------------------------

    def _open(self) -> None:
        """Read the account for the first time, in the way of nothing that is pressed meanwhile."""
        try:
            with heard_by(lambda *_: None):
                self._read(self._account())
        except VeniceError as error:
            if not self.busy:  # what was pressed has more to say
                self.error, self.status = error, told(error)
        finally:
            self._draw_lines()
            self._opened.set()
        self.redraw()

    def _follow(self, _: Task) -> None:
        """Show what other cells and panels spend, and how the minute runs out, until the panel is closed."""
        try:
            self._open()
        except KeyboardInterrupt:  # closed so soon
            return
        while not self._over.wait(EVERY):
            self._look()

    def _waits(self) -> list[Any]:
        return [*super()._waits(), *([] if self._opened.is_set() else [self._opened.wait])]

    def _look(self) -> None:
        before = len(self.spend)
        if self.scope == "client":
            self.spend = self.client.spend
        if len(self.spend) != before:
            self._draw()
            self._draw_lines()
            self.redraw()
        else:
            self._draw_limits()

    def _draw(self) -> None:
        view.draw(self._money, *self._told_money())
        view.draw(self._sums, self._bars())
        view.draw(self._calls, view.table(account_view.paid(self.spend), whole="panel.spend has all"))
        view.draw(self._agreed, *self._compared())
        self._server.draw()
        self._draw_limits()

    def _draw_limits(self) -> None:
        view.draw(self._purse, account_view.budget(self.client.budget))
        view.draw(self._gauges, *account_view.limits_left(self.client.limits, self.limits))

    def _told_money(self) -> list[html.Child]:
        since = sum(line.usd or 0.0 for line in self.client.spend.lines[self._counted :])
        return account_view.money(self.spend, self.balance, self.limits, since=since)

    def _compared(self) -> list[html.Child]:
        found = self.reconciliation
        return [] if found is None else [view.table(found, whole="panel.reconciliation has all")]

    def _bars(self) -> html.Html:
        paid = account_view.paid(self.spend)
        title = paid._caption()  # noqa: SLF001  our own
        return account_view.bars(account_view.sums(paid, self.by), self.by, title)

    def _cell(self) -> str:
        given = SCOPES[self.scope][1]
        book = call("v.spend.machine", **given) if given else "v.spend"
        lines = ["v.account.balance()", "v.limits", f'{book}.by("{self.by}")']
        lines += [f"{book}.reconcile()"] if self.reconciliation is not None else []
        lines += self._server.code
        lines += [f"v.budget = {self._limit}"] if self._limit is not None else []
        lines += [*self._keys.code, *filter(None, [self._keys.pending])]
        return "\n".join(lines)

    def _drawn(self) -> list[html.Child]:
        keys = [self._keys.table.drawn()] if len(self._keys.table) else []
        return [
            *self._told_money(),
            self._bars(),
            *self._compared(),
            account_view.budget(self.client.budget),
            *account_view.limits_left(self.client.limits, self.limits),
            *self._server.drawn(),
            *keys,
        ]

    def _said(self) -> str:
        left = f"{text.money(float(self.balance))} left, " if self.balance is not None else ""
        return f"{left}{text.money(self.spend.total.usd)} spent"

    def _left(self) -> None:
        self._over.set()
        self._watch.stop()
        self.new_key = None
