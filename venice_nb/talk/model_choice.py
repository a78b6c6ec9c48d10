"""Which model answers: the one named, the character's own, or the server's default for what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from venice_nb.calls.characters import get_character
from venice_nb.calls.check import model_name
from venice_nb.calls.models import list_models
from venice_nb.calls.talk.abilities import able, said
from venice_nb.catalogue import Resolution
from venice_nb.errors import ModelNotFound, NotFound, VeniceError, plain
from venice_nb.policy.steps import Plan, Send
from venice_nb.results.characters import Character

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

# The model each character recommends, by client: asked for once, as it costs a request.
_recommended: WeakKeyDictionary[Session, dict[str, str]] = WeakKeyDictionary()


def choose_model(
    session: Session,
    model: ModelName | None,
    *,
    character: str | Character | None = None,
    needs: Collection[str] = (),
    first: Callable[[str], object] | None = None,
) -> Plan[Resolution]:
    """The plan that finds the model for a chat. Everything that was read into a name is announced.

    Without a name: the character's recommended model if it is listed, else the client's default, else the
    trait `default`; where that cannot do what the messages need (`vision`, `audio`, `video`), one that can. A
    name the catalogue does not know is looked up in the server's own list once more before it is refused.
    `first` is called with a name before any such request: it refuses what is wrong with the rest.

    Raises ModelNotFound with suggestions, before anything is sent to a model.
    """
    if model is None and character:
        if first is not None:
            first("")
        model = yield from _of_character(session, character, needs)
    if model is None:
        return _default(session, needs)
    vision = "vision" in needs
    found = session.catalogue.resolve(model_name("model", model), vision=vision)
    if found.model is None:
        if first is not None:
            first(found.id)
        try:
            listed = yield Send(list_models("all"))
        except VeniceError:  # no list to be had: the server may know the name all the same
            session.announce(
                f"{plain(found.id, 80)} is not in the list of models of {session.catalogue.date}"
            )
            return found
        session.catalogue = session.catalogue.replace(listed)
        found = session.catalogue.resolve(model, vision=vision)
        if found.model is None:
            raise _unknown(found)
    session.announce_choice(found)
    return found


def slug_in(parameters: Mapping[str, Any]) -> Any:
    """The character that the parameters of a chat name, wherever they do; None when there is none."""
    inner = parameters.get("venice_parameters")
    nested = inner.get("character_slug") if isinstance(inner, Mapping) else None
    return parameters.get("character") or parameters.get("character_slug") or nested


def _default(session: Session, needs: Collection[str]) -> Resolution:
    found = session.catalogue.resolve(session.default_model or "default", vision="vision" in needs)
    missing = [each for each in needs if found.model is None or not found.model.supports(each)]
    if missing and (other := able(session.catalogue, needs)) is not None:
        session.announce(f"{found.id} cannot {said(missing)}; using {other.id}")
        return Resolution(other, other.id)
    session.announce_choice(found)
    return found


def _of_character(session: Session, character: str | Character, needs: Collection[str]) -> Plan[str | None]:
    """The id of the model a character recommends; None when it is not listed, or cannot do what is needed.

    An unknown slug raises.
    """
    known = _recommended.setdefault(session, {})
    if isinstance(character, Character):
        known[character.slug] = character.model_id
    slug = str(getattr(character, "slug", character))
    if slug not in known:
        try:
            found = yield Send(get_character(slug))
        except NotFound:
            raise
        except VeniceError:  # it is only advice: the chat can do without
            return None
        known[slug] = found.model_id
    advice = known[slug]
    listed = session.catalogue.resolve(advice).model if advice else None
    return advice if listed is not None and all(map(listed.supports, needs)) else None


def _unknown(found: Resolution) -> ModelNotFound:
    suggestions = ", ".join(found.candidates)
    told = f" {found.note}" if found.note else ""
    return ModelNotFound(
        f"There is no text model called {plain(found.id, 80)!r}.{told}",
        do=f"Did you mean {suggestions}?" if suggestions else "See v.models() for the list.",
        code="MODEL_NOT_FOUND",
        suggestions=found.candidates,
        value=found.id,
    )
