"""What a client knows between two calls: its settings, the catalogue, what was announced, the last reply."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.calls.jobs import Progress
from venice_nb.catalogue import Catalogue
from venice_nb.client.booking import cost_of, line_of, line_of_forsaken
from venice_nb.policy.budget import Purse
from venice_nb.policy.spend_book import book_for
from venice_nb.render.live import notice
from venice_nb.render.text import money
from venice_nb.results.headers import Balance
from venice_nb.results.money import Cost

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.calls.call import Call
    from venice_nb.catalogue import Resolution
    from venice_nb.config import Settings
    from venice_nb.policy.spend_book import Line
    from venice_nb.policy.steps import Plan
    from venice_nb.results.headers import Deprecation
    from venice_nb.secrets import Secret

LOW = 1.0  # US dollars left, below which the user is told once


class Session:
    """The memory of one client. Plans read and update it; it announces, and keeps the book of what was spent.

    Attributes:
        settings: the frozen settings of the client.
        catalogue: models and prices; the bundled snapshot until `/models` has been read.
        live: True when calls go to the real API, False for the sandbox.
        key: the key, which cannot be printed; jobs are written down under its fingerprint.
        sandbox: the embedded sandbox, None for an API elsewhere; its jobs end with it.
        private: the sandbox, or a transport of the user's own: what they say is no answer of the API, and is
            kept in memory for as long as they live. None for a server.
        last: the last reply, also one that was cut short; None before the first.
        left: US dollars and DIEM as of the last answer, those of `Balance()` before the first that told.
        opening: US dollars and DIEM just before the first answer that told.
        purse: the budgets that calls must fit.
        spend: one line for every answer but those to the question how a job is doing, and for each attempt
            without one that may have been charged.
        run: carries out a plan: gives its result, or a coroutine for it with an `AsyncVenice`. Results that
            can be worked on further, and jobs that can be waited for, keep the session for this.
        allowed: requests and tokens a minute that a model of a family may be sent, as far as is known.
        client: whose memory this is, for panels that are given one of its results.

    """

    run: Callable[[Plan[Any]], Any]
    client: Any
    allowed: Callable[[str, str], tuple[int | None, int | None]]

    def __init__(
        self,
        settings: Settings,
        *,
        live: bool = True,
        key: Secret | None = None,
        sandbox: object = None,
        private: object = None,
        purse: Purse | None = None,
    ) -> None:
        self.settings = settings
        self.live = live
        self.key = key
        self.sandbox = sandbox
        self.private = sandbox if private is None else private
        self.catalogue = Catalogue.bundled()
        self.last: Any = None
        self.left = self.opening = Balance()
        self.purse = purse or Purse()
        self.spend = book_for(settings.base_url, key, private=self.private is not None)
        self._announced: set[str] = set()
        self._leaving: set[str] = set()  # models of which it was said that they will be retired
        self._lock = threading.Lock()

    @property
    def balance(self) -> float | None:
        """US dollars left as of the last answer, None before the first that told."""
        return self.left.usd

    @property
    def calls(self) -> int:
        """How many lines the book has."""
        return len(self.spend.lines)

    @property
    def cost(self) -> Cost | None:
        """What those of a known price cost together; None before the first that cost something."""
        known = [Cost(line.usd, line.source) for line in self.spend.lines if line.usd]
        return sum(known[1:], known[0]) if known else None

    @property
    def unpriced(self) -> int:
        """How many lines cost something that is not known."""
        return sum(line.usd is None for line in self.spend.lines)

    @property
    def default_model(self) -> str:
        """The model for chat where none is named; empty means the server's default trait."""
        return self.settings.default_model

    def book(self, result: Any, call: Call[Any]) -> None:
        """Count an answer, what it cost and what it says is left; announce a model that is on its way out."""
        cost = cost_of(result)
        headers = getattr(result, "headers", None)
        told = getattr(headers, "balance", None)
        balance = told if isinstance(told, Balance) and told.total is not None else None
        asked = isinstance(result, Progress)  # how often a job is asked for depends on the clock, and is free
        if balance is not None:
            with self._lock:
                self.left = balance
                self.opening = balance if self.opening.total is None else self.opening
        if not asked:
            ended = getattr(result, "complete", True) is not False
            self.spend.add(line_of(call, result, cost, note="" if ended else "ended early"))
        if self.live and balance is not None and (balance.total or 0.0) < LOW:
            self.announce(f"Less than {money(LOW)} is left on this account: top up, or set v.budget.")
        leaving = getattr(headers, "deprecation", None)
        if headers is not None and leaving is not None:
            model = headers.model or getattr(result, "model", "") or "this model"
            self._part(model, _farewell(model, leaving))

    def missed(self, call: Call[Any], error: BaseException | None) -> None:
        """Write down a paid call of which no answer can be read, unless it certainly cost nothing.

        One that was interrupted has no error, and one that garbage collection ended a GeneratorExit.
        """
        charged = getattr(error, "charged", "unknown")
        if not call.paid or charged == "no":
            return
        line = line_of(call, error, Cost(), note="charged" if charged == "yes" else "outcome unknown")
        if isinstance(error, GeneratorExit):
            self.spend.add_later(lambda: line)
        else:
            self.spend.add(line)

    def forsaken(self, call: Call[Any], read: Callable[[], Any]) -> None:
        """Have a stream written down that was opened and dropped, of which `read` tells what had arrived."""
        self.spend.add_later(partial(line_of_forsaken, call, read, time.time()))

    def returned(self, line: Line) -> None:
        """Write down money that came back: a line below zero."""
        self.spend.add(line)

    def announce_choice(self, found: Resolution) -> None:
        """Tell the user what was read into a model's name, and once that the model will be retired."""
        self.announce(found.note)
        if found.farewell:
            self._part(found.id, found.farewell)

    def _part(self, model: str, sentence: str) -> None:
        with self._lock:
            if model in self._leaving:
                return
            self._leaving.add(model)
        self.announce(sentence)

    def announce(self, note: str | None) -> None:
        """Tell the user something once: a retired model, a substitution, a deprecation."""
        if not note:
            return
        with self._lock:
            if note in self._announced:
                return
            self._announced.add(note)
        self.tell(note)

    def tell(self, note: str) -> None:
        """Tell the user something each time it happens, such as how far a run came."""
        notice(note)


def _farewell(model: str, leaving: Deprecation) -> str:
    """One sentence on a model that is being retired, in the words of the catalogue where there is a date."""
    if not leaving.date:
        said = leaving.warning or f"{model} is announced to be removed"
        return f"{said}; use {leaving.replacement}" if leaving.replacement else said
    instead = f"; use {leaving.replacement}." if leaving.replacement else "."
    return f"{model} is announced to be removed on {leaving.date[:10]}{instead}"
