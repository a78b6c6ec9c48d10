"""Which model draws or edits: the one named, or the server's default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import model_name
from venice_nb.calls.models import list_models
from venice_nb.errors import ModelNotFound, VeniceError, plain
from venice_nb.policy.steps import Plan, Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.catalogue.names import ModelName, Resolution
    from venice_nb.client.session import Session

# Names that the guides use and the list of models does not have.
_OTHER_NAMES = {"qwen-edit": "qwen-edit-uncensored"}


def pick(
    session: Session,
    model: ModelName | None,
    kind: str,
    *,
    default: str = "default",
    first: Callable[[Resolution], object] | None = None,
) -> Plan[Resolution]:
    """The plan that finds the model of a type (image, inpaint, ...), and says what was read into its name.

    A name the catalogue does not know is looked up in the server's own list once more. `first` is called
    before that request, and refuses what is wrong with the rest.

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
    session.announce_choice(found)
    return found


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
