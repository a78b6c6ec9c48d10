# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""The entries of a text that a list asks for: bullets, enumerations, names, clauses."""

from __future__ import annotations

import re

from .compose import gist
from .documents import readable
from .field import Field, labelled_value
from .labels import sentiment
from .names import COUNTRIES, proper_names
from .operations import keywords
from .patterns import DATE, EMAIL, URL
from .retrieve import Passage
from .text import split_sentences, stem


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
    bullets = [m[1].strip() for m in re.finditer(r"^\s*(?:[-*•]|\d+[.)])\s+(.+)$", text, re.MULTILINE)]
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
                if n not in COUNTRIES and not re.search(rf"\b(?:in|at|to|near) {re.escape(n)}", text)
            ]
        if field.mentions("countries"):
            return [n for n in names if n in COUNTRIES]
        if field.mentions("cities", "city", "places", "locations"):
            placed = [
                n
                for n in names
                if re.search(rf"\b(?:in|at|to|from|near|and|or|of|for|,) {re.escape(n)}", text)
            ]
            return [
                n for n in (placed or names) if n not in COUNTRIES or not field.mentions("cities", "city")
            ]
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
    match = _SERIES.search(text[:4000])
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
