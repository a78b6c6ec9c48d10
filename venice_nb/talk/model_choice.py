"""Which model answers: the one named, the character's own, or the server's default for what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from venice_nb.calls.characters import get_character
from venice_nb.calls.models import list_models
from venice_nb.catalogue import Catalogue
from venice_nb.errors import ModelNotFound, VeniceError, plain
from venice_nb.policy.flow import Plan, Send

if TYPE_CHECKING:
    from venice_nb.catalogue import Resolution
    from venice_nb.client.session import Session

# The model each character recommends, by client: asked for once, as it costs a request.
_recommended: WeakKeyDictionary[Session, dict[str, str]] = WeakKeyDictionary()


def choose_model(
    session: Session, model: str | None, *, character: str | None = None, vision: bool = False
) -> Plan[Resolution]:
    """The plan that finds the model for a chat. Everything that was read into a name is announced.

    Without a name: the character's recommended model if it is listed, else the client's default, else the
    trait `default`, or `default_vision` where pictures are shown and the default cannot see. A name the
    catalogue does not know is looked up in the server's own list once more before it is refused.

    Raises ModelNotFound with suggestions, before anything is sent to a model.
    """
    if model is None and character:
        model = yield from _of_character(session, character)
    if model is None:
        return _default(session, vision=vision)
    found = session.catalogue.resolve(model, vision=vision)
    if found.model is None:
        try:
            listed = yield Send(list_models("all"))
        except VeniceError:  # no list to be had: the server may know the name all the same
            session.announce(
                f"{plain(found.id, 80)} is not in the list of models of {session.catalogue.date}"
            )
            return found
        fresh = (
            listed if isinstance(listed, Catalogue) else Catalogue.from_reply(listed.raw, date=listed.date)
        )
        session.catalogue = session.catalogue.replace(fresh)
        found = session.catalogue.resolve(model, vision=vision)
        if found.model is None:
            raise _unknown(found)
    session.announce(found.note)
    return found


def _default(session: Session, *, vision: bool) -> Resolution:
    chosen = session.default_model
    found = session.catalogue.resolve(chosen or "default", vision=vision)
    if vision and (found.model is None or not found.model.supports("vision")):
        seeing = session.catalogue.resolve("default_vision", vision=True)
        if seeing.model is not None:
            session.announce(f"{found.id} cannot see pictures; using {seeing.id}")
            return seeing
    session.announce(found.note)
    return found


def _of_character(session: Session, slug: str) -> Plan[str | None]:
    """The id of the model a character recommends, None when it is not on the list. Unknown slugs raise."""
    known = _recommended.setdefault(session, {})
    if slug not in known:
        character = yield Send(get_character(slug))
        known[slug] = character.model_id or ""
    advice = known[slug]
    if advice and session.catalogue.resolve(advice).model is not None:
        return advice
    return None


def _unknown(found: Resolution) -> ModelNotFound:
    suggestions = ", ".join(found.candidates)
    said = f" {found.note}" if found.note else ""
    return ModelNotFound(
        f"There is no text model called {plain(found.id, 80)!r}.{said}",
        do=f"Did you mean {suggestions}?" if suggestions else "See v.models() for the list.",
        code="MODEL_NOT_FOUND",
        suggestions=found.candidates,
        value=found.id,
    )
