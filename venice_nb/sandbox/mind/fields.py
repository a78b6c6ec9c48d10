"""Single values read out of a text for a named field: strings, numbers, booleans, dates, labels, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .documents import readable
from .labels import best_label, sentiment
from .numbers import Number, numbers
from .operations import headline, keywords
from .retrieve import Passage, gist, rank
from .text import split_sentences, stem, terms

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"https?://[^\s<>\"'\])}]+[^\s<>\"'\])}.,;:!?]")
PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{6,}\d(?!\w)")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = "|".join(f"{m}|{m[:3]}" for m in _MONTHS) + "|sept"
DATE = re.compile(
    rf"\b(?:(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mn>{_MONTH})\.?(?:,?\s+(?P<y2>\d{{4}}))?|"
    rf"(?P<mn3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y3>\d{{4}}))?|"
    rf"(?P<a>\d{{1,2}})[./](?P<b>\d{{1,2}})[./](?P<y4>\d{{4}}))\b",
    re.IGNORECASE,
)
RELATIVE = re.compile(
    r"\b(?:today|tonight|tomorrow(?: morning| evening| night)?|yesterday|(?:next|this|last) (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend)|(?:on )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b",
    re.I,
)
TIME = re.compile(
    r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]m)?\b|\b(?:1[0-2]|0?[1-9])\s?[ap]\.?m\.?(?!\w)|\bnoon\b|\bmidnight\b",
    re.I,
)
_NAME = r"[A-ZÀ-Þ][\w'’.-]*(?: (?:[A-ZÀ-Þ][\w'’.-]*|of|de|la|di|da|van|von|del|the|&))*(?<! of)(?<! the)(?<! de)(?<! &)"
PROPER = re.compile(rf"(?<![\w@])(?:{_NAME})")
_NOT_NAMES = frozenset(
    """The A An I I'm I've It This That These Those We They He She You My Our Your In On At For And But Or If When What Which Who Where Why How
    Is Are Was Were Do Does Did Can Could Will Would Should Please Label Extract Summarise Summarize Hello Hi Hey Dear Thanks Yes No Not
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November
    December Today Tomorrow Yesterday Get Find Show Tell Give Book Search Send Set Add Create Convert Look Call Use Also Then There Here As To
    From With After Before Very Great Good Bad Nice Best Worst Rated Arrived Love Loved Overall However Buy Bought Compare Check Weather
    Schedule Remind Review Text Name Email Price Rating Order Item City Date Title Summary Product Question Answer Everything Nothing Their
    Its His Her So Just Only Ordered Paid Shipping Delivery Customer Company Translate List Play Open Turn Delete Update Remove Plot Compute Calculate""".split()
)


@dataclass(frozen=True)
class Field:
    """A property of a schema as words: what to look for and what kind of thing it is."""

    name: str
    description: str
    schema: Mapping[str, Any]

    @property
    def stems(self) -> tuple[str, ...]:
        """Stems of the field's name."""
        return terms(readable(self.name)) or (stem(self.name),)

    def says(self, *roots: str) -> bool:
        """Whether the name holds one of these words; the description counts only when the name says little."""
        named = set(readable(self.name).replace("-", " ").split())
        return bool(named & set(roots))

    def mentions(self, *roots: str) -> bool:
        """Whether the name or the description holds one of these words."""
        return bool(
            set(re.findall(r"[a-z]+", f"{readable(self.name)} {self.description}".lower())) & set(roots)
        )


@lru_cache(maxsize=64)
def proper_names(text: str) -> tuple[str, ...]:
    """Return the capitalised names of a text in order, without sentence openers."""
    found = []
    for match in PROPER.finditer(text):
        said = match[0].rstrip(".'’-")
        while said and said.split()[0].removesuffix("'s") in _NOT_NAMES:
            said = said.partition(" ")[2]
        for tail in ("'s", "’s"):
            said = said.removesuffix(tail)
        if len(said) > 1 and not (said.isupper() and len(said) > 12):
            found.append(said)
    return tuple(dict.fromkeys(found))


