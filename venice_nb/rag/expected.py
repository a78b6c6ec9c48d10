"""Evaluation questions: what is asked, where its answer stands, and how a ranking fares with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.calls.check import number as a_number
from venice_nb.calls.check import refuse, shown, text
from venice_nb.calls.vectors.embeddings import is_missing
from venice_nb.errors import InvalidInput, plain
from venice_nb.rag.metrics import ndcg, recall, reciprocal_rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.rag.corpus import Corpus
    from venice_nb.results.rag.found import Hit
    from venice_nb.results.rag.passage import Passage

NAMES = ("question", "source", "expected", "start", "end", "answer", "grade")
QUESTION = text(blank=False, longest=20_000)
COMMON = 1_000  # places of a text beyond which it tells no answer
HELD = 0.5  # the share of an expected text that a passage must hold to count as the right one


@dataclass(frozen=True)
class Place:
    """Where an answer stands: a document, and the characters in it; the whole document when `end` is 0.

    `again` are other places of the same text, or other documents of the same name: any of them will do.
    """

    document: int
    start: int = 0
    end: int = 0
    grade: float = 1.0
    again: tuple[Place, ...] = ()

    @cached_property
    def spans(self) -> dict[int, list[tuple[int, int]]]:
        """Where it begins and ends, by document."""
        found: dict[int, list[tuple[int, int]]] = {}
        for each in (self, *self.again):
            found.setdefault(each.document, []).append((each.start, each.end))
        return found

    def held_by(self, passage: Passage) -> bool:
        """Whether a passage holds at least half of it."""
        return any(
            min(passage.end, end) - max(passage.start, start) >= HELD * (end - start) or not end
            for start, end in self.spans.get(passage.document, ())
        )


@dataclass(frozen=True, slots=True)
class Grades:
    """How a ranking fares with a question.

    Attributes:
        recall: the share of the expected places that were found.
        reciprocal_rank: of the first right passage.
        ndcg: with the grades as given.
        ndcg_binary: with every grade above 0 as 1.
        rank: of the first right passage, from 1; None when it was not found.

    """

    recall: float
    reciprocal_rank: float
    ndcg: float
    ndcg_binary: float
    rank: int | None


@dataclass(frozen=True)
class Question:
    """A question of an evaluation.

    Attributes:
        text: what is asked.
        places: where its answer stands; none for a question that the corpus does not answer.
        answer: a reference answer, or "".
        more: the other columns of its first row.

    """

    text: str
    places: tuple[Place, ...] = ()
    answer: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether documents are expected rather than passages."""
        return any(not place.end for place in self.places)

    def grades(self, hits: Sequence[Hit], passages: Sequence[Passage], k: int) -> Grades | None:
        """How a ranking fares; None for a question that the corpus does not answer.

        Where a text is expected, passages are ranked; where only a document is named, documents are, each at
        the place of its first passage. Where the passages are too small for any to be right, nDCG is 0, as
        recall is.
        """
        if not self.places:
            return None
        if self.whole:
            one = {document: place.document for place in self.places for document in place.spans}
            documents = [hit.passage.document for hit in hits]
            ranked = list(dict.fromkeys(one.get(document, document) for document in documents))[:k]
            best = {place.document: place.grade for place in sorted(self.places, key=lambda each: each.grade)}
            given = [best.get(document, 0.0) for document in ranked]
            found, all_grades = sum(document in ranked for document in best), list(best.values())
            wanted = len(best)
        else:
            top = [hit.passage for hit in hits][:k]
            given = [self._grade(passage) for passage in top]
            found = sum(any(place.held_by(passage) for passage in top) for place in self.places)
            there = {document for place in self.places for document in place.spans}
            all_grades = [self._grade(each) for each in passages if each.document in there]
            wanted = len(self.places)
        ones = [float(grade > 0) for grade in given]
        return Grades(
            recall(found, wanted),
            reciprocal_rank(given),
            ndcg(given, all_grades, k) if any(all_grades) else 0.0,
            ndcg(ones, [float(grade > 0) for grade in all_grades], k) if any(all_grades) else 0.0,
            next((rank for rank, grade in enumerate(given, 1) if grade > 0), None),
        )

    def _grade(self, passage: Passage) -> float:
        return max((place.grade for place in self.places if place.held_by(passage)), default=0.0)


def read_questions(questions: Any, corpus: Corpus) -> list[Question]:
    """The questions of a table or list, their places found in the corpus.

    Raises InvalidInput, naming the row, for a question that is blank, a document that is not there, or an
    expected text that the document does not hold.
    """
    rows = rows_of(questions)
    merged: dict[str, Question] = {}
    for number, row in enumerate(rows):
        said = _text(row, "question")
        if not said:
            _refuse(number, "has no question", "a text in the column 'question'", "Fill it in.")
        QUESTION(f"questions[{number}].question", said)
        places = _places(row, number, corpus)
        before = merged.get(said)
        more = {name: value for name, value in row.items() if name not in NAMES}
        if before is None:
            merged[said] = Question(said, places, _text(row, "answer"), more)
        else:
            answer = before.answer or _text(row, "answer")
            merged[said] = Question(said, (*before.places, *places), answer, before.more)
    return list(merged.values())


