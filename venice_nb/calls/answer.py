"""From the JSON of a chat answer to a `Reply`, however odd the JSON is.

API reference: `POST /chat/completions`. Servers leave fields out, add new ones and change types; a field
that cannot be read costs that field, never the answer.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from venice_nb.calls.talk.thinking import split_thinking
from venice_nb.errors import UnreadableReply, plain
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost, Usage
from venice_nb.results.reading import dumps, integer, items, loads, mapping, number, string
from venice_nb.results.talk.reply import Choice, Reply, Source, ToolCall

if TYPE_CHECKING:
    from venice_nb.calls.call import Received

_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SEARCHED = frozenset({"venice_web_search_documents", "web_search"})


class Prices(Protocol):
    """What is asked of a catalogue here."""

    def cost(self, model: str, usage: Mapping[str, Any] | None, /) -> float | None:
        """US dollars for the `usage` of an answer; None when the price is not known."""


def read_object(received: Received, *, what: str) -> dict[str, Any]:
    """The JSON object in an answer. Raises UnreadableReply, which keeps the bytes, when there is none."""
    try:
        answer = loads(received.content)
    except ValueError:
        kind = "an HTML page" if received.content.lstrip()[:1] == b"<" else "something that is not JSON"
        raise unreadable(
            received, f"The server answered {received.status} with {kind} instead of {what}"
        ) from None
    if not isinstance(answer, dict):
        raise unreadable(
            received, f"The server answered {received.status} with JSON that is not {what}", answer
        )
    return answer


def unreadable(received: Received, what: str, body: Any = None, **details: Any) -> UnreadableReply:
    """The error for a success that cannot be read: a piece of it as text, all of it as bytes."""
    if body is None:
        body = received.content[:20_000].decode("utf-8", "replace")
        said = " ".join(html.unescape(_MARKUP.sub(" ", body)).split())
    else:
        error = mapping(body).get("error")
        said = string(mapping(error).get("message")) or string(error) or dumps(body)
    headers = Headers(received.headers)
    return UnreadableReply(
        f"{what}: {plain(said, 300)}" if said else f"{what}: it was empty",
        do="the bytes are kept in .content of this error; a proxy or a login page may stand in between",
        status=received.status,
        request_id=headers.request_id,
        charged="unknown",
        attempts=received.attempts,
        elapsed=received.elapsed,
        content=received.content,
        body=body,
        headers=headers,
        **details,
    )


def make_reply(
    answer: dict[str, Any],
    received: Received,
    *,
    catalogue: Prices | None = None,
    model: str = "",
    prompt_tokens: int = 0,
    complete: bool = True,
) -> Reply:
    """The reply that an answer in the non-streaming shape stands for."""
    headers = Headers(received.headers)
    searched: list[Source] = []
    found = [_choice(each, n, searched) for n, each in enumerate(_choices(answer))]
    choices = tuple(sorted(found, key=lambda choice: choice.index))  # they may come as they were finished
    first = choices[0] if choices else Choice()
    answered = string(answer.get("model")) or headers.model or model
    usage = read_usage(answer.get("usage"))
    if usage is None:
        written = sum(len(choice.text) + len(choice.reasoning) for choice in choices)
        written += sum(len(call.name) + len(call.arguments) for c in choices for call in c.tool_calls)
        usage = guess_usage(written, prompt_tokens)
    return Reply(
        text=first.text,
        reasoning=first.reasoning,
        tool_calls=first.tool_calls,
        finish_reason=first.finish_reason,
        model=answered,
        usage=usage,
        cost=find_cost(answer, usage, catalogue, (answered, model)),
        sources=read_sources(answer) or tuple(searched),
        elapsed=received.elapsed,
        raw=answer,
        headers=headers,
        choices=choices,
        complete=complete,
    )


def read_usage(value: Any) -> Usage | None:
    """Tokens in the spelling of chat or of responses; None when nothing was counted."""
    found = mapping(value)
    read = integer(found.get("prompt_tokens", found.get("input_tokens")))
    written = integer(found.get("completion_tokens", found.get("output_tokens")))
    total = integer(found.get("total_tokens")) or read + written
    if not total:
        return None
    of_read = mapping(found.get("prompt_tokens_details", found.get("input_tokens_details")))
    of_written = mapping(found.get("completion_tokens_details", found.get("output_tokens_details")))
    return Usage(
        prompt_tokens=read,
        completion_tokens=written,
        total_tokens=total,
        cached_tokens=integer(of_read.get("cached_tokens")),
        written_tokens=integer(of_read.get("cache_creation_input_tokens")),
        reasoning_tokens=integer(of_written.get("reasoning_tokens")),
    )


def as_sent(usage: Usage) -> dict[str, Any]:
    """Tokens in the layout of a chat answer, which the catalogue prices."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_tokens,
            "cache_creation_input_tokens": usage.written_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def guess_usage(characters: int, prompt_tokens: int = 0) -> Usage:
    """Tokens guessed from the length of the answer, by the rule the server itself uses for embeddings."""
    written = math.ceil(characters / 3.2 * 0.95)
    return Usage(prompt_tokens, written, prompt_tokens + written, estimated=True)


