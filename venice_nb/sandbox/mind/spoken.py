# ruff: noqa: E501  patterns and word lists stay on one line
"""A draft put into words: shaped as wished, worded by luck, framed by the character."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from . import brief, voice
from .wish import shaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .asked import Ask
    from .thought import Draft

_LEADS = {
    "text": ("", "In short: ", "From the text: ", "As the source puts it: ", "It says: "),
    "known": ("", "In short: ", "Briefly put: ", "As far as I know: ", "To put it simply: "),
    "web": ("", "From the pages found: ", "What I found: ", "According to the search: "),
    "look": ("", "What the pixels show: ", "Looking at it: "),
    "talk": ("", "Well. ", "Good to hear from you. "),
    "summary": ("", "In sum: ", "The main points: "),
    "memory": ("", "As you said: ", "If I recall rightly: "),
    "tools": ("", "Here is what came back: ", "The result: "),
    "honest": ("", "To be plain: ", "Honestly: "),
    "who": ("", "Since you ask: ", "Gladly: "),
}  # fmt: skip


def spoken(
    draft: Draft, ask: Ask, character: Mapping[str, Any] | None, rng: random.Random, variant: int
) -> str:
    """The draft as text: shaped as wished, worded by luck, framed by the character."""
    if draft.fixed:
        text = draft.text
        return text.upper() if ask.wish.upper and draft.kind not in ("json", "operation") else text
    if draft.kind == "one":  # any of these is right; further choices name further ones
        draft = replace(draft, lines=(draft.lines[variant % len(draft.lines)],))
    text = shaped(draft.lines, ask.wish, listed=draft.listed, whole=not draft.sure)
    if ask.wish.one_word and draft.sure and draft.kind in ("text", "known", "web", "memory", "tools"):
        return brief.short_answer(ask.question, draft.lines[0])
    leads = _LEADS.get(draft.kind, ("",))
    plain = not (
        ask.wish.lines
        or ask.wish.one_word
        or ask.wish.words
        or ask.wish.bullets
        or ask.wish.items
        or ask.wish.upper
        or draft.listed
    )
    if plain and not character:
        text = leads[variant % len(leads)] + text
    return voice.voiced(text, character, draft, rng)


def luck(body: Mapping[str, Any], ask: Ask, seed: int, choice: int) -> tuple[random.Random, int]:
    """A generator and a wording number for this choice: wording 0 for the first choice unless a seed asks for another."""
    own = body.get("seed")
    digest = hashlib.blake2b(
        f"{seed}|{own}|{ask.whole}|{len(ask.turns)}".encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    start = int.from_bytes(digest, "big")
    cold = body.get("temperature") == 0
    shift = (
        0
        if own is None or cold
        else int.from_bytes(hashlib.blake2b(str(own).encode(), digest_size=4).digest(), "big") % 4
    )
    turn = 0 if cold else choice
    return random.Random(start + turn), shift + turn
