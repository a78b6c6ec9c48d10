"""HTML built from small escaped pieces; nothing unescaped gets in, no remote address is ever loaded."""

import html as _html
import math
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from venice_nb.render import text as _text


class Html(str):
    """Markup that is safe to show: made by this module, never by pasting strings."""

    __slots__ = ()

    def __html__(self) -> str:
        """The markup itself; the protocol by which template engines know escaped text."""
        return str(self)


# What may stand inside an element: markup, text to be escaped, numbers, nothing, or several of these.
Child = str | int | float | None | Iterable["Child"]
Attribute = str | int | float | bool | None

# JupyterLab typesets $...$ and \(...\) in HTML outputs too: two prices in a sentence would become a formula.
# The first class stops MathJax 3 and 4 (Lab, Notebook), the second MathJax 2 (nbconvert, nbviewer).
ROOT = "vn-root mathjax_ignore tex2jax_ignore"

_VOID = frozenset({"br", "hr", "img", "source", "track", "wbr"})
_ELEMENTS = """
a abbr audio b blockquote caption code col colgroup dd del details div dl dt em figcaption
figure h1 h2 h3 h4 h5 h6 i kbd li mark meter ol output p pre progress s samp section small span strong
sub summary sup table tbody td tfoot th thead time tr u ul var video
"""
_NAMES = """
align alt class colspan controls datetime default dir download height high href id kind label lang
loading loop low max media min muted open optimum poster preload rel rowspan scope span src
srclang start style target title type value width
"""
_TAGS = _VOID | frozenset(_ELEMENTS.split())
_ATTRIBUTES = frozenset(_NAMES.split())
_USED = re.compile(r"<[a-z][a-z0-9]*|vn-[a-z-]+")
_STYLE = re.compile(r"[\w\s.,:;%#()+*/-]*")
_DATA = re.compile(r"data:(?:image|audio|video|text/vtt)[\w.+/;=-]*;base64,[A-Za-z0-9+/=\s]*")
_RELATIVE = re.compile(r"[\w.~-][\w.~%/ ()+,=@-]*")

_STRIPS = 25  # places of the line between two pictures that are wiped

# The one line that runs in a display, always the same: a button moves the player it belongs to to its second.
# Where handlers are stripped (an untrusted notebook, GitHub) the lines read, and the player plays.
SEEK = (
    "const b=event.target.closest('button'),p=this.querySelector('audio,video');"
    "if(b&&p){p.currentTime=b.value;p.play()}"
)


def escape(text: str) -> Html:
    """The text as markup: control characters gone, ``< > & " '`` as entities. Markup stays as it is."""
    return text if isinstance(text, Html) else Html(_html.escape(_text.clean(text, None)))


def join(*children: Child, sep: str = "") -> Html:
    """The children one after the other, escaped where they are plain text."""
    return Html(escape(sep).join(_pieces(children)))


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield escape(child)
        elif isinstance(child, int | float):
            yield str(child)
        else:
            yield from _pieces(child)


def tag(name: str, *children: Child, **attrs: Attribute) -> Html:
    """One element: ``tag("p", "1 < 2", class_="vn-note")`` is ``<p class="vn-note">1 &lt; 2</p>``.

    In attribute names a trailing underscore is dropped and others become hyphens; None and False leave the
    attribute out, True gives it no value. What could run code or call home is a ValueError: ``href`` may be
    http(s), mailto, a fragment or a file beside the notebook, ``src`` only embedded data or such a file.
    """
    if name not in _TAGS:
        raise ValueError(f"<{_text.short(name, 20)}> is not an element displays may use")
    opening = name + "".join(_attributes(attrs))
    if name in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(*children)}</{name}>")


def _attributes(attrs: dict[str, Attribute]) -> Iterable[str]:
    for key, value in attrs.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        if attribute not in _ATTRIBUTES and not attribute.startswith("data-vn-"):
            raise ValueError(f"{attribute!r} is not an attribute displays may use")
        if value is True:
            yield f" {attribute}"
            continue
        given = _text.clean(str(value), None)
        if attribute == "href" and not (
            safe_url(given) or given.startswith("#") or _RELATIVE.fullmatch(given)
        ):
            raise ValueError("href is not http(s), mailto, a fragment or a relative path")
        if attribute in {"src", "poster"} and not (_DATA.fullmatch(given) or _RELATIVE.fullmatch(given)):
            raise ValueError(f"{attribute} is neither embedded data nor a file beside the notebook")
        if attribute == "style" and (not _STYLE.fullmatch(given) or "url" in given.lower()):
            raise ValueError("style may only hold plain values")
        yield f' {attribute}="{_html.escape(given)}"'


