"""The models: which there are, what they cost, which names stand for them. API reference: `GET /models`."""

# ruff: noqa: A002  `type` is the word of the API

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls import models as calls
from venice_nb.calls.check import fields, flag, integer, model_name, number, text, unknown
from venice_nb.catalogue import price_of_edit, price_of_image, price_of_upscale
from venice_nb.errors import APIError, InvalidInput, LocalLimit, ModelNotFound, TransportError, plain
from venice_nb.policy.steps import Plan, Send
from venice_nb.results.models.models import ModelCard, ModelTable
from venice_nb.results.models.names import Names
from venice_nb.results.models.prices import PriceTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from venice_nb.catalogue import Model
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session

Kind = Literal[
    "text", "code", "image", "inpaint", "upscale", "video", "tts", "asr", "music", "embedding", "audio", "all"
]
Sort = Literal["price", "input", "output", "context", "name", "newest"]

_SORTS: dict[str, Callable[[Model], Any]] = {
    "price": lambda model: (_price(model) is None, _price(model), model.id),
    "input": lambda model: (model.price.input is None, model.price.input, model.id),
    "output": lambda model: (model.price.output is None, model.price.output, model.id),
    "context": lambda model: (-(model.context or 0), model.id),
    "name": lambda model: model.name.lower(),
    "newest": lambda model: (-(model.created or 0), model.id),
}


def models(
    session: Session,
    *,
    type: Kind = "text",
    vision: bool | None = None,
    functions: bool | None = None,
    reasoning: bool | None = None,
    web_search: bool | None = None,
    audio: bool | None = None,
    video: bool | None = None,
    schema: bool | None = None,
    code: bool | None = None,
    logprobs: bool | None = None,
    private: bool | None = None,
    uncensored: bool | None = None,
    max_input_price: float | None = None,
    max_output_price: float | None = None,
    min_context: int | None = None,
    search: str | None = None,
    sort: Sort | None = None,
    refresh: bool = True,
) -> Plan[ModelTable]:
    """A table of models, fresh from the server; the client's catalogue is brought up to date with it.

    Args:
        type: text, image, inpaint, upscale, video, tts, asr, music or embedding; "audio" for tts, asr and
            music together, "code" for text models made for code, "all" for every model.
        vision: True for models that see pictures, False for those that do not, None for both. So too:
            `functions` (calls tools), `reasoning`, `web_search`, `audio` and `video` (as input), `schema`
            (structured answers), `code`, `logprobs`.
        functions: see `vision`.
        reasoning: see `vision`.
        web_search: see `vision`.
        audio: see `vision`.
        video: see `vision`.
        schema: see `vision`.
        code: see `vision`.
        logprobs: see `vision`.
        private: True for models whose prompts are kept by nobody, False for anonymized ones.
        uncensored: True for models without a filter of their own.
        max_input_price: US dollars per million tokens; models without such a price are left out.
        max_output_price: the same for output.
        min_context: tokens the model must be able to read.
        search: a part of the id or the name.
        sort: "price", "input", "output" (cheapest first), "context" (longest first), "name" or "newest".
        refresh: False uses what is known already and sends nothing.

    Without a connection the table holds the list that came with the package, and its caption says so.
    Raises InvalidInput for an unknown type or order.

    >>> import venice_nb as vn
    >>> len(vn.Venice.sandbox().models(vision=True, private=True, sort="price"))
    28

    """
    kinds = _kinds(type)
    if sort is not None and sort not in list(_SORTS):
        raise _not_one_of("sort", sort, list(_SORTS))
    able = {
        "vision": vision,
        "functions": functions,
        "reasoning": reasoning,
        "web_search": web_search,
        "audio": audio,
        "video": video,
        "schema": schema,
        "code": True if type == "code" else code,
        "logprobs": logprobs,
    }
    bounds = {"max_input_price": max_input_price, "max_output_price": max_output_price}
    fields(dict.fromkeys(able, flag), able)
    fields({"private": flag, "uncensored": flag}, {"private": private, "uncensored": uncensored})
    fields(dict.fromkeys(bounds, number(0)), bounds)
    fields({"min_context": integer(0), "search": text()}, {"min_context": min_context, "search": search})
    note = (yield from _refresh(session, type, kinds)) if refresh else ""
    wanted = search.lower() if search else ""
    found = [
        model
        for kind in kinds
        for model in session.catalogue.of_type(kind)
        if all(want is None or model.supports(word) is want for word, want in able.items())
        and (private is None or model.private is private)
        and (uncensored is None or model.uncensored is uncensored)
        and _below(model.price.input, max_input_price)
        and _below(model.price.output, max_output_price)
        and (min_context is None or (model.context or 0) >= min_context)
        and (not wanted or wanted in model.id.lower() or wanted in model.name.lower())
    ]
    if sort is not None:
        found.sort(key=_SORTS[sort])
    known = session.catalogue
    return ModelTable(models=tuple(found), date=known.date, note=note, headers=known.headers)


