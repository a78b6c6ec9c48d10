# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""What is being asked: the latest request parted into its question, the text it is about and the passages supplied."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .documents import read_file_part, tidy
from .keys import orders_keys
from .retrieve import Passage
from .text import split_sentences
from .wish import Wish, read_wish


@dataclass(frozen=True)
class Turn:
    """One earlier message as plain text."""

    role: str
    text: str


@dataclass(frozen=True)
class Ask:
    """A request as the mind sees it."""

    whole: str  # all text of the latest user message
    question: str  # what is wanted
    payload: str  # the text the request works on ("Summarise: ..."), "" when there is none
    passages: tuple[Passage, ...] = ()  # text to answer from: the message, files, system prompt
    turns: tuple[Turn, ...] = ()  # what was said before
    directions: str = ""  # what the system prompt orders
    wish: Wish = field(default_factory=Wish)
    pictures: tuple[str, ...] = ()
    sounds: tuple[Mapping[str, Any], ...] = ()
    films: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # files that could not be read, one honest sentence each
    results: tuple[Mapping[str, Any], ...] = ()  # tool messages after the latest user message


def text_of(content: object) -> str:
    """Return the text of a message content: the string itself, or its text parts joined."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        found = [p.get("text") for p in content if isinstance(p, Mapping) and p.get("type") in ("text", None)]
        return "\n\n".join(t for t in found if isinstance(t, str))
    return ""


def _parts(content: object, kind: str) -> list[Mapping[str, Any]]:
    if not isinstance(content, Sequence) or isinstance(content, str):
        return []
    found = [p.get(kind) for p in content if isinstance(p, Mapping) and p.get("type") == kind]
    return [p if isinstance(p, Mapping) else {"url": p} for p in found if p]


def _urls(content: object, kind: str) -> tuple[str, ...]:
    return tuple(str(p.get("url")) for p in _parts(content, kind) if p.get("url"))


def read_request(body: Mapping[str, Any]) -> Ask:
    """Return what a chat request asks."""
    given = body.get("messages")
    messages = [m for m in given if isinstance(m, Mapping)] if isinstance(given, Sequence) else []
    users = [i for i, m in enumerate(messages) if m.get("role") == "user"]
    at = users[-1] if users else len(messages) - 1
    latest = messages[at] if messages else {}
    content = latest.get("content")
    whole = text_of(content).strip()
    question, payload, supplied = part(whole)
    if len(question) > LONG:
        question, payload, supplied = _without_question(question, payload, supplied)
    passages = list(supplied)
    refused = []
    turns = []
    directions = []
    for i, message in enumerate(messages):
        text = text_of(message.get("content")).strip()
        role = str(message.get("role"))
        if role in ("system", "developer"):
            order, known = part_system(text)
            directions.append(order)
            passages = [*passages, *known]
        elif i < at and role in ("user", "assistant") and text:
            turns.append(Turn(role, text))
        elif i < at and role == "tool" and text:
            passages.append(Passage(text, title=str(message.get("name") or "")))
        for file in _parts(message.get("content"), "file"):
            known_file, complaint = read_file_part(file)
            if known_file:
                passages.append(known_file)
            if complaint and i == at:
                refused.append(complaint)
    pictured = [m for m in messages[: at + 1] if _urls(m.get("content"), "image_url")]
    return Ask(
        whole=whole,
        question=question,
        payload=payload,
        passages=tuple(p for p in passages if p.text.strip()),
        turns=tuple(turns),
        directions="\n".join(d for d in directions if d),
        wish=read_wish(question, "\n".join(directions), body),
        pictures=_urls(content, "image_url")
        or (_urls(pictured[-1].get("content"), "image_url") if pictured else ()),
        sounds=tuple(_parts(content, "input_audio")),
        films=_urls(content, "video_url"),
        refused=tuple(refused),
        results=tuple(m for m in messages[at + 1 :] if m.get("role") in ("tool", "assistant")),
    )


LONG = 2_000  # characters; what is longer than this is no question but a text


def _without_question(
    text: str, payload: str, supplied: tuple[Passage, ...]
) -> tuple[str, str, tuple[Passage, ...]]:
    """Part a message that is one long text: its last line if that asks something, else an order to sum it up."""
    last = split_sentences(text[-500:].rpartition("\n")[2].strip() or "-")[-1]
    asked = last if asks(last) and len(last) < len(text) else "Summarise this text."
    return asked, payload, (*supplied, Passage(text))


_FENCE = re.compile(
    r"```[\w+-]*\n(?P<fence>.*?)```|\"\"\"(?P<quotes>.*?)\"\"\"|^(?P<rule>-{6,})\n(?P<ruled>.*?)\n(?P=rule)$|"
    r"<(?P<tag>(?:context|documents?|docs?|passages?|text|article|sources?|review|data|transcript|email|ticket|file|input|content|claims?|reference)"
    r"(?:-[0-9a-f]{4,64})?)(?P<attributes>\b[^<>]*)>(?P<tagged>.*?)</(?P=tag)>",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(
    r"^[ \t]*(?:\[(?P<a>\d{1,4}|[\w.:#/-]{1,40})\]|\((?P<b>\d{1,3})\)(?=\s[A-Z])|"
    r"(?:Passage|Document|Source|Doc|Excerpt|Result|Chunk|Context)\s*#?(?P<c>\d{1,4})\s*[:.)\-–]?)[ \t]*(?=\S|$)",
    re.MULTILINE | re.IGNORECASE,
)
_ASKED = re.compile(
    r"^[ \t#*]*(?:the |user(?:'s)? |my )?(?:question|query|q|task|instructions?|request|prompt)s?\**[ \t]*\d*[ \t]*[:\-–]\**[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_GIVEN = re.compile(
    r"(?:^[ \t#*]*|(?<=[.?!]) )(?:the |here (?:is|are) (?:the |my |some )?)?(?:context|text|passages?|documents?|article|review|background|sources?|"
    r"input|notes|transcript|e-?mail|message|excerpts?|information|ticket|paragraph|abstract|content|search results)\**[ \t]*:\**[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
_ANSWER = re.compile(
    r"^[ \t#*]*(?:answer|a|response|output|tone|label|summary|result)\**[ \t]*:\**[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_VERB = re.compile(
    r"^\W*(?:(?:please|now|can you|could you|would you|kindly|then|and|ok(?:ay)?|i want you to|i'd like you to)[ ,]+)*"
    r"(?:explain|summari[sz]e|classify|label|translate|rewrite|rephrase|paraphrase|extract|list|name|count|sort|order|reverse|"
    r"convert|make|write|give|tell|describe|compare|define|find|answer|decide|rate|tag|categori[sz]e|shorten|capitali[sz]e|"
    r"uppercase|lowercase|fix|correct|proofread|compute|calculate|evaluate|identify|detect|repeat|say|spell|show|outline|"
    r"is the|what is the|what's the|determine|pick|choose|select|analy[sz]e|state|quote|put|turn|draft|suggest|return|read|use|"
    r"look|check|generate|create|simplify|remember|how|what|which|why|when|where|who|does|do|is|are|can|should|tl;?dr|"
    r"solve|add|multiply|divide|subtract|sum|recommend|split|join|remove|replace|alphabeti[sz]e|number)\b",
    re.IGNORECASE,
)


def asks(sentence: str) -> bool:
    """Whether a sentence is a question or an order."""
    return sentence.rstrip(" \"'”)*").endswith("?") or bool(_VERB.match(sentence))


def part(text: str) -> tuple[str, str, tuple[Passage, ...]]:
    """Return a message parted into (question, payload, passages)."""
    passages: list[Passage] = []
    fenced: list[str] = []

    def lift(match: re.Match[str]) -> str:
        body = next(match[g] for g in ("fence", "quotes", "ruled", "tagged") if match[g] is not None)
        label = re.search(r"\b(?:id|index|n)\s*=\s*[\"']?([\w.:-]+)", match["attributes"] or "")
        title = re.search(r"\btitle\s*=\s*(?:\"([^\"]+)|'([^']+))", match["attributes"] or "")
        inner = () if label else labelled(body)  # marks inside a numbered passage are its own
        if inner:
            passages.extend(inner)
        elif body.strip():
            named = html.unescape(title[1] or title[2]) if title else ""
            passages.append(Passage(tidy(body), label[1] if label else "", named))
            fenced.append(body.strip())
        return "\n\n"

    rest = _FENCE.sub(lift, text) if any(mark in text for mark in ("```", '"""', "------", "</")) else text
    rest = _ANSWER.sub("", rest).strip()
    asked = list(_ASKED.finditer(rest))
    if asked and (asked[-1].start() > 0 or _GIVEN.search(rest) or passages):
        last = asked[-1]
        question, _, after = rest[last.end() :].strip().partition("\n\n")
        before = f"{rest[: last.start()].strip()}\n\n{after}".strip()
        given = _GIVEN.search(question)
        if given:
            before = f"{before}\n\n{question[given.end() :]}"
            question = question[: given.start()]
        passages.extend(_supplied(before))
        return question.strip() or rest, "", tuple(passages)
    numbered = labelled(rest)
    if numbered:
        body, question = _tail(rest)
        return question or rest, "", (*passages, *(labelled(body) or numbered))
    given = _GIVEN.search(rest)
    if given and rest[given.end() :].strip():
        order = rest[: given.start()].strip()
        body = rest[given.end() :].strip()
        if not order:
            body, order = _tail(body)
        if order:
            return order, body, (*passages, Passage(tidy(body)))
    if fenced:
        return rest or text, "\n\n".join(fenced), tuple(passages)
    return _plainly(rest, tuple(passages))


