"""What the document panel measures with: questions that were kept, and how settings fare with them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from venice_nb.rag.keyword import stems
from venice_nb.render import html, text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.results.rag.answer import Answer
    from venice_nb.results.rag.evaluation import Evaluation
    from venice_nb.ui.documents.rag_panel import RagPanel

COLUMNS = ("question", "source", "expected", "answer")
SHOWN = 25  # questions, and runs, that are drawn
NOWHERE = ("none: the documents do not answer it", 0)
_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")


class Questions:
    """The questions of an evaluation. `rows` are dicts with the columns that `R.evaluate` takes."""

    def __init__(self, panel: RagPanel) -> None:
        self._panel = panel
        self.rows: list[dict[str, Any]] = []
        self.runs: list[tuple[str, Evaluation]] = []
        self._filling = False
        tip = "The passage of the last answer that holds what was asked for"
        self._right = view.choice("Right passage", tip, [NOWHERE], 0)
        self._right.observe(lambda _: self._quote(), "value")
        self._words = view.area(
            "Exact words",
            "Those that answer, as they stand in the document; without, the document alone counts",
            rows=2,
        )
        keep = view.button("Keep question", "Add the last question to those below", panel.settled(self.keep))
        self._list = view.pane()
        self._row = view.choice("Kept question", "One of those that were kept", [("none", -1)], -1)
        remove = view.button("Remove question", "Take it off the list", self.remove)
        self.answered = view.switch(
            "have them answered and judged", "Asks chat models; without, only the search is measured"
        )
        self.answered.observe(lambda _: panel.changed(), "value")
        run = view.button(
            "Evaluate",
            "Put every question that was kept to the documents, with the settings as they are",
            panel.settled(panel.evaluate),
        )
        self.price, self._runs = view.pane(), view.pane()
        self.view = view.column(
            view.row(self._right, keep),
            self._words,
            self._list,
            view.row(self._row, remove),
            view.row(self.answered, run),
            self.price,
            self._runs,
        )
        self.show()

    @property
    def frame(self) -> pd.DataFrame:
        """The questions as a table."""
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame(self.rows, columns=None if self.rows else pd.Index(COLUMNS))

    @property
    def code(self) -> str:
        """The questions as Python writes them, without what is missing in a row."""
        rows = [{name: row[name] for name in row if not _missing(row[name])} for row in self.rows]
        return "\n".join(["[", *(f"    {row!r}," for row in rows), "]"])

    def put(self, questions: Any) -> None:
        """Take these instead: a table, or a list of dicts."""
        rows = questions.to_dict("records") if hasattr(questions, "to_dict") else questions
        self.rows = [{"question": row} if isinstance(row, str) else dict(row) for row in rows]
        self.show()

    def offer(self, answer: Answer | None) -> None:
        """The passages of an answer, the first that it cites picked."""
        places = [] if answer is None else [hit.passage.place for hit in answer.found]
        self._filling = True
        try:
            named = [(f"[{n}] {text.short(place, 60)}", n) for n, place in enumerate(places, 1)]
            self._right.options = [NOWHERE, *named]
            self._right.value = answer.cited[0] if answer is not None and answer.cited else 0
        finally:
            self._filling = False
        self._quote()

    def keep(self) -> None:
        """Add the last question."""
        answer, number = self._panel.answer, self._right.value
        if answer is None:
            self._panel.status = "Ask a question first."
            return
        words = self._words.value.strip()
        passage = answer.passages[number - 1] if number else None
        row = {
            "question": answer.question,
            "source": passage.source if passage is not None else "",
            "expected": words if passage is not None else "",
            "answer": re.sub(r"\s*\[\d+\]", "", answer.text) if passage is not None else "",
        }
        self.rows = [each for each in self.rows if each["question"] != row["question"]]
        self.rows.append(row)
        self.show()
        self._panel.changed()
        n = len(self.rows)
        self._panel.status = f"Kept: {n} question{'s' * (n != 1)}, in panel.questions."

    def remove(self) -> None:
        """Take the picked question off the list."""
        if self._row.value >= 0:
            del self.rows[self._row.value]
            self.show()
            self._panel.changed()

    def ran(self, settings: str, found: Evaluation) -> None:
        """Show how the questions fared with some settings, beside earlier runs."""
        self.runs.append((settings, found))
        view.draw(self._runs, *self.drawn())

    def show(self) -> None:
        """Draw the list."""
        listed = [(f"{n}: {text.short(row['question'], 50)}", n - 1) for n, row in enumerate(self.rows, 1)]
        self._row.options = [("none", -1), *listed]
        self._row.value = -1
        view.draw(self._list, *self._table())

    def drawn(self) -> list[html.Child]:
        """The runs: one line of means for each, and the questions of the last."""
        if not self.runs:
            return []
        latest = self.runs[-SHOWN:]
        names = list(dict.fromkeys(name for _, found in latest for name, _ in found.means))
        rows = []
        for settings, found in latest:
            means = dict(found.means)
            rows.append((settings, *(_said(means.get(name)) for name in names)))
        table = html.table(("settings", *names), rows, numeric=range(1, len(names) + 1))
        return [table, latest[-1][1].drawn()]

    def _table(self) -> list[html.Child]:
        if not self.rows:
            return [html.tag("p", "No question is kept yet.", class_="vn-line")]
        rows = [
            [_cell(row.get(name)) for name in ("question", "source", "expected")] for row in self.rows[:SHOWN]
        ]
        more = len(self.rows) - len(rows)
        caption = f"{len(rows)} of {len(self.rows)} questions" if more else None
        return [html.table(("question", "document", "words that answer"), rows, caption=caption)]

    def _quote(self) -> None:
        """Propose the sentence of the passage that shares most with the answer."""
        answer, number = self._panel.answer, self._right.value
        if not self._filling:
            has = answer is not None and number
            self._words.value = quoted(answer.text, answer.passages[number - 1].text) if has else ""  # type: ignore[union-attr]


def quoted(answer: str, passage: str) -> str:
    """The sentence of a passage that shares most words with an answer."""
    said = set(stems(answer))
    sentences = [" ".join(each.split()) for each in _END.split(passage)]
    return max(sentences, key=lambda each: len(said & set(stems(each))), default="")


def _missing(value: Any) -> bool:
    import pandas as pd  # noqa: PLC0415  there are questions, which are kept as a table

    return pd.isna(value) is True


def _cell(value: Any) -> str:
    return "-" if _missing(value) or value == "" else text.short(str(value), 120)


def _said(value: Any) -> str:
    if not isinstance(value, float):
        return _cell(value)
    return "-" if math.isnan(value) else f"{value:.3f}"
