"""GET /models, /models/traits and /models/compatibility_mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.sandbox.catalogue import ALIASES, models, traits
from venice_nb.sandbox.exchange import Response, json_response

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask


def listed(ask: Ask) -> Response:
    """The catalogue, by type. Without a type: text models. A key's privacy setting hides models from it."""
    kind = ask.query.get("type", "text")
    chosen = [model for name in models() if _wanted(model := ask.state.model(name), kind)]
    if ask.key is not None:
        chosen = [model for model in chosen if ask.key.allows(model)]
    return json_response({"object": "list", "type": kind, "data": chosen})


def _wanted(model: dict[str, Any], kind: str) -> bool:
    if kind == "code":
        return model["type"] == "text" and bool(model["model_spec"]["capabilities"]["optimizedForCode"])
    return kind in ("all", model["type"])


def trait_map(ask: Ask) -> Response:
    """Trait names and the models they stand for."""
    kind = ask.query.get("type", "text")
    return json_response({"object": "list", "type": kind, "data": traits(kind)})


def compatibility_map(ask: Ask) -> Response:
    """Other vendors' model ids and what they stand for."""
    kind = ask.query.get("type", "text")
    return json_response({"object": "list", "type": kind, "data": ALIASES.get(kind, {})})
