"""How a reply looks: the answer as Markdown, everything else folded away, cost and model below.

A growing stream and a finished reply are drawn by the same pieces. In static mode nothing depends on the
clock or on the server's ids, so that a notebook run twice is the same file.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from venice_nb.render import html, text
from venice_nb.render.live import Bundle, static_mode
from venice_nb.render.markdown import Growing, to_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.render.html import Html
    from venice_nb.results.money import Cost, Usage
    from venice_nb.results.talk.reply import Choice, Reply, Source, ToolCall, ToolStep

_MARKUP = re.compile(r"<[^>]*>")
_FOLDED = 20_000  # characters shown of a tool's output or of one folded text


class Gathering(Protocol):
    """What a stream's gatherer shows while it grows."""

    @property
    def text(self) -> str:
        """The answer so far."""

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The pages that arrived."""

    model: str


_growing: WeakKeyDictionary[Gathering, Growing] = WeakKeyDictionary()


def bundle(reply: Reply) -> Bundle:
    """The reply as text/plain and text/html, both saying the same."""
    return {"text/plain": plain(reply), "text/html": html.page(*parts(reply))}


def live_bundle(gatherer: Gathering | None, steps: Sequence[ToolStep] = ()) -> Bundle:
    """Tool calls carried out and a stream so far, in the look the finished reply will have.

    The footer ends in an ellipsis; it is all there is before the stream has begun, when `gatherer` is None.
    """
    lines = [_told(step) for step in steps]
    parts: list[html.Child] = [_step(step) for step in steps]
    model = ""
    if gatherer is not None:
        thought, model = gatherer.reasoning, gatherer.model
        lines[:0] = [f"[{_thought_label(thought)}]"] * bool(thought)
        parts.append(_thought(thought, open_=not gatherer.text) if thought else None)
        growing = _growing.setdefault(gatherer, Growing())
        sources = [source.to_dict() for source in gatherer.sources]
        parts.append(growing.to_html(gatherer.text, citations=sources))
        lines += [text.clean(gatherer.text)] if gatherer.text else []
    last = f"{text.short(model, 80)} …" if model else "…"
    return {
        "text/plain": "\n".join([*lines, last]),
        "text/html": html.page(*parts, html.note(last)),
    }


def plain(reply: Reply) -> str:
    """The answer as text, what is unusual about it, and one line with model, tokens and cost."""
    lines = [text.clean(reply.text)] if reply.text else []
    if reply.parsed is not None:
        lines = [text.clean(repr(reply.parsed))]
    lines += [f"[asks for {_signature(call)}]" for call in reply.tool_calls]
    before = [f"[{flag}]" for flag in _flags(reply)]
    before += [f"[{_thought_label(reply.reasoning)}]"] * bool(reply.reasoning) + [*map(_told, reply.steps)]
    after = [f"[{_label(choice, n, len(reply.choices))}]" for n, choice in _others(reply)]
    after += [f"{n}. {_named(source)}" for n, source in enumerate(reply.sources, 1)]
    return "\n".join([*before, *(lines or ["[no text]"]), *after, footer(reply)])


def footer(reply: Reply) -> str:
    """Model, tokens, cost and seconds on one line."""
    facts = [text.short(reply.model, 80)] if reply.model else []
    facts += [f"{len(reply.steps)} tool call{'s' * (len(reply.steps) > 1)}"] * bool(reply.steps)
    facts += [f"{len(reply.sources)} source{'s' * (len(reply.sources) > 1)}"] * bool(reply.sources)
    facts += [tokens(reply.usage), price(reply.cost)]
    if reply.elapsed > 0 and not static_mode():
        facts.append(text.seconds(reply.elapsed))
    if reply.headers.sandbox:
        facts.append("SANDBOX")
    return " · ".join(facts)


def tokens(usage: Usage) -> str:
    """`12 + 34 tokens`: read and written; counts guessed from characters carry a tilde."""
    about = "~" if usage.estimated else ""
    cached = f" ({text.count(usage.cached_tokens)} cached)" if usage.cached_tokens else ""
    thought = f" ({text.count(usage.reasoning_tokens)} reasoning)" if usage.reasoning_tokens else ""
    read, written = text.count(usage.prompt_tokens), text.count(usage.completion_tokens)
    return f"{about}{read}{cached} + {about}{written}{thought} tokens"


def price(cost: Cost) -> str:
    """`$0.0012 charged`, or that it is not known."""
    return "cost unknown" if cost.usd is None else f"{text.money(cost.usd)} {cost.source}"


def markdown(reply: Reply) -> str:
    """The file `.md`: the answer, its sources and the footer."""
    parts = [reply.text.rstrip()]
    if reply.sources:
        parts.append("\n".join(f"{n}. {_line(source)}" for n, source in enumerate(reply.sources, 1)))
    parts.append(f"---\n{footer(reply)}")
    return "\n\n".join(parts) + "\n"


def _named(source: Source) -> str:
    """A source in text/plain: its title, where it stands, and its day."""
    safe = text.short(html.safe_url(source.url) or "", 300)
    return " ".join(filter(None, (_title(source), f"<{safe}>" if safe else "", _dated(source).strip())))


def _line(source: Source) -> str:
    title = _title(source).replace("[", "\\[").replace("]", "\\]")
    safe = html.safe_url(source.url)
    return f"[{title or safe}](<{safe}>)" if safe else title


def parts(reply: Reply) -> list[html.Child]:
    """The pieces of the reply's display, for use inside a page."""
    cited = [source.to_dict() for source in reply.sources]
    flags = _flags(reply)
    named = f"request id {text.short(reply.request_id)}" if reply.request_id and not static_mode() else None
    return [
        html.tag("p", html.join(*(html.badge(flag, "warn") for flag in flags), sep=" ")) if flags else None,
        _thought(reply.reasoning) if reply.reasoning else None,
        *(_step(step) for step in reply.steps),
        _parsed(reply) if reply.parsed is not None else None,
        to_html(reply.text, citations=cited) if reply.text and reply.parsed is None else None,
        *(html.tag("p", "asks for ", html.tag("code", _signature(call))) for call in reply.tool_calls),
        *(
            html.details(_label(choice, n, len(reply.choices)), to_html(choice.text, citations=cited))
            for n, choice in _others(reply)
        ),
        _sources(reply.sources) if reply.sources else None,
        html.tag("p", footer(reply), class_="vn-note", title=named),
    ]


