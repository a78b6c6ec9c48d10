"""Libraries that come with an extra: loaded when they are first needed, or the words to install them."""

from __future__ import annotations

import importlib
from typing import Any

from venice_nb.errors import InvalidInput

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
