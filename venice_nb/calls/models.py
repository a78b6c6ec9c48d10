"""The model list and names that stand for models. API reference: `GET /models` and the routes below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.call import Call, Timeouts
from venice_nb.calls.check import choice
from venice_nb.calls.listings import ReadNames, read_models

if TYPE_CHECKING:
    from venice_nb.catalogue import Catalogue
    from venice_nb.results.models.names import Names

TYPES = ("asr", "embedding", "image", "music", "text", "tts", "upscale", "inpaint", "video")
AUDIO = ("tts", "asr", "music")  # what older tutorials mean by type=audio, which the server refuses
LISTS = Timeouts(read=15.0, total=30.0)

_audio = {"audio": f"Ask for {', '.join(map(repr, AUDIO))} one by one."}
_type = choice(*TYPES, fixes=_audio)
_type_of_list = choice(*TYPES, "all", "code", fixes=_audio)


def list_models(type: str = "all") -> Call[Catalogue]:  # noqa: A002  the API's own name
    """The models of a type; "all" of them, or "code" for text models made for code."""
    query = (("type", _type_of_list("type", type)),)
    return Call(
        operation="listModels", method="GET", path="/models", query=query, read=read_models, timeouts=LISTS
    )


def traits(type: str = "text") -> Call[Names]:  # noqa: A002  the API's own name
    """Trait to model id, such as `default_vision`, for one type of model."""
    return _names("listModelTraits", "/models/traits", "trait", type)


def aliases(type: str = "text") -> Call[Names]:  # noqa: A002  the API's own name
    """Names of other providers' models to the ids that stand in for them, for one type of model."""
    return _names("listModelCompatibilityMapping", "/models/compatibility_mapping", "alias", type)


def _names(operation: str, path: str, kind: str, type: Any) -> Call[Names]:  # noqa: A002  likewise
    checked = _type("type", type)
    query, read = (("type", checked),), ReadNames(kind, checked)
    return Call(operation=operation, method="GET", path=path, query=query, read=read, timeouts=LISTS)
