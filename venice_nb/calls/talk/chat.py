"""Chats: friendly arguments in, one checked `POST /chat/completions` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from venice_nb.calls.call import Call, Received, Safety, Timeouts
from venice_nb.calls.check import fields, flag, json_value, refuse, text, unknown
from venice_nb.calls.talk.abilities import check_abilities
from venice_nb.calls.talk.bounds import Bound, added, dearest, extra
from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.calls.talk.messages import Prompt, read_messages
from venice_nb.calls.talk.parameters import CHAT, CHAT_HINTS, FRIENDLY, VENICE, json_extra
from venice_nb.calls.talk.replies import read_reply
from venice_nb.catalogue.names import Resolution, name_of
from venice_nb.shapes.strictness import strict as strict_schema

if TYPE_CHECKING:
    from venice_nb.catalogue import Catalogue, Model
    from venice_nb.catalogue.names import ModelName
    from venice_nb.results.characters import Character
    from venice_nb.results.talk.reply import Reply

__all__ = ["Reader", "chat_completion", "resolved", "strict_schema"]

T = TypeVar("T")

WHOLE = Timeouts(read=300.0, total=600.0)
STREAMED = Timeouts(read=60.0, total=1800.0, first=90.0)
ANSWER = 4096  # tokens to expect where no limit is set; models rarely write more
PICTURE = 1000  # tokens to reserve for a picture, a recording or a file

_CACHE = ("prompt_cache_key", "prompt_cache_retention")
KNOWN = sorted({*CHAT, *VENICE, *FRIENDLY, "stream", "venice_parameters", "extra_body"})


def chat_completion(
    messages: Any,
    *,
    model: ModelName | Resolution,
    catalogue: Catalogue,
    stream: bool = False,
    web_search: str | None = None,
    citations: bool | None = None,
    scraping: bool | None = None,
    character: str | Character | None = None,
    venice_parameters: Mapping[str, Any] | None = None,
    extra_body: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Call[Reply]:
    """The call that asks for one chat answer.

    Args:
        messages: a text, or a list of messages as dicts, with replies for the assistant's turns.
        model: an id, a trait or an alias, with or without a feature suffix; or its resolution.
        catalogue: the models, to resolve names, check abilities and estimate the price.
        stream: ask for the answer piece by piece.
        web_search: "auto", "on" or "off"; a searched request costs 0.01 US dollars.
        citations: ask for numbered marks in the text that point at the pages found.
        scraping: read up to five URLs of the last message, 0.01 US dollars each.
        character: slug of a character to speak as.
        venice_parameters: the API's own switches; each is also an argument of its own.
        extra_body: fields this library does not know; sent as they are, they win over everything else.
        parameters: the other fields of the API under their own names: temperature, seed, stop ...

    Raises InvalidInput, before anything is sent, for a value the API or the model would refuse.
    API reference: `POST /chat/completions`.

    """
    prompt = read_messages(messages)
    resolution = resolved(model, catalogue, prompt)
    friendly = {
        "web_search": web_search,
        "citations": citations,
        "scraping": scraping,
        "character": character,
    }
    settings, parameters = _sorted_out(venice_parameters, friendly, parameters)
    settings |= fields(VENICE, resolution.suffix)
    body: dict[str, Any] = {"model": resolution.id, "messages": prompt.messages, **fields(CHAT, parameters)}
    if not body.get("tools", True):
        del body["tools"]
    _check_forced(body)
    if settings:
        body["venice_parameters"] = settings
    if flag("stream", stream):
        body["stream"] = True
        body["stream_options"] = {"include_usage": True, **body.get("stream_options", {})}
    if extra_body:
        _merge(body, json_extra("extra_body", extra_body))
    if resolution.model is not None:
        check_abilities(resolution.model, catalogue, prompt, body)
    read, answer = prompt.tokens, _answer_tokens(body, resolution.model)
    whole = read + PICTURE * prompt.media
    bound, limited = None, bool(body.get("max_completion_tokens") or body.get("max_tokens"))
    if resolution.model is not None:
        choices = body.get("n", 1) if isinstance(body.get("n", 1), int) else 1
        bound = Bound(
            resolution.model,
            whole,
            answer // choices,
            choices,
            limited=limited,
            added=added(body, settings, prompt, resolution.model),
            extra=extra(settings),
        )
    bound = None if bound is None else dearest(bound, body, catalogue)
    return Call(
        operation="createChatCompletion",
        method="POST",
        path="/chat/completions",
        body=body,
        read=Reader(read_reply, catalogue, resolution.id, read),
        gather=Reader(ReplyGatherer, catalogue, resolution.id, read) if stream else None,
        accept="text/event-stream" if stream else "application/json",
        safety=Safety.INFER,
        timeouts=STREAMED if stream else WHOLE,
        model=resolution.id,
        family="text",
        tokens=whole + answer,
        price=_price(resolution.model, whole, answer, settings),
        most=None if bound is None else bound.most,
        within=None if limited else bound,
        paid=True,
    )


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """`make` with what it has to know about the request. A value, so that two equal calls are equal."""

    make: Callable[..., T]
    catalogue: Catalogue = field(compare=False, repr=False)
    model: str
    prompt_tokens: int

    def __call__(self, *received: Received) -> T:
        """What `make` makes."""
        told = {"model": self.model, "prompt_tokens": self.prompt_tokens}
        return self.make(*received, catalogue=self.catalogue, **told)


_name = text(blank=False)


def resolved(model: ModelName | Resolution, catalogue: Catalogue, prompt: Prompt) -> Resolution:
    """What the catalogue makes of a name; refuses a model of another type than text."""
    if not isinstance(model, Resolution):
        model = catalogue.resolve(_name("model", name_of(model)), vision="vision" in prompt.needs)
    if model.model is None and (other := catalogue.get(model.id)) is not None:
        do = "Take a model that chats: see v.models(type='text')."
        refuse("model", model.id, "a text model", do, what=f"{model.id} is a model of type {other.type}.")
    return model


def _sorted_out(
    given: Any, friendly: Mapping[str, Any], parameters: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Venice's own switches and the fields of the top level, wherever the user put them."""
    settings: dict[str, Any] = {}
    top: dict[str, Any] = {}
    if given is not None:
        if not isinstance(given, Mapping):
            do = "Pass a dict: venice_parameters={'enable_web_search': 'on'}."
            refuse("venice_parameters", given, "a dict", do)
        for key, value in given.items():
            if key in _CACHE:  # dropped in silence if sent down there
                top[key] = value
            elif key in VENICE:
                _put(settings, key, value, f"venice_parameters.{key}")
            else:
                do = "What is newer than this library goes through extra_body={'venice_parameters': {...}}."
                unknown(key, VENICE, kind="venice_parameters key", do=do)
    for name, value in friendly.items():
        _put(settings, FRIENDLY[name], value, name)
    for name, value in parameters.items():
        if name in VENICE:
            _put(settings, name, value, name)
        elif name in CHAT:
            _once(top, name, value)
            top[name] = value if value is not None else top.get(name)
        elif name in CHAT_HINTS:
            what = f"Unknown keyword {name!r}."
            refuse(name, value, ", ".join(KNOWN), CHAT_HINTS[name], what=what)
        else:
            do = "What is newer than this library goes through extra_body={...}."
            unknown(name, KNOWN, do=do)
    return settings, top


