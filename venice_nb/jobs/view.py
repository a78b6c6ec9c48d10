"""How a job looks: its card with a bar, and the same in words, without times where a page must not change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from venice_nb.jobs import outcome
from venice_nb.jobs.delivery import cost_of
from venice_nb.jobs.waiting import left
from venice_nb.render import html, text
from venice_nb.render.live import static_mode

if TYPE_CHECKING:
    from venice_nb.policy.entry import Entry
    from venice_nb.render.live import Bundle

_COLOURS = {
    "done": "good",
    "failed": "bad",
    "refused": "bad",
    "expired": "bad",
    "unknown": "warn",
    "ready": "good",
}
# What was given with the order, as a thing and its words; several things are counted.
_GIVEN = {
    "image_url": ("starts from", "a picture"),
    "end_image_url": ("ends with", "a picture"),
    "video_url": ("starts from", "a film"),
    "audio_url": ("sound", "a recording"),
    "reference_image_urls": ("reference pictures", "yes"),
    "reference_video_urls": ("reference films", "yes"),
    "reference_audio_urls": ("reference recordings", "yes"),
    "reference_document_urls": ("reference documents", "yes"),
    "scene_image_urls": ("pictures of the scene", "yes"),
    "lyrics_prompt": ("lyrics", "yes"),
}
_BAR = 24  # characters of the bar in words


def progress(entry: Entry) -> float:
    """From 0 to 1; at most 0.99 until the result is on disk."""
    if entry.state == "done":
        return 1.0
    if entry.state == "ready":
        return 0.99
    if not entry.typical_ms or entry.elapsed_ms is None:
        return 0.0
    return min(0.99, entry.elapsed_ms / entry.typical_ms)


def status(entry: Entry) -> str:
    """How the job is doing, in one word or two."""
    return "unknown outcome" if entry.state == "unknown" else entry.state


def line(entry: Entry) -> str:
    """The job in one line."""
    moving = entry.state in ("queued", "processing")
    share = f" {progress(entry):.0%}" if moving and progress(entry) else ""
    about = f', "{text.short(entry.prompt, 50)}"' if entry.prompt else ""
    return f"<Job {text.short(entry.id, 60)}: {entry.kind}, {status(entry)}{share}{about}>"


def bundle(entry: Entry) -> Bundle:
    """The card, and the same as text."""
    head = f"{entry.kind.capitalize()} by {text.short(entry.model, 80) or 'an unknown model'}"
    moving = entry.state in ("queued", "processing", "ready") and not static_mode()
    facts, word = _facts(entry), _word(entry)
    lines = [f"{head}: {status(entry)}"]
    body: list[html.Child] = []
    if moving:
        share = progress(entry)
        full = round(share * _BAR)
        lines.append(f"  [{'#' * full}{'.' * (_BAR - full)}] {_share(entry)}")
        bar = html.tag("progress", f"{share:.0%}", value=f"{share:.2f}", max=1)
        body.append(html.tag("p", bar, " ", _share(entry)))
    lines += [f"  {name}: {value}" for name, value in facts]
    lines += [f"  {word}"] if word else []
    badge = html.badge(status(entry), _COLOURS.get(entry.state, "plain"))
    card = html.card(head, body, html.facts(facts), badges=badge, footer=word or None)
    return {"text/plain": "\n".join(lines), "text/html": html.page(card)}


def brief(entry: Entry) -> Bundle:
    """What is left to say of a job above its result: one line. Any other end has its whole card."""
    if entry.state != "done":
        return bundle(entry)
    made = f"{entry.kind.capitalize()} by {text.short(entry.model, 80) or 'an unknown model'}"
    said = " · ".join([made, "done", _price(entry), text.short(entry.id, 60)])
    return {"text/plain": said, "text/html": html.page(html.tag("p", said, class_="vn-line"))}


def _share(entry: Entry) -> str:
    rest = left(entry)
    usual = f", usually {text.seconds(rest)} more" if rest else ""
    return f"{progress(entry):.0%}{usual}"


def _facts(entry: Entry) -> list[tuple[str, str]]:
    found = [("prompt", text.short(entry.prompt, 120))]
    found += [
        _detail(name, value)
        for name, value in entry.details.items()
        if name != "sandbox" and value is not None
    ]
    found += [
        ("price", _price(entry)),
        ("job", text.short(entry.id, 60)),
        ("file", text.short(entry.file.replace("\\", "/").rpartition("/")[2], 120)),
        ("expires", _expiry(entry)),
    ]
    return [(name, value) for name, value in found if value]


def _detail(name: str, value: object) -> tuple[str, str]:
    """A setting in the words of a quote; an input by what it is for: `starts from`, `a picture`."""
    called, there = _GIVEN.get(name, (name.replace("_", " "), "yes"))
    words = {True: there, False: "no"}[value] if isinstance(value, bool) else str(value)
    return text.short(called, 30), text.short(words, 60)


def _price(entry: Entry) -> str:
    play = " (play money)" if entry.details.get("sandbox") else ""
    cost = cost_of(entry)
    if entry.state == "refused":
        return "not charged"
    if entry.refunded:
        return f"{text.money(entry.quote)} quoted, given back{play}"
    if entry.state == "unknown":
        return f"{text.money(entry.quote)} quoted, perhaps charged{play}"
    return f"{text.money(cost.usd)} quoted{play}" if cost.usd is not None else f"no quote{play}"


def _expiry(entry: Entry) -> str:
    """How long the server still keeps it and until when; empty where `remaining` is."""
    rest = remaining(entry)
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(entry.expires))
    return f"{rest} ({when})" if rest.startswith("in ") else rest and f"over since {when}"


def remaining(entry: Entry) -> str:
    """How long the server still keeps it; empty for what is safe or gone, or where a page must not change."""
    if entry.state in ("done", "failed", "expired", "refused", "unknown") or static_mode():
        return ""
    rest = entry.expires - time.time()
    return f"in {text.seconds(rest)}" if rest > 0 else "over"


def _word(entry: Entry) -> str:
    """What can be done with it now."""
    # what an embedded sandbox makes ends with its process; a sandbox of its own looks the same from here
    elsewhere = "" if entry.details.get("sandbox") else ", also in another session"
    if entry.state == "done":
        return f"{outcome.resume(entry)} gives the result{elsewhere}"
    if entry.state == "unknown":
        return f"{entry.verdict}; {outcome.doubt(entry)}" if entry.verdict else outcome.doubt(entry)
    if entry.state == "refused":
        return f"The order was refused and not charged: {outcome.told(entry)}"
    if entry.state == "expired":
        return f"The server no longer has it. {outcome.told(entry)}".strip()
    if entry.state == "failed":
        proposed = (
            f" The server proposes: {text.short(entry.suggested_prompt, 300)}"
            if entry.suggested_prompt
            else ""
        )
        return f"{outcome.told(entry)} {outcome.refund(entry)}{proposed}".strip()
    if entry.state == "sending":
        return "The order is being sent."
    verb = "asks whether the server still has it" if remaining(entry) == "over" else "waits for it"
    return f"{outcome.resume(entry)} {verb}{elsewhere}"
