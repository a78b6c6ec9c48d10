"""The card of a matrix: its shape, where it comes from, what it cost and what it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import html, text

if TYPE_CHECKING:
    from venice_nb.render.live import Bundle
    from venice_nb.results.matrix.matrix import EmbeddingMatrix


def bundle(matrix: EmbeddingMatrix) -> Bundle:
    """The card as HTML and as text that says the same."""
    n, d = matrix.shape
    head = f"{text.count(n)} row{'s' * (n != 1)} of {text.count(d)} numbers, float32"
    facts = [("model", text.short(matrix.model, 80) or "unknown")]
    return {
        "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
        "text/html": html.page(html.card(head, html.facts(facts))),
    }