def iso_date(text: str) -> str | None:
    """Return the first full date of a text as YYYY-MM-DD, None when there is none."""
    for match in DATE.finditer(text):
        year = match["y"] or match["y2"] or match["y3"] or match["y4"]
        if not year:
            continue
        name = (match["mn"] or match["mn3"] or "")[:3].lower()
        if name:
            month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name))
            day = int(match["d2"] or match["d3"])
        elif match["y"]:
            month, day = int(match["m"]), int(match["d"])
        else:
            day, month = int(match["a"]), int(match["b"])
            if month > 12:
                day, month = month, day
        if 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]:
            if (
                month == 2
                and day == 29
                and not (int(year) % 4 == 0 and (int(year) % 100 or int(year) % 400 == 0))
            ):
                continue
            return f"{int(year):04d}-{month:02d}-{day:02d}"
    return None


def labelled_value(field: Field, text: str) -> str | None:
    """Return what stands after the field's own name in a text: "Price: 12 EUR" or "the price is 12 EUR"."""
    name = re.escape(readable(field.name)).replace(r"\ ", r"[\s_-]*")
    match = re.search(
        rf"(?:^|[\n;,.|{{(\"'*-]|\bthe |\bmy |\bour |\bits )\s*\**\"?{name}\"?\**\s*(?:[:=]|\bis\b|\bwas\b|\bare\b)\s*\**\"?(?P<v>[^\n;|\"]+)",
        text,
        re.I,
    )
    if not match:
        return None
    value = match["v"].strip()
    if (
        ":" not in text[match.start() : match.start("v")]
        and "=" not in text[match.start() : match.start("v")]
    ):
        value = re.split(
            r"(?<=[\w)])[.!?](?:\s|$)|, (?:and|but|which|the|my|it|with)\b| (?:and|but) (?:the|my|it|i|he|she|they|its|we|was|is)\b",
            value,
            maxsplit=1,
        )[0]
    else:
        value = re.split(r",\s+[a-z][\w ]{1,20}:\s", value, maxsplit=1)[0]
        value = re.split(r"(?<=[a-z)])\.\s+[A-Z]", value, maxsplit=1)[0]
    return value.strip(" \"'*,").rstrip(".") or None


def string_value(field: Field, text: str) -> str | None:
    """Return the words of a text that a string field asks for, None when the text has none."""
    form = field.schema.get("format")
    final = re.search(r"(?:^|\n)answer: (.+)", text)
    if final and field.says("answer", "final", "result", "output", "solution"):
        return final[1]
    said = labelled_value(field, text)
    if form == "email" or field.says("email", "mail"):
        return _first(EMAIL, text)
    if form in ("uri", "url") or field.says("url", "uri", "link", "website", "homepage"):
        return _first(URL, text)
    if form in ("date", "date-time") or field.says("date", "day", "deadline", "birthday", "dob", "when"):
        day = iso_date(said or "") or iso_date(text)
        if form == "date-time" and day:
            return f"{day}T{_clock(text)}Z"
        if form == "date" or day:
            return day
        return said or _first(DATE, text) or _first(RELATIVE, text)
    if form == "time" or field.says("time", "hour"):
        return f"{_clock(text)}Z" if form == "time" else said or _first(TIME, text)
    if field.says("phone", "telephone", "tel", "mobile", "fax"):
        return said or _first(PHONE, text)
    if field.says("currency"):
        return _currency(text)
    if field.says("language", "lang", "locale"):
        return said or _language(text)
    if said and len(said) < 200 and not field.says("summary"):
        return said
    if field.says(
        "summary",
        "abstract",
        "gist",
        "overview",
        "synopsis",
        "description",
        "explanation",
        "reasoning",
        "reason",
        "rationale",
        "justification",
        "main",
    ):
        return summary_of(text, field)
    if field.says("sentiment", "tone", "mood", "feeling", "polarity"):
        return best_label(["positive", "negative", "neutral"], text)
    if field.says("title", "headline", "subject"):
        quoted = re.search(r"[\"“]([^\"“”]{3,80})[\"”]", text) or re.search(
            rf"\b(?:movie|film|book|novel|song|album|game|series|play|article|titled|called|entitled|paper)\s+(?P<v>{_NAME})",
            text,
        )
        return quoted[1] if quoted else headline(text) if text.strip() else None
    if field.says(
        "answer",
        "reply",
        "response",
        "result",
        "conclusion",
        "quote",
        "evidence",
        "sentence",
        "text",
        "content",
        "message",
        "note",
        "comment",
        "body",
        "review",
    ):
        return _answer(field, text)
    about = re.search(
        r"\babout (?:the |a |an |my |our )?(?P<v>[\w-]+(?: (?!and\b|or\b|at\b|on\b|in\b|with\b|for\b)[\w-]+){0,2})",
        text,
    )
    if about and field.says("topic", "subject", "theme", "agenda", "purpose", "keyword"):
        return about["v"]
    if field.says("number", "id", "code", "sku", "reference", "identifier"):
        code = re.search(r"\b([A-Z]{1,6}[-_/]?\d[\w/-]*)\b|#\s*([\w-]+)|\b(\d{3,}[\w-]*)\b", text)
        return next((g for g in code.groups() if g), None) if code else None
    if field.says("keyword", "topic", "theme", "tag", "subject"):
        found = keywords(text, 1)
        return found[0] if found else None
    named = _named(field, text)
    if named:
        return named
    return _by_description(field, text)


