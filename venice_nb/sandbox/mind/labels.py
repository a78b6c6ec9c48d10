# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""Classification: tone, yes or no, and choosing one of the labels that a request names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .knowledge import background
from .lexicon import FLIPS, HINTS, NEGATIVE, POSITIVE, STRONGER
from .retrieve import Passage, rank
from .text import stem, terms
from .thought import Draft, Trace, exactly

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[!]")
_EMOJI = {"😀": 2, "😊": 2, "😍": 3, "❤": 2, "👍": 2, "🎉": 2, "🙂": 1, "😡": -3, "😢": -2, "😠": -2, "👎": -2, "😞": -2, "💔": -2,
          ":)": 1.5, ":-)": 1.5, ":(": -1.5, ":-(": -1.5}  # fmt: skip


def sentiment(text: str) -> float:
    """Return how favourable a text sounds: above 0.5 positive, below -0.5 negative, else neutral or mixed."""
    total = 0.0
    marks = sum(text.count(sign) * worth for sign, worth in _EMOJI.items())
    for clause in re.split(r"\b(?:but|however|although|though|yet)\b|[.;!?\n]", text.lower()):
        found = _WORD.findall(clause.replace("n’t", "n't"))
        flip = 0
        push = 1.0
        part = 0.0
        for word in found:
            root = stem(word)
            if word in FLIPS or word.endswith("n't"):
                flip = 4
            elif word in STRONGER:
                push = 1.5
            else:
                value = POSITIVE.get(root, 0.0) - NEGATIVE.get(root, 0.0)
                if value:
                    part += -0.8 * value if flip > 0 else value * push
                    push = 1.0
                flip -= 1
        total += part
    after = re.search(r"\bbut\b(.*)", text.lower(), re.DOTALL)
    if after and len(after[1]) > 8:
        total += 0.5 * sum(
            POSITIVE.get(stem(w), 0.0) - NEGATIVE.get(stem(w), 0.0) for w in _WORD.findall(after[1])
        )
    return total + marks


_QUOTED = re.compile(r"[\"“'‘]([^\"“”'‘’]{1,40})[\"”'’]")
_OPTIONS = re.compile(
    r"(?:\b(?:as|into|between|among|one of|either|from|labels?|categories|classes|options|choices|tags?|whether (?:it|this|the \w+) is|with|is (?:it|this|the \w+)|"
    r"answer|reply|respond|say|choose|pick|output|return)\b[^:\n?]{0,40}?[: ]\s*)?"
    r"(?P<list>(?:[\"'“‘]?[\w-]+(?: [\w-]+)?[\"'”’]?\s*(?:,|/|\|)\s*(?:or |and )?)*[\"'“‘]?[\w-]+(?: [\w-]+)?[\"'”’]?\s*(?:,\s*)?(?:/|\||\bor\b)\s*[\"'“‘]?[\w-]+[\"'”’]?)",
    re.IGNORECASE,
)
_SORTS = re.compile(
    r"\b(?:label|classify|categori[sz]e|tag|sentiment|tone|rate|which (?:of|label|category|class)|what (?:kind|type|category|sentiment|tone)|is (?:this|it|the)|detect|"
    r"decide|determine|identify|answer (?:only )?(?:with )?(?:yes or no|positive)|choose|pick|one of|positive|spam|urgent)\b",
    re.IGNORECASE,
)


def options(question: str) -> list[str]:
    """Return the labels a request offers, in order: "as positive, negative or neutral"; [] when it offers none."""
    lead = re.search(
        r"\b(?:as|into|between|among|one of|either|from|labels?|categories|classes|options|choices|with|is (?:it|this|the [\w ]+?)|answer|reply|respond|say|choose|pick|"
        r"whether (?:it|this|the [\w ]+?) is|of:)\b\s*(?:only |just |exactly |with |one of |the (?:following )?(?:labels?|categories|words?)?|these (?:labels|categories)?|fits?(?: best)?|applies|is (?:right|best))*\s*[:(\[]?\s*"
        r"(?P<list>[^.?!:\n)\]]{3,200})",
        question,
        re.IGNORECASE,
    )
    for chunk in ([lead["list"]] if lead else []) + [m["list"] for m in _OPTIONS.finditer(question)]:
        quoted = _QUOTED.findall(chunk)
        if len(quoted) >= 2:
            return quoted
        bits = [
            b.strip(" \"'“”‘’()[]")
            for b in re.split(r",\s*(?:or |and )?|\s*/\s*|\s*\|\s*|\s+or\s+|\s+and\s+", chunk)
        ]
        bits = [
            re.sub(r"^(?:an?|the|either|as|only|just|with)\s+", "", b, flags=re.IGNORECASE) for b in bits if b
        ]
        if (
            2 <= len(bits) <= 12
            and all(len(b.split()) <= 3 for b in bits)
            and re.search(r"/|\||\bor\b|,", chunk)
        ):
            bits[-1] = re.sub(r"\s+(?:only|please|for|in|to)\b.*$", "", bits[-1])
            return bits
    return []