def _plainly(text: str, passages: tuple[Passage, ...]) -> tuple[str, str, tuple[Passage, ...]]:
    """Part a message that has no marks: "Order: text", "order, blank line, text", or sentences mixed."""
    head, colon, tail = text.partition(":")
    if (
        colon
        and tail.strip()
        and (tail[:1].isspace() or tail[:1] in "\"'“")
        and len(head) < 300
        and not head.endswith('"')  # a key of JSON that is shown, not an order
        and _VERB.match(split_sentences(head.strip() or "x")[-1])
    ) and "\n\n" not in head:
        payload = tail.strip()
        return head.strip(), payload, (*passages, Passage(tidy(payload.strip("\"“”'"))))
    blocks = [b.strip() for b in re.split(r"\n\s*\n", text) if b.strip()]
    if len(blocks) > 1:
        first, last = asks(split_sentences(blocks[0])[-1]), asks(split_sentences(blocks[-1])[-1])
        if last and (not first or len(blocks[-1]) < len(blocks[0])):
            body = "\n\n".join(blocks[:-1])
            return blocks[-1], body, (*passages, Passage(body))
        if first:
            body = "\n\n".join(blocks[1:])
            return blocks[0], body, (*passages, Passage(body))
    lines = (
        split_sentences(" ".join(text.split()))
        if "\n" not in text
        else [s for x in text.splitlines() for s in split_sentences(x.strip())]
    )
    asked = [s for s in lines if asks(s)]
    told = [s for s in lines if not asks(s)]
    if asked and told:
        return " ".join(asked), "", (*passages, Passage("\n".join(told)))
    return text, "", passages


