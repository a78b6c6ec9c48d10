"""The card of a matrix: shape, model, cost, lengths, what was left out, and a small map."""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results.talk.reply_view import price

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from venice_nb.render.live import Bundle
    from venice_nb.results.matrix.matrix import EmbeddingMatrix

SAMPLE = 500  # rows on the map
WIDTH, HEIGHT, EDGE = 300, 180, 6  # pixels of the map
INK = (0x33, 0x88, 0xBB)  # seen on white and on black
READ = 1 << 30  # bytes of a matrix that is read whole for its card


def bundle(matrix: EmbeddingMatrix) -> Bundle:
    """The card as HTML and as text that says the same."""
    n, d = matrix.shape
    head = f"{text.count(n)} row{'s' * (n != 1)} of {text.count(d)} numbers, float32"
    facts, picture = _facts(matrix), _map(matrix)
    if picture is not None:
        facts.append(("map", picture[1]))
    return {
        "text/plain": "\n".join([head, *(f"  {name}: {value}" for name, value in facts)]),
        "text/html": html.page(html.card(head, html.facts(facts), small_map(matrix))),
    }


def small_map(matrix: EmbeddingMatrix) -> html.Html | None:
    """A picture of some rows on two axes; None for too few rows."""
    picture = _map(matrix)
    if picture is None:
        return None
    png, told = picture
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return html.figure(html.tag("img", src=source, alt=f"map of {told}", width=WIDTH, height=HEIGHT))


def _facts(matrix: EmbeddingMatrix) -> list[tuple[str, str]]:
    made = f", {matrix.created}" if matrix.created and not static_mode() else ""
    facts = [("model", (text.short(matrix.model, 80) or "unknown") + text.short(made, 40))]
    facts.append(
        ("memory", text.bytes_(matrix.array.nbytes) + (", in a file" if _mapped(matrix.array) else ""))
    )
    if len(matrix):
        facts += _lengths(matrix)
    if matrix.errors:
        reasons = Counter(text.short(each.reason, 60) for each in matrix.errors).most_common()
        told = ", ".join(f"{text.count(many)} {reason}" for reason, many in reasons[:5])
        facts.append(
            (
                "left out",
                f"{_rows(len(matrix.errors))}: {told}{', ...' * (len(reasons) > 5)}; E.errors has them",
            )
        )
    if matrix.usage.total_tokens or matrix.usage.prompt_tokens:
        about = "~" if matrix.usage.estimated else ""
        facts.append(("tokens", about + text.count(matrix.usage.prompt_tokens)))
    if matrix.cost.usd is not None:
        facts.append(("cost", price(matrix.cost)))
    if matrix.elapsed > 0 and not static_mode():
        facts.append(("time", text.seconds(matrix.elapsed)))
    if matrix.headers.sandbox:
        facts.append(("made by", "SANDBOX"))
    return facts


def _lengths(matrix: EmbeddingMatrix) -> list[tuple[str, str]]:
    """From how long to how long the rows are; in a matrix that is slow to read, some of them."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    norms, of = matrix.__dict__.get("_norms"), ""
    if norms is None and matrix.array.nbytes <= READ:
        norms = matrix.norms
    if norms is None:
        from venice_nb.arrays.rows import lengths  # noqa: PLC0415  loads NumPy

        norms, of = lengths(matrix.array[_spread(len(matrix))]), f", of {_rows(SAMPLE)}"
    good = norms[norms > 0]
    facts = []
    if len(good):
        low, mean, high = (f"{each:.3f}" for each in (good.min(), good.mean(dtype=np.float64), good.max()))
        told = low if low == high else f"{low} to {high}, {mean} on average"
        facts.append(("length of rows", told + of))
    zeros, broken = int((norms == 0).sum()), int(np.isnan(norms).sum())
    if zeros or broken:
        told = " and ".join(
            f"{_rows(many)} of {what}"
            for many, what in ((zeros, "zeros"), (broken, "NaN or infinity"))
            if many
        )
        facts.append(("without direction", told + of))
    return facts


def _rows(many: int) -> str:
    return f"{text.count(many)} row{'s' * (many != 1)}"


def _spread(n: int) -> NDArray[np.int64]:
    """At most SAMPLE rows, evenly over the matrix."""
    import numpy as np  # noqa: PLC0415  loads with the first vectors

    return np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64))


def _mapped(array: Any) -> bool:
    import mmap  # noqa: PLC0415  only for the card

    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array is not None


def _map(matrix: EmbeddingMatrix) -> tuple[bytes, str] | None:
    """A PNG of rows on their first two principal axes, and what it shows; None for too few rows."""
    if "_map" not in matrix.__dict__:
        matrix.__dict__["_map"] = _drawn(matrix)
    found: tuple[bytes, str] | None = matrix.__dict__["_map"]
    return found


def _drawn(matrix: EmbeddingMatrix) -> tuple[bytes, str] | None:
    import io  # noqa: PLC0415  only for the card

    import numpy as np  # noqa: PLC0415  loads with the first vectors
    from PIL import Image  # noqa: PLC0415  only for the card

    from venice_nb.arrays.pca import project  # noqa: PLC0415  loads NumPy

    sample = matrix.array[_spread(len(matrix))] if len(matrix) else matrix.array
    sample = sample[np.isfinite(sample).all(axis=1)]
    if len(sample) < 3 or matrix.dims < 2:
        return None
    points, shares = project(sample)
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.array([WIDTH, HEIGHT]) - 2 * EDGE - 1
    unit = (points - low) / np.where(high > low, high - low, 1)
    x, y = (EDGE + unit * room).round().astype(int).T
    ink = np.zeros((HEIGHT, WIDTH))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            np.add.at(ink, (HEIGHT - 1 - y + down, x + right), 0.55)
    pixels = np.empty((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., :3] = INK
    pixels[..., 3] = 255 * (1 - np.exp(-ink))
    file = io.BytesIO()
    Image.fromarray(pixels).quantize(64, Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    n = len(matrix)
    of = _rows(n) if len(sample) == n else f"{text.count(len(sample))} of {_rows(n)}"
    return file.getvalue(), f"{of} on two principal axes, {shares.sum():.0%} of their variance"
