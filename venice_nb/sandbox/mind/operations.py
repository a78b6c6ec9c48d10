# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""Simple things done to a text: capitals, sorting, counting, reversing, replacing, summarising; and honest refusals."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from .compose import cited, gist
from .retrieve import Passage
from .text import split_sentences, terms, words
from .thought import Draft, Trace, exactly, saying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .wish import Wish

_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|'([^']{2,})'|‘([^’]{2,})’|`([^`]+)`")


def _subject(question: str, payload: str) -> str:
    """The text to work on: what follows the colon, else the longest quotation, else the words after the verb."""
    if payload.strip():
        return payload.strip().strip('"“”')
    quoted = [next(g for g in m.groups() if g) for m in _QUOTED.finditer(question)]
    if quoted:
        return max(quoted, key=len)
    return ""


def _after(question: str, verb: str) -> str:
    match = re.search(
        rf"\b(?:{verb})\b(?: the)?(?: words?| letters?| string| text| sentence| list| items?| numbers?| phrase)*:? +(.+?)(?: (?:in|to|into|as|from) (?:all )?(?:upper|lower|capital|title|alphabet|ascending|descending|reverse|order|caps).*)?[.?!]*$",
        question,
        re.IGNORECASE,
    )
    return match[1].strip() if match else ""


def _items(text: str) -> tuple[list[str], str]:
    """The entries of a list and the sign that parts them."""
    if "\n" in text:
        return [
            re.sub(r"^\s*(?:[-*•]|\d+[.)])\s+", "", x).strip() for x in text.splitlines() if x.strip()
        ], "\n"
    bits = [b.strip() for b in re.split(r",\s*(?:and |or )?|;\s*|\s+and\s+", text.rstrip(".")) if b.strip()]
    return (bits, ", ") if len(bits) > 1 else (text.split(), " ")


def _sort(question: str, text: str) -> str:
    found, sign = _items(text)
    reverse = bool(
        re.search(
            r"\b(?:descending|reverse|backwards|largest first|z (?:to|-) a|high(?:est)? to low)",
            question,
            re.IGNORECASE,
        )
    )
    try:
        found.sort(key=lambda x: float(x.replace(",", "")), reverse=reverse)
    except ValueError:
        by_length = bool(re.search(r"\bby length\b", question, re.IGNORECASE))
        found.sort(key=lambda x: (len(x) if by_length else 0, x.lower()), reverse=reverse)
    return sign.join(found)


def _count(question: str, text: str) -> str:
    lowered = question.lower()
    of = re.search(
        r"\b(?:how many|count(?: the)?(?: number of)?)(?: times)?(?: does)?(?: the)? (?:letter|character)? ?[\"'“]?(?P<x>[a-z])[\"'”]?(?:'?s)?(?: (?:are|is|do|does|appears?))?(?: there)? in\b",
        lowered,
    )
    if of:
        count = text.lower().count(of["x"])
        return f"The letter “{of['x']}” occurs {count} {'time' if count == 1 else 'times'}."
    if re.search(r"\b(?:letters|characters)\b", lowered):
        count = sum(c.isalpha() for c in text) if "letters" in lowered else len(text)
        return f"{count} {'letters' if 'letters' in lowered else 'characters'}"
    if "sentences" in lowered:
        count = len(split_sentences(" ".join(text.split())))
        return f"{count} {'sentence' if count == 1 else 'sentences'}"
    if "lines" in lowered:
        return f"{len(text.splitlines())} lines"
    if "vowels" in lowered:
        return f"{sum(c in 'aeiouAEIOU' for c in text)} vowels"
    count = len(text.split())
    return f"{count} {'word' if count == 1 else 'words'}"


def _replace(question: str, text: str) -> str:
    match = re.search(
        r"\breplace (?:every |all |the word |each )*[\"'“]?(?P<a>[^\"'”]+?)[\"'”]? (?:with|by) [\"'“]?(?P<b>[^\"'”:.]+?)[\"'”]?(?: in\b|[:.]|$)",
        question,
        re.IGNORECASE,
    )
    return re.sub(rf"\b{re.escape(match['a'])}\b", lambda _: match["b"], text) if match else text


def _title(_: str, text: str) -> str:
    small = {"a", "an", "and", "the", "of", "in", "on", "at", "to", "for", "or", "but", "by", "with"}
    return " ".join(
        w.lower() if i and w.lower() in small else w[:1].upper() + w[1:] for i, w in enumerate(text.split())
    )


def _unique(_: str, text: str) -> str:
    found, sign = _items(text)
    return sign.join(dict.fromkeys(found))


def _longest(question: str, text: str) -> str:
    found = sorted(words(text), key=len)
    return found[0 if "shortest" in question.lower() else -1] if found else text