def _clock(text: str) -> str:
    match = re.search(r"\b([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s?([ap]m)?", text, re.I)
    if not match:
        return "00:00:00"
    hour = int(match[1]) % 12 + 12 if (match[4] or "").lower() == "pm" else int(match[1])
    return f"{hour:02d}:{match[2]}:{match[3] or '00'}"


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[0].strip() if match else None


def _currency(text: str) -> str | None:
    for sign, code in (
        ("$", "USD"),
        ("€", "EUR"),
        ("£", "GBP"),
        ("¥", "JPY"),
        ("₹", "INR"),
        ("dollar", "USD"),
        ("euro", "EUR"),
        ("pound", "GBP"),
        ("yen", "JPY"),
    ):
        if sign in text.lower():
            return code
    return _first(re.compile(r"\b(?:USD|EUR|GBP|JPY|CHF|INR|CAD|AUD|CNY|SEK|NOK|DKK|PLN|BRL|MXN)\b"), text)


_COMMON = {
    "English": "the and of is to with for this that was", "Italian": "il che di e la per non una sono con", "French": "le la les des est et une pour dans que",
    "German": "der die das und ist nicht ein mit für ich", "Spanish": "el la los que y una es por con para", "Portuguese": "o os que de uma não com para é em",
    "Dutch": "het een van en dat niet is met voor ik",
}  # fmt: skip


def _language(text: str) -> str | None:
    """The language a text is written in, by its commonest small words, unless the text names one."""
    named = re.search(
        r"\b(?:in|speaks?|language:?) (English|Italian|French|German|Spanish|Portuguese|Dutch|Japanese|Chinese|Russian|Arabic)\b",
        text,
    )
    if named:
        return named[1]
    found = re.findall(r"[^\W\d_]+", text.lower())
    scores = {name: sum(found.count(w) for w in small.split()) for name, small in _COMMON.items()}
    best = max(scores, key=lambda n: scores[n])
    return best if scores[best] else None


def summary_of(text: str, field: Field | None = None) -> str | None:
    """Return one or two sentences that stand for the text."""
    if not text.strip():
        return None
    brief = field is not None and (
        field.mentions("one", "short", "brief", "single") or field.schema.get("maxLength", 999) < 160
    )
    chosen = gist((Passage(text),), 1 if brief or len(text) < 400 else 2)
    return " ".join(h.line.sentence.text for h in chosen) or None


def _answer(field: Field, text: str) -> str | None:
    hits = rank(f"{field.description}", (Passage(text),)) if field.description else []
    return hits[0].line.sentence.text if hits else summary_of(text)


