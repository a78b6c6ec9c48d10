# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""What was said before: facts the user stated, the latest questions and answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .asked import Ask, Turn, asks
from .numbers import numbers, written
from .retrieve import Passage, rank
from .text import split_sentences, terms
from .thought import Draft, Trace, exactly, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP_AT = r"(?=$|[.,;!?\n]| and (?:I|my)\b| but\b)"
_FACTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"\b(?:my name is|my name's|call me|i am called|i'm called) (?P<v>[^\W\d_][\w'’-]*(?: [A-Z][\w'’-]+)?){_STOP_AT}",
            re.IGNORECASE,
        ),
        "name",
    ),
    (
        re.compile(rf"\b(?:I am|I'm|I’m|this is) (?P<v>[A-Z][a-zà-ÿ'’-]+(?: [A-Z][\w'’-]+)?){_STOP_AT}"),
        "name",
    ),
    (re.compile(rf"\bI(?:'m| am|’m) (?P<v>\d{{1,3}})(?: years old)?{_STOP_AT}", re.IGNORECASE), "age"),
    (re.compile(rf"\bI (?:live|am living) in (?P<v>[^.,;!?\n]+?){_STOP_AT}", re.IGNORECASE), "home"),
    (re.compile(rf"\bI(?:'m| am|’m| come) from (?P<v>[^.,;!?\n]+?){_STOP_AT}", re.IGNORECASE), "origin"),
    (
        re.compile(
            rf"\bI (?:work|am working) (?P<v>(?:as|at|for|in|on) [^.,;!?\n]+?){_STOP_AT}", re.IGNORECASE
        ),
        "work",
    ),
    (re.compile(rf"\bI(?:'m| am|’m) (?P<v>an? [^.,;!?\n]+?){_STOP_AT}", re.IGNORECASE), "work"),
    (
        re.compile(
            rf"\bmy (?P<k>[a-z][\w' -]{{1,40}}?) (?:is|are|was|=|:) (?P<v>[^,;!?\n]+?){_STOP_AT}",
            re.IGNORECASE,
        ),
        "",
    ),
    (
        re.compile(
            rf"\bI (?P<k>like|love|hate|prefer|enjoy|own|have|need|want|speak|drive|play) (?P<v>[^.,;!?\n]+?){_STOP_AT}",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(rf"\bthe (?P<k>[a-z][\w' -]{{1,40}}?) is (?P<v>[^,;!?\n]+?){_STOP_AT}", re.IGNORECASE), ""),
)
_SAID = {
    "name": "Your name is {}.", "age": "You are {} years old.", "home": "You live in {}.",
    "origin": "You are from {}.", "work": "You told me that you {}.",
}  # fmt: skip


def facts(turns: Sequence[Turn]) -> dict[str, str]:
    """Return what the user stated about themselves, later statements winning; keys such as "name", "favourite colour"."""
    known: dict[str, str] = {}
    for turn in turns:
        if turn.role != "user":
            continue
        for sentence in split_sentences(" ".join(turn.text[:4000].split())):
            if sentence.rstrip().endswith("?"):
                continue
            for pattern, key in _FACTS:
                for match in pattern.finditer(sentence):
                    name = key or match["k"].lower().strip()
                    if name.startswith(("name is", "name")) and key != "name":
                        continue
                    value = match["v"].strip(" .\"'“”")
                    if key == "name" and pattern is _FACTS[1][0] and value.split()[0].lower() in _NO_NAME:
                        continue
                    if value:
                        known[_british(name)] = value
    return known


_NO_NAME = {
    "not",
    "very",
    "so",
    "just",
    "also",
    "here",
    "happy",
    "sorry",
    "fine",
    "good",
    "sure",
    "in",
    "the",
    "a",
    "an",
}


def _british(name: str) -> str:
    return name.replace("favorite", "favourite").replace("color", "colour")


