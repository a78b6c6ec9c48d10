"""`df.venice`, in a pandas that may not have been imported yet: nothing is loaded for it before it is used.

pandas has no entry point for accessors (it was proposed and closed, pandas-dev/pandas#61499), and importing
it here would cost everyone a second. So whoever imports pandas after us meets a finder that lets Python find
it as ever and, when pandas is complete, registers the name. It then goes away; nothing it does can make the
import fail.
"""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False  # as in typing, whose import would cost more than all of this
if TYPE_CHECKING:
    from typing import Any

NAME = "pandas"


def watch() -> None:
    """Register with pandas now if it is here, else when it comes. Calling it again does no harm."""
    pandas = sys.modules.get(NAME)
    if pandas is None:
        if not any(isinstance(finder, Arrival) for finder in sys.meta_path):
            sys.meta_path.insert(0, Arrival())
    elif not getattr(getattr(pandas, "__spec__", None), "_initializing", False):
        register(pandas)


def register(pandas: Any) -> None:
    """Give tables and columns the name `venice`; a name that somebody else has taken stays theirs."""
    try:
        for kind, make in (("dataframe", frame_accessor), ("series", series_accessor)):
            owner = pandas.DataFrame if kind == "dataframe" else pandas.Series
            if not hasattr(owner, "venice"):
                getattr(pandas.api.extensions, f"register_{kind}_accessor")("venice")(make)
    except Exception:  # whatever pandas this is: importing it has to work
        import logging  # noqa: PLC0415  only now

        logging.getLogger("venice_nb").exception("df.venice could not be registered with pandas")


def frame_accessor(frame: Any) -> Any:
    """What a language model can do with the rows of a table: `df.venice`, see its methods."""
    return importlib.import_module("venice_nb.accessor").FrameAccessor(frame)


def series_accessor(series: Any) -> Any:
    """What a language model can do with a column: `df["text"].venice`, see its methods."""
    return importlib.import_module("venice_nb.accessor").SeriesAccessor(series)


class Arrival:
    """A finder that finds nothing itself: it lets the others find pandas, and is told when it is there."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The spec of pandas with a loader that registers afterwards; None for everything else."""
        if name != NAME:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                self._follow(spec.loader)
                return spec
        return None

    def _follow(self, loader: Any) -> None:
        """Have the loader say when it is done; one that cannot be followed loads as ever."""
        run = getattr(loader, "exec_module", None)
        if run is None:
            return

        def exec_module(module: Any) -> None:
            run(module)
            if module.__name__ != NAME:  # a loader may serve a whole archive
                return
            loader.__dict__.pop("exec_module", None)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            register(module)

        try:
            loader.exec_module = exec_module
        except AttributeError:  # a loader with slots: pandas then comes without us, until a client is made
            return