_OF_PERSON = (
    "person",
    "author",
    "customer",
    "reviewer",
    "user",
    "employee",
    "contact",
    "sender",
    "recipient",
    "speaker",
    "buyer",
    "owner",
    "patient",
    "fullname",
    "who",
    "assignee",
    "director",
    "founder",
    "inventor",
    "singer",
    "manager",
    "actor",
    "composer",
    "painter",
    "writer",
    "interviewer",
    "signer",
    "artist",
    "winner",
)
_OF_PLACE = (
    "city",
    "town",
    "place",
    "location",
    "country",
    "destination",
    "origin",
    "venue",
    "region",
    "state",
    "address",
    "where",
    "capital",
    "birthplace",
    "hometown",
)
_OF_FIRM = (
    "company",
    "organization",
    "organisation",
    "employer",
    "vendor",
    "seller",
    "brand",
    "publisher",
    "team",
    "firm",
    "manufacturer",
    "school",
    "university",
    "store",
)
_OF_THING = (
    "product",
    "item",
    "device",
    "model",
    "article",
    "dish",
    "book",
    "movie",
    "film",
    "song",
    "game",
    "service",
    "object",
    "thing",
    "topic",
    "subject",
    "ingredient",
    "food",
    "animal",
    "event",
)
_PLACE_AT = re.compile(
    rf"\b(?:in|at|from|to|near|into|around|of|visit(?:ed|ing)?|lives? in|based in|located in) (?:the (?:city|town) of )?(?P<v>{_NAME})"
)
_COUNTRY = frozenset(
    "Italy France Germany Spain Portugal Austria Switzerland England Scotland Ireland Japan China India Brazil Canada Mexico Australia Greece Turkey Egypt Norway Sweden Denmark Finland Poland Netherlands Belgium USA UK".split()
) | {"United States", "United Kingdom", "New Zealand", "South Korea", "South Africa"}
_SIGNED = re.compile(rf"(?:^|[\s.!?])[-–—~]\s*(?P<v>{_NAME})(?:,|\s*$)", re.M)
_PERSON_AT = re.compile(
    rf"\b(?:my name is|name is|name's|I am|I'm|I’m|by|called|named|from|with|contact|ask for|signed|regards,?|sincerely,?|thanks,?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|author:?|user:?)\s+(?P<v>{_NAME})"
)
_JOB = re.compile(
    r"\b(?:is|as|am|was|I'm|became|,) (?:an?|the) (?:\d+[- ]years?[- ]old )?(?P<v>(?:[a-z]+ ){0,3}[a-z]+(?:er|or|ist|ian|ant|ent|eer|ess|ect|ef|her|yst|man|woman|nurse|cook|judge|CEO|CTO))\b"
)
_THING_AT = re.compile(
    r"\b(?:the|this|these|my|an?|our|bought|ordered|purchased|new|of) (?:new |old |small |big |great |nice )?(?P<v>[a-z][\w-]*(?: [a-z][\w-]*)?(?: [A-Z0-9][\w-]*)?)(?= (?:is|are|was|were|arrived|works?|worked|broke|stopped|has|had|from|for|and|with|on|in|at|last|because|which|that|I)\b|[.,!?;]|$)"
)


def _named(field: Field, text: str) -> str | None:
    """A name of the kind the field asks for: a person, a place, a firm or a thing."""
    names = proper_names(text)
    if field.says("name", *_OF_PERSON) and not field.says(*_OF_PLACE, *_OF_FIRM, *_OF_THING, "file", "event"):
        made = _maker(field, text)
        if made:
            return made
        match = _SIGNED.search(text) or _PERSON_AT.search(text)
        if match and match["v"].split()[0] not in _NOT_NAMES:
            return _clip(match["v"])
        names = tuple(n for n in names if not re.search(r"\d", n))
        full = [n for n in names if len(n.split()) == 2 and n not in _COUNTRY]
        best = next(iter(full), None) or next((n for n in names if n not in _COUNTRY), None)
        if best and field.says("first", "given"):
            return best.split()[0]
        if best and field.says("last", "family", "surname"):
            return best.split()[-1]
        if best or not field.says("name"):
            return best
    if field.says(*_OF_PLACE):
        return _place(field, text, names)
    if field.says("job", "profession", "occupation", "position", "role", "title"):
        match = _JOB.search(text)
        return match["v"] if match else None
    if field.says(*_OF_FIRM):
        return next(
            (
                n
                for n in names
                if re.search(r"\b(?:Inc|Ltd|GmbH|Corp|LLC|Co|Company|University|Group|AG|Labs?|Bank)\b", n)
            ),
            None,
        ) or (
            _at(
                re.compile(
                    rf"\b(?:from|by|at|for|with|of|join(?:ed|s)?|works? (?:at|for)|made by) (?P<v>{_NAME})"
                ),
                text,
            )
            or (names[-1] if names else None)
        )
    if field.says(*_OF_THING) or field.says("name"):
        return _thing(text, names)
    return None


def _maker(field: Field, text: str) -> str | None:
    """The name after the verb that goes with a role: "directed by" for a director, "founded by" for a founder."""
    for word in readable(field.name).split():
        root = re.sub(r"(?:or|er|r)$", "", word)
        verb = (
            "written" if word in ("author", "writer") else f"{re.escape(root)}\\w*" if len(root) > 3 else ""
        )
        match = re.search(rf"\b{verb} by (?P<v>{_NAME})", text) if verb else None
        if match:
            return _clip(match["v"])
    return None


