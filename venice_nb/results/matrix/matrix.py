"""A column of text as a matrix: one vector a row, aligned to the rows it came from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from venice_nb.errors import InvalidInput
from venice_nb.render import text
from venice_nb.results.headers import Headers
from venice_nb.results.matrix import exchange, files, finding, joining, relations, space
from venice_nb.results.matrix import index as index_
from venice_nb.results.matrix.left_out import RowError as RowError  # noqa: PLC0414, TC001  part of this room's face
from venice_nb.results.money import Cost, Usage
from venice_nb.results.vector_rows import VectorRows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.render.live import Bundle
    from venice_nb.results.matrix.filters import ByLabel


class MatrixActions(Protocol):
    """The client behind a matrix: it turns the text of a query into a vector of the same model."""

    def embed_queries(self, texts: Sequence[str], model: str, dimensions: int | None) -> Any:
        """`Vectors` of the texts, or what can be awaited for them."""


def _later() -> Any:
    """None, in the place of what is made when it is first asked for."""


@dataclass(frozen=True, repr=False, eq=False)
class EmbeddingMatrix(VectorRows):
    """Vectors of rows, (n, d) float32, aligned to the index of the column or frame they came from.

    NumPy takes it as an array (`np.asarray(E)`). `E[3]` is a vector, `E[3, 0]` a number; `E[1:5]`, `E[mask]`
    and `E["year > 2020"]`, a rule over the metadata, are matrices again. Rows keep the length the model gave
    them; similarity is cosine everywhere. The array cannot be written to.

    Attributes:
        array: (n, d) float32, in memory or mapped from a file.
        index: the labels of the rows.
        texts: the text of each row, or None.
        metadata: the frame that was embedded, one row for each row of the matrix, or None.
        model: the model that made the vectors; those of different models cannot be compared.
        usage: tokens.
        cost: US dollars, and whether they were charged or priced from the catalogue.
        elapsed: seconds that embedding took.
        errors: rows of the input that are not in the matrix, each with its reason.
        created: when it was embedded, an ISO date in UTC; empty when unknown.
        actions: the client behind text queries; left behind by pickling.
        headers: the headers of the last answer.
        raw: what the server sent with it besides the vectors.

    """

    array: NDArray[np.float32]
    index: pd.Index[Any] = field(default_factory=_later)
    texts: Sequence[str] | None = field(default_factory=_later)
    metadata: pd.DataFrame | None = field(default_factory=_later)
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    elapsed: float = 0.0
    errors: tuple[RowError, ...] = ()
    created: str = ""
    actions: MatrixActions | None = None
    headers: Headers = field(default_factory=Headers)
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        array = finding.numbers("array", self.array)
        if array.ndim != 2:
            raise InvalidInput(
                f"array has {array.ndim} dimensions",
                field="array",
                allowed="two: one row for each text",
                do="pass array.reshape(1, -1) for a single vector",
            )
        array = np.ascontiguousarray(array)
        array = array.view()
        array.flags.writeable = False  # lengths and indexes of the rows are computed once
        object.__setattr__(self, "array", array)
        object.__setattr__(self, "errors", tuple(self.errors))
        texts: Any = self.texts
        if hasattr(texts, "tolist"):  # a Series would be read by its labels
            object.__setattr__(self, "texts", texts.tolist())
        frame: Any = self.__dict__["metadata"]
        index: Any = self.__dict__["index"]
        index = frame.index if index is None and frame is not None else index
        if index is None:
            del self.__dict__["index"]  # from now on __getattr__ makes it
        else:
            if not hasattr(index, "get_indexer"):
                import pandas as pd  # noqa: PLC0415  only when there are labels

                index = pd.Index(index)
            object.__setattr__(self, "index", index)
        for name in ("index", "texts", "metadata"):
            given = self.__dict__.get(name)
            if given is not None and len(given) != len(array):
                raise InvalidInput(
                    f"{name} has {len(given)} rows and the array {len(array)}",
                    field=name,
                    value=len(given),
                    allowed=f"{len(array)}, one for each row of the array",
                    do=f"cut both to the same rows, or leave {name} out",
                )
        if frame is not None and not frame.index.equals(index):
            raise InvalidInput(
                "metadata has other labels than index",
                field="metadata",
                allowed="the labels of index, in its order",
                do="leave index out, or label the frame: metadata.set_axis(index)",
            )

    if not TYPE_CHECKING:  # or every attribute would exist for the type checker

        def __getattr__(self, name: str) -> Any:
            if name not in {"index", "metadata"} or "array" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            rows = self.__dict__.get("_rows")
            index, self.__dict__["metadata"] = (
                (None, self.__dict__.get("metadata")) if rows is None else rows.read()
            )
            if index is None:
                import pandas as pd  # noqa: PLC0415  only when labels are asked for

                index = pd.RangeIndex(len(self.array))
            self.__dict__["index"] = index
            return self.__dict__[name]

    @property
    def labelled(self) -> bool:
        """Whether the rows have labels of their own, if only in a file; those of a plain list have none."""
        return not {"index", "_rows"}.isdisjoint(self.__dict__)

    def owned(self, actions: MatrixActions | None) -> Self:
        """The same matrix with another client behind it; what is not read yet stays in its files."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, actions=actions)
        return copy

    # --- what it is ---------------------------------------------------------------------------

    @property
    def norms(self) -> NDArray[np.float32]:
        """(n,) float32: the length of each vector, computed once; NaN for a row that holds NaN."""
        found: NDArray[np.float32] | None = self.__dict__.get("_norms")
        if found is None:
            from venice_nb.arrays.rows import lengths  # noqa: PLC0415  loads NumPy

            found = self.__dict__["_norms"] = lengths(self.array)
        return found

    def __getstate__(self) -> dict[str, Any]:
        # without what can be computed again; a pickle leaves the client behind by itself, a copy keeps it
        if "_rows" in self.__dict__:
            _ = self.index
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.array.flags.writeable = False

    # --- parts of it --------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if isinstance(key, int | np.integer | tuple):
            return self.array[key]
        if isinstance(key, slice):
            return self.take(np.arange(len(self))[key])
        from venice_nb.results.matrix.filters import positions  # noqa: PLC0415  parts and rules know each other

        return self.take(positions(self, key))

    @property
    def loc(self) -> ByLabel:
        """Rows by label, as pandas has it: `E.loc["a"]`, `E.loc[["a", "b"]]`, `E.loc["a":"c"]`."""
        from venice_nb.results.matrix.filters import ByLabel  # noqa: PLC0415  only when labels are used

        return ByLabel(self)

    def take(self, positions: Any) -> Self:
        """The rows at these positions, in this order, as a matrix of their own. It carries no bill."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        places = np.asarray(positions).reshape(-1)
        if len(places) and places.dtype.kind not in "iu":
            raise InvalidInput(
                f"positions are of {places.dtype}",
                field="positions",
                value=str(places.dtype),
                allowed="whole numbers",
                do="E[mask] takes True and False, E.loc[...] takes labels",
            )
        places = places.astype(np.int64)
        if len(places) and (places.min() < -len(self) or places.max() >= len(self)):
            raise InvalidInput(
                f"there is no such row in a matrix of {len(self)}",
                field="positions",
                value=int(places.min() if places.min() < -len(self) else places.max()),
                allowed=f"from 0 to {len(self) - 1}",
                do="count rows from 0; E.loc[...] takes labels",
            )
        places = np.where(places < 0, places + len(self), places)
        run = len(places) > 0 and bool((np.diff(places) == 1).all())
        array = self.array[places[0] : places[-1] + 1] if run else self.array[places]
        plain = run and not places[0] and not self.labelled
        return replace(
            self,
            array=array,
            index=_later() if plain else self.index.take(places),
            texts=None if self.texts is None else [self.texts[place] for place in places.tolist()],
            metadata=None if self.metadata is None else self.metadata.take(places),
            usage=Usage(),
            cost=Cost(),
            elapsed=0.0,
            errors=(),
        )

    # --- what can be asked of it; each is told where it is written -----------------------------

    search = finding.search
    approximate = index_.approximate
    similarity = relations.similarity
    dedup = relations.dedup
    nearest_pairs = relations.nearest_pairs
    cluster = relations.cluster
    outliers = relations.outliers
    project = space.project
    plot = space.plot

    # --- keeping and moving -------------------------------------------------------------------

    concat = classmethod(joining.concat)
    save = files.save
    load = classmethod(files.load)
    to_parquet = exchange.to_parquet
    from_parquet = classmethod(exchange.from_parquet)
    to_lance = exchange.to_lance
    from_lance = classmethod(exchange.from_lance)

    def __add__(self, other: object) -> EmbeddingMatrix:
        return self.concat([self, other]) if isinstance(other, EmbeddingMatrix) else NotImplemented

    def to_frame(self) -> pd.DataFrame:
        """One row for each row, labelled, and one column for each number; a copy, yours to change."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(self.array, self.index, copy=True)

    def to_dict(self) -> dict[str, Any]:
        """What is known of the matrix, without its rows."""
        return {
            "model": self.model,
            "shape": list(self.shape),
            "usage": self.usage.to_dict(),
            "cost": self.cost.to_dict(),
            "created": self.created,
            "left_out": len(self.errors),
        }

    def __repr__(self) -> str:
        n, d = self.shape
        return f"<EmbeddingMatrix {n} x {d} float32, {text.short(self.model, 80) or 'model unknown'}>"

    def _mimebundle(self) -> Bundle:
        from venice_nb.results.matrix.view import bundle  # noqa: PLC0415  it draws

        return bundle(self)