_RECALLS = (
    (
        re.compile(
            r"\b(?:what(?:'s| is| was)|do you (?:know|remember)|remember|tell me|say) my name\b|\bwho am i\b|\bwhat am i called\b",
            re.IGNORECASE,
        ),
        "name",
    ),
    (re.compile(r"\bhow old am i\b|\bmy age\b", re.IGNORECASE), "age"),
    (
        re.compile(
            r"\bwhere (?:do|did) i live\b|\b(?:which|what) (?:city|town|country) (?:do|am) i (?:live|living)?\s*in\b",
            re.IGNORECASE,
        ),
        "home",
    ),
    (re.compile(r"\bwhere (?:am|do) i (?:come )?from\b", re.IGNORECASE), "origin"),
    (
        re.compile(r"\bwhat (?:do i do|is my (?:job|profession|work))\b|\bwhere do i work\b", re.IGNORECASE),
        "work",
    ),
)
_MINE = re.compile(
    r"\b(?:what(?:'s|’s| is| was| are| were)|which is|which are|tell me|remember|recall|name|know|who is|who are|when is|where is) my (?P<k>[a-z][\w' -]{1,40}?)(?: again| called)?\s*[?.!]*$",
    re.IGNORECASE,
)
_LIKED = re.compile(
    r"\bwhat (?P<x>do|did) i (?:say (?:that )?i )?(?P<k>like|love|hate|prefer|enjoy|own|have|need|want|speak|drive|play)\b",
    re.IGNORECASE,
)
_JUST = re.compile(
    r"\bwhat did i (?:just )?(?:say|tell you|write|ask|mention)(?: (?:you|before|earlier|just now|last|first))*\s*\??$|\bwhat was my (?P<w>first|last|previous|earlier) (?:question|message)\b|\bwhat have i (?:said|asked|told you)\b",
    re.IGNORECASE,
)
_YOURS = re.compile(
    r"\b(?:what did you (?:just )?(?:say|answer|tell me)|repeat (?:that|it|your(?:self)?(?: last)?(?: answer)?|please|the last)|say (?:that|it) again|come again|once more|your (?:last|previous) answer)\b",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    r"^\W*(?:(?:can you |could you |please )*(?:make (?:it|that) )?(?:shorter|more concise|briefer|shorten (?:it|that))(?: please)?|tl;?dr|(?:too long|in short)(?: please)?|summari[sz]e (?:that|it|your answer))\W*$",
    re.IGNORECASE,
)
_RECAP = re.compile(
    r"\b(?:summari[sz]e|recap)\b.{0,20}\b(?:conversation|chat|discussion|so far|we (?:have )?(?:said|talked))",
    re.IGNORECASE,
)


def recall(ask: Ask, trace: Trace) -> Draft | None:
    """Return an answer from the conversation itself, None when the question is not about it."""
    question = ask.question
    users = [t.text for t in ask.turns if t.role == "user"]
    answers = [t.text for t in ask.turns if t.role == "assistant"]
    known = facts([*ask.turns, Turn("user", ask.whole if len(ask.whole) < 1000 else "")])
    if known:
        trace.note(
            f"Facts stated in this conversation: {'; '.join(f'{k} = {v}' for k, v in known.items())}.", 2
        )
    met = [(pattern.search(question), key) for pattern, key in _RECALLS]
    asked = [key for match, key in met if match]
    if len(asked) > 1 and all(key in known for key in asked):
        return saying(*(_remembered(key, known[key]) for key in asked), kind="memory")
    for pattern, key in _RECALLS:
        if pattern.search(question):
            if key in known:
                return saying(_remembered(key, known[key]), kind="memory")
            return saying(f"You have not told me that yet{_hint(key)}.", kind="memory", sure=False)
    mine = _MINE.search(question)
    if mine:
        key = _british(mine["k"].lower().strip())
        match = known.get(key) or next(
            (v for k, v in known.items() if set(terms(key)) and set(terms(key)) <= set(terms(k))), None
        )
        if match:
            plural = re.search(r"\bare my\b", question, re.IGNORECASE)
            return saying(f"Your {key} {'are' if plural else 'is'} {match}.", kind="memory")
    plain = re.search(
        r"\b(?:what(?:'s|’s| is| was| are)|tell me|remember|recall) the (?P<k>[a-z][\w' -]{1,40}?)(?: again)?\s*[?.!]*$",
        question,
        re.IGNORECASE,
    )
    if plain and plain["k"].lower() in known and ask.turns:
        return saying(f"The {plain['k'].lower()} is {known[plain['k'].lower()]}.", kind="memory")
    liked = _LIKED.search(question)
    if liked and liked["k"].lower() in known:
        return saying(f"You said that you {liked['k'].lower()} {known[liked['k'].lower()]}.", kind="memory")
    if _RECAP.search(question) and users:
        return _recap(ask.turns)
    just = _JUST.search(question)
    if just:
        if not users:
            return saying("This is the first message of our conversation.", kind="memory")
        said = users[0] if just["w"] == "first" or "first" in question.lower() else users[-1]
        verb = "asked" if asks(said) else "said"
        return exactly(f"You {verb}: “{_clipped(said)}”", "memory")
    if _YOURS.search(question):
        return (
            exactly(answers[-1], "memory")
            if answers
            else saying("I have not said anything yet.", kind="memory")
        )
    if _SHORTER.search(question) and answers:
        return exactly(shortened(answers[-1]), "memory")
    if (
        users
        and re.search(r"\b(?:I|my|me|we|our|mine)\b", question)
        and re.search(r"\?|\b(?:remember|recall|remind)\b", question)
    ):
        return _from_history(question, users, trace)
    return None


