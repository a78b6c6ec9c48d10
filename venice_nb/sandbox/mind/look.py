# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""What is said about a picture: a description, a direct answer, a comparison."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .pixels import Picture, see
from .thought import Draft, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .wish import Wish


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _light_word(picture: Picture) -> str:
    return (
        "very dark"
        if picture.light < 0.15
        else "dark"
        if picture.light < 0.35
        else "very bright"
        if picture.light > 0.85
        else "bright"
        if picture.light > 0.65
        else "of middling brightness"
    )


def _contrast_word(picture: Picture) -> str:
    return (
        "hardly any contrast"
        if picture.contrast < 0.04
        else "low contrast"
        if picture.contrast < 0.12
        else "strong contrast"
        if picture.contrast > 0.28
        else "moderate contrast"
    )


def describe(picture: Picture, subject: str = "The picture") -> list[str]:
    """Return sentences that say what is measurable in a picture."""
    if picture.problem:
        return [picture.problem]
    if picture.clear >= 1:
        return [f"{subject} is {picture.width} × {picture.height} pixels and fully transparent."]
    moving = f", {picture.frames} frames" if picture.frames > 1 else ""
    said = [
        f"{subject} is {picture.width} × {picture.height} pixels ({picture.orientation}{f', {picture.form}' if picture.form else ''}{moving}) and looks like {picture.kind}."
    ]
    main = [f"{name} ({share:.0%})" for name, share in picture.colours[:3]]
    said.append(
        f"Its main colours are {_joined(main)}."
        if len(main) > 1
        else f"It is {picture.colours[0][0]} throughout."
    )
    said.append(f"It is {_light_word(picture)}, with {_contrast_word(picture)}.")
    if picture.place:
        said.append(
            f"What stands out most is something {picture.thing} in {picture.place}, about {picture.extent:.0%} of the area."
        )
    if picture.horizon is not None:
        said.append(
            f"A level edge, perhaps a horizon, runs across it {picture.horizon:.0%} of the way down: {picture.above} above, {picture.below} below."
        )
    if picture.clear > 0.02:
        said.append(f"{picture.clear:.0%} of it is transparent.")
    return said


def labelled(picture: Picture) -> str:
    """Return what is measurable as "name: value" lines, from which a schema can be filled."""
    if picture.problem:
        return picture.problem
    colours = ", ".join(name for name, _ in picture.colours)
    main = picture.colours[0][0]
    said = {
        "width": picture.width, "height": picture.height, "format": picture.form, "orientation": picture.orientation, "colours": colours,
        "colors": colours, "dominant colours": colours, "dominant colors": colours, "main colours": colours, "main colors": colours,
        "colour": main, "color": main, "dominant colour": main, "dominant color": main, "main colour": main, "main color": main, "palette": colours,
        "kind": picture.kind, "type": picture.kind, "image type": picture.kind, "brightness": round(picture.light, 2), "contrast": round(picture.contrast, 2),
        "dark": "yes" if picture.light < 0.35 else "no", "is dark": "yes" if picture.light < 0.35 else "no",
        "bright": "yes" if picture.light > 0.65 else "no", "is bright": "yes" if picture.light > 0.65 else "no",
        "background": next((n for n, _ in picture.colours if n != picture.thing), main),
        "object": f"something {picture.thing} in {picture.place}" if picture.place else "nothing that stands out",
        "description": " ".join(describe(picture)).replace(";", ","), "caption": describe(picture)[0], "summary": " ".join(describe(picture)[:2]),
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in said.items())


_LIMIT = "I am the sandbox's stand-in: I measure pixels and cannot recognise what things are."


def look(urls: Sequence[str], question: str, wish: Wish, trace: Trace) -> Draft | None:
    """Return an answer about the given pictures, None when there are none."""
    if not urls:
        return None
    pictures = [see(u) for u in urls[:10]]
    for i, p in enumerate(pictures, 1):
        trace.note(
            p.problem
            or f"Picture {i}: {p.width} × {p.height}, lightness {p.light:.2f}, contrast {p.contrast:.2f}, flatness {p.flatness:.2f}, {p.distinct} coarse colours.",
            1,
        )
    good = [p for p in pictures if not p.problem]
    if not good:
        return Draft(tuple(p.problem for p in pictures), kind="look", sure=False)
    if len(pictures) > 1:
        return Draft(tuple(_compared(pictures, question)), kind="look", listed=len(pictures) > 2)
    direct = _direct(good[0], question)
    if direct:
        return Draft((direct,), kind="look", fixed=wish.one_word)
    said = describe(good[0])
    if re.search(
        r"\b(?:what is (?:in )?(?:this|that|the|it)|what's (?:in )?(?:this|that|the)|who|animal|breed|object|read|text|written|recogni[sz]e|identify|caption|name)\b",
        question,
        re.IGNORECASE,
    ):
        said.append(_LIMIT)
    return Draft(
        tuple(said[: max(2, wish.limit(6))] if wish.brief or wish.sentences or wish.lines else said),
        kind="look",
    )


