"""A model's Markdown as safe HTML: no raw HTML, remote pictures or formulas; links show their host."""

import html as _html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.html import Html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# Citation markers: ^1^ and ^1,3^ count from one, [REF]0[/REF] from zero (the API's pages show both).
_MARKER = re.compile(r"\^(\d{1,4}(?:\s?,\s?\d{1,4})*)\^|\[REF\](\d{1,4}(?:\s?,\s?\d{1,4})*)\[/REF\]")
_TASK = re.compile(r"\[([ xX])\]\s+")
_LANGUAGE = re.compile(r"[\w.+#-]{1,30}")
_MARKUP = re.compile(r"<[^>]*>")

_ELEMENTS = """
a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre s small span strong sup table tbody td th thead tr ul
"""
_TAGS = frozenset(_ELEMENTS.split())
_ATTRIBUTES = {
    "a": {"href", "title", "rel", "target"},
    "code": {"class"},
    "li": {"class"},
    "ol": {"start"},
    "small": {"class"},
    "span": {"class"},
    "sup": {"class"},
    "td": {"class"},
    "th": {"class", "scope"},
}


def to_html(
    markdown: str,
    *,
    citations: Sequence[Mapping[str, Any]] = (),
    allow_images: bool = False,
    limit: int | None = text.LIMIT,
) -> Html:
    """The Markdown as an element for :func:`venice_nb.render.html.page`; unfinished Markdown is fine.

    CommonMark with tables, strikethrough and task lists; a single newline is a line break, as models mean it.
    ``citations`` are the API's ``{"title": ..., "url": ...}`` in order; markers like ``^1,3^`` link to them,
    or, for ``{"title": ..., "anchor": ...}``, to an element of the same display.
    ``allow_images=True`` loads pictures from other hosts, which tells those hosts that the answer was read.
    """
    env = {"citations": citations, "images": allow_images}
    parser = _parser()
    return _block(_draw(parser, parser.parse(text.clean(markdown, limit), env), env))


class Growing:
    """The same for an answer that grows at its end: only its last block is drawn again, the others once.

    So a frame costs what its last paragraph costs. A link whose address is defined further down stays text;
    draw the finished answer with :func:`to_html`.
    """

    def __init__(self) -> None:
        self._env: dict[str, Any] = {}
        self._source = self._drawn = ""

    def to_html(self, markdown: str, *, citations: Sequence[Mapping[str, Any]] = ()) -> Html:
        """The answer so far; an answer that did not grow out of the last one is drawn anew."""
        source = text.clean(markdown)
        if not source.startswith(self._source) or len(citations) != len(self._env.get("citations", ())):
            self._env, self._source, self._drawn = {}, "", ""
        self._env |= {"citations": citations, "images": False}
        rest, parser = source[len(self._source) :], _parser()
        tokens = parser.parse(rest, self._env)
        lines = rest.split("\n")
        # what begins in an unfinished line may turn out to belong to the block above: ```py, then ```py`
        starts = [(i, t.map[0]) for i, t in enumerate(tokens) if t.level == 0 and t.map]
        blocks = [(i, line) for i, line in starts if line < len(lines) - 1]
        last, line = blocks[-1] if blocks else (0, 0)
        if last:
            self._drawn += _draw(parser, tokens[:last], self._env)
            self._source += "".join(f"{one}\n" for one in lines[:line])
        return _block(self._drawn + _draw(parser, tokens[last:], self._env))


def _block(drawn: str) -> Html:
    return Html(f'<div class="vn-markdown">{drawn}</div>')


def _draw(parser: "MarkdownIt", tokens: "list[Token]", env: dict[str, Any]) -> str:
    return _sanitise(parser.renderer.render(tokens, parser.options, env), env["images"])


def _sanitise(drawn: str, images: bool) -> str:
    """The second lock: whatever the renderer made, only these elements and attributes pass."""
    import nh3  # noqa: PLC0415 (loaded with the first answer shown)

    return nh3.clean(
        drawn,
        tags=set(_TAGS | {"img"} if images else _TAGS),
        attributes=_ATTRIBUTES
        | ({"img": {"src", "alt", "title", "loading", "referrerpolicy"}} if images else {}),
        url_schemes={"http", "https", "mailto"},
        link_rel=None,  # written below, once, with the rest of the link
    )


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 (loaded with the first answer shown)

    md = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True, "maxNesting": 40})
    md.enable(["table", "strikethrough"])
    # lheading: while an answer streams, the first dash of a list would turn the line above it into a heading
    md.disable(["autolink", "lheading", "html_block", "html_inline"])
    md.inline.ruler.before("escape", "vn_math", _math)
    md.core.ruler.push("vn_inline", _rewrite)
    drawn = {"fence": _code, "code_block": _code, "image": _image, "vn_html": _ready, "vn_math": _formula}
    for kind, rule in drawn.items():
        md.add_render_rule(kind, lambda _self, *args, rule=rule: rule(*args))
    return md