_SUM = re.compile(
    r"\d\s*(?:%|percent\b|per cent\b)|\b(?:half|twice|double|triple|times|plus|minus|divided|multiplied)\b|\d\s*[-+*/×÷]|[-+*/×÷]\s*\d",
    re.IGNORECASE,
)


def with_amounts(question: str, turns: Sequence[Turn]) -> str:
    """Return a sum with the amounts the user stated in their places: "15% of my budget" after "my budget is 2000 euros"."""
    if len(question) > 300 or not _SUM.search(question):
        return question
    for key, value in facts(turns).items():
        said = numbers(value)
        if len(said) == 1 and len(value.split()) <= 4:
            question = re.sub(
                rf"\b(?:my|our|the|that) {re.escape(key)}\b(?! (?:is|was|are)\b)",
                written(said[0].value),
                question,
                flags=re.IGNORECASE,
            )
    return question


def _remembered(key: str, value: str) -> str:
    if key == "work":
        value = (
            f"work {value}"
            if value.split(maxsplit=1)[0] in ("as", "at", "for", "in", "on")
            else f"are {value}"
        )
    return _SAID[key].format(value)


def _hint(key: str) -> str:
    return ": you could say, for example, “My name is Ada.”" if key == "name" else ""


def _clipped(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else f"{text[:299].rstrip()}…"


def shortened(answer: str) -> str:
    """Return an answer in about half its words: its first sentence, without asides."""
    first = split_sentences(" ".join(answer.split()))[0] if answer.strip() else ""
    bare = re.sub(r"\s*\([^()]*\)", "", first)
    clause = re.split(r"[;:](?= )|, (?:and|but|which|so|because|while|where) ", bare)[0].strip()
    best = clause if len(clause.split()) >= 4 and len(first) >= 0.7 * len(answer) else bare
    return best if best.endswith((".", "!", "?")) else f"{best.rstrip(':;,')}."


def _recap(turns: Sequence[Turn]) -> Draft:
    said = []
    for turn in turns:
        verb = (
            "You asked"
            if turn.role == "user" and asks(turn.text)
            else "You said"
            if turn.role == "user"
            else "I answered"
        )
        said.append(f"{verb}: “{_clipped(shortened(turn.text) if turn.role == 'assistant' else turn.text)}”")
    return Draft(tuple(said), listed=True, fixed=True, kind="memory")


def _from_history(question: str, users: Sequence[str], trace: Trace) -> Draft | None:
    """Answer with the user's own earlier sentence, turned to "you"."""
    told = "\n\n".join(s for u in users for s in split_sentences(" ".join(u.split())) if not asks(s))
    hits = rank(question, [Passage(told)], trace) if told else []
    if not hits or hits[0].coverage < 0.5:
        return None
    return saying(f"You told me: {_turned(hits[0].line.sentence.text)}", kind="memory")


_SWAPS = {
    "i": "you",
    "my": "your",
    "me": "you",
    "mine": "yours",
    "am": "are",
    "i'm": "you're",
    "we": "you",
    "our": "your",
    "was": "was",
}


def _turned(sentence: str) -> str:
    return re.sub(
        r"\b(?:I'm|I|my|me|mine|am|we|our)\b", lambda m: _SWAPS[m[0].lower()], sentence, flags=re.IGNORECASE
    )


def acknowledged(ask: Ask) -> Draft | None:
    """Return a short acknowledgement of a message that only states facts, None for anything else."""
    if any(
        asks(s) and not re.match(r"\W*(?:remember|note|please remember|call me|use|i)\b", s, re.IGNORECASE)
        for s in split_sentences(ask.whole)
    ):
        return None
    known = facts(
        [
            Turn(
                "user",
                re.sub(
                    r"^\W*(?:please )?(?:remember|note)(?: that)?[:,]? ", "", ask.whole, flags=re.IGNORECASE
                ),
            )
        ]
    )
    if not known:
        return None
    said = []
    for key, value in known.items():
        if key == "name":
            said.append(f"Nice to meet you, {value}.")
        elif key in ("home", "origin"):
            said.append(f"Noted: you {'live in' if key == 'home' else 'are from'} {value}.")
        elif key == "age":
            said.append(f"Noted: you are {value}.")
        elif key == "work":
            said.append(
                f"Noted: you {'work ' if value.split()[0] in ('as', 'at', 'for', 'in', 'on') else 'are '}{value}."
            )
        elif key in _VERBS:
            said.append(f"Noted: you {key} {value}.")
        else:
            said.append(
                f"Noted: your {key} is {value}."
                if re.search(rf"\bmy {re.escape(key[:5])}", ask.whole, re.IGNORECASE)
                else f"Noted: the {key} is {value}."
            )
    return Draft(tuple(dict.fromkeys(said)), kind="memory")


_VERBS = {"like", "love", "hate", "prefer", "enjoy", "own", "have", "need", "want", "speak", "drive", "play"}


def last_number(turns: Sequence[Turn]) -> float | None:
    """Return the last number of the latest answer, which "that" may point to."""
    for turn in reversed(turns):
        if turn.role == "assistant":
            found = re.findall(r"-?\d+(?:\.\d+)?", turn.text.replace(",", ""))
            return float(found[-1]) if found else None
    return None


_MORE = re.compile(
    r"^\W*(?:please )?(?:(?:can|could) you )?(?:(?:give me |tell me |say )?(?:a bit |some )?more(?: details?| about (?:that|it|this))?|elaborate(?: on that)?|go on|continue|"
    r"explain (?:that |it |this )?(?:further|more|in more detail)|expand(?: on that)?|longer)(?: please)?\W*$|^\W*why\W*$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"^\W*(?:and|what about|how about|and what about|and how about|and (?:in|for|of|the))\b[ ,]*(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)


def followed_up(question: str, turns: Sequence[Turn]) -> str:
    """Return the question with what it leaves out: "And of Italy?" after "What is the capital of France?"."""
    if _MORE.match(question):
        first = next((t.text for t in reversed(turns) if t.role == "user" and not _MORE.match(t.text)), "")
        return f"{first.rstrip(' ?.!')}, in detail?" if first and len(first) < 2000 else question
    match = _FOLLOWS.match(question)
    before = next((t.text for t in reversed(turns) if t.role == "user"), "")
    if not match or not before or len(question.split()) > 9 or not asks(before) or len(before) > 300:
        return question
    rest = match["rest"].strip(" ?.!") if match["rest"] else ""
    rest = re.sub(r"^(?:of|in|for|the|with)\s+", "", rest, flags=re.IGNORECASE)
    if not rest:
        return question
    last = re.search(
        r"\b(of|in|for|is|are|about|with)\s+(?:the |an? )?[^\s?.!,]+(?: [A-Z][^\s?.!,]+)*\s*[?.!]*$", before
    )
    return f"{before[: last.start(1)]}{last[1]} {rest}?" if last else f"{before.rstrip(' ?.!')} {rest}?"