def best_label(labels: Sequence[str], text: str, trace: Trace | None = None) -> str:
    """Return the label that fits a text best: by tone, by hint words, by the label's own words; the first when none does."""
    feeling = sentiment(text)
    body = terms(text)
    scores = []
    for place, label in enumerate(labels):
        score = tone_fit(label, feeling) + 2.0 * sum(1 for t in terms(label.replace("_", " ")) if t in body)
        hints = HINTS.get(label.lower().strip(), HINTS.get(stem(label), ()))
        score += 1.2 * sum(1 for h in hints if h in body)
        score += 1.1 * sum(1 for h in hints if " " in h and h in text.lower())
        if label.lower() in ("other", "none", "unknown", "misc", "miscellaneous"):
            score += 0.4
        if (
            label.lower() in ("spam", "urgent", "toxic", "question")
            and label.lower() == "question"
            and text.rstrip().endswith("?")
        ):
            score += 2.5
        scores.append((score, -place))
    if trace is not None:
        told = ", ".join(f"{label} {s:.1f}" for label, (s, _) in zip(labels, scores, strict=True))
        trace.note(f"Tone of the text {feeling:+.1f}; labels scored {told}.", 1)
    return labels[max(range(len(labels)), key=lambda i: scores[i])]


def tone_fit(label: str, feeling: float) -> float:
    """Return how well a label that names a tone fits a feeling; 0 for labels that name none."""
    root = label.lower().replace("_", " ").strip()
    strong = 1.0 if re.match(r"(?:very|strongly|extremely|most) ", root) else 0.0
    core = re.sub(r"^(?:very|strongly|extremely|most|somewhat|slightly) ", "", root)
    if core in (
        "positive",
        "pos",
        "good",
        "happy",
        "satisfied",
        "favourable",
        "favorable",
        "praise",
        "joy",
        "enthusiastic",
        "recommend",
        "like",
    ):
        return (2.0 if feeling > 0.5 else -1.0) + strong * (0.8 if feeling > 5 else -0.8)
    if core in (
        "negative",
        "neg",
        "bad",
        "unhappy",
        "dissatisfied",
        "angry",
        "complaint",
        "unfavourable",
        "sad",
        "anger",
        "frustrated",
        "critical",
        "dislike",
    ):
        return (2.0 if feeling < -0.5 else -1.0) + strong * (0.8 if feeling < -5 else -0.8)
    if core in ("neutral", "neu", "mixed", "ok", "average", "objective", "factual", "indifferent"):
        return (2.0 if abs(feeling) <= 0.5 else -0.5) - (0.2 if core == "mixed" else 0)
    return 0.0


_YES_NO = re.compile(r"\b(?:yes (?:or|/) no|yes/no|true or false|true/false|y/n)\b", re.IGNORECASE)