_FILTERS = frozenset(inspect.signature(models).parameters) - {"session", "type", "sort"}


def get(session: Session, /, name: ModelName) -> Plan[ModelCard]:
    """One model as a card, by id, trait, alias or anything that can be read as one.

    The card can be passed wherever a model is named: `v.chat("Hi", model=v.models.get("default_code"))`.
    Raises ModelNotFound with suggestions when neither the catalogue nor the server knows the name.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().models.get("default_vision").id
    'qwen-3-8-27b'

    """
    found = session.catalogue.resolve(model_name("name", name), type=None)
    if found.model is None:
        yield from _refresh(session, "all", _kinds("all"))
        found = session.catalogue.resolve(name, type=None)
    if found.model is None:
        near = ", ".join(found.candidates)
        raise ModelNotFound(
            f"There is no model called {plain(found.id, 80)!r}.",
            do=f"Did you mean {near}?" if near else 'See v.models(type="all") for the list.',
            code="MODEL_NOT_FOUND",
            suggestions=found.candidates,
        )
    session.announce_choice(found)
    return ModelCard(found.model, session.catalogue.date, session.catalogue.headers)


def cheapest(session: Session, /, type: Kind = "text", **filters: Any) -> Plan[ModelCard]:
    """The model with the lowest price of those that `models(type=type, **filters)` gives.

    Compared are input plus output for text, the price of one default picture or edit, of a million characters
    of speech, of a second of transcription, of a million tokens of embeddings. Models that are offline, in
    beta, about to leave or only reachable with encryption are passed over. Raises InvalidInput when no model
    fits, and for video and music, whose prices depend on the job.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().models.cheapest(vision=True, private=True)
    <Model qwen3-5-9b: $0.10 / $0.15 per 1M tokens, private>

    """
    if type in {"video", "music", "audio", "all"}:
        raise InvalidInput(
            f"Models of type {type!r} have no prices that can be compared.",
            field="type",
            value=type,
            allowed="text, code, image, inpaint, upscale, tts, asr, embedding",
            do=f"See v.models.pricing({type!r}), or ask for quotes.",
        )
    for word in filters:
        if word not in _FILTERS:
            unknown(word, _FILTERS, kind="filter")
    table = yield from models(session, type=type, **filters, sort="price")
    usable = [
        model
        for model in table.models
        if _price(model) is not None
        and not (model.offline or model.beta or model.deprecation or "e2ee" in model.capabilities)
    ]
    if not usable:
        raise InvalidInput(
            f"No {type} model fits.",
            field="filters",
            value=", ".join(f"{name}={value!r}" for name, value in filters.items()),
            do=f"Ask for less; v.models(type={type!r}) shows all.",
        )
    return ModelCard(usable[0], table.date, table.headers)