def find_cost(
    answer: Mapping[str, Any], usage: Usage, catalogue: Prices | None, models: Iterable[str]
) -> Cost:
    """What was charged if the answer says so, else tokens times the listed price of the first known model."""
    charged = _charge(answer.get("cost"))
    if charged is None:
        charged = _charge(mapping(answer.get("usage")).get("cost"))
    if charged is not None:
        return Cost(charged, "charged")
    counted = as_sent(usage)
    for model in models:
        priced = catalogue.cost(model, counted) if catalogue is not None and model else None
        if priced is not None:
            return Cost(priced, "estimated" if usage.estimated else "priced")
    return Cost(None, "unknown")


_CITATIONS: Final = ("web_search_citations", "webSearchCitations", "citations", "annotations")
_CITED: Final = frozenset(_CITATIONS)


def read_sources(*places: Mapping[str, Any]) -> tuple[Source, ...]:
    """The pages of a web search, from the first place that has any: markers in the text count into them."""
    for place in places:
        message = mapping(mapping(next(iter(items(place.get("choices"))), None)).get("message"))
        for holder in (mapping(place.get("venice_parameters")), place, message):
            if _CITED.isdisjoint(holder):
                continue
            for name in _CITATIONS:
                found = tuple(source for entry in items(holder.get(name)) if (source := _source(entry)))
                if found:
                    return found
    return ()


def read_tool_calls(value: Any, searched: list[Source]) -> tuple[ToolCall, ...]:
    """The functions to call. The search results some models send as a tool call go to `searched` instead."""
    calls = []
    for n, entry in enumerate(items(value)):
        found = mapping(entry)
        function = mapping(found.get("function")) or found
        name = string(function.get("name"))
        arguments = function.get("arguments")
        given = arguments if isinstance(arguments, str) else "" if arguments is None else dumps(arguments)
        if not found or not (name or given or found.get("id")):
            continue
        if name in _SEARCHED and _documents(name, string(found.get("id")), given, searched):
            continue
        calls.append(ToolCall(string(found.get("id")) or f"call_{n}", name, given))
    return tuple(calls)


def read_text(content: Any) -> str:
    """The text of a message's content: a string, or the text of its parts."""
    if isinstance(content, str):
        return content
    return "".join(
        string(mapping(part).get("text", mapping(part).get("refusal"))) or string(part)
        for part in items(content)
    )


def _choices(answer: Mapping[str, Any]) -> Sequence[Any]:
    found = items(answer.get("choices"))
    if found:
        return found
    # no choices: some servers put the message, or its text, beside them
    message = answer.get("message", answer.get("output_text"))
    return ({"message": message if isinstance(message, dict) else {"content": message}},) if message else ()


def _choice(value: Any, n: int, searched: list[Source]) -> Choice:
    found = mapping(value)
    message = mapping(found.get("message")) or mapping(found.get("delta"))
    content = message.get("content", found.get("text"))
    text, thought = split_thinking(read_text(content) or string(message.get("refusal")))
    reasoning = string(message.get("reasoning_content", message.get("reasoning")))
    if not reasoning:
        details = (mapping(entry) for entry in items(message.get("reasoning_details")))
        reasoning = "".join(string(detail.get("text", detail.get("summary"))) for detail in details)
    calls = read_tool_calls(message.get("tool_calls", message.get("function_call")), searched)
    finish = string(found.get("finish_reason")) or None
    if finish == "tool_calls" and searched and not calls:
        finish = "stop"  # the only "call" was the list of search results: there is nothing to run
    index = found.get("index")
    return Choice(
        text=text,
        reasoning="\n\n".join(part for part in (reasoning, thought) if part),
        tool_calls=calls,
        finish_reason=finish,
        message=message,
        logprobs=found.get("logprobs"),
        index=index if isinstance(index, int) and not isinstance(index, bool) else n,
    )


def _documents(name: str, ident: str, arguments: str, searched: list[Source]) -> bool:
    """Whether a call is really a list of search results; if so they are added to `searched`."""
    try:
        documents = mapping(loads(arguments)).get("documents") if arguments else None
    except ValueError:
        documents = None
    if name == "web_search" and ident != "web_search_call" and not isinstance(documents, list):
        return False  # a tool of the user's that happens to bear the name
    searched.extend(source for entry in items(documents) if (source := _source(entry)))
    return True


def _source(value: Any) -> Source | None:
    if isinstance(value, str):
        return Source(url=value)
    found = mapping(value)
    found = mapping(found.get("url_citation")) or found
    source = Source(
        title=string(found.get("title")),
        url=string(found.get("url", found.get("link"))),
        content=string(found.get("content", found.get("snippet"))),
        date=string(found.get("date", found.get("published_at", found.get("publishedAt")))),
    )
    return source if source != Source() else None


def _charge(value: Any) -> float | None:
    """Dollars: a number, or the parts paid in dollars and in DIEM, which are worth the same."""
    if isinstance(value, Mapping):
        parts = [part for name in ("usd", "diem") if (part := number(value.get(name))) is not None]
        return sum(parts) if parts else None
    return number(value)
