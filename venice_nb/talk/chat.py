"""Talk to a text model: one question, one reply, with pictures, tools and live display where wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls.talk import parts
from venice_nb.calls.talk.chat import chat_completion
from venice_nb.catalogue import Resolution
from venice_nb.errors import InvalidInput
from venice_nb.policy.steps import Open, Plan
from venice_nb.talk.exchange import Exchange, Message, Screen, check_steps, rounds, wants_show
from venice_nb.talk.model_choice import choose_model, slug_in
from venice_nb.talk.tools import Confirm, Toolbox

if TYPE_CHECKING:
    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.client.streams import ReplyStream
    from venice_nb.results.characters import Character
    from venice_nb.results.talk.reply import Reply


_SENSES = {"image_url": "vision", "input_audio": "audio", "video_url": "video"}


def chat(
    session: Session,
    /,
    prompt: str | None = None,
    *,
    system: str | None = None,
    messages: Sequence[Any] | None = None,
    images: Any = None,
    audio: Any = None,
    video: Any = None,
    files: Any = None,
    model: ModelName | None = None,
    character: str | Character | None = None,
    web_search: Literal["auto", "on", "off"] | None = None,
    citations: bool | None = None,
    scraping: bool | None = None,
    tools: Sequence[Any] | None = None,
    max_steps: int = 8,
    confirm: Confirm | None = None,
    raise_tool_errors: bool = False,
    show: bool | None = None,
    stream: bool | None = None,
    venice_parameters: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Plan[Reply]:
    """The reply of a text model to `prompt`. In a notebook it is shown while it arrives.

    Args:
        prompt: what to ask. May be left out when `messages` end with a question.
        system: instructions that come before everything else.
        messages: what was said before: dicts with `role` and `content`, or replies.
        images: pictures to show the model: paths, URLs, bytes, PIL images, arrays; one or a list.
        audio: sounds; one or a list.
        video: films, or URLs of films; one or a list.
        files: documents whose text the model reads; one or a list.
        model: an id, a trait (`default_code`), an alias, an id with features (`id:enable_web_search=on`), or
            a model of `v.models`. Left out: the character's, the client's, or the server's default; where
            that cannot take in the `images`, `audio` or `video`, one that can.
        character: a persona, by its slug or as `v.characters` gives it.
        web_search: "auto" lets the model decide. 0.01 US dollars for each searched request.
        citations: mark statements with the number of their source; see `reply.citations`.
        scraping: read up to 5 pages whose URLs are in the prompt. 0.01 US dollars for each.
        tools: Python functions with type hints, which are run when the model asks for them; or
            specifications, whose calls end the loop and are yours: `reply.tool_calls`.
        max_steps: rounds of tool calls before the model must answer without.
        confirm: called with name and arguments before a tool runs; a false answer keeps it from running.
        raise_tool_errors: raise ToolError when a tool fails, instead of telling the model.
        show: show the reply as it arrives. None: as the client was told, else where there is a notebook.
        stream: have it sent in pieces. None: when it is shown.
        venice_parameters: any of Venice's own settings by their API names.
        parameters: any parameter of the API: `temperature`, `max_completion_tokens`, `seed`, `stop`,
            `reasoning_effort`, `response_format`, ...; `extra_body` for what has no name here.

    Returns the last reply; with tools its `steps` tell what ran, and `usage` and `cost` are the sums.
    Raises InvalidInput and ModelNotFound before anything is sent. What had arrived before an error or Ctrl-C
    is in `last` of the client. API reference: `POST /chat/completions`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().chat("What is 2 + 2?", show=False).text
    '2 + 2 = 4'

    """
    box = Toolbox(tools)
    check_steps(max_steps)
    exchange = Exchange(conversation_messages(system, messages, user(prompt, images, audio, video, files)))
    shown = wants_show(session, show)
    ask = yield from prepared(
        session,
        exchange.messages,
        model=model,
        character=character,
        web_search=web_search,
        citations=citations,
        scraping=scraping,
        stream=shown if stream is None else stream,
        venice_parameters=venice_parameters,
        tools=box.specs or None,
        **parameters,
    )
    return (
        yield from rounds(
            session,
            exchange,
            ask,
            box=box,
            screen=Screen(exchange, show=shown),
            max_steps=max_steps,
            tool_choice=parameters.get("tool_choice"),
            confirm=confirm,
            raise_tool_errors=raise_tool_errors,
        )
    )


def stream(
    session: Session,
    /,
    prompt: str | None = None,
    *,
    system: str | None = None,
    messages: Sequence[Any] | None = None,
    images: Any = None,
    audio: Any = None,
    video: Any = None,
    files: Any = None,
    model: ModelName | None = None,
    character: str | Character | None = None,
    web_search: Literal["auto", "on", "off"] | None = None,
    citations: bool | None = None,
    scraping: bool | None = None,
    tools: Sequence[Any] | None = None,
    venice_parameters: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Plan[ReplyStream[Reply]]:
    """An open stream of the reply, for a loop of your own: iterate over it for pieces of text.

    Takes what `chat` takes, but shows nothing and runs nothing: calls of `tools` are in `.reply.tool_calls`
    at the end. `.text` and `.reply` are what has arrived so far, with tokens and cost once it is complete; it
    is then `last` of the client as well. Use it in a `with` block (`async with` on an `AsyncVenice`), so that
    the connection is freed when you stop early.

    Raises what `chat` raises; StreamInterrupted and StreamError, during the loop, keep what had arrived.
    API reference: `POST /chat/completions`, streaming.

    >>> import venice_nb as vn
    >>> with vn.Venice.sandbox().chat.stream("What is 2 + 2?") as pieces:
    ...     "".join(pieces)
    '2 + 2 = 4'
    """
    sent = conversation_messages(system, messages, user(prompt, images, audio, video, files))
    ask = yield from prepared(
        session,
        sent,
        model=model,
        character=character,
        web_search=web_search,
        citations=citations,
        scraping=scraping,
        stream=True,
        venice_parameters=venice_parameters,
        tools=Toolbox(tools).specs or None,
        **parameters,
    )
    opened: ReplyStream[Reply] = yield Open(ask(sent, tool_choice=parameters.get("tool_choice")))
    return opened


def user(
    prompt: str | None, images: Any = None, audio: Any = None, video: Any = None, files: Any = None
) -> Message | None:
    """The user's message with its media, or None when there is nothing to say."""
    media = {"images": images, "audio": audio, "video": video, "files": files}
    given = {name: value for name, value in media.items() if value is not None}
    if prompt is None and not given:
        return None
    return parts.user_message("" if prompt is None else prompt, **given)


