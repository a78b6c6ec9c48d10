"""Which model makes a film or a piece of music, and what it takes: asked of the server where not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from venice_nb.calls.check import model_name, refuse
from venice_nb.calls.models import list_models
from venice_nb.errors import APIError, LocalLimit, ModelNotFound, TransportError, plain
from venice_nb.policy.steps import Plan, Send

if TYPE_CHECKING:
    from venice_nb.catalogue import Resolution
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

Kind = Literal["video", "music"]


def resolved(session: Session, model: ModelName, kind: Kind, start: str = "") -> Resolution:
    """What the catalogue makes of a name. Raises InvalidInput for a model that makes something else."""
    found = session.catalogue.resolve(model_name("model", model), kind, start=start)
    other = session.catalogue.get(found.id) if found.model is None else None
    if other is not None:
        do = f"Take one that does: see v.models(type={kind!r})."
        what = f"{other.id} is a model of type {other.type}."
        refuse("model", other.id, f"a model of type {kind}", do, what=what)
    return found


def asked(session: Session, model: ModelName, kind: Kind, start: str = "") -> Plan[Resolution]:
    """The same after the server's own list has been read, for a model of which too little is known.

    Without a list the server may know the model all the same, so that is not the end. Raises ModelNotFound
    for a name that is not in the list either.
    """
    try:
        listed = yield Send(list_models(kind))
    except (APIError, TransportError, LocalLimit):
        return resolved(session, model, kind, start)
    session.catalogue = session.catalogue.replace(listed)
    found = resolved(session, model, kind, start)
    if found.model is None:
        close = ", ".join(found.candidates)
        raise ModelNotFound(
            f"No {kind} model is called {plain(found.id, 80)!r}.",
            do=f"did you mean {close}?" if close else f"see v.models(type={kind!r})",
            suggestions=found.candidates,
        )
    return found