def _flags(reply: Reply) -> list[str]:
    flags = []
    if not reply.complete:
        flags.append("unfinished: the stream ended before the answer did")
    if reply.finish_reason == "length":
        flags.append("cut off at the token limit")
    if reply.finish_reason == "max_steps":
        flags.append("the rounds of tool calls were used up")
    if reply.finish_reason == "content_filter":
        flags.append("held back by a content filter")
    if reply.headers.deprecation is not None:
        gone = reply.headers.deprecation
        until = f" on {text.short(gone.date[:10])}" if gone.date else ""
        instead = f"; use {text.short(gone.replacement, 80)}" if gone.replacement else ""
        flags.append(f"this model will be retired{until}{instead}")
    return flags


def _thought(reasoning: str, *, open_: bool = False) -> Html:
    return html.details(_thought_label(reasoning), to_html(reasoning, limit=_FOLDED), open_=open_)


def _thought_label(reasoning: str) -> str:
    words = len(reasoning.split())
    return f"Reasoning ({text.count(words)} word{'s' * (words != 1)})"


def _outcome(step: ToolStep) -> str:
    return f" → {'failed: ' if step.failed else ''}{text.short(step.output, 60)}"


def _told(step: ToolStep) -> str:
    """A tool call in text/plain: `[weather(city="Rome") → sunny]`."""
    return f"[{_signature(step.call)}{_outcome(step)}]"


def _step(step: ToolStep) -> Html:
    return html.details(
        html.join(html.tag("code", _signature(step.call)), _outcome(step)),
        html.tag("pre", text.clean(step.call.arguments or "{}", _FOLDED)),
        html.tag("pre", text.clean(step.output, _FOLDED)),
    )


def _signature(call: ToolCall) -> str:
    """`weather(city="Rome")` as far as the arguments can be read."""
    name = text.short(call.name, 60)
    try:
        given = call.args
    except ValueError:
        return text.short(f"{name}({call.arguments})", 120)
    from venice_nb.results.reading import dumps  # noqa: PLC0415  only when a call is drawn

    return text.short(f"{name}({', '.join(f'{key}={dumps(value)}' for key, value in given.items())})", 120)


def _parsed(reply: Reply) -> Html:
    return html.join(
        html.tag("pre", text.clean(repr(reply.parsed), _FOLDED)),
        html.details("The text it was read from", html.tag("pre", text.clean(reply.text, _FOLDED))),
    )


def _others(reply: Reply) -> list[tuple[int, Choice]]:
    """The answers after the first, with their numbers from 2."""
    return list(enumerate(reply.choices[1:], 2))


def _label(choice: Choice, n: int, of: int) -> str:
    return f"Answer {n} of {of}: {text.short(choice.text, 60)}"


def _sources(sources: Sequence[Source]) -> Html:
    rows = [
        html.tag("li", html.link(source.url, _title(source) or None), _dated(source)) for source in sources
    ]
    return html.details(f"{len(sources)} source{'s' * (len(sources) > 1)}", html.tag("ol", rows))


def _title(source: Source) -> str:
    # titles come from web pages, with entities and <strong> left in them
    return text.short(unescape(_MARKUP.sub("", source.title)), 200)


def _dated(source: Source) -> str:
    return f" · {text.short(source.date[:10])}" if source.date else ""