def _clip(name: str) -> str:
    return re.sub(r"(?:'s|’s|[.'’-])$", "", name)


def _at(pattern: re.Pattern[str], text: str) -> str | None:
    for match in pattern.finditer(text):
        if match["v"].split()[0] not in _NOT_NAMES:
            return _clip(match["v"])
    return None


def _place(field: Field, text: str, names: Sequence[str]) -> str | None:
    if field.says("country"):
        return next((n for n in names if n in _COUNTRY), None) or next(
            (c for c in sorted(_COUNTRY) if re.search(rf"\b{c}\b", text)), None
        )
    if field.says("origin", "from", "departure", "start", "source"):
        return _at(re.compile(rf"\bfrom (?P<v>{_NAME})"), text)
    if field.says("destination", "to", "arrival", "end", "target"):
        return _at(re.compile(rf"\bto (?P<v>{_NAME})"), text)
    if field.says("address"):
        return _first(
            re.compile(
                r"\b\d+ [A-Z][\w']+(?: [A-Z][\w']+)*(?: (?:Street|St|Avenue|Ave|Road|Rd|Lane|Square))?\b|\b(?:Via|Calle|Rue|Piazza|Campo) [A-Z][\w' ]+\d*"
            ),
            text,
        )
    places = [_clip(m["v"]) for m in _PLACE_AT.finditer(text) if m["v"].split()[0] not in _NOT_NAMES]
    inner = [
        m for m in (re.search(rf"\b(?:in|at|near|live in|lives in|based in) (?P<v>{_NAME})", text),) if m
    ]
    if field.says("city", "town"):
        places = [p for p in places if p not in _COUNTRY] or places
    if inner and inner[0]["v"].split()[0] not in _NOT_NAMES and _clip(inner[0]["v"]) not in _COUNTRY:
        return _clip(inner[0]["v"])
    if places and not (field.says("city", "town") and places[0] in _COUNTRY):
        return places[0]
    signed = re.search(rf"{_NAME}, (?P<v>{_NAME})\s*$", text)
    if signed and signed["v"] not in _COUNTRY:
        return _clip(signed["v"])
    subject = next((n for n in names if n not in _COUNTRY), None)
    if subject and (
        len(text.split()) <= 4
        or re.search(
            rf"\b{re.escape(subject)} is (?:an? |the )?(?:\w+ ){{0,3}}(?:city|town|capital|village|port|country|island)",
            text,
        )
    ):
        return subject
    return next(iter(places), None)


def _thing(text: str, names: Sequence[str]) -> str | None:
    match = re.search(
        r"\b(?:bought|ordered|purchased|love|hate|about|review of|called|named|buy|order) (?:the|this|these|an?|my|some|two|three|\d+)? ?(?:new )?(?P<v>[\w-]+(?: [\w-]+)??)(?= (?:is|are|was|and|from|for|with|on|in|at|last|because|which|that|it|to|but|as)\b|[.,!?;\n]|$)",
        text,
        re.I,
    )
    if match and match["v"].lower() not in ("it", "this", "that", "them"):
        return match["v"]
    short = re.sub(
        r"^\W*(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|some)?\s*(?:x\s+)?(?:(?:kg|g|ml|l|cl|lit(?:er|re)s?|cups?|tbsp|tsp|tablespoons?|teaspoons?|"
        r"bottles?|packs?|boxes|cans?|slices?|pieces?|pounds?|ounces?|oz|lbs?|pinch(?:es)?)\s+)?(?:of\s+)?",
        "",
        text.strip(),
        flags=re.I,
    )
    short = re.split(r"\s*(?:[,;:(@–—-]|\bfor\b|\bat\b|\bcosts?\b|[$€£]|\d)", short)[0].strip(" .")
    if 0 < len(text.split()) <= 7 and 0 < len(short.split()) <= 3 and "\n" not in text.strip():
        return short
    if names and len(names[0]) > 2 and not re.search(rf"\b(?:from|in|at|by) {re.escape(names[0])}", text):
        return names[0]
    found = _THING_AT.search(text)
    return found["v"] if found else next(iter(names), None)


def _by_description(field: Field, text: str) -> str | None:
    """The sentence of the text that speaks of the field, None when none does."""
    hits = rank(f"{readable(field.name)} {field.description}", (Passage(text),))
    if hits and (hits[0].coverage >= 0.3 or not field.description):
        return hits[0].line.sentence.text
    return None


