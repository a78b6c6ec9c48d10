"""The client behind a matrix: it turns the texts of queries into vectors of the same model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.embedding.plans import vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.client.session import Session


@dataclass(frozen=True, slots=True, eq=False)
class Actions:
    """What a matrix asks of its client; awaitable where the client is. Pickling leaves the client behind."""

    session: Session

    def embed_queries(self, texts: Sequence[str], model: str, dimensions: int | None = None) -> Any:
        """`Vectors` of the texts, (q, d) float32, from the model and with the length of the matrix."""
        return self.session.run(vectors(self.session, texts, model, dimensions))

    def __reduce__(self) -> tuple[Any, ...]:
        return _nobody, ()

    def __deepcopy__(self, _: Any) -> Actions:
        return self


def _nobody() -> None:
    """What stands in a pickle where the client was."""