def conversation_messages(
    system: str | None, before: Sequence[Any] | None, question: Message | None
) -> list[Message]:
    """The messages to send: instructions, what was said before (replies become messages), the question."""
    if before is not None and (isinstance(before, str | bytes | Mapping) or not isinstance(before, Iterable)):
        raise InvalidInput(
            "messages= takes a list of messages.",
            field="messages",
            value=type(before).__name__,
            allowed="a list of messages or replies",
            do="Pass messages=[{'role': 'user', 'content': ...}], or the text as the first argument.",
        )
    found = [{"role": "system", "content": system}] if system else []
    given = before if before is not None else ()
    found += [getattr(message, "message", message) for message in given]
    if question is not None:
        found.append(question)
    if all(isinstance(message, Mapping) and message.get("role") == "system" for message in found):
        raise InvalidInput(
            "There is nothing to ask.",
            field="prompt",
            value=None,
            allowed="a text, or messages= that end with a question",
            do='Write chat("your question").',
        )
    return found


def prepared(
    session: Session,
    /,
    messages: Sequence[Message],
    *,
    model: ModelName | None = None,
    **parameters: Any,
) -> Plan[Callable[..., Call[Reply]]]:
    """The plan that chooses the model and gives `ask(messages, tool_choice=...)`, which makes one call."""
    slug, forced = slug_in(parameters), parameters.pop("tool_choice", None)
    ask: Callable[..., Call[Reply]] = partial(_completion, **parameters)

    def first(name: str) -> None:
        named = Resolution(None, name)  # of a model about which nothing is known yet
        ask(messages, tool_choice=forced, model=named, catalogue=session.catalogue)

    found = yield from choose_model(session, model, character=slug, needs=_needs(messages), first=first)
    return partial(ask, model=found, catalogue=session.catalogue)


def _completion(messages: Sequence[Message], *, tool_choice: Any = None, **given: Any) -> Call[Reply]:
    if tool_choice is not None:
        given["tool_choice"] = tool_choice
    return chat_completion(list(messages), **given)


def _needs(messages: Sequence[Message]) -> list[str]:
    """What the model must be able to take in, by the parts of the messages."""
    kinds = [
        part.get("type")
        for message in messages
        if isinstance(message, Mapping) and isinstance(message.get("content"), list)
        for part in message["content"]
        if isinstance(part, Mapping)
    ]
    return [need for kind, need in _SENSES.items() if kind in kinds]