_RATINGS = re.compile(
    r"(?P<v>\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)\s*(?:out of|/|of)\s*(?P<top>\d+|five|ten)\b|(?P<s>\d(?:\.\d)?|one|two|three|four|five)[ -]?stars?\b|(?P<stars>★+)",
    re.I,
)


def number_value(field: Field, text: str) -> float | None:
    """Return the number of a text that a field asks for, None when the text has none for it."""
    clean = EMAIL.sub(" ", URL.sub(" ", text))
    rated = _RATINGS.search(clean)
    if field.says("rating", "stars", "score", "grade"):
        if rated:
            if rated["stars"]:
                return float(len(rated["stars"]))
            found = numbers(rated["v"] or rated["s"])
            return found[0].value if found else None
        said = labelled_value(field, clean)
        if said and numbers(said):
            return numbers(said)[0].value
        if not field.says("score"):
            return _rating(text, field.schema)
    said = labelled_value(field, clean)
    if said and numbers(said):
        return numbers(said)[0].value
    if field.says("year"):
        years = re.search(r"\b(?:1[5-9]\d\d|20\d\d)\b", clean)
        return float(years[0]) if years else None
    dates = [(m.start(), m.end()) for m in DATE.finditer(clean)]
    phones = [(m.start(), m.end()) for m in PHONE.finditer(clean) if len(re.sub(r"\D", "", m[0])) >= 9]
    rating = [(rated.start(), rated.end())] if rated else []
    free = [n for n in numbers(clean) if not any(a <= n.start < b for a, b in (*dates, *phones, *rating))]
    if field.says("word", "words") and field.says("count", "number"):
        return float(len(text.split()))
    if field.says("confidence", "probability", "certainty", "likelihood"):
        return min(1.0, 0.5 + 0.08 * abs(sentiment(text)))
    if field.says("sentiment", "polarity"):
        return max(-1.0, min(1.0, round(sentiment(text) / 6, 2)))
    return _nearest(field, clean, free)


def _rating(text: str, schema: Mapping[str, Any]) -> float | None:
    """A rating told from the tone, on the schema's scale (1 to 5 when it states none); None when there is no tone."""
    feeling = sentiment(text)
    if not feeling:
        return None
    low = schema.get("minimum", 1)
    top = schema.get("maximum", 5)
    share = max(0.0, min(1.0, 0.5 + feeling / 8))
    return float(round(low + share * (top - low)))


_UNITS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("price", "cost", "amount", "total", "fee", "salary", "budget", "usd", "eur", "paid", "revenue"), r"[$€£¥]|dollars?|euros?|pounds?|usd|eur|gbp|cents?|bucks"),
    (("age", "old"), r"years? old|-year-old|y/?o\b|years? of age"),
    (("duration", "minutes", "length", "time"), r"minutes?|mins?|hours?|hrs?|seconds?|secs?|days?|weeks?|months?"),
    (("hours",), r"hours?|hrs?|h\b"), (("days",), r"days?"), (("weeks",), r"weeks?"), (("months",), r"months?"), (("years", "experience"), r"years?"), (("seconds",), r"seconds?|secs?|s\b"),
    (("weight", "mass", "kg", "grams"), r"kg|kilos?|grams?|g\b|lbs?|pounds?|tons?|tonnes?"),
    (("distance", "km", "miles", "height", "width", "depth", "size"), r"km|kilomet\w+|miles?|met(?:er|re)s?|m\b|cm|feet|ft|inch(?:es)?"),
    (("temperature", "celsius", "degrees", "temp"), r"°|degrees?|celsius|fahrenheit|[CF]\b"),
    (("percent", "percentage", "rate", "share", "humidity", "discount"), r"%|percent|per cent"),
    (("people", "guests", "persons", "party", "attendees", "passengers", "adults", "travelers", "travellers"), r"people|persons?|guests?|adults?|of us|passengers?|attendees|travell?ers?|seats?"),
    (("speed",), r"km/h|mph|m/s"),
    (("population", "inhabitants"), r"inhabitants|people|residents|million|thousand"),
    (("servings",), r"servings?|people|portions?"),
)  # fmt: skip