def _tail(text: str) -> tuple[str, str]:
    """Part off the question that stands last (or first) in a text of passages."""
    blocks = [b for b in re.split(r"\n\s*\n", text) if b.strip()]
    if len(blocks) > 1 and not _LABEL.match(blocks[-1]) and asks(split_sentences(blocks[-1].strip())[-1]):
        return "\n\n".join(blocks[:-1]), blocks[-1].strip()
    lines = text.strip().splitlines()
    if len(lines) > 1 and lines[-1].rstrip().endswith("?") and not _LABEL.match(lines[-1]):
        return "\n".join(lines[:-1]), lines[-1].strip()
    first = _LABEL.search(text)
    if first and first.start() > 0:
        return text[first.start() :], text[: first.start()].strip()
    if len(blocks) > 1 and asks(split_sentences(blocks[0].strip())[-1]) and not first:
        return "\n\n".join(blocks[1:]), blocks[0].strip()
    return text, ""


def labelled(text: str) -> tuple[Passage, ...]:
    """Return the passages of a text whose lines begin with marks such as `[1]`; none when it has no such marks."""
    marks: list[tuple[re.Match[str], str]] = []
    for match in _LABEL.finditer(text):
        label = match["a"] or match["b"] or match["c"]
        expected = int(marks[-1][1]) + 1 if marks and marks[-1][1].isdigit() else None
        if label.isdigit() and expected is not None and int(label) <= int(marks[-1][1]):
            continue  # a footnote inside a passage, not a new passage
        if not label.isdigit() and not (marks or re.search(r"[\d.:#/-]", label)):
            continue  # "[note]" in running text
        marks.append((match, label))
    found = []
    for i, (match, label) in enumerate(marks):
        end = marks[i + 1][0].start() if i + 1 < len(marks) else len(text)
        body = text[match.end() : end].strip()
        head, _, tail = body.partition("\n")
        titled = (
            len(head) < 90
            and not head.rstrip().endswith((".", "!", "?", ",", ";"))
            and bool(tail.startswith("\n") or (len(head.split()) <= 8 and tail[:1].isupper()))
        )
        found.append(Passage(tail.strip() if titled else body, label, head.strip() if titled else ""))
    return tuple(p for p in found if p.text)