def pricing(session: Session, /, type: Kind = "text", *, refresh: bool = True) -> Plan[PriceTable]:
    """What the models of a type cost, in US dollars; the caption says per what.

    `type` is as for `v.models`: "code" for text models made for code, "audio" for tts, asr and music together
    and "all" for every model; as those two have no common unit, each price then says its own. `refresh=False`
    uses what is known already and sends nothing. Raises InvalidInput for a type that is none.

    >>> import venice_nb as vn
    >>> len(vn.Venice.sandbox().models.pricing("image"))
    38
    """
    kinds = _kinds(type)
    note = (yield from _refresh(session, type, kinds)) if refresh else ""
    known = session.catalogue
    found = [
        model for kind in kinds for model in known.of_type(kind) if type != "code" or model.supports("code")
    ]
    return PriceTable.of(found, type, known.date, note, headers=known.headers)


def traits(session: Session, /, type: Kind = "text") -> Plan[Names]:
    """What the server's standing roles, such as `default_vision`, stand for today; reads like a dict.

    Each role can be given where a model is named. `type` is one type of models. Without a connection the
    names are those of the catalogue, and the caption says so. API reference: `GET /models/traits`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().models.traits()["default_vision"]
    'qwen-3-8-27b'

    """
    call = calls.traits(type)
    try:
        found: Names = yield Send(call)
    except (APIError, TransportError, LocalLimit) as error:
        return Names("trait", type, session.catalogue.traits(type), _stale(session, error))
    return found


def aliases(session: Session, /, type: Kind = "text") -> Plan[Names]:
    """Names of other providers' models, and the models that answer to them here; reads like a dict.

    Each can be given where a model is named. `type` is one type of models. Without a connection the names are
    those of the catalogue, and the caption says so. API reference: `GET /models/compatibility_mapping`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().models.aliases()["gpt-4o"]
    'llama-3.3-70b'

    """
    call = calls.aliases(type)
    try:
        found: Names = yield Send(call)
    except (APIError, TransportError, LocalLimit) as error:
        return Names("alias", type, dict(session.catalogue.aliases.get(type, {})), _stale(session, error))
    session.catalogue = session.catalogue.with_aliases(type, found)
    return found


def _kinds(type: str) -> tuple[str, ...]:
    """The API's types that a word of ours stands for."""
    kinds: dict[str, tuple[str, ...]] = {
        **{kind: (kind,) for kind in calls.TYPES},
        "audio": calls.AUDIO,
        "code": ("text",),
        "all": calls.TYPES,
    }
    if not isinstance(type, str) or type not in kinds:
        raise _not_one_of("type", type, sorted(kinds))
    return kinds[type]


def _refresh(session: Session, type: str, kinds: tuple[str, ...]) -> Plan[str]:
    """Bring the catalogue up to date; gives what the caption must say when that failed."""
    try:
        for kind in ("all",) if type == "all" else kinds:
            session.catalogue = session.catalogue.replace((yield Send(calls.list_models(kind))))
    except (APIError, TransportError, LocalLimit) as error:
        return _stale(session, error)
    return ""


def _stale(session: Session, error: Exception) -> str:
    why = plain(getattr(error, "what", "") or error, 120).rstrip(".")
    return f"; the server gave no list ({why}), so this is the one of {session.catalogue.date}"


def _below(price: float | None, most: float | None) -> bool:
    return most is None or (price is not None and price <= most)


def _price(model: Model) -> float | None:
    """The number that models of one type are compared by."""
    price, found = model.price, None
    if model.type == "text":
        return None if price.input is None or price.output is None else price.input + price.output
    if model.type in {"embedding", "tts"}:
        return price.input
    if model.type == "asr":
        found = price.raw.get("per_audio_second")
    elif model.type == "image":
        found = price_of_image(model)
    elif model.type == "inpaint":
        found = price_of_edit(model)
    elif model.type == "upscale":
        found = price_of_upscale(model)
    return float(found) if isinstance(found, int | float) else None


def _not_one_of(field: str, value: object, allowed: list[str]) -> InvalidInput:
    import difflib  # noqa: PLC0415  only to word a refusal

    near = difflib.get_close_matches(str(value), allowed, n=1)
    return InvalidInput(
        f"{field}={plain(repr(value), 60)} is not known.",
        field=field,
        value=value,
        allowed=", ".join(allowed),
        do=f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(allowed)}.",
    )