def _nearest(field: Field, text: str, free: Sequence[Number]) -> float | None:
    """The number whose unit or neighbouring words speak most for the field."""
    best: tuple[float, float] | None = None
    units = [u for names, u in _UNITS if field.says(*names)]
    other = [u for names, u in _UNITS if not field.says(*names)]
    roots = set(field.stems) | (
        {"quantiti"} if field.says("count", "quantity", "qty", "number", "num") else set()
    )
    countlike = field.says(
        "quantity", "count", "number", "num", "qty", "n", "limit", "k", "amount", "items", "copies"
    )
    for number in free:
        before = text[max(0, number.start - 40) : number.start]
        after = text[number.end : number.end + 32]
        score = 0.0
        money = number.currency or bool(re.match(r"\s?(?:[$€£¥]|dollars?|euros?|usd|eur|gbp)", after, re.I))
        if any(re.match(rf"[\s-]?(?:{u})", after, re.I) for u in units):
            score += 3
        elif any(re.match(rf"[\s-]?(?:{u})\b", after, re.I) for u in other):
            score -= 1.2
        if money:
            score += (
                3
                if field.says(
                    "price",
                    "cost",
                    "amount",
                    "total",
                    "fee",
                    "budget",
                    "salary",
                    "paid",
                    "usd",
                    "eur",
                    "value",
                    "revenue",
                )
                else -3
            )
        near = [stem(w) for w in re.findall(r"[a-z]+", f"{before.lower()}")][-5:]
        score += sum(1.6 - 0.15 * (len(near) - near.index(r)) for r in roots if r in near)
        follow = [stem(w) for w in re.findall(r"[a-z]+", after.lower())][:3]
        score += sum(2.0 - 0.3 * follow.index(r) for r in roots if r in follow)
        if countlike and not money and number.whole:
            score += 0.9 if re.match(r"\s+[a-z]{3,}", after) else 0.4
        if number.spoken and number.value == 1 and not follow[:1]:
            score -= 1
        if best is None or score > best[0]:
            best = (score, number.value)
    if best is None:
        return None
    described = field.mentions("number", "value", "integer", "amount", "count", "numeric")
    return (
        best[1]
        if best[0] > 0.3
        or (len(free) == 1 and (described or len(readable(field.name).split()) == 1) and best[0] > -1)
        else None
    )


_NOT_BEFORE = re.compile(
    r"\b(?:not|no|never|without|isn't|aren't|wasn't|doesn't|don't|didn't|won't|can't|cannot|nor|neither|hardly|lacks?|free of|unable)\b[^.;,]*$|n['’]t\b[^.;,]*$",
    re.I,
)


def boolean_value(field: Field, text: str) -> bool | None:
    """Return whether the text affirms what the field names, None when it does not speak of it."""
    said = labelled_value(field, text)
    if said and re.match(r"(?:yes|true|no|false|y|n|none)\b", said, re.I):
        return bool(re.match(r"(?:yes|true|y\b)", said, re.I))
    positive = {
        "positive",
        "recommended",
        "recommend",
        "recommends",
        "satisfied",
        "happy",
        "liked",
        "favorable",
        "favourable",
    }
    if field.says("negative", "complaint"):
        return sentiment(text) < -0.5
    roots = [t for t in field.stems if t not in ("is", "has", "was", "can", "should", "would")]
    found = False
    part = 0.0
    for sentence in split_sentences(text):
        for clause in re.split(r",\s|;|\bbut\b", sentence):
            held = {stem(w) for w in re.findall(r"[^\W_]+", clause)}
            if len(roots) > 1 and held & set(roots) and roots[-1] not in held:
                tone = sentiment(readable(field.name).split()[-1])
                if tone:  # "staff friendly" against "the staff was rude": the tone of the clause decides
                    part += sentiment(clause) * tone
                    continue
            for match in re.finditer(r"[^\W_]+", clause):
                if stem(match[0]) in roots:
                    found = True
                    if _NOT_BEFORE.search(clause[: match.start()]) or re.match(
                        r"\W*(?:is|was|were|are)?\s*(?:not|n't|unavailable|missing)\b",
                        clause[match.end() :],
                        re.I,
                    ):
                        return False
    if found:
        return True
    if part:
        return part > 0
    if field.says(*positive):
        return sentiment(text) > 0.5
    if field.says("urgent"):
        return bool(re.search(r"\b(?:urgent|asap|immediately|right now|emergency|critical)\b", text, re.I))
    return None


