# ruff: noqa: E501, RUF001, SIM905  patterns and word lists stay on one line; typographic marks are what is looked for or shown; word lists read better as text
"""Words, stems, sentences and tokens: how the mind reads plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["prose", "item", "heading", "code", "row"]

_WORD = re.compile(r"__\w+?__|\b[A-Za-z]-[a-z]{3,}|:=|\*\*=?|//=?|[=!<>]=|->|\.\.\.|[^\W_]+")
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_PIECE = re.compile(
    rf" ?[{_CJK}]| ?[^\W\d_{_CJK}]{{1,8}}| ?\d{{1,3}}| ?[^\w\s]|\s+|.",
    re.DOTALL,
)

STOP = frozenset(
    """a about above according across actually again all also am an and any anyone anything are aren as ask asked at
    be because been being between both but by can could couldn d describe did didn do does doesn doing don down each
    either else ever every exactly explain few for from further get gets give given gives go goes going got had has
    hasn have haven having he her here hers him his how however i if in into is isn it its itself just know let like
    list ll m make many may me mean means might more most much must my name need no nor not now of off on once one
    only or other our out over own passage passages per please provide question re really s same say says see shall
    she should shouldn show simply so some something such sure t tell than thank thanks that the their them then
    there these they thing things this those through to too under until up upon us use used using ve very was wasn
    way we were what whatever when where whether which while who whom whose why will with within without won word
    words would wouldn write yes yet you your yours happen happens happened happening work works context document
    documents text following above below answer briefly short sentence sentences line lines detail""".split()
)

_WHOLE = {
    "exception": "exception",
    "exceptions": "exception",
    "data": "data",
    "series": "series",
    "news": "news",
}


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem shared by the common forms of an English word, in lower case."""
    w = word.lower()
    if len(w) <= 3 or not w.isascii() or not w.isalpha():
        return w
    if w in _WHOLE:
        return _WHOLE[w]
    if w.endswith("sses"):
        w = w[:-2]
    elif w.endswith("ies") and len(w) > 4:
        w = w[:-3] + "y"
    elif w.endswith("s") and not w.endswith(("ss", "us", "is")):
        w = w[:-1]
    for suffix in ("ing", "ed"):
        root = w[: -len(suffix)]
        if w.endswith(suffix) and len(root) >= 3 and any(c in "aeiouy" for c in root):
            w = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    if len(w) > 6:
        for suffix, rest in _SUFFIXES:
            if w.endswith(suffix) and len(w) - len(suffix) + len(rest) >= 4:
                w = w[: len(w) - len(suffix)] + rest
                break
    if len(w) > 4 and w.endswith("e"):
        w = w[:-1]
    return w[:-1] + "i" if len(w) > 3 and w.endswith("y") else w


_SUFFIXES = (
    ("ization", "iz"), ("isation", "is"), ("ational", "at"), ("ation", "at"), ("ator", "at"), ("ution", "ut"),
    ("tion", "t"), ("sion", "s"), ("ness", ""), ("ively", ""), ("ly", ""), ("ity", ""), ("able", ""),
    ("ible", ""), ("izer", "iz"), ("ship", ""),
)  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words and operators of a text, in order, as written."""
    return _WORD.findall(text)


def terms(text: str) -> tuple[str, ...]:
    """Return the stems that carry meaning: stop words and single letters left out, order kept."""
    found: list[str] = []
    last = ""
    for word in _WORD.findall(text.lower()):
        root = stem(word)
        if root in _CONSTRUCTS and last:
            found.append(f"{last} {root}")  # "with statement" means something although "with" alone does not
        if word not in STOP and (len(word) > 1 or word.isdigit()):
            found.append(root)
        last = word
    return tuple(found)


_CONSTRUCTS = frozenset(
    "statement claus keyword loop block literal operat expres function method modul".split()
)


def question_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a question, without those that only say what kind of answer is wanted."""
    found = terms(_MEASURE.sub("how", text))
    return tuple([t for t in found if t not in _ASKING]) or found


# "How long may it take?" asks for a time; a sentence that says "as long as" is no nearer to it.
_MEASURE = re.compile(r"\bhow (?:long|much|many|often|soon|quickly|fast|far)\b", re.IGNORECASE)
_ASKING = frozenset(
    stem(w)
    for w in "purpose difference different differ differences role meaning reason example kind main definition "
    "information context question difference compare versus tell explain overview basics idea concept term".split()
)


def pieces(text: str) -> list[str]:
    """Return the text cut into tokens; joined, they give the text back.

    The rule: a token is up to eight letters, up to three digits, one East Asian character, one punctuation
    mark (each with one space before it, if any), or a run of white space.
    """
    return _PIECE.findall(text)