def classify(question: str, payload: str, passages: Sequence[Passage], trace: Trace) -> Draft | None:
    """Return the label asked for, None when the request is no classification."""
    subject = payload.strip(" \"'“”") or "\n".join(p.text for p in passages)
    if _YES_NO.search(question):
        return _yes_or_no(question, passages or background(question), trace)
    quoted = _QUOTED.findall(question)
    if not subject and quoted:
        subject = max(quoted, key=len)
        question = question.replace(subject, " ")
    if not subject.strip() or not _SORTS.search(question):
        return None
    labels = options(question)
    if labels and re.search(
        r"\b(?:label|classify|categori[sz]e|tag|as|one of|answer|reply|choose|pick|which|into|is|sentiment|tone|category)\b",
        question,
        re.IGNORECASE,
    ):
        return exactly(best_label(labels, subject, trace), "label")
    if re.search(r"\b(?:tone|sentiment|mood|feeling|emotion)\b", question, re.IGNORECASE) and not re.search(
        r"\bsummar", question, re.IGNORECASE
    ):
        return exactly(best_label(["positive", "negative", "neutral"], subject, trace), "label")
    if re.search(
        r"\b(?:is (?:this|it) (?:spam|urgent|positive|negative|toxic|a question))", question, re.IGNORECASE
    ):
        word = re.search(r"is (?:this|it) (?:a )?(\w+)", question, re.IGNORECASE)
        name = word[1].lower() if word else ""
        fits = (
            best_label([name, "other"], subject, trace) == name
            if name not in ("positive", "negative")
            else tone_fit(name, sentiment(subject)) > 0
        )
        return exactly("Yes" if fits else "No", "label")
    if re.search(r"\bclassify|categori[sz]e\b", question, re.IGNORECASE):
        return exactly(best_label(["positive", "negative", "neutral"], subject, trace), "label")
    return None


_NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|without|none|neither|nor|nothing|isn't|aren't|doesn't|don't|can't|won't|unable|forbidden|prohibited|false)\b|n['’]t\b",
    re.IGNORECASE,
)


# What a statement says about a text as a whole, and of what: "The review complains about the delivery."
_OF_THE_TEXT = re.compile(
    r"\b(?:(?P<bad>complain\w*|unhappy|dissatisfied|annoyed|disappointed|critici[sz]\w*|dislikes?)|(?P<good>prais\w*|happy|pleased|satisfied|enjoys?|likes?|loves?|recommends?)|mentions?|(?:is|are)(?: \w+){0,2} about|(?:talks?|asks?|speaks?) (?:about|of|for)|concerns?)\b(?: (?:about|with|of|for|by))? ?(?P<what>[^.?!:\n]*)",
    re.IGNORECASE,
)


def _says(question: str, text: str) -> bool | None:
    """Whether a text complains of something, praises it or speaks of it; None when nothing like that is asked."""
    said = _OF_THE_TEXT.search(question)
    if said is None:
        return None
    roots = terms(said["what"])
    near = {hint for word in said["what"].lower().split() for hint in HINTS.get(word, ())} | set(roots)
    if roots and not near & set(terms(text)):
        return False
    feeling = sentiment(text)
    return feeling < -0.5 if said["bad"] else feeling > 0.5 if said["good"] else True


def _yes_or_no(question: str, passages: Sequence[Passage], trace: Trace) -> Draft | None:
    """Yes when the best sentence says what is asked with the same polarity, no when it denies it or nothing says it."""
    yes, no = ("True", "False") if re.search(r"\btrue\b", question, re.IGNORECASE) else ("Yes", "No")
    bare = re.sub(
        r"[^.?!:]*\b(?:yes (?:or|/) no|yes/no|true or false|true/false|y/n)\b[^.?!:]*[.?!:]?",
        " ",
        question,
        flags=re.IGNORECASE,
    ).strip() or re.sub(_YES_NO, " ", question)
    tone = re.search(
        r"\b(?:is|sounds?) (?:this |it |the \w+ )?(?:review |text |message )?(positive|negative|happy|angry)\b",
        question,
        re.IGNORECASE,
    )
    text = "\n".join(p.text for p in passages)
    if not text.strip():
        return None
    says = _says(bare, text)
    if says is not None:
        return exactly(yes if says else no, "label")
    if tone:
        return exactly(yes if tone_fit(tone[1], sentiment(text)) > 0 else no, "label")
    hits = rank(bare, passages, trace)
    names = {n.lower() for n in re.findall(r"(?<=[\w,] )[A-Z][\w-]+", bare)}
    hits = [h for h in hits if names <= set(re.findall(r"[\w-]+", h.line.sentence.text.lower()))]
    if not hits or hits[0].coverage < 0.45:
        trace.note("No sentence supports it.", 1)
        return exactly(no, "label")
    agrees = bool(_NEGATION.search(hits[0].line.sentence.text)) == bool(_NEGATION.search(bare))
    return exactly(yes if agrees else no, "label")