def _code(tokens: "Sequence[Token]", index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    named = f' class="language-{language}"' if _LANGUAGE.fullmatch(language) else ""
    return f"<pre><code{named}>{html.escape(token.content)}</code></pre>\n"


def _image(tokens: "Sequence[Token]", index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    source, alt = str(token.attrGet("src") or ""), token.content
    safe = html.safe_url(source)
    if env["images"] and safe and not safe.startswith("mailto"):
        shown = _html.escape(safe), _html.escape(alt)
        return f'<img src="{shown[0]}" alt="{shown[1]}" loading="lazy" referrerpolicy="no-referrer">'
    where = html.host(source) or ("embedded data" if source.startswith("data:") else "local file")
    label = f"[image blocked: {where}]" + (f" {alt}" if alt else "")
    return f'<span class="vn-blocked">{html.escape(label)}</span>'


def _ready(tokens: "Sequence[Token]", index: int, _options: Any, _env: Any) -> str:
    return tokens[index].content


_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_ENVIRONMENT = re.compile(r"\\begin\{(\w{1,20}\*?)\}")
_LONGEST_FORMULA = 4000  # characters; bounds the search for a closing mark


def _math(state: "StateInline", silent: bool) -> bool:
    r"""A formula is kept as it was written: ``\(`` is no escape in it and ``_`` no emphasis.

    Single dollars count only as in Pandoc, with no space inside and no digit after: $5 and $6 are money.
    """
    source, start = state.src, state.pos
    if source[start] not in "$\\":
        return False
    mark = source[start : start + 2]
    environment = _ENVIRONMENT.match(source, start)
    closing = (
        f"\\end{{{environment[1]}}}" if environment else _CLOSING.get(mark, "$" if mark[0] == "$" else "")
    )
    if not closing:
        return False
    begin = start + (1 if closing == "$" else 2)
    close = source.find(closing, begin, min(state.posMax, start + _LONGEST_FORMULA))
    inside, end = source[begin:close], close + len(closing)
    if close <= begin or (closing == "$" and (inside != inside.strip() or source[end : end + 1].isdigit())):
        return False
    if not silent:
        state.push("vn_math", "", 0).content = source[start:end]
    state.pos = end
    return True


def _formula(tokens: "Sequence[Token]", index: int, _options: Any, _env: Any) -> str:
    return f'<span class="vn-math">{html.escape(tokens[index].content)}</span>'


def _rewrite(state: "StateCore") -> None:
    """Markers, links, task boxes and column alignment, after the parser is done with the text."""
    for index, token in enumerate(state.tokens):
        if token.type == "inline" and token.children:
            if index >= 2 and state.tokens[index - 2].type == "list_item_open":
                _task_box(state.tokens[index - 2], token.children[0])
            token.children = _inline(token.children, state.env["citations"])
        elif token.type in {"th_open", "td_open"}:
            # markdown-it writes style="text-align:right", which Lab's sanitiser drops in untrusted notebooks
            right = "right" in str(token.attrs.pop("style", ""))
            token.attrs |= ({"class": "vn-num"} if right else {}) | (
                {"scope": "col"} if token.tag == "th" else {}
            )


def _task_box(item: "Token", first: "Token") -> None:
    found = _TASK.match(first.content) if first.type == "text" else None
    if found:
        item.attrSet("class", "vn-task")
        first.content = ("☐ " if found[1] == " " else "☑ ") + first.content[found.end() :]


def _inline(tokens: "list[Token]", citations: Sequence[Mapping[str, Any]]) -> "list[Token]":
    done: list[Token] = []
    opened: tuple[str, int] | None = None  # address of the link we are in, and where it began
    for token in tokens:
        if token.type == "link_open":
            safe = html.safe_url(str(token.attrGet("href") or ""))
            opened = (safe or "", len(done))
            if safe:
                title = str(token.attrGet("title") or "")
                token.attrs = {"href": safe, **({"title": title} if title else {}), **_OUTWARD}
                done.append(token)
        elif token.type == "link_close":
            url, start = opened or ("", len(done))
            if url:
                done.append(token)
            label = "".join(t.content for t in done[start:])
            if not url:
                done.append(_markup(token, ' <small class="vn-host">(link blocked)</small>'))
            elif not html.shows_host(label, url):
                done.append(
                    _markup(token, f' <small class="vn-host">({html.escape(html.host(url))})</small>')
                )
            opened = None
        elif token.type == "text":
            done.extend(_cite(token, citations, linked=opened is None))
        else:
            done.append(token)
    return done


_OUTWARD = {"rel": "noopener noreferrer nofollow", "target": "_blank"}


def _markup(like: "Token", content: Html | str) -> "Token":
    """A token drawn as it stands."""
    return like.copy(type="vn_html", tag="", nesting=0, content=str(content), attrs={}, children=None)


def _cite(token: "Token", citations: Sequence[Mapping[str, Any]], *, linked: bool) -> "list[Token]":
    """The text cut at its citation markers; a marker that points nowhere stays text."""
    if not citations or ("^" not in token.content and "[REF]" not in token.content):
        return [token]
    pieces: list[Token] = []
    end = 0
    for found in _MARKER.finditer(token.content):
        first = 1 if found[1] else 0
        places = [int(n) - first for n in (found[1] or found[2]).split(",")]
        if not any(0 <= place < len(citations) for place in places):
            continue
        pieces.append(token.copy(content=token.content[end : found.start()]))
        marks = [_mark(place, citations, linked=linked) for place in places]
        pieces.append(_markup(token, html.tag("sup", html.join(*marks, sep=", "), class_="vn-cite")))
        end = found.end()
    return [*pieces, token.copy(content=token.content[end:])]


def _mark(place: int, citations: Sequence[Mapping[str, Any]], *, linked: bool) -> Html:
    number = str(place + 1)
    if not linked or not 0 <= place < len(citations):
        return html.escape(number)
    source = citations[place]
    anchor = str(source.get("anchor") or "")
    if anchor:  # an element of the same display, named by us
        return html.tag("a", number, href=f"#{anchor}", title=text.short(str(source.get("title") or ""), 200))
    url = html.safe_url(str(source.get("url") or ""))
    # titles come from web pages, with entities and <strong> left in them
    title = text.short(_html.unescape(_MARKUP.sub("", str(source.get("title") or ""))), 120)
    if url is None:
        return html.tag("span", number, title=title or None)
    where = html.host(url)
    return html.tag("a", number, href=url, title=f"{title} ({where})" if title else where, **_OUTWARD)