_DONE: tuple[tuple[str, Callable[[str, str], str]], ...] = (
    (r"\b(?:upper-?case|all caps|capital letters|capitals)\b", lambda _, t: t.upper()),
    (r"\b(?:lower-?case|small letters)\b", lambda _, t: t.lower()),
    (r"\b(?:title case|capitali[sz]e)\b", _title),
    (r"\breverse (?:the )?(?:order|list|words)\b", lambda _, t: _items(t)[1].join(reversed(_items(t)[0]))),
    (r"\b(?:reverse|backwards)\b", lambda _, t: t[::-1]),
    (r"\b(?:sort|alphabeti[sz]e|alphabetical order|ascending|descending)\b", _sort),
    (r"\b(?:how many|count|number of)\b.*\b(?:words?|letters?|characters?|sentences?|lines?|vowels?)\b|\bhow many [a-z]'?s?\b (?:are|is) (?:there )?in\b|\b(?:word|letter|character) count\b", _count),
    (r"\breplace\b.+\b(?:with|by)\b", _replace),
    (r"\b(?:remove|drop|delete) (?:the )?(?:duplicates|repeated)|\bdedup|\bunique\b", _unique),
    (r"\bspell\b", lambda _, t: "-".join(t.upper())),
    (r"\b(?:longest|shortest) word\b", _longest),
    (r"\b(?:first|initial) letters?\b|\bacronym\b", lambda _, t: "".join(w[0].upper() for w in t.split())),
    (r"\b(?:repeat|echo|say|write|quote|return)\b.*\b(?:verbatim|exactly|as is|back|after me|this|following)\b|^\W*(?:please )?(?:repeat|echo|say|reply with|respond with)\b", lambda _, t: t),
    (r"\b(?:bullet|bulleted)\b.*\blist\b|\bnumber (?:the|these)\b", lambda _, t: "\n".join(f"- {x}" for x in _items(t)[0])),
)  # fmt: skip
_VERBS = "upper-?case|lower-?case|capitali[sz]e|reverse|sort|alphabeti[sz]e|spell|repeat(?: after me)?|echo|say(?: exactly)?|reply with|respond with|count|write|put|convert|turn|in"


def operate(
    question: str, payload: str, passages: Sequence[Passage], wish: Wish, trace: Trace
) -> Draft | None:
    """Return the text with the simple operation asked for, None when the request asks for none."""
    text = _subject(question, payload)
    if re.search(
        r"\btranslate\b|\b(?:in|into|to) (?:french|german|italian|spanish|portuguese|japanese|chinese|latin|dutch|russian)\b",
        question,
        re.IGNORECASE,
    ):
        return _no_translation(question)
    if re.search(
        r"\bsummar|\btl;?dr\b|\bmain (?:points?|idea)|\bkey (?:points|takeaways)\b|\bgist\b|\bin a nutshell\b",
        question,
        re.IGNORECASE,
    ):
        return summarise(passages or ((Passage(text),) if text else ()), wish, trace)
    for pattern, act in _DONE:
        if re.search(pattern, question, re.IGNORECASE):
            subject = text or _bare(question)
            if not subject:
                continue
            trace.note(f"Applied a text operation to {len(subject)} characters.", 1)
            return exactly(act(question, subject), "operation")
    if re.search(
        r"\b(?:rewrite|rephrase|paraphrase|proofread|correct the|fix the|polish|improve|simplify)\b",
        question,
        re.IGNORECASE,
    ) and (text or passages):
        return rewritten(text or passages[0].text, trace)
    if (
        re.search(r"\bkeywords?\b|\bkey ?phrases\b|\btopics\b", question, re.IGNORECASE)
        and (text or passages)
        and re.search(r"\b(?:extract|list|find|give|what|identify)\b", question, re.IGNORECASE)
    ):
        found = keywords(text or "\n".join(p.text for p in passages), wish.items or 5)
        return exactly(", ".join(found), "operation")
    if (
        re.search(r"\btitle\b|\bheadline\b", question, re.IGNORECASE)
        and (text or passages)
        and re.search(r"\b(?:write|suggest|give|make|create|propose|generate)\b", question, re.IGNORECASE)
    ):
        return exactly(headline(text or passages[0].text), "operation")
    return None


def _bare(question: str) -> str:
    """The words an order applies to when nothing marks them: "Uppercase hello world", "How many r's in strawberry?"."""
    inside = re.search(
        r"\b(?:in|of) (?:the (?:word|words|string|sentence|phrase|text) )?[\"'“]?([\w-]+)[\"'”]?[?.!]*$",
        question,
        re.IGNORECASE,
    )
    if inside and re.search(r"\bhow many\b|\bcount\b|\bnumber of\b|\bfirst letter", question, re.IGNORECASE):
        return inside[1]
    ordered = re.match(rf"\W*(?:please |can you |could you )*(?:{_VERBS})\b", question, re.IGNORECASE)
    return _after(question, _VERBS) if ordered and len(question) < 400 else ""