def count_tokens(text: str) -> int:
    """Return the number of tokens of a text by the rule of `pieces`."""
    return len(_PIECE.findall(text))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, list item, heading, table row or code block, with the heading it stands under."""

    text: str
    kind: Kind
    heading: str
    block: int


_BULLET = re.compile(r"^\s*(?:[-*•‣–]|\(?\d{1,2}[.)])\s+(?=\S)")
_RULE = re.compile(r"^\s*([*=~^#-])\1{2,}\s*$")
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+(?=\S)")
_CODE = re.compile(
    r"^\s*(?:>>>|\.\.\.\s|def |class \w+[:(]|async |for .*:$|while .*:$|if .*:$|elif |try:|except\b.*:|finally:|else:|"
    r"with .*:$|return\b|import \w+$|from \w+ import|print\(|del \w+$|pass$|raise\b|@\w+|[\w.\[\]]+\s*(?:::?=|[-+*]?=)\s|"
    r"\w+\(.*\)$|[|}{\]\[#$])|::="
)
_END = re.compile(r"[.!?…]+[\"”’')\]*_]*(\s+)(?=[\"“‘'(\[*_]*[A-Z0-9À-Þ“\"])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:[A-Za-z]|e\.g|i\.e|etc|vs|cf|al|Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|No|Nr|Fig|fig|Eq|Sec|sec|approx|ca|"
    r"Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|U\.S|U\.K|a\.m|p\.m)\.$"
)


@lru_cache(maxsize=1024)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text with their headings; hard-wrapped lines are joined first."""
    found: list[Sentence] = []
    section = heading = ""
    block = 0
    for kind, body in _blocks(text):
        if kind == "heading":
            section = heading = _plain(body)
            continue
        if _SIGNATURE.match(body):  # "str.strip([chars])" stands above its indented description
            heading = f"{section} {body.strip()}"
            continue
        if kind == "prose" and not body[:1].isspace():
            heading = section
        block += 1
        if kind in ("prose", "item"):
            found.extend(Sentence(s, kind, heading, block) for s in split_sentences(_plain(body)))
        else:
            found.append(Sentence(body.rstrip(), kind, heading, block))
    if not found and heading:
        found.append(Sentence(heading, "heading", "", 0))
    return tuple(_with_lists(found))


_SIGNATURE = re.compile(r"(?:class |exception |async |await )?[A-Za-z_][\w.]*\([^\n]*\)(?: -> [^\n]+)?$")


def _with_lists(found: list[Sentence]) -> list[Sentence]:
    """Give a sentence that ends with a colon the list that follows it, up to some 400 characters."""
    made = []
    for i, sentence in enumerate(found):
        text = sentence.text
        if sentence.kind == "prose" and text.endswith(":"):
            sign = " "
            for follower in found[i + 1 : i + 10]:
                if follower.kind != "item" or len(text) + len(follower.text) > 400:
                    break
                text += sign + follower.text.rstrip(".;,")
                sign = "; "
        made.append(
            sentence
            if text is sentence.text
            else Sentence(f"{text}.", "prose", sentence.heading, sentence.block)
        )
    return made


def split_sentences(text: str) -> list[str]:
    """Return one paragraph cut into sentences; abbreviations, initials and decimals do not end one."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if text[match.start()] == "." and _ABBREVIATION.search(
            text[max(start, match.start() - 12) : match.start() + 1]
        ):
            continue
        if match.start() - start < 8 and re.fullmatch(
            r"\s*\(?\d{1,2}[.)]", text[start : match.start() + 1]
        ):  # "1. First ..." is one item
            continue
        found.append(text[start : match.start(1)].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [s for s in found if s]


def _plain(text: str) -> str:
    """White space made single, words broken at a hyphen joined, Markdown emphasis marks kept as they are."""
    return " ".join(re.sub(r"(?<=[^\W\d_])-\n\s*(?=[a-z])", "-", text).split())


def _blocks(text: str) -> list[tuple[Kind, str]]:
    """Cut a text into headings, paragraphs, list items, rows and code."""
    found: list[tuple[Kind, str]] = []
    held: list[str] = []
    fenced = False

    def flush(kind: Kind | None = None) -> None:
        if held:
            found.append((kind or _block_kind(held), "\n".join(held)))
            held.clear()

    for line in text.expandtabs(4).splitlines():
        if line.lstrip().startswith("```"):
            flush("code" if fenced else None)
            fenced = not fenced
        elif fenced:
            held.append(line)
        elif not line.strip():
            flush()
        elif _RULE.match(line):
            if len(held) == 1:
                flush("heading")
            else:
                flush()
        elif _MARKDOWN_HEADING.match(line):
            flush()
            found.append(("heading", _MARKDOWN_HEADING.sub("", line)))
        elif _BULLET.match(line):
            flush()
            held.append(line)
        elif line.count("|") >= 2 or line.startswith("+--"):
            flush()
            if any(c.isalnum() for c in line):
                found.append(("row", line.strip()))
        else:
            if held and _starts_anew(held, line):
                flush()
            held.append(line)
    flush("code" if fenced else None)
    return found


def _starts_anew(held: list[str], line: str) -> bool:
    """Whether a line begins its own paragraph although no blank line stands before it.

    Short complete lines ("Name: Ada", "Ada, 36, Rome", "Great product!") are kept apart; wrapped prose is not.
    """
    last = held[-1]
    if _BULLET.match(held[0]):
        return _indent(line) <= _indent(held[0]) and line.lstrip()[:1].isupper()
    if _indent(last) >= 2 or len(last) > 72:
        return False
    fresh = not line.lstrip()[:1].islower()
    return fresh and (last.rstrip().endswith((".", "!", "?", ":", ";")) or len(last) < 50)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block_kind(lines: list[str]) -> Kind:
    if _BULLET.match(lines[0]):
        lines[0] = _BULLET.sub("", lines[0])
        return "item"
    if min(_indent(line) for line in lines) >= 2:
        marked = sum(1 for line in lines if _CODE.search(line))
        if marked * 2 >= len(lines) or (marked and not lines[-1].rstrip().endswith(".")):
            return "code"
    return "prose"
