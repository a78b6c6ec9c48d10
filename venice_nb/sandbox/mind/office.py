"""Text out of office files (DOCX, PPTX, XLSX): their XML is unpacked within bounds, read without entities."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

UNPACKED = 20_000_000  # bytes of XML that one file may unpack to
CELLS = 2_000_000  # cells of a workbook, the empty ones between others counted
HEADING = re.compile(r"(?:Heading|Title)", re.IGNORECASE)

Row = list[str]


class Office:
    """An office file, part by part. Raises ValueError for what is broken, too large or no such file."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._box = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ValueError(str(error)) from None
        self._left = UNPACKED
        self.names = frozenset(self._box.namelist())

    @property
    def kind(self) -> str:
        """docx, pptx or xlsx; empty for any other archive."""
        parts = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}
        return next((kind for kind, part in parts.items() if part in self.names), "")

    def paragraphs(self) -> list[str]:
        """The paragraphs of a document or of all slides; headings begin with `## `."""
        if self.kind == "docx":
            return list(self._paragraphs("word/document.xml"))
        slides = self._linked("ppt/presentation.xml", "sldId")
        return [each for _, part in slides for each in self._paragraphs(part)]

    def sheets(self) -> list[tuple[str, list[Row]]]:
        """The sheets of a workbook: name and rows. Numbers and dates are as the file stores them."""
        shared = list(self._shared())
        left = CELLS
        found = []
        for name, part in self._linked("xl/workbook.xml", "sheet"):
            rows: list[Row] = []
            for row in self._rows(part, shared):
                left -= len(row)
                if left < 0:
                    raise ValueError(f"the workbook has more than {CELLS:,} cells")
                rows.append(row)
            found.append((name, rows))
        return found

    def _read(self, part: str) -> bytes:
        """One part, as far as the bounds allow, whatever size the archive claims for it."""
        try:
            with self._box.open(part) as file:
                data = file.read(self._left + 1)
        except Exception as error:  # noqa: BLE001  each way to pack fails in ways of its own
            raise ValueError(f"{part} cannot be unpacked: {type(error).__name__}") from None
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"the file unpacks to more than {UNPACKED:,} bytes")
        return data

    def _events(self, part: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
        """(start or end, name without namespace, text, attributes) of each element of a part."""
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415  loads with the first office file
        from defusedxml.ElementTree import ParseError, iterparse  # noqa: PLC0415  likewise

        parents: list[Any] = []
        try:
            for what, element in iterparse(io.BytesIO(self._read(part)), ("start", "end"), forbid_dtd=True):
                if what == "end":
                    parents.pop()
                yield what, element.tag.rpartition("}")[2], element.text or "", element.attrib
                if what == "start":
                    parents.append(element)
                elif parents:
                    del parents[-1][:]  # what has been read is forgotten
        except (ParseError, DefusedXmlException, LookupError) as error:
            raise ValueError(f"{part} is not XML that can be read: {type(error).__name__}") from None

    def _paragraphs(self, part: str) -> Iterator[str]:
        said, heading, skipped = "", False, 0
        for what, name, text, attributes in self._events(part):
            if name == "Fallback":  # the same text once more, for old readers
                skipped += 1 if what == "start" else -1
            elif skipped:
                continue
            elif what == "start" and name == "pStyle":
                heading = any(HEADING.match(value) for value in attributes.values())
            elif what == "start" and name == "ph":
                heading = attributes.get("type") in {"title", "ctrTitle"}
            elif what == "end" and name == "t":
                said += text
            elif what == "end" and name in {"tab", "br", "cr"}:
                said += "\t" if name == "tab" else "\n"
            elif what == "end" and name == "p":
                if said.strip():
                    yield f"## {said.strip()}" if heading else said.strip()
                said = ""
                heading = False
        if said.strip():
            yield said.strip()

    def _linked(self, part: str, element: str) -> list[tuple[str, str]]:
        """The parts that a part lists by their relations, in its own order: (name, path)."""
        folder, name = posixpath.split(part)
        targets = {
            attributes.get("Id", ""): posixpath.normpath(posixpath.join(folder, attributes.get("Target", "")))
            for what, tag, _, attributes in self._events(f"{folder}/_rels/{name}.rels")
            if what == "start" and tag == "Relationship"
        }
        found = []
        for what, tag, _, attributes in self._events(part):
            if what == "start" and tag == element:
                relation = next((value for key, value in attributes.items() if key.endswith("}id")), "")
                path = targets.get(relation, "").removeprefix("/")
                if path in self.names:
                    found.append((attributes.get("name", ""), path))
        return found

    def _shared(self) -> Iterator[str]:
        """The texts that cells name by their number."""
        if "xl/sharedStrings.xml" not in self.names:
            return
        said, reading = "", 0
        for what, name, text, _ in self._events("xl/sharedStrings.xml"):
            if name == "rPh":  # how the text is pronounced
                reading += 1 if what == "start" else -1
            elif what == "end" and name == "t" and not reading:
                said += text
            elif what == "end" and name == "si":
                yield said
                said = ""

    def _rows(self, part: str, shared: list[str]) -> Iterator[Row]:
        row: Row = []
        kind = value = ""
        for what, name, text, attributes in self._events(part):
            if what == "start" and name == "c":
                kind, value = attributes.get("t", ""), ""
                row += [""] * (_column(attributes.get("r", "")) - len(row))
            elif what == "end" and name in {"v", "t"}:
                value += text
            elif what == "end" and name == "c":
                row.append(_shown(kind, value, shared))
            elif what == "end" and name == "row":
                if any(row):
                    yield row
                row = []


def _column(reference: str) -> int:
    """The place of a cell such as `C7`, from 0; 0 when it does not say."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    at = 0
    for letter in letters[0] if letters else "":
        at = at * 26 + ord(letter) - ord("A") + 1
    return max(at - 1, 0)


def _shown(kind: str, value: str, shared: list[str]) -> str:
    if kind == "s":
        return shared[int(value)] if value.isascii() and value.isdigit() and int(value) < len(shared) else ""
    return {"1": "TRUE", "0": "FALSE"}.get(value, value) if kind == "b" else value