def _direct(p: Picture, question: str) -> str:
    """A direct answer to a direct question about size, colour, light, kind or place, "" for open questions."""
    q = question.lower()
    names = [name for name, _ in p.colours]
    if re.search(r"\b(?:background|ground)\b", q) and "colo" in q and p.thing:
        return f"The background is mostly {next((n for n in names if n != p.thing), names[0])}."
    if re.search(r"\b(?:which|what)\b.*\bcolou?rs\b|\bdominant colou?rs\b|\bpalette\b", q):
        return (
            f"The main colours are {_joined([f'{n} ({s:.0%})' for n, s in p.colours[:5]])}."
            if len(names) > 1
            else f"It is {names[0]} throughout."
        )
    if re.search(r"\bcolou?r\b", q):
        about = (
            p.thing
            if p.thing
            and re.search(
                r"\b(?:object|thing|circle|square|shape|ball|disc|main|figure|subject|it\b|the [a-z]+\?)", q
            )
            and not re.search(r"\b(?:image|picture|photo)\b", q)
            else names[0]
        )
        return f"It is mostly {about}."
    if re.search(
        r"\b(?:how (?:big|large|wide|tall|high)|size|dimensions?|resolution|pixels|width|height)\b", q
    ):
        return f"It is {p.width} pixels wide and {p.height} high."
    if re.search(r"\b(?:orientation|portrait|landscape|square)\b", q):
        return f"It is {'square' if p.orientation == 'square' else f'in {p.orientation} orientation'}, {p.width} × {p.height} pixels."
    if re.search(r"\b(?:dark|bright|light|brightness|day or night|night|day)\b", q) and not re.search(
        r"\bdescribe\b", q
    ):
        asks_dark = bool(re.search(r"\bis (?:it|this|the \w+) (?:very |too )?(?:dark|night)", q))
        asks_light = bool(re.search(r"\bis (?:it|this|the \w+) (?:very |too )?(?:bright|light)", q))
        lead = (
            ("Yes, it" if p.light < 0.35 else "No, it")
            if asks_dark
            else ("Yes, it" if p.light > 0.65 else "No, it")
            if asks_light
            else "It"
        )
        return f"{lead} is {_light_word(p)}: its mean lightness is {p.light:.0%}."
    if re.search(r"\bcontrast\b", q):
        return f"It has {_contrast_word(p)} (the lightness varies by {p.contrast:.0%} around its mean)."
    if re.search(
        r"\b(?:photo(?:graph)?|chart|graph|drawing|illustration|diagram|screenshot) or\b|\bwhat (?:kind|type|sort) of (?:image|picture)|\bis (?:this|it) a (?:photo|chart|graph|drawing|screenshot|diagram)",
        q,
    ):
        return f"It looks like {p.kind}."
    if re.search(r"\bwhere\b", q) and p.place:
        return f"What stands out most, something {p.thing}, is in {p.place}."
    if re.search(r"\bhorizon\b", q):
        return (
            f"There is a level edge {p.horizon:.0%} of the way down, {p.above} above and {p.below} below."
            if p.horizon is not None
            else "I find no level edge that runs across the picture."
        )
    if re.search(r"\btransparen", q):
        return f"{p.clear:.0%} of it is transparent." if p.clear > 0 else "No, it has no transparent parts."
    return ""


def _compared(pictures: Sequence[Picture], question: str) -> list[str]:
    said = []
    for i, p in enumerate(pictures, 1):
        if p.problem:
            said.append(f"Picture {i}: {p.problem}")
            continue
        names = _joined([n for n, _ in p.colours[:2]])
        extra = f", something {p.thing} in {p.place}" if p.place else ""
        said.append(
            f"Picture {i} is {p.width} × {p.height}, {_light_word(p)}, mostly {names}, and looks like {p.kind}{extra}."
        )
    good = [(i, p) for i, p in enumerate(pictures, 1) if not p.problem]
    if len(good) > 1:
        same = [i for i, p in good[1:] if p == good[0][1]]
        if same:
            said.append(f"Pictures {good[0][0]} and {same[0]} look the same.")
        else:
            light = max(good, key=lambda g: g[1].light)
            large = max(good, key=lambda g: g[1].width * g[1].height)
            end = (
                f"Picture {light[0]} is the brighter"
                if len(good) == 2
                else f"Picture {light[0]} is the brightest"
            )
            if len({(p.width, p.height) for _, p in good}) > 1:
                end += f", picture {large[0]} the {'larger' if len(good) == 2 else 'largest'}"
            said.append(f"{end}.")
    direct = re.search(
        r"\bwhich\b.*\b(brighter|brightest|darker|darkest|larger|largest|bigger|biggest|smaller|smallest)\b",
        question,
        re.IGNORECASE,
    )
    if direct and len(good) > 1:
        word = direct[1].lower()
        measure = (
            (lambda g: g[1].light)
            if word.startswith(("bright", "dark"))
            else (lambda g: g[1].width * g[1].height)
        )
        pick = (min if word.startswith(("dark", "small")) else max)(good, key=measure)
        return [f"Picture {pick[0]} is the {word}.", *said[:-1]]
    return said
