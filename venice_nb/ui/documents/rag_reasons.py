"""Why these passages, for a panel of any width: each with its place, its points and the words it shares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.results.rag.explanation import highlighted

if TYPE_CHECKING:
    from venice_nb.results.rag.explanation import Explanation
    from venice_nb.results.rag.found import Hit, Share

MOST = 8  # passages whose reasons are drawn
SHOWN = 300  # characters of each of them
BEFORE = 60  # of these, before the first shared word
READ = 20_000  # characters that are looked through for shared words

_WORD = re.compile(r"\w\w+")


def drawn(explanation: Explanation) -> list[html.Child]:
    """The reasons for the first passages, best first."""
    notes = [explanation.formula, *explanation.found.notes]
    shown: list[html.Child] = [html.tag("p", "; ".join(filter(None, notes)), class_="vn-line")]
    for hit, words in list(zip(explanation.found, explanation.words, strict=True))[:MOST]:
        shown.append(_reason(hit, words))
    if len(explanation) > MOST:
        shown.append(html.note(f"{len(explanation) - MOST} more in panel.explanation"))
    return shown


def _reason(hit: Hit, words: tuple[str, ...]) -> html.Html:
    rated = f" · rated {hit.rerank} of 3" if hit.rerank is not None else ""
    both = hit.vector is not None and hit.keyword is not None
    parts = [
        _share("meaning", "cosine", hit.vector, both=both),
        _share("words", "BM25", hit.keyword, both=both),
    ]
    shares = f"shares {text.short(', '.join(words), 120)}" if words else "shares no word"
    return html.tag(
        "section",
        html.tag(
            "p", html.tag("strong", f"[{hit.rank}] {hit.passage.place}"), f" · score {hit.score:.3f}{rated}"
        ),
        html.tag("p", " · ".join([*filter(None, parts), shares]), class_="vn-line"),
        html.tag("p", highlighted(telling(hit.passage.text, words), words)),
        class_="vn-turn",
    )


def telling(said: str, words: tuple[str, ...], n: int = SHOWN) -> str:
    """The `n` characters of a passage that hold most of the shared words, on one line."""
    line, wanted = " ".join(text.clean(said[:READ], None).split()), {word.lower() for word in words}
    places = [
        (found.start(), found[0].lower()) for found in _WORD.finditer(line) if found[0].lower() in wanted
    ]
    starts = [0, *(max(place - BEFORE, 0) for place, _ in places)]

    def held(start: int) -> int:
        return len({word for place, word in places if start <= place < start + n - len(word)})

    start = max(starts, key=held)  # the first of those that hold as many
    if start:
        start = line.find(" ", start) + 1
    return f"{'…' if start else ''}{text.short(line[start:], n)}"


def _share(name: str, scale: str, share: Share | None, *, both: bool) -> str:
    """What a retriever made of it: its rank, and what that adds where there are two."""
    if share is None:
        return ""
    adds = f"{share.points:.3f} from " if both else ""
    return f"{adds}{name} (rank {share.rank}, {scale} {share.score:.3f})"
