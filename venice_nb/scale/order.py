"""What is to be done with a Dask frame: the arguments of `scale.embed` and `scale.plan`, checked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dask.delayed import delayed

from venice_nb.calls.check import choice, closest, flag, integer, listed, refuse
from venice_nb.config import flag as environment_flag
from venice_nb.config import settings
from venice_nb.embedding.request import Request
from venice_nb.scale.parts import ERROR, VECTOR, Folder, Format
from venice_nb.scale.working import Job, Reach
from venice_nb.venice import AsyncVenice, Venice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

_FORMAT = choice("parquet", "lance")


@dataclass(frozen=True, slots=True)
class Order:
    """A frame and what is to be done with it.

    Attributes:
        session: that of the client; without one another, for its catalogue.
        request: how vectors are asked for.
        job: what is done with each partition.
        about: what the folder is made for.
        pieces: the partitions, not computed.

    """

    session: Session
    request: Request
    job: Job
    about: Mapping[str, Any]
    pieces: Sequence[Any]

    @classmethod
    def of(  # noqa: PLR0917  the arguments in their order
        cls,
        ddf: Any,
        column: Any,
        to: str | os.PathLike[str] | None,
        model: ModelName | None,
        dimensions: int | None,
        columns: Sequence[Any] | None,
        format: Format,  # noqa: A002  the word for it
        venice: Any,
        cache: bool,
        extra_body: Mapping[str, Any] | None,
        *,
        at_once: int = 1,
        run: str = "",
    ) -> Order:
        """The order in these arguments. Raises InvalidInput for what makes no sense; sends nothing."""
        kept = _columns(ddf, column, columns)
        if venice is not None and not isinstance(venice, Venice | AsyncVenice):
            refuse("venice", venice, "a client", "Pass v of v = vn.connect().")
        integer(1, 16)("at_once", at_once)
        flag("cache", cache)
        if _FORMAT("format", format) == "lance" and find_spec("lancedb") is None:
            refuse("format", format, "parquet", "Or install LanceDB: pip install 'venice-nb[lance]'.")
        session: Session = (venice or Venice.sandbox(show=False))._session  # noqa: SLF001  our own client
        request = Request.of(session, model, dimensions, None, extra_body)
        job = Job(
            folder=Folder(Path().absolute() if to is None else named(to)),
            column=column,
            columns=tuple(kept),
            model=request.name,
            dimensions=dimensions,
            at_once=at_once,
            partitions=ddf.npartitions,
            cache=cache,
            reach=_reach(run, venice),
            extra_body=extra_body,
        )
        about = {
            "address": job.reach.base_url or "sandbox",  # play vectors never mix with real ones
            "model": job.model,
            "dimensions": dimensions,
            "column": str(column),
            "columns": [str(name) for name in kept],
            "format": format,
            "partitions": job.partitions,
            "extra_body": dict(extra_body) if extra_body else None,
        }
        if to is not None:
            job.folder.check(about)
        return cls(session, request, job, about, ddf[list(dict.fromkeys([column, *kept]))].to_delayed())

    def tasks(self, function: Callable[..., Any], *given: Any) -> list[Any]:
        """`function(partition, number, job, ...)` for each partition, named after the run if that has one."""
        run = self.job.reach.run
        return [
            delayed(function)(piece, at, self.job, *given, dask_key_name=f"{run}-{at}" if run else None)
            for at, piece in enumerate(self.pieces)
        ]


def named(to: Any) -> Path:
    """The folder of that name. Raises InvalidInput for what is no name."""
    if not isinstance(to, str | os.PathLike) or not str(to):
        refuse("to", to, "the name of a folder", 'Pass to="vectors".')
    return Path(to).expanduser().absolute()


def _columns(ddf: Any, column: Any, columns: Sequence[Any] | None) -> list[Any]:
    """The columns to write, checked."""
    if not hasattr(ddf, "to_delayed") or not hasattr(ddf, "npartitions") or ddf.ndim != 2:
        refuse("ddf", ddf, "a Dask DataFrame", "Make one: dask.dataframe.from_pandas(df, npartitions=...).")
    names = list(ddf.columns)
    if columns is not None and listed(columns) is None:
        refuse("columns", columns, "a list of columns", "Pass a list: columns=['id'].")
    kept = names if columns is None else list(columns)
    for field, name in [("column", column), *(("columns", name) for name in kept)]:
        if names.count(name) != 1:
            near = closest(name, map(str, names))
            do = f"Did you mean {near!r}?" if near else "Name a column of the frame."
            refuse(field, name, ", ".join(map(str, names[:20])) or "a column that stands once", do)
    written = [str(name) for name in kept]
    for name in written:
        if written.count(name) > 1:
            refuse("columns", name, "columns of different names", "Name each once, or rename one of them.")
    for name in (VECTOR, ERROR):
        allowed, do = f"columns that are not called {VECTOR} or {ERROR}", "Rename it, or leave it out."
        if name in written:
            refuse("columns", name, allowed, do)
        if str(ddf.index.name) == name:
            do = 'Rename it: ddf = ddf.rename_axis("row").'
            refuse("ddf", name, allowed, do, what=f"The index is called {name}, as a column of the parts is.")
    kind = ddf[column].dtype
    if kind.kind not in "OTU" and "str" not in str(kind):
        refuse(
            "column", str(kind), "a column of texts", f"Turn it into text: ddf[{str(column)!r}].astype(str)."
        )
    return kept


def _reach(run: str, venice: Any) -> Reach:
    """How the workers reach what the client reaches."""
    if venice is None:
        if environment_flag("VENICE_SANDBOX"):
            return Reach(run, "", sandbox=())
        return Reach(run, settings().base_url)
    limit = venice.budget.left
    door = venice._door  # noqa: SLF001  our own client
    if door.sandbox is not None:
        state = door.sandbox.state
        options = {"seed": state.seed, "semantic": state.semantic, "tier": state.tier, "usd": 1e6}
        return Reach(run, "", sandbox=tuple(options.items()), limit=limit)
    if door.transport is not None:
        refuse(
            "venice", venice, "a client without a transport of its own", "Workers can only use the network."
        )
    given = door.settings
    return Reach(
        run,
        given.base_url,
        handed=True,
        timeout=given.timeout,
        max_retries=given.max_retries,
        limit=limit,
    )
