"""The web and files: search and scrape over the bundled pages, and text out of real files."""

from __future__ import annotations

import html
import ipaddress
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from venice_nb.sandbox import limits, money
from venice_nb.sandbox.exchange import Refusal, Response, json_response
from venice_nb.sandbox.schema import refused

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.mind.office import Office

PRICE = 0.01  # US dollars for each success
RESULTS = {"brave": 10, "google": 5}  # the most a provider gives, whatever is asked for
BLOCKED = ("x.com", "twitter.com", "t.co", "reddit.com", "redd.it")  # no automated readers there
SNIPPET = 3  # sentences of a page that a search shows


def search(ask: Ask) -> Response:
    """POST /augment/search: bundled pages on a query, best first; words of the query stand in <strong>."""
    from venice_nb.sandbox.mind.web import search_pages  # noqa: PLC0415  loads numpy

    body = ask.body
    if not body["query"].strip():
        raise refused(["query"], "Query must not be blank")
    _admit(ask, "search")
    most = min(int(body.get("limit", 10)), RESULTS[body.get("search_provider", "brave")])
    found = search_pages(body["query"], most)
    money.settle(ask, "augment-search", 1, PRICE)
    rows = [{**_fields(page), "content": _snippet(body["query"], page)} for page in found]
    return json_response({"query": body["query"], "results": rows})


def scrape(ask: Ask) -> Response:
    """POST /augment/scrape: a bundled page as Markdown; any other address cannot be reached from here."""
    from venice_nb.sandbox.mind.web import read_page  # noqa: PLC0415  loads numpy

    url: str = ask.body["url"]
    if why := _unfit(url):
        raise refused(["url"], why)
    _admit(ask, "scrape")
    page = read_page(url)
    if page is None:
        raise Refusal(500, "Failed to scrape URL: the page could not be reached")
    money.settle(ask, "augment-scrape", 1, PRICE)
    content = f"# {page['title']}\n\n{page['content']}\n"
    return json_response({"url": url, "content": content, "format": "markdown"})


def parse(ask: Ask) -> Response:
    """POST /augment/text-parser: the text of a PDF, an office file or a plain text."""
    file = ask.body["file"]
    money.check_funds(ask.state, ask.caller)
    text = _text(bytes(file))
    tokens = ask.state.mind.count_tokens(text)
    money.settle(ask, "augment-text-parser", 1, PRICE, tokens=tokens)
    if ask.body.get("response_format") == "text":
        return Response(200, {"content-type": "text/plain; charset=utf-8"}, text.encode())
    return json_response({"text": text, "tokens": tokens})


def _admit(ask: Ask, route: str) -> None:
    """Funds, and twenty requests a minute of each of the two routes."""
    money.check_funds(ask.state, ask.caller)
    lane = {"id": f"augment/{route}", "type": f"augment/{route}"}
    ask.headers |= limits.admit(ask.state, ask.caller, lane)


def _fields(page: dict[str, Any]) -> dict[str, Any]:
    return {"title": html.escape(page["title"], quote=False), "url": page["url"], "date": page["date"]}


def _snippet(query: str, page: dict[str, Any]) -> str:
    """The sentences of a page that suit the query best, as search engines show them."""
    from venice_nb.sandbox.mind.retrieve import Passage, rank  # noqa: PLC0415  loads numpy
    from venice_nb.sandbox.mind.text import question_terms, split_sentences, stem  # noqa: PLC0415  likewise

    hits = sorted(
        rank(query, [Passage(page["content"], title=page["title"])])[:SNIPPET], key=lambda hit: hit.line.order
    )
    said = " ".join(hit.line.sentence.text for hit in hits) or split_sentences(page["content"])[0]
    asked = set(question_terms(query))
    return re.sub(
        r"[^\W_]+",
        lambda word: f"<strong>{word[0]}</strong>" if stem(word[0]) in asked else word[0],
        html.escape(said, quote=False),
    )


def _unfit(url: str) -> str:
    """Why an address is none to read; empty when it may be."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return "Invalid url"
    if parts.scheme.lower() not in ("http", "https") or not host:
        return "URL must use http or https"
    if "@" in parts.netloc:
        return "URL must not contain credentials"
    if any(host == name or host.endswith(f".{name}") for name in BLOCKED):
        return f"Scraping {host} is not supported: the site blocks automated access"
    private = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    with suppress(ValueError):
        address = ipaddress.ip_address(host.partition("%")[0])
        private = not (getattr(address, "ipv4_mapped", None) or address).is_global
    return "URL must not point to a private network" if private else ""


def _text(raw: bytes) -> str:
    """The text of a file, told by its content; 400 for what has none, as a scan."""
    from venice_nb.sandbox.mind.documents import pdf_text, plain_text  # noqa: PLC0415  loads numpy
    from venice_nb.sandbox.mind.office import Office  # noqa: PLC0415  likewise

    try:
        if raw.startswith(b"%PDF"):
            text = pdf_text(raw)
        elif raw.startswith(b"PK\x03\x04"):
            text = _office(Office(raw))
        else:
            text = plain_text(raw)
    except ValueError as error:
        raise _unparsed(f"The document could not be parsed: {error}") from None
    if not text.strip():
        raise _unparsed("No text could be extracted from the document")
    return text


def _office(file: Office) -> str:
    if file.kind == "xlsx":
        sheets = ((name, "\n".join("\t".join(row) for row in rows)) for name, rows in file.sheets())
        return "\n\n".join(f"{name}\n{table}" for name, table in sheets if table)
    if not file.kind:
        raise ValueError("unsupported file type; supported are PDF, DOCX, PPTX, XLSX and plain text")
    return "\n\n".join(file.paragraphs())


def _unparsed(why: str) -> Refusal:
    return refused(["file"], why)