def safe_url(url: str) -> str | None:
    """The address if it is http(s) with a plain host, or mailto; otherwise None."""
    if re.search(r"[\s\\<>\"`\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", url):
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme == "mailto":
            return url if "@" in parts.path else None
        # user@host exists today only to make one host look like another
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            return None
        _ = parts.port
    except ValueError:
        return None
    return url


def host(url: str) -> str:
    """The host of an address in the form DNS sees it (look-alike letters become ``xn--...``)."""
    try:
        parts = urlsplit(url)
        name = (
            parts.path.rpartition("@")[2].partition("?")[0]
            if parts.scheme == "mailto"
            else parts.hostname or ""
        )
    except ValueError:
        return ""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name.encode("punycode").decode(errors="replace")


def link(url: str, text: str | None = None) -> Html:
    """A link that shows where it leads: the host stands behind a text that is not the address itself.

    Anything but http(s) and mailto is shown as text without a link.
    """
    label = url if text is None else text
    safe = safe_url(url)
    if safe is None:
        return escape(label)
    where = host(safe)
    anchor = tag("a", label, href=safe, rel="noopener noreferrer nofollow", target="_blank")
    if shows_host(label, safe):
        return anchor
    return join(anchor, tag("small", f" ({where})", class_="vn-host"))


def shows_host(label: str, url: str) -> bool:
    """Whether the text of a link already tells the reader the host it leads to."""
    plain = label.strip().rstrip("/").lower()
    where = host(url).lower()
    return plain in {url.rstrip("/").lower(), where} or (safe_url(plain) is not None and host(plain) == where)


def table(
    headers: Iterable[Child],
    rows: Iterable[Iterable[Child]],
    *,
    caption: Child = None,
    numeric: Iterable[int] = (),
) -> Html:
    """A table whose first column names the rows; the columns numbered in ``numeric`` are set flush right."""
    right = frozenset(numeric)

    def cell(column: int, child: Child) -> Html:
        style = "vn-num" if column in right else None
        return tag("td", child, class_=style) if column else tag("th", child, scope="row", class_=style)

    heads = [
        tag("th", h, scope="col", class_="vn-num" if i in right else None) for i, h in enumerate(headers)
    ]
    body = [tag("tr", (cell(i, child) for i, child in enumerate(row))) for row in rows]
    return tag(
        "table",
        tag("caption", caption) if caption is not None else None,
        tag("thead", tag("tr", heads)) if heads else None,
        tag("tbody", body),
        class_="vn-table",
    )


def details(summary: Child, *body: Child, open_: bool = False) -> Html:
    """A part that is folded away until the reader opens it."""
    return tag(
        "details",
        tag("summary", summary),
        tag("div", body, class_="vn-body"),
        class_="vn-details",
        open=open_,
    )


def figure(content: Child, caption: Child = None) -> Html:
    """A picture, sound or film with its caption below."""
    return tag(
        "figure", content, tag("figcaption", caption) if caption is not None else None, class_="vn-figure"
    )


def seekable(player: Html, lines: Iterable[tuple[float, Child]]) -> Html:
    """A player above buttons that play it from their second: `lines` are seconds and what the button says.

    Raises ValueError for what is no time.
    """
    rows = []
    for seconds, child in lines:
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"{seconds} is no place in a recording")
        rows.append(Html(f'<li><button type="button" value="{seconds:.2f}">{join(child)}</button></li>'))
    listed = tag("ol", rows, class_="vn-lines", title="a click plays the recording from there")
    return Html(f'<div onclick="{SEEK}">{join(player)}{listed}</div>')


def facts(pairs: Iterable[tuple[Child, Child]]) -> Html:
    """Names and values in two columns."""
    return tag("dl", (join(tag("dt", name), tag("dd", value)) for name, value in pairs), class_="vn-facts")


