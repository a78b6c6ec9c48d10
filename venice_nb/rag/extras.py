"""Libraries that come with an extra: loaded when they are first needed, or the words to install them."""

from __future__ import annotations

import importlib
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOMES = {
    "semantic_text_splitter": ("rag", "semantic-text-splitter", "Splitting documents"),
    "bm25s": ("rag", "bm25s", "Keyword search"),
    "snowballstemmer": ("rag", "snowballstemmer", "Keyword search"),
}


def needed(module: str) -> Any:
    """The module. Raises InvalidInput with the line that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        extra, package, what = _HOMES[module]
        raise InvalidInput(
            f"{what} needs the package {package}, which is not installed.",
            field="extra",
            value=extra,
            allowed=package,
            do=f"pip install 'venice-nb[{extra}]'",
        ) from None


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Keeps a library from logging meanwhile: stderr in a notebook is for what the user should read."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # also for its children, which have no level of their own
    try:
        yield
    finally:
        logger.setLevel(before)
