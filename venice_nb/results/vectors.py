"""Embeddings as they come back: one array, with what it cost. API reference: `POST /embeddings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results import saving
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage
from venice_nb.results.talk.reply_view import price
from venice_nb.results.vector_rows import VectorRows

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.render.live import Bundle


@dataclass(frozen=True, repr=False, eq=False)
class Vectors(VectorRows):
    """Vectors of texts, in the order of the texts.

    NumPy takes it as an array (`np.asarray(vectors)`, `vectors @ other` on `.array`); rows need not have
    length 1.

    Attributes:
        array: (n, d) float32.
        model: the model that made them; vectors of different models cannot be compared.
        usage: tokens.
        cost: US dollars, and whether they were charged or priced from the catalogue.
        elapsed: seconds, of all requests together.
        headers: the headers of the (last) answer.
        raw: what the server sent besides the vectors.

    """

    array: NDArray[np.float32]
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    elapsed: float = 0.0
    headers: Headers = field(default_factory=Headers)
    raw: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def concat(cls, parts: Sequence[Vectors]) -> Vectors:
        """The vectors of several answers below each other; tokens, cost and seconds added up.

        Raises ValueError for no parts, or parts of different width.
        """
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        last = parts[-1]
        return cls(
            array=np.concatenate([part.array for part in parts]),
            model=last.model,
            usage=sum((part.usage for part in parts[1:]), parts[0].usage),
            cost=sum((part.cost for part in parts[1:]), parts[0].cost),
            elapsed=sum(part.elapsed for part in parts),
            headers=last.headers,
            raw=last.raw,
        )

    def __getitem__(self, index: Any) -> Any:
        return self.array[index]

    def to_frame(self, index: Any = None) -> pd.DataFrame:
        """One row per text, one column per number; `index` labels the rows."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(self.array, index=index)

    def to_dict(self) -> dict[str, Any]:
        """Model, shape, tokens and cost, with the vectors as lists."""
        return {
            "model": self.model,
            "shape": list(self.shape),
            "usage": self.usage.to_dict(),
            "cost": self.cost.to_dict(),
            "vectors": self.array.tolist(),
        }

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
        """Writes the array as `.npy`, for `numpy.load`. Never replaces a file unasked."""
        import io  # noqa: PLC0415  only when saving

        import numpy as np  # noqa: PLC0415  loads with the first vectors

        buffer = io.BytesIO()
        np.save(buffer, self.array, allow_pickle=False)
        content = buffer.getvalue()
        default = saving.named("vectors", self.model, content.hex()[-4096:]) + ".npy"
        return saving.write(path, content, default=default, suffixes=(".npy",), overwrite=overwrite)

    def __repr__(self) -> str:
        n, d = self.shape
        return f"<Vectors {n} x {d} float32, {text.short(self.model, 80) or 'model unknown'}>"

    def _facts(self) -> list[tuple[str, str]]:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        facts = [("model", text.short(self.model, 80) or "unknown")]
        if len(self):
            lengths = np.linalg.norm(self.array.astype(np.float64), axis=1)
            low, high = f"{lengths.min():.3f}", f"{lengths.max():.3f}"
            facts.append(("length of rows", low if low == high else f"{low} to {high}"))
        about = "~" if self.usage.estimated else ""
        facts += [("tokens", about + text.count(self.usage.prompt_tokens)), ("cost", price(self.cost))]
        if self.elapsed > 0 and not static_mode():
            facts.append(("time", text.seconds(self.elapsed)))
        if self.headers.sandbox:
            facts.append(("made by", "SANDBOX"))
        return facts

    def _mimebundle(self) -> Bundle:
        n, d = self.shape
        head = f"{text.count(n)} vector{'s' * (n != 1)} of {text.count(d)} numbers, float32"
        facts = self._facts()
        lines = [head, *(f"  {name}: {value}" for name, value in facts)]
        return {
            "text/plain": "\n".join(lines),
            "text/html": html.page(html.card(head, html.facts(facts))),
        }
