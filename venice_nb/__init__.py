"""Venice.ai in Jupyter: `import venice_nb as vn; v = vn.connect(); v.chat("Explain PCA in two lines")`.

Importing loads nothing; each name loads with its first use. Tables learn the name `venice` when pandas comes.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as in typing, whose import would cost more than all of ours
if TYPE_CHECKING:
    from typing import Any

    from venice_nb import ui
    from venice_nb.aio import run
    from venice_nb.calls.talk.chat import strict_schema
    from venice_nb.errors import (
        APIError,
        BreakerOpen,
        BudgetExceeded,
        ConsentRequired,
        ContentRefused,
        ExtractionError,
        InvalidInput,
        JobError,
        ModelNotFound,
        PaymentRequired,
        RateLimited,
        StillRunning,
        StreamError,
        StreamInterrupted,
        ToolError,
        TransportError,
        UnknownOutcome,
        UnsafeContent,
        VeniceError,
    )
    from venice_nb.rag.compare import compare_chunking, compare_models
    from venice_nb.rag.corpus import Corpus
    from venice_nb.rag.questions import make_questions
    from venice_nb.results.films.video import Video
    from venice_nb.results.matrix.matrix import EmbeddingMatrix
    from venice_nb.results.pictures.compare import compare
    from venice_nb.results.pictures.gallery import Gallery
    from venice_nb.results.pictures.image import Image
    from venice_nb.results.sound.audio import Audio
    from venice_nb.sandbox import Fault, Sandbox
    from venice_nb.talk.conversation import Conversation
    from venice_nb.talk.tools import Tool
    from venice_nb.venice import AsyncVenice, Venice, connect

__version__ = "0.1.0"

_ROOMS = {
    "venice_nb.aio": ("run",),
    "venice_nb.calls.talk.chat": ("strict_schema",),
    "venice_nb.talk.conversation": ("Conversation",),
    "venice_nb.errors": (
        "APIError",
        "BreakerOpen",
        "BudgetExceeded",
        "ConsentRequired",
        "ContentRefused",
        "ExtractionError",
        "InvalidInput",
        "JobError",
        "ModelNotFound",
        "PaymentRequired",
        "RateLimited",
        "StillRunning",
        "StreamError",
        "StreamInterrupted",
        "ToolError",
        "TransportError",
        "UnknownOutcome",
        "UnsafeContent",
        "VeniceError",
    ),
    "venice_nb.results.sound.audio": ("Audio",),
    "venice_nb.results.pictures.compare": ("compare",),
    "venice_nb.results.pictures.gallery": ("Gallery",),
    "venice_nb.results.pictures.image": ("Image",),
    "venice_nb.results.films.video": ("Video",),
    "venice_nb.rag.compare": ("compare_chunking", "compare_models"),
    "venice_nb.rag.corpus": ("Corpus",),
    "venice_nb.rag.questions": ("make_questions",),
    "venice_nb.results.matrix.matrix": ("EmbeddingMatrix",),
    "venice_nb.sandbox": ("Fault", "Sandbox"),
    "venice_nb.talk.tools": ("Tool",),
    "venice_nb.ui": ("ui",),  # a room, not a name in one
    "venice_nb.venice": ("AsyncVenice", "Venice", "connect"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [  # noqa: RUF022  sorted without regard to case; a test holds it complete
    "APIError",
    "AsyncVenice",
    "Audio",
    "BreakerOpen",
    "BudgetExceeded",
    "compare",
    "compare_chunking",
    "compare_models",
    "connect",
    "ConsentRequired",
    "ContentRefused",
    "Conversation",
    "Corpus",
    "EmbeddingMatrix",
    "ExtractionError",
    "Fault",
    "Gallery",
    "Image",
    "InvalidInput",
    "JobError",
    "make_questions",
    "ModelNotFound",
    "PaymentRequired",
    "RateLimited",
    "run",
    "Sandbox",
    "StillRunning",
    "StreamError",
    "StreamInterrupted",
    "strict_schema",
    "Tool",
    "ToolError",
    "TransportError",
    "ui",
    "UnknownOutcome",
    "UnsafeContent",
    "Venice",
    "VeniceError",
    "Video",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        room = importlib.import_module(_HOME[name])
        value = room if room.__name__ == f"{__name__}.{name}" else getattr(room, name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext venice_nb` does: `%%venice` and `%venice` are there, with Tab; see `%%venice?`."""
    importlib.import_module("venice_nb.magics").load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """What `%unload_ext venice_nb` does: the magics are gone."""
    importlib.import_module("venice_nb.magics").unload(ipython)


importlib.import_module("venice_nb.hook").watch()