def note(*children: Child) -> Html:
    """A quiet line: tokens, cost and model below an answer."""
    return tag("p", children, class_="vn-note")


def plain(text: str) -> Html:
    """Text as it was written, line breaks and all, in the font of the notebook."""
    return tag("pre", text, class_="vn-plain")


def badge(text: str, kind: str = "plain") -> Html:
    """A short word in a frame: SANDBOX, LIVE. ``kind``: plain, good, warn or bad."""
    if kind not in {"plain", "good", "warn", "bad"}:
        raise ValueError(f"no badge kind {kind!r}: plain, good, warn or bad")
    return tag("strong", text, class_=f"vn-badge vn-{kind}")


def card(title: Child, *body: Child, badges: Child = None, footer: Child = None) -> Html:
    """A framed block with a heading, for use inside :func:`page`."""
    return tag(
        "section",
        tag("div", tag("strong", title, class_="vn-title"), " ", badges, class_="vn-head"),
        tag("div", body, class_="vn-body"),
        note(footer) if footer is not None else None,
        class_="vn-card",
    )


def page(*body: Child) -> Html:
    """A whole display: the style and the body in one element that Jupyter does not search for formulas."""
    content = root(*body)
    return join(style(content), content)


def root(*body: Child) -> Html:
    """The body of a display on a page that has the style already."""
    return tag("div", body, class_=ROOT)


def identifier(*content: str) -> str:
    """An element id made from content, so that the same notebook run twice is the same file."""
    from hashlib import sha256  # noqa: PLC0415 (few displays need an id)

    return "vn-" + sha256("\0".join(content).encode("utf-8", "replace")).hexdigest()[:12]


def wipe(before: Child, after: Child, ident: str) -> Html:
    """Two pictures in one place, the first to the left of a line, which follows the pointer; see `divide`."""
    strips = tag("div", (tag("i") for _ in range(_STRIPS)), class_="vn-strips")
    return tag("div", tag("div", before), tag("div", after), strips, class_="vn-stage vn-wipe", id=ident)


def divide(ident: str, percent: float) -> Html:
    """Where the line of a `wipe` is, in percent of its width: under the pointer, else here. A style element.

    Raises ValueError for an id that is not of `identifier`.
    """
    if not re.fullmatch(r"vn-[0-9a-f]+", ident):
        raise ValueError("the id of a wipe is made by identifier()")
    rules = [f"#{ident}{{--vn-at:{percent:g}%}}"]
    for strip in range(_STRIPS):
        at = 100 * strip / (_STRIPS - 1)
        rules.append(f"#{ident}:has(i:nth-child({strip + 1}):hover){{--vn-at:{at:g}%}}")
    return Html(f"<style>{''.join(rules)}</style>")


def style(content: str | None = None) -> Html:
    """The style element: all of it, or the rules ``content`` uses, since every saved display carries one."""
    rules = _rules()
    if content is not None:
        found = set(_USED.findall(content))
        rules = tuple(one for one in rules if not one[0] or not found.isdisjoint(one[0]))
    return Html(f"<style>{''.join(rule for _, rule in rules)}</style>")


@cache
def _rules() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Each rule of style.css without comments and line breaks, and what a display that needs it contains.

    ``.vn-root .vn-card {}`` is for displays with ``vn-card``, ``.vn-root table {}`` for ones with ``<table``.
    """
    from importlib.resources import files  # noqa: PLC0415 (10 ms, for the first display)

    css = files("venice_nb.render").joinpath("style.css").read_text("utf-8")
    css = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    rules = []
    for selectors, body in re.findall(r"([^{}]+){([^{}]*)}", css):
        squeezed = re.sub(r" ?([{};:,>]) ?", r"\1", f"{selectors.strip()}{{{body.strip().rstrip(';')}}}")
        parts = [re.search(r"\.vn-root ([a-z]\w*|>? ?\.vn-[\w-]+)", one) for one in selectors.split(",")]
        needles = {f"<{p[1]}" if p[1][0].isalpha() else p[1].lstrip("> .") for p in parts if p}
        rules.append((tuple(sorted(needles)), squeezed))
    return tuple(rules)
