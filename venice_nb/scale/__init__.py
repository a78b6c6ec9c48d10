"""Columns larger than one machine: embedded and searched on a Dask cluster.

`scale.embed` writes one part for each partition of a Dask frame, under one rate budget and one failure budget
for the whole cluster; `scale.plan` tells what it would cost. `scale.search` finds the most similar rows of
all parts, exactly. Dask loads with the first use; it comes with the extra `dask`.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from venice_nb.scale.embedded import Embedded
    from venice_nb.scale.finding import search
    from venice_nb.scale.pricing import plan
    from venice_nb.scale.running import embed

_HOME = {"Embedded": "embedded", "embed": "running", "plan": "pricing", "search": "finding"}

__all__ = ["Embedded", "embed", "plan", "search"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{_HOME[name]}")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"dask", "distributed", "pyarrow"}:
            raise
        raise ModuleNotFoundError(
            f"venice_nb.scale needs {error.name}: pip install 'venice-nb[dask]'", name=error.name
        ) from None
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return __all__
