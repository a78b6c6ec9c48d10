"""How an account looks in a panel: what is left, gauges of limits and budgets, bars of what was spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from venice_nb.client.session import LOW
from venice_nb.render import html, text
from venice_nb.render.live import static_mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.policy.budget import Purse
    from venice_nb.render.html import Html
    from venice_nb.results.account.balance import AccountBalance
    from venice_nb.results.account.left import LimitsLeft
    from venice_nb.results.limits import RateLimits
    from venice_nb.results.spending.spend import Spend

MOST = 15  # bars of one picture
TOP_UP = "https://venice.ai/settings/api"


def money(
    spend: Spend, found: AccountBalance | None, limits: RateLimits | None, *, since: float
) -> list[html.Child]:
    """What was spent, what is left, with a warning when that is little, and what the key may do.

    `since`: US dollars that were spent after the balance was read.
    """
    facts = [(f"spent by {spend.whose}", html.tag("strong", text.money(spend.total.usd)))]
    if found is None or limits is None:
        unread = html.tag("p", "The balance has not been read yet: press Refresh.", class_="vn-line")
        return [html.facts(facts), unread]
    later = f" when it was read; {text.money(since)} spent since" if since else ""
    facts.append(("US dollars left", html.join(html.tag("strong", text.money(found.usd)), later)))
    if found.diem is not None:
        daily = f" of {found.allocation:g} a day" if found.allocation else ""
        facts.append(("DIEM left", html.escape(f"{found.diem:g}{daily} (each pays for 1 US dollar)")))
    facts.append(("tier", html.escape(text.short(limits.tier, 40) or "not told")))
    if limits.expires:
        facts.append(("this key expires", html.escape(text.short(limits.expires[:10]))))
    told = (found.usd, found.diem) != (None, None)
    low = found.can_consume is False or (told and float(found) < LOW)
    return [html.facts(facts), _warning(found) if low else None]


def _warning(found: AccountBalance) -> Html:
    said = (
        "Paid calls are refused." if found.can_consume is False else f"Less than {text.money(LOW)} is left."
    )
    return html.tag(
        "p", html.badge("LOW", "warn"), f" {said} Top up at ", html.link(TOP_UP), ", or set a budget."
    )


def paid(spend: Spend) -> Spend:
    """The calls that cost something, or may have."""
    return replace(spend, lines=tuple(line for line in spend.lines if line.usd != 0))


def sums(spend: Spend, by: str) -> dict[str, float]:
    """US dollars by day (UTC, the latest first), or by model, family, ... (the dearest first)."""
    found: dict[str, float] = {}
    for line in spend.lines:
        name = f"{datetime.fromtimestamp(line.time, UTC):%Y-%m-%d}" if by == "day" else getattr(line, by)
        found[name or "none"] = found.get(name or "none", 0.0) + (line.usd or 0.0)
    if by == "day":
        return dict(sorted(found.items(), reverse=True))
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def bars(found: Mapping[str, float], by: str, title: str) -> Html:
    """A bar for each sum, with its amount beside it; what costs nothing has none."""
    rows = [(name, usd) for name, usd in found.items() if usd]
    if not rows:
        return html.tag("p", title, class_="vn-line")
    more = rows[MOST:]
    shown = [*rows[:MOST], *([(f"{len(more)} more", sum(usd for _, usd in more))] if more else [])]
    most = max(usd for _, usd in shown)
    days = by == "day" and static_mode()  # a picture that is compared is the same tomorrow
    cells = [
        (
            f"day {number}" if days else text.short(name, 40),
            text.money(usd),
            _bar(max(usd, 0.0) / most if most > 0 else 0.0),
        )
        for number, (name, usd) in enumerate(shown, 1)
    ]
    return html.table((by, "US dollars", "share of the largest"), cells, caption=title, numeric=(1,))


def _bar(share: float) -> Html:
    """A bar so long, between 0 and 1."""
    percent = f"{100 * share:.0f}"
    bar = html.tag("span", style=f"width: {percent}%", class_="vn-bar", title=f"{percent} %")
    return html.tag("div", bar, class_="vn-track")


def gauge(left: float, limit: float, what: str) -> Html:
    """A gauge of how much is left of a limit; it turns colour when little is."""
    marks = {"low": f"{limit * 0.1:g}", "high": f"{limit * 0.3:g}", "optimum": f"{limit:g}"}
    ends: dict[str, Any] = {"min": 0, "max": f"{limit:g}", "value": f"{left:g}"}
    return html.tag("meter", f"{left:g} of {limit:g}", title=what, **ends, **marks)


def limits_left(table: LimitsLeft, limits: RateLimits | None) -> list[html.Child]:
    """Gauges of what is left in this minute for each model in use; `limits` are those of the key."""
    if not table.rows and limits is not None and not limits.limits:
        return [html.tag("p", "The server tells of no limit a minute for this key.", class_="vn-line")]
    if not table.rows:
        said = "No answer has told of a limit yet: gauges of what is left in this minute come with the first."
        return [html.tag("p", said, class_="vn-line")]
    rows = [
        (text.short(row["model"], 60), _left(row, "requests"), _left(row, "tokens"), _reset(row))
        for row in table.rows[:MOST]
    ]
    heads = ("model", "requests left", "tokens left", *(() if static_mode() else ("anew in",)))
    return [html.table(heads, (row[: len(heads)] for row in rows), caption=table._caption())]  # noqa: SLF001  our own


def _left(row: Mapping[str, Any], what: str) -> html.Child:
    left, limit = row[f"{what}_left"], row[f"{what}_limit"]
    if left is None:
        return "not told"
    if not limit:
        return text.count(left)
    said = f"{text.count(left)} of {text.count(limit)}"
    return [gauge(left, limit, f"{what} left in this minute"), " ", said]


def _reset(row: Mapping[str, Any]) -> str:
    resets = [row[name] for name in ("requests_reset", "tokens_reset") if row[name] is not None]
    return text.seconds(max(resets)) if resets else "not told"


def budget(purse: Purse) -> Html:
    """What is left of the tightest budget."""
    limit, left = purse.limit, purse.left
    if limit is None or left is None:
        return html.tag("p", "No budget is set: calls are limited by the balance alone.", class_="vn-line")
    shown = gauge(left, limit, "left of the budget") if limit else ""
    return html.tag("p", shown, f" {purse.told}; a call that could pass it is refused before it is sent.")
