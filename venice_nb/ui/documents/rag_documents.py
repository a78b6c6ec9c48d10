"""Which documents a panel asks: those that a path names, or files of the reader's machine."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venice_nb.rag.corpus import Corpus
from venice_nb.rag.reading import KINDS
from venice_nb.render import html, text
from venice_nb.ui.parts import view
from venice_nb.ui.parts.attachments import LARGEST
from venice_nb.ui.parts.code import call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.ui.documents.rag_panel import RagPanel
    from venice_nb.ui.parts.task import Task

TOLD = 5  # names that are told


class Documents:
    """Reads documents into the panel's `corpus`. `code` is what reads them in a cell."""

    def __init__(self, panel: RagPanel) -> None:
        self._panel = panel
        self.code = ""
        tip = "A folder, a file, or a pattern such as docs/*.md, on the machine of the kernel"
        self.path = view.line("Folder or files", tip, placeholder="docs", live=True)
        read = view.button(
            "Read", "Read the documents that are named; costs nothing", panel.settled(self.read_path)
        )
        kinds = f"Files of your machine in place of those named, up to {LARGEST // 10**6} MB each"
        self.upload = view.upload("Upload documents", kinds, accept=",".join(KINDS))
        self.upload.observe(lambda change: self._uploaded(change.new), "value")
        self._facts = view.pane()
        self.view = view.column(view.row(self.path, read, self.upload), self._facts)

    def read_path(self) -> None:
        """Read what the path names."""
        path = self.path.value.strip()
        if not path:
            self._panel.status = "Write the name of a folder first, or upload files."
            return
        self._panel.start("Reading ...", lambda _: reading(path), partial(self._got, reader(path)))

    def _uploaded(self, files: Sequence[Any]) -> None:
        if files:
            held = {Path(str(item["name"])).name: bytes(item["content"]) for item in files}
            self.upload.value = ()  # or the bytes stay in the state of the widget, and get into the notebook
            code = call("vn.Corpus.from_files", *held)
            self._panel.start("Reading ...", partial(_held, held), partial(self._got, code))

    def _got(self, code: str, corpus: Corpus) -> str:
        self.code = code
        self._panel.corpus = corpus
        missing = f" {text.count(len(corpus.unread))} could not be read." if corpus.unread else ""
        return f"{documents(corpus)} read.{missing} Ask a question now."

    def show(self, corpus: Corpus | None, passages: int | None = None, note: str = "") -> None:
        """Tell what is asked."""
        if corpus is None:
            told = (
                "Which documents? Name a folder and press Read, or upload files: Markdown, text, PDF, Word."
            )
            view.draw(self._facts, html.tag("p", told, class_="vn-line"))
            return
        named = ", ".join(text.short(each, 60) for each in corpus.sources[:TOLD])
        more = len(corpus) - TOLD
        parts = [f"{documents(corpus)}: {named}{f' and {more} more' if more > 0 else ''}."]
        parts += [f"{text.count(passages)} passage{'s' * (passages != 1)}."] if passages is not None else []
        unread = [
            f"{text.short(each.source, 60)}: {text.short(each.reason, 120)}" for each in corpus.unread[:TOLD]
        ]
        lines = [html.tag("p", " ".join(filter(None, [*parts, note])), class_="vn-line")]
        if unread:
            rest = f"; and {len(corpus.unread) - TOLD} more" * (len(corpus.unread) > TOLD)
            lines.append(html.tag("p", f"Not read: {'; '.join(unread)}{rest}", class_="vn-line"))
        view.draw(self._facts, *lines)


def documents(corpus: Corpus) -> str:
    """How many there are."""
    return f"{text.count(len(corpus))} document{'s' * (len(corpus) != 1)}"


def reading(path: str) -> Corpus:
    """What a path names: everything in a folder, or the files that fit it."""
    at = Path(path).expanduser()
    return Corpus.from_folder(at) if at.is_dir() else Corpus.from_files(path)


def reader(path: str) -> str:
    """The code that does so."""
    kind = "from_folder" if Path(path).expanduser().is_dir() else "from_files"
    return call(f"vn.Corpus.{kind}", path)


def _held(files: dict[str, bytes], _: Task) -> Corpus:
    """A corpus of uploaded files. They are on the disk for as long as it takes to read them."""
    with tempfile.TemporaryDirectory(prefix="venice-nb-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return Corpus.from_files(*(Path(folder) / name for name in files))