def rows_of(questions: Any) -> list[Mapping[str, Any]]:
    """The rows of a table, a list or what can be gone through once, each a dict."""
    rows: Any = questions
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        if "question" not in rows.columns:
            refuse("questions", list(map(str, rows.columns)), "a column 'question'", "Rename the column.")
        if len(set(rows.columns)) < len(rows.columns):
            what = "questions has several columns of one name."
            refuse("questions", None, "columns of different names", "Rename them.", what=what)
        rows = rows.to_dict("records")
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        do = "Pass a DataFrame or a list of dicts with question, source and expected."
        refuse("questions", questions, "a table or list of questions", do)
    found = [{"question": row} if isinstance(row, str) else row for row in rows]
    if not found or not all(isinstance(row, Mapping) for row in found):
        do = "Pass a DataFrame or a list of dicts with question, source and expected."
        refuse("questions", questions, "one question or more, each a dict", do)
    return found


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if is_missing(value) else str(value).strip()


def _places(row: Mapping[str, Any], number: int, corpus: Corpus) -> tuple[Place, ...]:
    source, wanted = _text(row, "source"), _text(row, "expected")
    grade = _number(row, "grade", number)
    if grade is None:
        grade = 1.0
    elif grade <= 0:
        _refuse(number, f"has the grade {grade:g}", "a grade above 0", "Leave out what is not wanted.")
    documents = _documents(source, number, corpus)
    if wanted:
        words = r"\s+".join(map(re.escape, wanted.split()))
        # "noon" is not looked for in "afternoon", unless it stands nowhere else
        spans = _spans(rf"(?<!\w){words}(?!\w)", documents, corpus) or _spans(words, documents, corpus)
        if not spans:
            told = f"expects a text that {'the document does' if source else 'no document does'} not hold"
            _refuse(number, told, "words as they stand in the document", "Copy them from it.")
        if len(spans) > COMMON:
            told = f"expects a text that stands in {len(spans):,} places"
            _refuse(number, told, f"words that stand in at most {COMMON:,}", "Take more of them.")
        return _any_of(spans, grade)
    start, end = _number(row, "start", number), _number(row, "end", number)
    if start is None and end is None:
        return _any_of([(document, 0, 0) for document in documents], grade) if source else ()
    if start is None or end is None or not source or len(documents) > 1:
        allowed = "start and end, and the one document that they count in"
        _refuse(number, "has a part of a span", allowed, "Name the source, or give the expected text.")
    long = len(corpus.documents[documents[0]].text)
    if not (0 <= start < end <= long and start.is_integer() and end.is_integer()):
        allowed = f"whole numbers from 0 to {long}, the length of the document"
        _refuse(number, f"has the span {start:g} to {end:g}", allowed, "Check it.")
    return (Place(documents[0], int(start), int(end), grade),)


def _spans(pattern: str, documents: Sequence[int], corpus: Corpus) -> list[tuple[int, int, int]]:
    """Where a pattern fits: document, start and end."""
    wanted = re.compile(pattern)
    texts = ((document, corpus.documents[document].text) for document in documents)
    return [(document, *found.span()) for document, said in texts for found in wanted.finditer(said)]


def _documents(source: str, number: int, corpus: Corpus) -> list[int]:
    """The documents of a name, or of the end of a path; all of them without one."""
    names = corpus.sources
    tail = {name for name in names if name == source} or {
        name for name in names if name.endswith(f"/{source}")
    }
    if source and not tail:
        do = f"Documents are called as in corpus.sources: {', '.join(names[:5])}, ..."
        _refuse(number, f"names the document {source!r}, which is not there", "a document of the corpus", do)
    if source and len(tail) > 1:
        told = f"names the document {source!r}, of which there are {len(tail)}"
        _refuse(number, told, "the name of one document", f"Write {' or '.join(sorted(tail)[:3])}.")
    return [place for place, name in enumerate(names) if not source or name in tail]


def _any_of(spans: Sequence[tuple[int, int, int]], grade: float) -> tuple[Place, ...]:
    """One place that stands where any of the spans is."""
    first, *others = spans
    return (Place(*first, grade, tuple(Place(*each) for each in others)),)


def _number(row: Mapping[str, Any], name: str, number: int) -> float | None:
    value = row.get(name)
    if is_missing(value):
        return None
    try:
        return float(a_number()(name, value))
    except InvalidInput:
        told = f"has the {name} {shown(value)}"
    return _refuse(number, told, "a finite number", "Write it without quotes, or leave it out.")


def _refuse(number: int, what: str, allowed: str, do: str) -> NoReturn:
    raise InvalidInput(
        plain(f"questions: row {number} {what}.", 300),
        field="questions",
        value=f"row {number}",
        allowed=allowed,
        do=do,
        rows=(number,),
    )
