# ruff: noqa: E501  patterns and word lists stay on one line
"""Answers from supplied text and from knowledge, and the honest ones when there is none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from . import arithmetic, equations, knowledge, memory, smalltalk
from .agreed import agreed_words
from .compose import ample, choose, cited, covering
from .retrieve import rank
from .thought import Draft, Trace, exactly, saying
from .wish import Wish

if TYPE_CHECKING:
    from .asked import Ask

FULL = 0.54  # the share of a question's weight that an answer must cover to be given
READ = 4_000  # characters of a message in which directions are looked for
PART = 0.3  # the share from which a sentence is offered as the nearest


def calculated(ask: Ask, trace: Trace) -> Draft | None:
    """Return the result of the arithmetic or equation a request holds, None when it holds none."""
    if len(ask.question) > 600:
        return None
    if re.search(r"\bsolve\b|\bwhat is [a-z]\b|\bfind [a-z]\b", ask.question, re.IGNORECASE):
        solved = equations.solve(ask.question)
        if solved:
            trace.note(f"Solved the equation in {len(solved[0])} step(s): {solved[1]}.", 1)
            return Draft(
                (*(f"{why} {line}" for why, line in solved[0]), f"So {solved[1]}."),
                listed=True,
                kind="arithmetic",
            )
    if (
        ask.passages
        and not ask.payload
        and not re.search(
            r"\b(?:calculate|compute|what is|what's|how much is)\s+(?:half of )?[\d(]",
            ask.question,
            re.IGNORECASE,
        )
    ):
        return None
    return arithmetic.calculate(ask.question, trace, text=ask.payload, last=memory.last_number(ask.turns))


def from_text(ask: Ask, trace: Trace) -> Draft | None:
    """An answer extracted from supplied text, None when there is no text or it does not hold one."""
    if not ask.passages:
        return None
    hits = rank(ask.question, ask.passages, trace)
    if not hits:
        return None
    usual = ask.wish.limit(2 if len(ask.question.split()) < 9 else 3)
    chosen = choose(hits, usual if ask.wish != Wish() else ample(ask.question, hits, usual))
    if covering(chosen) < FULL:
        return None
    trace.note(f"Kept {len(chosen)} sentence(s); the best covers {hits[0].coverage:.0%} of the question.", 1)
    return Draft(tuple(cited(chosen, ask.passages)), kind="text")


def known(ask: Ask, trace: Trace) -> Draft | None:
    """An answer from what the mind knows, unless the text at hand was to be the only source."""
    if any(p.label for p in ask.passages) or (
        re.search(
            r"\bonly\b|\bprovided\b|\bgiven (?:context|text|passages)\b",
            ask.directions + ask.whole[:300],
            re.IGNORECASE,
        )
        and ask.passages
    ):
        return None
    draft = knowledge.recite(ask.question, ask.wish, trace)
    if draft and smalltalk.creative(ask):
        what = smalltalk.creative(ask)
        return saying(
            f"I am the sandbox's stand-in and cannot write {'' if what == 'code' else 'a '}{what}; this is what I know of the subject.",
            *draft.lines,
            kind="honest",
            sure=False,
        )
    return draft


def nearest(ask: Ask, trace: Trace) -> Draft | None:
    """The honest reply when supplied text does not answer: it says so, and gives the nearest sentence if one is near."""
    if not ask.passages:
        return None
    words, alone = agreed_words(f"{ask.directions}\n{ask.whole[:READ]}")
    if words and alone:
        trace.note("Nothing in the supplied text answers; saying what was agreed for that.", 1)
        return exactly(words, "text")
    draft = _unanswered(ask, trace)
    return replace(draft, lines=(f"{words.rstrip('.')}.", *draft.lines)) if words else draft


def _unanswered(ask: Ask, trace: Trace) -> Draft:
    name = "The passages do" if len(ask.passages) > 1 else "The text does"
    hits = rank(ask.question, ask.passages)
    if hits and hits[0].coverage >= PART:
        best = choose(hits, 1)
        trace.note("No sentence covers enough of the question; giving the nearest.", 1)
        return saying(
            f"{name} not answer that directly; the nearest they come is:"
            if len(ask.passages) > 1
            else f"{name} not answer that directly; the nearest it comes is:",
            *cited(best, ask.passages),
            kind="text",
            sure=False,
        )
    if not hits and ask.refused:
        return saying(*ask.refused, kind="honest", sure=False)
    trace.note("Nothing in the supplied text bears on the question.", 1)
    return saying(f"{name} not answer that.", kind="text", sure=False)


def nothing(ask: Ask, trace: Trace) -> Draft:
    """Return the honest reply of last resort."""
    return saying(*ask.refused, kind="honest", sure=False) if ask.refused else smalltalk.honest(ask, trace)