def _supplied(text: str) -> tuple[Passage, ...]:
    """The passages in the text that stands before a labelled question: numbered ones, or all of it but the orders."""
    numbered = labelled(text)
    if numbered:
        return numbered
    given = _GIVEN.search(text)
    if given:
        return (Passage(text[given.end() :].strip()),)
    kept = [b for b in map(_stated, re.split(r"\n\s*\n", text)) if b.strip()]
    return (Passage("\n\n".join(kept)),) if kept else ()


def _stated(block: str) -> str:
    """What a block of a prompt states: all of it, what its order introduces ("Use the following:"), or nothing."""
    head, _, tail = block.strip().partition("\n")
    if head.endswith(":"):
        return tail
    return "" if directs(block) else block


_DIRECTS = re.compile(
    r"^\W*(?:you(?:'re| are| will| must| should| can| may| have)\b|your (?:job|task|role|name|answers?)|answer|use|reply|respond|be\b|"
    r"do not|don't|never|always|(?:if|when|where) (?:the|you|it|there|no|unsure|asked)\b.*\b(?:say|answer|reply|admit|write|respond)|cite|quote|keep|only|act|"
    r"given|based on|return|output|format|write|speak|stay|follow|think|provide|include|avoid|make sure|when (?:asked|answering)|"
    r"put|mark|rate|judge|treat|ignore|context information is below|the (?:sources?|passages?|documents?|texts?|context) (?:are|is) (?:data|untrusted)|"
    r"please|the user|help|assist|consider|summari[sz]e|extract|classify|label)\b",
    re.IGNORECASE | re.DOTALL,
)


def directs(sentence: str) -> bool:
    """Whether a sentence of a prompt tells the assistant how to behave, rather than stating something."""
    return bool(_DIRECTS.match(sentence)) or sentence.rstrip().endswith(":") or orders_keys(sentence)


def part_system(text: str) -> tuple[str, tuple[Passage, ...]]:
    """Return a system prompt parted into (directions, passages to answer from)."""
    numbered = labelled(text)
    if numbered:
        first = _LABEL.search(text)
        return (text[: first.start()].strip() if first else ""), numbered
    lifted: list[Passage] = []

    def lift(match: re.Match[str]) -> str:
        body = next(match[g] for g in ("fence", "quotes", "ruled", "tagged") if match[g] is not None)
        lifted.extend(labelled(body) or (Passage(body.strip()),))
        return "\n\n"

    rest = _FENCE.sub(lift, text)
    given = _GIVEN.search(rest)
    if given and rest[given.end() :].strip():
        lifted.append(Passage(rest[given.end() :].strip()))
        rest = rest[: given.start()]
    orders: list[str] = []
    facts: list[str] = []
    for block in re.split(r"\n\s*\n", rest):
        if len(block) > 400 and not directs(block.strip()):
            facts.append(block.strip())
            continue
        for sentence in split_sentences(" ".join(block.split())):
            (orders if directs(sentence) else facts).append(sentence)
    if facts:
        lifted.append(Passage("\n".join(facts)))
    return " ".join(orders), tuple(lifted)
