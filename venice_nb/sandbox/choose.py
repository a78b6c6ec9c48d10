"""From the model a request names to the model that serves it, or the refusal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .catalogue import FAMILIES, RETIRED_ON, find, suggestion
from .exchange import Refusal
from .schema import refused

if TYPE_CHECKING:
    from .ask import Ask


def choose(ask: Ask, name: str, kind: str, *, sees: bool = False) -> dict[str, Any]:
    """The catalogue entry for a name on a route that serves models of type `kind`.

    Sets the model headers of the reply, with the deprecation headers where the model is retired or about to
    be. Raises 404 (unknown), 400 (another type), 410 (removed), 503 (offline), 403 (forbidden to the key).
    """
    found = find(name, kind, sees=sees)
    if found is None:
        raise Refusal(404, _unknown(name, kind))
    model = ask.state.model(found.model["id"])
    if model["type"] != kind:
        message = f"{model['id']} is a model of type {model['type']}; this endpoint needs one of type {kind}"
        raise refused(["model"], message, "Invalid model id")
    ask.model = model["id"]
    spec = model["model_spec"]
    ask.headers |= {
        "x-venice-model-id": model["id"],
        "x-venice-model-name": spec["name"],
        "x-venice-model-router": "sandbox",
    }
    if found.retired:
        message = f"{found.retired} has been retired; {model['id']} answered instead."
        _warn(ask, kind, message, RETIRED_ON, model["id"])
    elif "deprecation" in spec:
        _deprecated(ask, model, spec["deprecation"])
    if spec["offline"]:
        raise Refusal(503, f"The model {model['id']} is offline. Try again later or use another model.")
    if ask.key is not None and not ask.key.allows(model):
        raise Refusal(403, f"This API key may not use {model['id']}: its privacy setting excludes the model")
    return model


def _unknown(name: str, kind: str) -> str:
    closest = suggestion(name, kind)
    if not closest:
        return "Specified model not found"
    if name in FAMILIES:
        return f"Specified model not found. {name} is a family of models; use a full id such as {closest}"
    return f"Specified model not found. Did you mean {closest}?"


def _deprecated(ask: Ask, model: dict[str, Any], plan: dict[str, Any]) -> None:
    removed = datetime.fromisoformat(plan["removesAt"]).timestamp()
    if ask.now >= removed and not plan["autoRemap"]:
        raise Refusal(410, f"The model {model['id']} was removed on {plan['removesAt'][:10]}")
    message = f"{model['id']} will be removed on {plan['removesAt'][:10]}."
    _warn(ask, model["type"], message, plan["removesAt"], plan.get("replacementModelId", ""))


def _warn(ask: Ask, kind: str, message: str, date: str, replacement: str = "") -> None:
    ask.headers |= {"x-venice-model-deprecation-warning": message, "x-venice-model-deprecation-date": date}
    if kind in ("image", "inpaint"):  # the other two headers are theirs alone
        ask.headers["x-venice-deprecated"] = "true"
        if replacement:
            ask.headers["x-venice-deprecated-replacement"] = replacement
