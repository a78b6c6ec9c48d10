"""A corpus: documents to be asked, from files, folders, tables or texts, and what could not be read."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from venice_nb.calls import check
from venice_nb.calls.vectors.embeddings import is_missing
from venice_nb.errors import InvalidInput
from venice_nb.rag import files, reading
from venice_nb.rag.splitting import split
from venice_nb.render import html, text
from venice_nb.render.live import Bundle, Displayed
from venice_nb.results.rag.document import Document, Unread

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Self

    import pandas as pd

    from venice_nb.results.rag.passage import Passages

MAX_BYTES = 20_000_000
_SHOWN = 25  # documents of a display
_TOLD = 10  # files of a display that were not read


@dataclass(frozen=True, repr=False, eq=False)
class Corpus(Displayed):
    """Documents to be asked: `vn.Corpus.from_files("docs/*.md")`, then `v.rag(corpus)`.

    Everything in it was written by others and is treated as data: sizes are bounded, nothing in a document is
    run, loaded or obeyed. What could not be read is in `unread`, with the reason.

    Attributes:
        documents: what was read, in the order of their names or rows.
        unread: files and rows that are not in it, and why.
        root: the folder that the names of files are relative to; None for tables and texts.

    >>> import venice_nb as vn
    >>> corpus = vn.Corpus.from_texts({"tides": "High water is at noon.", "pets": "Dogs are welcome."})
    >>> len(corpus), corpus[1].source
    (2, 'pets')

    """

    documents: tuple[Document, ...] = ()
    unread: tuple[Unread, ...] = ()
    root: Path | None = None

    # --- where it comes from -----------------------------------------------------------------

    @classmethod
    def from_files(
        cls,
        *patterns: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        encoding: str | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Self:
        """A corpus of files: names, paths, or patterns such as `"docs/**/*.md"`.

        Args:
            patterns: files to read. Markdown, HTML, PDF and Word are told by their ending (the last three
                need the extra `documents`); everything else is read as plain text.
            encoding: of text files; None finds it: a byte order mark, UTF-8, what an HTML page declares, else
                Windows-1252, which is then noted on the document.
            max_bytes: a larger file is not read.

        Documents are named by their path below the folder that holds them all, so that no name of a user or
        machine is shown or sent. A pattern goes through no linked folder with `**`, and what it finds is not
        read where it leads out of the folder that the pattern begins in; a file that you name is. Raises
        InvalidInput for a name or pattern without a file, and when no file at all could be read.

        """
        root, paths = files.matching(patterns)
        return cls._of(root, paths, encoding, max_bytes, other="text")

    @classmethod
    def from_folder(
        cls,
        folder: str | os.PathLike[str],
        *,
        recursive: bool = True,
        encoding: str | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Self:
        """A corpus of everything in a folder that can be read: Markdown, text, HTML, PDF and Word files.

        Hidden files and folders are passed over; files of other kinds, and links that lead out of the folder,
        are listed in `unread`. Arguments and errors are those of `from_files`.
        """
        root, paths = files.below(folder, recursive=check.flag("recursive", recursive))
        return cls._of(root, paths, encoding, max_bytes)

    @classmethod
    def _of(
        cls,
        root: Path,
        paths: Mapping[Path, Path | None],
        encoding: str | None,
        max_bytes: int,
        other: str | None = None,
    ) -> Self:
        most = check.integer(1)("max_bytes", max_bytes)
        if encoding is not None:
            _known(encoding)
        named = files.names(root, paths)
        documents, unread = [], []
        for path, home in paths.items():
            source, kind = named[path], files.kind_of(path) or other
            try:
                if home is not None and not path.resolve().is_relative_to(home):
                    raise reading.Unreadable("a link that leads out of the folder")  # noqa: TRY301  listed below
                documents.append(_read(path, source, kind, encoding, int(most)))
            except reading.Unreadable as reason:
                unread.append(Unread(source, str(reason)))
        if not documents:
            reasons = "; ".join(f"{text.short(each.source, 60)}: {each.reason}" for each in unread[:5])
            raise InvalidInput(
                f"None of {len(unread)} files could be read. {reasons}",
                field="patterns",
                value=len(unread),
                allowed="files with text",
                do="Check the pattern; PDF, Word and HTML files need: pip install 'venice-nb[documents]'.",
            )
        return cls(tuple(documents), tuple(unread), root)

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, text: str = "text", *, source: str | None = None, title: str | None = None
    ) -> Self:
        """A corpus of the rows of a table.

        Args:
            frame: one document a row; it is not changed.
            text: the column with the text. Rows where it is missing or blank are listed in `unread`.
            source: the column that names a row in citations; None, or a row without one, takes its label.
            title: the column with its title; None, or a row without one, takes the name.

        The other columns are the document's `metadata`. Raises InvalidInput for a column that is not there.

        """
        if not hasattr(frame, "columns"):
            check.refuse("frame", frame, "a DataFrame", "Use Corpus.from_texts(...) for a list of texts.")
        columns = [str(name) for name in frame.columns]
        if len(set(frame.columns)) < len(columns):
            what = "frame has several columns of one name."
            check.refuse("frame", None, "columns of different names", "Rename them.", what=what)
        for name in (text, source, title):
            if name is not None and name not in frame.columns:
                check.unknown(name, columns, kind="column")
        documents, unread = [], []
        for label, row in zip(frame.index, frame.to_dict("records"), strict=True):
            name = _said(row, source) or f"row {label}"
            said = row[text]
            if not isinstance(said, str) or not said.strip():
                unread.append(Unread(name, "blank" if isinstance(said, str) else "no text"))
                continue
            rest = {str(key): value for key, value in row.items() if key not in {text, source, title}}
            called = _said(row, title) or name
            documents.append(Document(name, "row", called, reading.tidy(said), metadata=rest))
        return cls(tuple(documents), tuple(unread))

    @classmethod
    def from_texts(cls, texts: Mapping[str, str] | Iterable[str], *, markdown: bool = True) -> Self:
        """A corpus of texts: a dict of names and texts, or a list, whose texts are called "text 1" and so on.

        `markdown=False` takes them for plain text, without headings. Raises InvalidInput for what is no text.
        """
        if isinstance(texts, str):
            check.refuse("texts", texts, "a list or dict of texts", "Put it in brackets: [text].")
        if not isinstance(texts, Iterable):
            check.refuse("texts", texts, "a list or dict of texts", "Write [text].")
        named: dict[str, Any] = (
            dict(texts)
            if isinstance(texts, Mapping)
            else {f"text {number}": each for number, each in enumerate(texts, 1)}
        )
        documents, unread = [], []
        for name, said in named.items():
            said = check.text()(f"texts[{name!r}]", said)  # noqa: PLW2901  checked
            try:
                documents.append(
                    reading.read(said.encode("utf-8"), str(name), "markdown" if markdown else "text")
                )
            except reading.Unreadable as reason:
                unread.append(Unread(str(name), str(reason)))
        return cls(tuple(documents), tuple(unread))

    # --- what can be done with it ------------------------------------------------------------

    def split(
        self,
        size: int | None = None,
        overlap: int = 0,
        *,
        unit: Literal["characters", "tokens"] = "characters",
    ) -> Passages:
        """The documents cut into passages of at most `size`, at headings, paragraphs, sentences, words.

        Args:
            size: the most a passage may measure; 1,600 characters or 400 tokens when left out.
            overlap: how much of a passage the next may repeat, at most half of `size`.
            unit: what both count: "characters", or "tokens" of OpenAI's o200k table, which other models'
                tokens resemble in number.

        Each passage knows its place: `document.text[start:end] == passage.text`, lines, page and headings.
        Needs the extra `rag`.

        >>> import venice_nb as vn
        >>> corpus = vn.Corpus.from_texts({"pets": "Dogs are welcome. Cats travel in a carrier."})
        >>> [passage.text for passage in corpus.split(30)]
        ['Dogs are welcome.', 'Cats travel in a carrier.']

        """
        return split(self.documents, size=size, overlap=overlap, unit=unit)

    def to_frame(self) -> pd.DataFrame:
        """One row per document: source, kind, title, characters, note, text; then the metadata."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        rows = [(d.source, d.kind, d.title, len(d.text), d.note, d.text) for d in self.documents]
        names = ["source", "kind", "title", "characters", "note", "text"]
        made = pd.DataFrame(rows, columns=pd.Index(names))
        for name in dict.fromkeys(key for each in self.documents for key in each.metadata):
            made[name if name not in names else f"{name}_"] = [d.metadata.get(name) for d in self.documents]
        return made

    def __len__(self) -> int:
        return len(self.documents)

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    def __getitem__(self, key: int | str) -> Document:
        """A document by its place, or by its name."""
        if isinstance(key, str):
            found = next((each for each in self.documents if each.source == key), None)
            return found if found is not None else check.unknown(key, self.sources, kind="document")
        return self.documents[key]

    @property
    def sources(self) -> list[str]:
        """The names of the documents."""
        return [each.source for each in self.documents]

    # --- how it looks ------------------------------------------------------------------------

    def __repr__(self) -> str:
        kinds = Counter(each.kind for each in self.documents)
        told = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
        missing = f", {len(self.unread)} not read" if self.unread else ""
        return f"<Corpus of {len(self)} document{'s' * (len(self) != 1)}: {told or 'none'}{missing}>"

    def _mimebundle(self) -> Bundle:
        head = ("document", "kind", "title", "characters")
        rows = [
            (
                text.short(each.source, 80),
                each.kind,
                text.short(each.title, 80) + (f" ({text.short(each.note, 80)})" if each.note else ""),
                text.count(len(each.text)),
            )
            for each in self.documents[:_SHOWN]
        ]
        facts = [
            ("documents", text.count(len(self))),
            ("characters", text.count(sum(len(each.text) for each in self.documents))),
            *_missing(self.unread),
        ]
        hidden = len(self) - len(rows)
        more = f"{hidden} more; .to_frame() has all" if hidden else None
        lines = ["Corpus", *(f"  {name}: {value}" for name, value in facts)]
        lines += [f"  {', '.join((row[0], row[1], f'{row[3]} characters', row[2]))}" for row in rows]
        table = html.details("Documents", html.table(head, rows, numeric=(3,)), more)
        return {
            "text/plain": "\n".join([*lines, *([f"  {more}"] if more else [])]),
            "text/html": html.page(html.card("Corpus", html.facts(facts), table)),
        }