def list_values(field: Field, text: str) -> list[str]:
    """Return the entries of a text that a list of strings asks for."""
    if field.mentions("email", "emails"):
        return list(dict.fromkeys(EMAIL.findall(text)))
    if field.mentions("url", "urls", "links", "link"):
        return list(dict.fromkeys(URL.findall(text)))
    if field.mentions("date", "dates"):
        return list(dict.fromkeys(m[0] for m in DATE.finditer(text)))
    singular = [stem(w) for w in readable(field.name).split()]
    said = labelled_value(field, text)
    if said:
        return _split_list(said)
    bullets = [m[1].strip() for m in re.finditer(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", text, re.M)]
    if len(bullets) >= 2:
        return bullets
    if field.mentions("pros", "advantages", "strengths", "positives", "likes"):
        return [s for s in _clauses(text) if sentiment(s) > 0.5]
    if field.mentions(
        "cons", "disadvantages", "weaknesses", "negatives", "complaints", "issues", "problems", "dislikes"
    ):
        return [s for s in _clauses(text) if sentiment(s) < -0.5]
    if field.mentions(
        "sentences",
        "points",
        "facts",
        "steps",
        "findings",
        "takeaways",
        "highlights",
        "claims",
        "tasks",
        "actions",
    ):
        return [h.line.sentence.text for h in gist((Passage(text),), 3)]
    if field.mentions(
        "cities",
        "city",
        "places",
        "locations",
        "countries",
        "names",
        "people",
        "persons",
        "entities",
        "authors",
        "companies",
        "organizations",
        "organisations",
        "characters",
        "teams",
    ):
        names = list(proper_names(text))
        if field.mentions("people", "persons", "authors", "characters"):
            return [
                n
                for n in names
                if n not in _COUNTRY and not re.search(rf"\b(?:in|at|to|near) {re.escape(n)}", text)
            ]
        if field.mentions("countries"):
            return [n for n in names if n in _COUNTRY]
        if field.mentions("cities", "city", "places", "locations"):
            placed = [
                n
                for n in names
                if re.search(rf"\b(?:in|at|to|from|near|and|or|of|for|,) {re.escape(n)}", text)
            ]
            return [n for n in (placed or names) if n not in _COUNTRY or not field.mentions("cities", "city")]
        return names
    if not field.mentions("topics", "keywords", "tags", "themes"):
        series = _series(text)
        if series:
            return series
    if any(s in ("topic", "keyword", "tag", "them", "term", "categori") for s in singular) or field.mentions(
        "topics", "keywords", "tags", "themes"
    ):
        return keywords(text, 3)
    pair = re.search(r"\b([\w'’-]+) and ([\w'’-]+)\b", text)
    return (
        [pair[1], pair[2]]
        if pair and field.says("skills", "languages", "ingredients", "items", "colors", "colours", "hobbies")
        else keywords(text, 3)
    )


_ITEM = r"[\w'’-]+(?: (?!and\b|or\b)[\w'’-]+){0,2}"
_SERIES = re.compile(rf"({_ITEM}(?:, {_ITEM})+,? (?:and|or) {_ITEM}|{_ITEM}(?:, {_ITEM}){{2,}})")
_BEFORE_SERIES = re.compile(
    r"^.*\b(?:are|is|with|have|has|need|needs|like|likes|love|loves|speak|speaks|of|the|include|includes|including|in|to|for|bring|use|uses|knows?|buy|visit|visited|contains?)\b "
)


def _series(text: str) -> list[str]:
    """The entries of the first enumeration in running text: "speaks English, German and Norwegian"."""
    match = _SERIES.search(text)
    if not match:
        return []
    found = _split_list(match[1])
    found[0] = _BEFORE_SERIES.sub("", found[0])
    found[-1] = re.split(r" (?:in|on|at|for|with|from|to|is|are|was|were)\b", found[-1])[0]
    return [f for f in found if f]


def _split_list(text: str) -> list[str]:
    return [
        b
        for b in (x.strip(" .\"'[]") for x in re.split(r",\s*(?:and |or )?|;\s*|\s+and\s+|\s+or\s+", text))
        if b
    ]


def _clauses(text: str) -> list[str]:
    return [
        c.strip(" .!")
        for s in split_sentences(text)
        for c in re.split(r"\s+[-–—]\s+|,\s+(?:but|and|although|though)\s+|\s+but\s+|;\s+|,\s+", s)
        if len(c.split()) > 1
    ]
