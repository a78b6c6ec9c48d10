# ruff: noqa: E501, RUF001, SIM905  patterns and word lists stay on one line; typographic marks are what is looked for or shown; word lists read better as text
"""Names in a text: of people, places, firms and things."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .documents import readable
from .patterns import first_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .field import Field

NAME = r"[A-ZÀ-Þ][\w'’.-]*(?: (?:[A-ZÀ-Þ][\w'’.-]*|(?:of|de|la|di|da|van|von|del|the)\b|&))*(?<! of)(?<! la)(?<! the)(?<! de)(?<! &)"


PROPER = re.compile(rf"(?<![\w@])(?:{NAME})")


_NOT_NAMES = frozenset(
    """The A An I I'm I've It This That These Those We They He She You My Our Your In On At For And But Or If When What Which Who Where Why How
    Is Are Was Were Do Does Did Can Could Will Would Should Please Label Extract Summarise Summarize Hello Hi Hey Dear Thanks Yes No Not
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November
    December Today Tomorrow Yesterday Get Find Show Tell Give Book Search Send Set Add Create Convert Look Call Use Also Then There Here As To
    From With After Before Very Great Good Bad Nice Best Worst Rated Arrived Love Loved Overall However Buy Bought Compare Check Weather
    Schedule Remind Review Text Name Email Price Rating Order Item City Date Title Summary Product Question Answer Everything Nothing Their
    Its His Her So Just Only Ordered Paid Shipping Delivery Customer Company Translate List Play Open Turn Delete Update Remove Plot Compute Calculate""".split()
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


_OF_PERSON = (
    "person",
    "author",
    "customer",
    "client",
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
    "district",
    "neighbourhood",
    "neighborhood",
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
    rf"\b(?:in|at|from|to|near|into|around|of|visit(?:ed|ing)?|lives? in|based in|located in) (?:the (?:city|town) of )?(?P<v>{NAME})"
)


COUNTRIES = frozenset(
    "Italy France Germany Spain Portugal Austria Switzerland England Scotland Ireland Japan China India Brazil Canada Mexico Australia Greece Turkey Egypt Norway Sweden Denmark Finland Poland Netherlands Belgium USA UK".split()
) | {"United States", "United Kingdom", "New Zealand", "South Korea", "South Africa"}


_SIGNED = re.compile(rf"(?:^|[\s.!?])[-–—~]\s*(?P<v>{NAME})(?:,|\s*$)", re.MULTILINE)


_PERSON_AT = re.compile(
    rf"\b(?:my name is|name is|name's|I am|I'm|I’m|by|called|named|from|with|contact|ask for|signed|regards,?|sincerely,?|thanks,?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|author:?|user:?)\s+(?P<v>{NAME})"
)


_JOB = re.compile(
    r"\b(?:is|as|am|was|I'm|became|,) (?:an?|the) (?:\d+[- ]years?[- ]old )?(?P<v>(?:[a-z]+ ){0,3}[a-z]+(?:er|or|ist|ian|ant|ent|eer|ess|ect|ef|her|yst|man|woman|nurse|cook|judge|CEO|CTO))\b"
)


_THING_AT = re.compile(
    r"\b(?:the|this|these|my|an?|our|bought|ordered|purchased|new|of) (?:new |old |small |big |great |nice )?(?P<v>[a-z][\w-]*(?: [a-z][\w-]*)?(?: [A-Z0-9][\w-]*)?)(?= (?:is|are|was|were|arrived|works?|worked|broke|stopped|has|had|from|for|and|with|on|in|at|last|because|which|that|I)\b|[.,!?;]|$)"
)


def named_place(name: str) -> bool:
    """Whether a field of this name asks for a place."""
    return bool(set(readable(name).split()) & set(_OF_PLACE))


def name_for(field: Field, text: str) -> str | None:
    """A name of the kind the field asks for: a person, a place, a firm or a thing."""
    names = proper_names(text)
    if field.says("name", *_OF_PERSON) and not field.says(*_OF_PLACE, *_OF_FIRM, *_OF_THING, "file", "event"):
        made = _billed(field, text) or _maker(field, text)
        if made:
            return made
        match = _SIGNED.search(text) or _PERSON_AT.search(text)
        if match and match["v"].split()[0] not in _NOT_NAMES:
            return _clip(match["v"])
        names = tuple(n for n in names if not re.search(r"\d", n))
        full = [n for n in names if len(n.split()) == 2 and n not in COUNTRIES]
        best = next(iter(full), None) or next((n for n in names if n not in COUNTRIES), None)
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
                    rf"\b(?:from|by|at|for|with|of|join(?:ed|s)?|works? (?:at|for)|made by) (?P<v>{NAME})"
                ),
                text,
            )
            or (names[-1] if names else None)
        )
    if field.says(*_OF_THING) or field.says("name"):
        return _thing(text, names)
    return None


def _billed(field: Field, text: str) -> str | None:
    """The name a document is made out to, for a customer: "Bill to: Aldo Manuzio"."""
    if not field.says("customer", "client", "buyer", "recipient", "payer"):
        return None
    return _at(
        re.compile(
            rf"\b(?i:bill(?:ed)? to|invoiced? to|sold to|ship(?:ped)? to|deliver to|attn|client|buyer)\s*:?\s+(?P<v>{NAME})"
        ),
        text,
    )


def _maker(field: Field, text: str) -> str | None:
    """The name after the verb that goes with a role: "directed by" for a director, "founded by" for a founder."""
    for word in readable(field.name).split():
        root = re.sub(r"(?:or|er|r)$", "", word)
        verb = (
            "written" if word in ("author", "writer") else f"{re.escape(root)}\\w*" if len(root) > 3 else ""
        )
        match = re.search(rf"\b{verb} by (?P<v>{NAME})", text) if verb else None
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
        return next((n for n in names if n in COUNTRIES), None) or next(
            (c for c in sorted(COUNTRIES) if re.search(rf"\b{c}\b", text)), None
        )
    if field.says("origin", "from", "departure", "start", "source"):
        return _at(re.compile(rf"\bfrom (?P<v>{NAME})"), text)
    if field.says("destination", "to", "arrival", "end", "target"):
        return _at(re.compile(rf"\bto (?P<v>{NAME})"), text)
    if field.says("address"):
        return first_match(
            re.compile(
                r"\b\d+ [A-Z][\w']+(?: [A-Z][\w']+)*(?: (?:Street|St|Avenue|Ave|Road|Rd|Lane|Square))?\b|\b(?:Via|Calle|Rue|Piazza|Campo) [A-Z][\w' ]+\d*"
            ),
            text,
        )
    places = [_clip(m["v"]) for m in _PLACE_AT.finditer(text) if m["v"].split()[0] not in _NOT_NAMES]
    inner = [m for m in (re.search(rf"\b(?:in|at|near|live in|lives in|based in) (?P<v>{NAME})", text),) if m]
    if field.says("city", "town"):
        places = [p for p in places if p not in COUNTRIES] or places
    if inner and inner[0]["v"].split()[0] not in _NOT_NAMES and _clip(inner[0]["v"]) not in COUNTRIES:
        return _clip(inner[0]["v"])
    if places and not (field.says("city", "town") and places[0] in COUNTRIES):
        return places[0]
    signed = re.search(rf"{NAME}, (?P<v>{NAME})\s*$", text[-200:])
    if signed and signed["v"] not in COUNTRIES:
        return _clip(signed["v"])
    subject = next((n for n in names if n not in COUNTRIES), None)
    if subject and (
        len(text.split()) <= 4
        or re.search(
            rf"\b{re.escape(subject)} is (?:an? |the )?(?:\w+ ){{0,3}}(?:city|town|capital|village|port|country|island)",
            text,
        )
    ):
        return subject
    return next(iter(places), None)


_MADE = re.compile(
    r"\b(?:[Tt]he|[Tt]his|[Mm]y|[Oo]ur|[Aa]n?|new) (?P<v>(?P<mark>[A-ZÀ-Þ][\w'’-]*(?: [A-Z0-9][\w'’-]*){0,4})(?: (?!(?:is|are|was|were|has|had|will|can)\b)[a-z][\w-]+){1,2}?)"
    r"(?= (?:is|are|was|were|arrived|works?|worked|broke|stopped|has|had|costs?|from|for|and|but|with|on|in|at|last|because|which|that|it|as|to|I)\b|[.,!?;:\n(]|$)"
)  # a thing by its maker's name and its kind: "the Aurora lamp"


_VERBS_AFTER = frozenset(
    "is are was were arrived has had works broke stopped costs and with for in on at to".split()
)


def _thing(text: str, names: Sequence[str]) -> str | None:
    made = _MADE.search(text)
    if made and made["v"].split()[0] not in _NOT_NAMES and made["v"].split()[-1] not in _VERBS_AFTER:
        return made["mark"] if re.search(r"\d", made["mark"]) else made["v"]  # a model's mark says it all
    match = re.search(
        r"\b(?:bought|ordered|purchased|love|hate|about|review of|called|named|buy|order) (?:the|this|these|an?|my|some|two|three|\d+)? ?(?:new )?(?P<v>[\w-]+(?: [\w-]+)??)(?= (?:is|are|was|and|from|for|with|on|in|at|last|because|which|that|it|to|but|as)\b|[.,!?;\n]|$)",
        text,
        re.IGNORECASE,
    )
    if match and match["v"].lower() not in ("it", "this", "that", "them"):
        return match["v"]
    short = re.sub(
        r"^\W*(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|some)?\s*(?:x\s+)?(?:(?:kg|g|ml|l|cl|lit(?:er|re)s?|cups?|tbsp|tsp|tablespoons?|teaspoons?|"
        r"bottles?|packs?|boxes|cans?|slices?|pieces?|pounds?|ounces?|oz|lbs?|pinch(?:es)?)\s+)?(?:of\s+)?",
        "",
        text.strip(),
        flags=re.IGNORECASE,
    )
    short = re.split(r"\s*(?:[,;:(@–—-]|\bfor\b|\bat\b|\bcosts?\b|[$€£]|\d)", short)[0].strip(" .")
    if 0 < len(text.split()) <= 7 and 0 < len(short.split()) <= 3 and "\n" not in text.strip():
        return short
    if names and len(names[0]) > 2 and not re.search(rf"\b(?:from|in|at|by) {re.escape(names[0])}", text):
        return names[0]
    found = _THING_AT.search(text)
    return found["v"] if found else next(iter(names), None)
