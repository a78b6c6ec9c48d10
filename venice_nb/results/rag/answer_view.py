"""How an answer from documents looks: its marks are links to the passages shown below it.

A link leads to an element of the same display. Where a viewer drops the ids of elements, as JupyterLab does
in a notebook it does not trust, the name and the lines of the source still stand in the mark's tooltip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.render.markdown import Growing, to_html
from venice_nb.results.rag.marks import as_markers, read_marks
from venice_nb.results.talk.reply_view import price, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.render.html import Html
    from venice_nb.render.live import Bundle
    from venice_nb.results.rag.answer import Answer
    from venice_nb.results.rag.found import Found, Hit

_FOLDED = 20_000  # characters shown of one passage


def bundle(answer: Answer) -> Bundle:
    """The answer as text/plain and text/html, both saying the same."""
    return {"text/plain": plain(answer), "text/html": html.page(*parts(answer))}


class LiveAnswer:
    """An answer that grows, in the look it will have: its marks are links as soon as they are whole."""

    def __init__(self, question: str, found: Found) -> None:
        self._cites = _citations(question, found)
        self._found = found
        self._growing = Growing()

    def bundle(self, said: str, model: str) -> Bundle:
        """The text so far; before the first word, how many passages are being read."""
        n = len(self._found)
        last = text.short(f"{model} · reading {n} passage{'s' * (n != 1)} …".removeprefix(" · "), 120)
        shown = read_marks(said, n).text
        drawn = self._growing.to_html(as_markers(shown), citations=self._cites) if shown else None
        return {
            "text/plain": "\n".join([*([text.clean(shown)] if shown else []), last]),
            "text/html": html.page(drawn, html.note(last)),
        }


def plain(answer: Answer) -> str:
    """The answer as text, its passages by number, and one line with model, tokens and cost."""
    lines = [f"[{flag}]" for flag in _flags(answer)]
    lines.append(text.clean(answer.text) or "[no text]")
    lines += [_line(number, hit, answer.cited) for number, hit in enumerate(answer.found, 1)]
    return "\n".join([*lines, footer(answer)])


def footer(answer: Answer) -> str:
    """Model, passages, tokens and cost on one line."""
    n, reply = len(answer.found), answer.reply
    facts = [text.short(reply.model, 80)] if reply is not None and reply.model else []
    facts.append(f"{n} passage{'s' * (n != 1)} read, {len(answer.cited)} cited")
    facts += [tokens(answer.usage), price(answer.cost)]
    if reply is not None and reply.headers.sandbox:
        facts.append("SANDBOX")
    return " · ".join(facts)


def markdown(answer: Answer) -> str:
    """The file `.md`: question, answer, cited sources and the footer."""
    cited = [hit for number, hit in enumerate(answer.found, 1) if number in answer.cited]
    numbers = [number for number in range(1, len(answer.found) + 1) if number in answer.cited]
    listed = "\n".join(f"{number}. {hit.passage.place}" for number, hit in zip(numbers, cited, strict=True))
    parts = [f"**{text.short(answer.question, 500)}**", answer.text, listed, f"---\n{footer(answer)}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def parts(answer: Answer) -> list[html.Child]:
    """The answer, the passages it cites and those it does not, its cost: for use inside a page."""
    flags = _flags(answer)
    cited = [(number, hit) for number, hit in enumerate(answer.found, 1) if number in answer.cited]
    rest = [(number, hit) for number, hit in enumerate(answer.found, 1) if number not in answer.cited]
    name = _name(answer.question, answer.found)
    n = len(rest)
    more = f"{n} {'more ' if cited else ''}passage{'s' * (n != 1)} read and not cited"
    return [
        html.tag("p", html.join(*(html.badge(flag, "warn") for flag in flags), sep=" ")) if flags else None,
        to_html(as_markers(answer.text), citations=_citations(answer.question, answer.found)),
        *(_passage(name, number, hit) for number, hit in cited),
        html.details(more, *(_passage(name, number, hit) for number, hit in rest)) if rest else None,
        html.note(footer(answer)),
    ]


def _flags(answer: Answer) -> list[str]:
    flags = [] if answer.answered else ["not in the sources"]
    if answer.reply is not None and not answer.reply.complete:
        flags.append("unfinished: the stream ended before the answer did")
    if answer.reply is not None and answer.reply.finish_reason == "length":
        flags.append("cut off at the token limit")
    if answer.answered and not answer.cited:
        flags.append("no source is cited")
    if answer.stray:
        named = ", ".join(f"[{number}]" for number in answer.stray[:5])
        flags.append(f"taken out, as there is no such source: {named}")
    return [*flags, *answer.found.notes]


def _name(question: str, found: Sequence[Hit] | Found) -> str:
    """The beginning of the ids of an answer's passages, made from content."""
    return html.identifier(question, *(f"{hit.passage.source}:{hit.passage.start}" for hit in found))


def _citations(question: str, found: Found) -> list[dict[str, str]]:
    name = _name(question, found)
    return [
        {"title": f"{hit.passage.place}: {text.short(hit.passage.text, 60)}", "anchor": f"{name}-{number}"}
        for number, hit in enumerate(found, 1)
    ]


def _line(number: int, hit: Hit, cited: tuple[int, ...]) -> str:
    mark = f"[{number}]" if number in cited else f"({number})"
    return f"{mark} {hit.passage.place} · score {hit.score:.3f} · {text.short(hit.passage.text, 80)}"


def _passage(name: str, number: int, hit: Hit) -> Html:
    passage = hit.passage
    above = f" · {text.short(passage.heading, 120)}" if passage.heading else ""
    summary = html.join(html.tag("strong", f"[{number}]"), f" {passage.place} · score {hit.score:.3f}{above}")
    folded = html.details(summary, html.plain(text.clean(passage.text, _FOLDED)))
    return html.tag("div", folded, id=f"{name}-{number}")
