"""Which model draws or edits: the one named, or the server's default."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from venice_nb.calls.check import model_name
from venice_nb.calls.models import list_models
from venice_nb.errors import ModelNotFound, VeniceError, plain
from venice_nb.policy.steps import Plan, Send

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from venice_nb.catalogue.model import Model
    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.client.session import Session

# Names that the guides use and the list of models does not have.
_OTHER_NAMES = {"qwen-edit": "qwen-edit-uncensored"}
_looked: WeakSet[Session] = WeakSet()  # those that have read the server's list because ours says too little


def pick(
    session: Session,
    model: ModelName | None,
    kind: str,
    *,
    default: str = "default",
    first: Callable[[Resolution], object] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Plan[Resolution]:
    """The plan that finds the model of a type (image, inpaint, ...), and says what was read into its name.

    A name the catalogue does not know is looked up in the server's own list once more, and so is, once a
    client, a model of which the catalogue does not tell what `asked`, the fields of the request, hang on.
    `first` is called before that request, and refuses what is wrong with the rest.

    Raises ModelNotFound with suggestions before anything is spent.
    """
    name: Any = default if model is None else model_name("model", model)
    found = session.catalogue.resolve(name, type=kind)
    other = _OTHER_NAMES.get(found.id) if found.model is None else None
    if other is not None and session.catalogue.get(other) is not None:
        session.announce(f"{found.id} is another name of {other}.")
        found = session.catalogue.resolve(other, type=kind)
    if found.model is None and session.catalogue.get(found.id) is None and model is not None:
        if first is not None:
            first(found)
        try:
            listed = yield Send(list_models(kind))
        except VeniceError:  # no list to be had: the server may know the name all the same
            day = session.catalogue.date
            session.announce(f"{plain(found.id, 80)} is not in the list of models of {day}")
            return found
        session.catalogue = session.catalogue.replace(listed)
        found = session.catalogue.resolve(name, type=kind)
        if found.model is None:
            raise _unknown(found, kind)
    elif found.model is not None and _untold(found.model, asked or {}) and session not in _looked:
        if first is not None:
            first(found)
        _looked.add(session)
        with suppress(VeniceError):  # the server will say itself what it does not take
            listed = yield Send(list_models(kind))
            session.catalogue = session.catalogue.replace(listed)
            found = session.catalogue.resolve(name, type=kind)
    session.announce_choice(found)
    return found


def _untold(model: Model, asked: Mapping[str, Any]) -> bool:
    """Whether the catalogue leaves open if a model takes the size or the steps that it is asked for."""
    sized = any(asked.get(field) is not None for field in ("width", "height", "aspect_ratio"))
    return (sized and model.sizing is None) or (
        asked.get("steps") is not None and "steps" not in model.constraints
    )


def _unknown(found: Resolution, kind: str) -> ModelNotFound:
    near = " or ".join(found.candidates[:3])
    told = f" {found.note}" if found.note else ""
    return ModelNotFound(
        f"There is no model of type {kind} called {plain(found.id, 80)!r}.{told}",
        do=f"Did you mean {near}?" if near else f"See v.models(type={kind!r}) for the list.",
        code="MODEL_NOT_FOUND",
        suggestions=found.candidates,
        value=found.id,
    )