def _put(settings: dict[str, Any], key: str, value: Any, name: str) -> None:
    if value is not None:
        checked = VENICE[key](name, value)
        _once(settings, key, checked, name)
        settings[key] = checked


def _once(settings: Mapping[str, Any], key: str, value: Any, name: str = "") -> None:
    if value is not None and key in settings and settings[key] not in (None, value):
        what = f"{name or key} is given twice, as {settings[key]!r} and as {value!r}."
        refuse(name or key, value, "given once", "Remove one of the two.", what=what)


def _check_forced(body: Mapping[str, Any]) -> None:
    """A function that the model must call has to be among the tools."""
    forced = body.get("tool_choice")
    if isinstance(forced, dict):
        name = forced["function"]["name"]
        names = [tool.get("function", {}).get("name") for tool in body.get("tools", ())]
        if name not in names:
            allowed = "one of " + ", ".join(map(repr, names)) if names else "the name of a tool in tools="
            refuse("tool_choice.function.name", name, allowed, "Name one of the tools that are given.")


def _merge(body: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """`extra_body` wins; inside `venice_parameters` key by key. None takes a field out."""
    for key, value in extra.items():
        if key == "venice_parameters" and isinstance(value, dict):
            inner = {name: item for name, item in value.items() if item is not None}
            kept = {k: v for k, v in body.get(key, {}).items() if value.get(k, v) is not None}
            body[key] = kept | inner
        elif value is None:
            body.pop(key, None)
        else:
            body[key] = json_value(key, value)


def _answer_tokens(body: Mapping[str, Any], model: Model | None) -> int:
    """How many tokens the answer may have, over all its choices."""
    asked = body.get("max_completion_tokens") or body.get("max_tokens")
    if isinstance(asked, int) and asked > 0:
        each = asked
    else:
        each = min(ANSWER, (model.max_output if model else None) or ANSWER)
    choices = body.get("n", 1)
    return each * choices if isinstance(choices, int) else each


def _price(model: Model | None, prompt: int, answer: int, settings: Mapping[str, Any]) -> float | None:
    """US dollars that this may cost, as far as the catalogue can tell."""
    price = None if model is None else model.price.rates(prompt).cost(prompt, answer)
    return None if price is None else price + extra(settings)