def _known(encoding: Any) -> None:
    try:
        codecs.lookup(encoding)
    except (LookupError, TypeError):
        do = "Write 'utf-8', 'cp1252' or 'shift_jis', say."
        check.refuse("encoding", encoding, "an encoding that Python knows", do)


def _said(row: Mapping[Any, Any], column: str | None) -> str:
    """What a cell says; nothing where there is no column, or none in this row."""
    said = None if column is None else row[column]
    return "" if is_missing(said) else str(said).strip()


def with_documents(corpus: object) -> Corpus:
    """The corpus. Refuses what is none, and one without documents."""
    if not isinstance(corpus, Corpus):
        do = "Make one: vn.Corpus.from_files('docs/*.md'), from_frame(df), from_texts([...])."
        check.refuse("corpus", corpus, "a Corpus", do)
    if not len(corpus):
        check.refuse("corpus", 0, "a corpus with documents", "Look at corpus.unread for what was not read.")
    return corpus


def _missing(unread: Sequence[Unread]) -> list[tuple[str, str]]:
    """What was not read, for a display: reasons with their files, the commonest first."""
    by_reason: dict[str, list[str]] = {}
    for each in unread:
        by_reason.setdefault(each.reason, []).append(text.short(each.source, 60))
    told = []
    for reason, names in sorted(by_reason.items(), key=lambda pair: -len(pair[1]))[:_TOLD]:
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        told.append(("not read", f"{listed}: {text.short(reason, 200)}"))
    rest = len(by_reason) - len(told)
    return told + ([("not read", f"{rest} more reasons in .unread")] if rest else [])


def _read(path: Path, source: str, kind: str | None, encoding: str | None, most: int) -> Document:
    if kind is None:
        raise reading.Unreadable(f"not a kind of file that is read ({path.suffix.lower() or 'no ending'})")
    try:
        size = path.stat().st_size
        if size > most:
            raise reading.Unreadable(f"larger than {text.bytes_(most)}; raise max_bytes=")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise reading.Unreadable(f"cannot be opened: {error.strerror}") from None
    if len(content) > most:
        raise reading.Unreadable(f"larger than {text.bytes_(most)}; raise max_bytes=")
    return reading.read(content, source, kind, encoding=encoding)
