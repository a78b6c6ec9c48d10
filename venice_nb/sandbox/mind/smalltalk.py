# ruff: noqa: E501  patterns and word lists stay on one line
"""Greetings, thanks, the date, and the honest reply when there is nothing real to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .text import question_terms, words
from .thought import Draft, Trace, saying

if TYPE_CHECKING:
    from .asked import Ask

_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|ciao|salve|bonjour|hola|good (?:morning|afternoon|evening|day)|greetings|howdy|yo|buongiorno|moin|servus)(?: there| again| all| everyone| venice| claude| assistant| bot| world)*\W*$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W*(?:ok(?:ay)?[,.! ]+|great[,.! ]+|perfect[,.! ]+)?(?:thanks?(?: you)?|thx|ty|cheers|grazie|merci|danke|gracias)\b",
    re.IGNORECASE,
)
_BYE = re.compile(
    r"^\W*(?:bye|goodbye|good night|see you|farewell|arrivederci|adieu|au revoir)\b", re.IGNORECASE
)
_HOW = re.compile(r"\bhow are you\b|\bhow's it going\b|\bwhat's up\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:what(?:'s| is) (?:the )?(?:date|time|day|year)|what (?:day|date|time|year) is it|today's date|current (?:date|time|year))\b",
    re.IGNORECASE,
)
_CAN = re.compile(
    r"\bwhat (?:can|do) you (?:do|know)\b|\bhow (?:can|do) you help\b|\bhelp me\W*$|^\W*help\W*$|\bwhat are you able\b|\byour (?:abilities|capabilities)\b",
    re.IGNORECASE,
)
_OK = re.compile(
    r"^\W*(?:ok(?:ay)?|yes|no|sure|fine|great|nice|cool|good|perfect|wow|test(?:ing)?|ping|right|i see|got it|hm+)\W*$",
    re.IGNORECASE,
)
_CREATIVE = re.compile(
    r"\b(?:write|compose|create|make up|invent|tell|draft|generate|give)\b.{0,30}?\b(?P<what>poem|haiku|story|joke|limerick|song|lyrics|essay|sonnet|slogan|tweet|blog post|letter|speech|script|tale|rhyme|code|function|program|regex|class|email|e-mail|recipe|plan|advert|pitch)\b",
    re.IGNORECASE,
)

ABILITIES = (
    "Here I can answer from text you supply (with [1] marks for numbered passages), summarise, label and extract, fill a JSON schema, "
    "call your tools, do arithmetic, remember what you told me, describe a picture by its pixels and cite bundled web pages."
)


def chat(ask: Ask) -> Draft | None:
    """Return a reply to small talk, None for anything else."""
    text = ask.whole.strip()
    if ask.passages and len(text) >= 60:
        return None
    if not text:
        return saying("I received no text to answer.", kind="honest", sure=False)
    if _GREETING.match(text):
        return saying("Hello! What would you like to know?", kind="talk")
    if _THANKS.match(text) and len(text.split()) < 12:
        return saying("You are welcome.", kind="talk")
    if _BYE.match(text):
        return saying("Goodbye.", kind="talk")
    if _HOW.search(text) and len(text.split()) < 9:
        return saying(
            "I am running, which is all a stand-in can say of itself. What would you like to know?",
            kind="talk",
        )
    if _DATE.search(text):
        return saying("I do not know: the sandbox's stand-in has no clock.", kind="talk", sure=False)
    if _CAN.search(text):
        return saying("I am the sandbox's stand-in, not a language model.", ABILITIES, kind="talk")
    if _OK.match(text):
        return saying(
            "All right. What next?"
            if not re.match(r"\W*(?:test|ping)", text, re.IGNORECASE)
            else "I am here.",
            kind="talk",
        )
    return None


def creative(ask: Ask) -> str:
    """Return what kind of free writing is asked for ("poem", "code"), "" when none is."""
    match = _CREATIVE.search(ask.question)
    return match["what"].lower() if match else ""


def honest(ask: Ask, trace: Trace) -> Draft:
    """Return the reply when nothing real can be said: it names what was asked and what the sandbox can do."""
    kept = [w for w in dict.fromkeys(words(ask.question)) if question_terms(w) and len(w) > 2][:4]
    what = creative(ask)
    kept = [w for w in kept if w.lower() not in (what, f"{what}s")]
    about = f" about “{' '.join(kept)}”" if kept else ""
    trace.note("Nothing supplied or known answers this, so it says so.", 1)
    if what:
        lead = (
            f"I cannot write {'an' if what[0] in 'aeiou' else 'a'} {what}{about}: I am the sandbox's stand-in, not a language model."
            if what not in ("code", "lyrics")
            else f"I cannot write {what}{about}: I am the sandbox's stand-in, not a language model."
        )
    else:
        lead = f"I have no answer{about}. I am the sandbox's stand-in, not a language model."
    return saying(lead, ABILITIES, kind="honest", sure=False)
