"""Text out of files that strangers wrote: Markdown, text, HTML, PDF and Word, each within limits."""

from __future__ import annotations

import codecs
import html
import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from venice_nb.rag.extras import quiet
from venice_nb.results.rag.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = {
    **dict.fromkeys((".md", ".markdown", ".mdown"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".rst", ".log"), "text"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    ".pdf": "pdf",
    ".docx": "docx",
}
MOST_TEXT = 10_000_000  # characters of one document: some 5,000 pages
MOST_UNPACKED = 200_000_000  # bytes that a Word file may unpack to
MOST_PAGES = 5_000
TITLED = 20_000  # characters in which the heading stands that is the title

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<meta[^<>]{0,200}charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HALF = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):  # noqa: N818  named after what happened
    """A file that gives no text; its message is the reason, for the list of what was not read."""


def read(content: bytes, source: str, kind: str, *, encoding: str | None = None) -> Document:
    """The document in the bytes of a file. Raises Unreadable with the reason when there is none."""
    if not content:
        raise Unreadable("empty file")
    if kind == "pdf":
        return _pdf(content, source)
    if kind == "docx":
        return _document(source, kind, _docx(content))
    text, note = decoded(content, encoding, declared=kind == "html")
    if kind != "html":
        return _document(source, kind, text, note=note)
    named = _TITLE.search(text[:20_000])
    title = " ".join(html.unescape(named[1]).split()) if named else ""
    return _document(source, kind, _markdown(text), title=title, note=note)


def decoded(content: bytes, encoding: str | None = None, *, declared: bool = False) -> tuple[str, str]:
    """The text of some bytes, and a note when its encoding had to be guessed.

    In this order: the encoding given, a byte order mark, UTF-8, what an HTML page says of itself, and
    Windows-1252, which most old files of Western Europe are. Raises Unreadable for what is no text.
    """
    told = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    tries = [encoding] if encoding else [told, "utf-8"]
    meta = _DECLARED.search(content[:4096]) if declared and not encoding else None
    tries += [meta[1].decode("ascii", "replace")] if meta else []
    tries += [] if encoding else ["cp1252"]
    for name in filter(None, tries):
        try:
            text = content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if not isinstance(text, str) or _BINARY.search(text[:100_000]):
            raise Unreadable("not text: it holds binary data")
        note = "" if name in {encoding, told, "utf-8"} else f"read as {name}, as it is not UTF-8"
        return text, note
    raise Unreadable(f"not text in {encoding}" if encoding else "its encoding is not known; give encoding=")


def tidy(text: str) -> str:
    r"""The text with `\n` for line ends, no form feeds, and no halves of characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    return _HALF.sub("\ufffd", text)[:MOST_TEXT]


def _document(source: str, kind: str, text: str, *, title: str = "", note: str = "", **more: Any) -> Document:
    if not text.strip():
        raise Unreadable("no text")
    if len(text) > MOST_TEXT:
        cut = f"cut after {MOST_TEXT:,} characters"
        note = f"{note}; {cut}" if note else cut
    text = tidy(text)
    made = Document(source, kind, title or source.rpartition("/")[2], text, note=note, **more)
    heads = (names[-1] for place, names in made.outline if names and place < TITLED)
    return replace(made, title=next(heads, made.title))


def _needs(package: str, what: str) -> Unreadable:
    return Unreadable(f"{what} need {package}: pip install 'venice-nb[documents]'")


def _markdown(page: str) -> str:
    """A page of HTML as Markdown: no scripts, hidden parts, pictures or addresses of links."""
    try:
        import html_to_markdown as library  # noqa: PLC0415  an extra
    except ImportError:
        raise _needs("html-to-markdown", "HTML files") from None
    options = library.ConversionOptions(extract_metadata=False, skip_images=True, strip_tags=["a"])
    try:
        return library.convert(page, options).content or ""
    except Exception as error:  # noqa: BLE001  whatever a hostile page does to the parser is a reason
        raise Unreadable(f"not readable as HTML: {type(error).__name__}") from None


def _pdf(content: bytes, source: str) -> Document:
    try:
        import pypdf  # noqa: PLC0415  an extra
    except ImportError:
        raise _needs("pypdf", "PDF files") from None
    with quiet("pypdf"):
        pages = _guarded(lambda: _pages(pypdf, content), "PDF")
    blank = [number for number, page in enumerate(pages, 1) if not page.strip()]
    if len(blank) == len(pages):
        several = f"{len(pages)} pages" if len(pages) != 1 else "a page"
        raise Unreadable(f"{several} without text, most likely a scan: have the text recognised (OCR) first")
    starts, text = [], ""
    for page in pages:
        starts.append(len(text))
        text += f"{tidy(page).strip()}\n\n"
    note = f"{len(blank)} of {len(pages)} pages hold no text" if blank else ""
    return _document(source, "pdf", text, note=note, pages=tuple(starts))


def _pages(pypdf: Any, content: bytes) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("locked with a password")
    pages: list[str] = []
    size = 0
    for page in reader.pages:
        if len(pages) >= MOST_PAGES or size > MOST_TEXT:
            break
        pages.append(page.extract_text() or "")
        size += len(pages[-1])
    return pages


def _docx(content: bytes) -> str:
    """A Word file as Markdown: headings, lists, paragraphs and tables in their order."""
    try:
        import docx  # noqa: PLC0415  an extra
    except ImportError:
        raise _needs("python-docx", "Word files") from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            unpacked = sum(each.file_size for each in box.infolist())
    except zipfile.BadZipFile:
        raise Unreadable("not a Word file") from None
    if unpacked > MOST_UNPACKED:
        raise Unreadable(f"it unpacks to {unpacked:,} bytes; {MOST_UNPACKED:,} is the most")
    text: str = _guarded(lambda: "\n\n".join(_blocks(docx.Document(io.BytesIO(content)))), "Word")
    return text


def _blocks(body: Any) -> Iterator[str]:
    for block in body.iter_inner_content():
        if hasattr(block, "rows"):
            rows = [
                [" ".join(cell.text.split()).replace("|", "\\|") for cell in row.cells] for row in block.rows
            ]
            lines = [f"| {' | '.join(row)} |" for row in rows if any(row)]
            if lines:
                yield "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
            continue
        said, style = block.text.strip(), str(getattr(block.style, "name", ""))
        level = re.fullmatch(r"Heading ([1-6])", style)
        if said and (level or style == "Title"):
            yield f"{'#' * (int(level[1]) if level else 1)} {' '.join(said.split())}"
        elif said:
            yield f"- {said}" if style.startswith("List") else said


def _guarded(work: Callable[[], Any], name: str) -> Any:
    """What comes of reading a file; whatever a broken one does to its library is a reason, not an error."""
    try:
        return work()
    except (Unreadable, KeyboardInterrupt):
        raise
    except MemoryError:
        raise Unreadable(f"too large in memory to be read as a {name} file") from None
    except Exception as error:  # noqa: BLE001  likewise
        raise Unreadable(f"not readable as a {name} file: {type(error).__name__}") from None