def _no_translation(question: str) -> Draft | None:
    if not re.search(r"\btranslate|\btranslation\b", question, re.IGNORECASE):
        return None
    to = re.search(r"\b(?:in|into|to) ([A-Z][a-z]+)\b", question)
    return saying(
        f"I cannot translate{f' into {to[1]}' if to else ''}: I am the sandbox's stand-in and know no other language.",
        "A live model can; here I answer from supplied text, count, calculate, label, extract and summarise.",
        kind="honest", sure=False,
    )  # fmt: skip


def summarise(passages: Sequence[Passage], wish: Wish, trace: Trace) -> Draft | None:
    """Return the sentences that stand for the whole text."""
    if not any(p.text.strip() for p in passages):
        return None
    total = sum(len(split_sentences(p.text)) for p in passages)
    limit = (
        wish.items
        or wish.sentences
        or wish.lines
        or (1 if wish.brief or wish.one_word or wish.words else max(1, min(3, (total + 2) // 3)))
    )
    if wish.bullets and not wish.items:
        limit = max(3, limit)
    chosen = gist(passages, min(12, limit * 2 if wish.long else limit))
    trace.note(
        f"Chose {len(chosen)} of {total} sentences by how many of the text's recurring words they hold.", 1
    )
    for hit in chosen:
        trace.note(f"Kept: “{hit.line.sentence.text[:90]}”", 2)
    return Draft(tuple(cited(chosen, passages)), kind="summary") if chosen else None


_SIMPLER = {
    "utilise": "use", "utilize": "use", "utilizes": "uses", "utilized": "used", "in order to": "to", "due to the fact that": "because", "at this point in time": "now",
    "a large number of": "many", "in the event that": "if", "prior to": "before", "subsequent to": "after", "commence": "begin", "terminate": "end",
    "approximately": "about", "purchase": "buy", "require": "need", "requires": "needs", "assistance": "help", "demonstrate": "show", "demonstrates": "shows",
    "sufficient": "enough", "obtain": "get", "additional": "more", "attempt": "try", "endeavour": "try", "facilitate": "help", "numerous": "many",
    "gonna": "going to", "wanna": "want to", "teh": "the", "recieve": "receive", "definately": "definitely", "alot": "a lot", "dont": "don't", "cant": "can't",
    "wont": "won't", "im": "I'm", "u": "you", "pls": "please", "thx": "thanks", "i": "I", "very very": "very",
}  # fmt: skip


def _plainer(plain: str, match: re.Match[str]) -> str:
    """The plain word, with a capital where the heavy one had one."""
    return plain[:1].upper() + plain[1:] if match[0][0].isupper() and len(match[0]) > 1 else plain


def rewritten(text: str, trace: Trace) -> Draft:
    """Return a text tidied: plain words for heavy ones, common slips mended, capitals and stops in place."""
    said = " ".join(text.split())
    for heavy, plain in _SIMPLER.items():
        pattern = re.compile(rf"(?<![\w'])({re.escape(heavy)})(?![\w'])", re.IGNORECASE)
        said = pattern.sub(partial(_plainer, plain), said)
    said = re.sub(r"\b(\w+) \1\b", r"\1", said)
    said = re.sub(r"\s+([,.;:!?])", r"\1", said)
    found = [s[:1].upper() + s[1:] for s in re.split(r"(?<=[.!?])\s+", said) if s]
    joined = " ".join(found)
    trace.note("Tidied the text with a list of plainer words; a live model would rewrite it freely.", 1)
    return exactly(joined if joined.endswith((".", "!", "?", ":")) else f"{joined}.", "operation")


def keywords(text: str, limit: int = 5) -> list[str]:
    """Return the words of a text that recur or stand out, most telling first, as they are written."""
    first: dict[str, str] = {}
    counts: dict[str, float] = {}
    for place, word in enumerate(words(text)):
        for t in terms(word):
            if len(t) > 2 and not t.isdigit():
                first.setdefault(t, word.lower() if not (word[:1].isupper() and place) else word)
                counts[t] = (
                    counts.get(t, 0.0)
                    + 1
                    + 0.04 * min(len(word), 12)
                    + (0.3 if word[:1].isupper() and place else 0)
                )
    best = sorted(counts, key=lambda t: -counts[t])[:limit]
    return [first[t] for t in best]


def headline(text: str) -> str:
    """Return a title for a text: the main clause of its most central sentence."""
    chosen = gist((Passage(text),), 1)
    sentence = chosen[0].line.sentence.text if chosen else text
    clause = re.split(r"[,;:.(—]", sentence)[0].strip()
    return _title("", " ".join((clause if len(clause.split()) > 2 else sentence).split()[:10]).rstrip(".!?,"))
