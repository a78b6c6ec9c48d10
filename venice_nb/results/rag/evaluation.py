"""How well a corpus is searched and asked: one row per question, and one row that sums them up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results.money import Cost, Usage
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from venice_nb.results.rag.answer import Answer
    from venice_nb.results.rag.found import Found


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer: whether the passages support it, and whether the judge said anything of it."""

    text: str
    supported: bool
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge made of an answer.

    Attributes:
        claims: the answer's claims, none for an answer that says that there is none.
        agrees: whether it agrees with the reference; None without one.
        model: the judge.
        usd: what the judgement cost.

    """

    claims: tuple[Claim, ...] = ()
    agrees: bool | None = None
    model: str = ""
    usd: float | None = None

    @property
    def faithfulness(self) -> float:
        """The share of claims that are supported; one that was passed over counts as not. NaN without any."""
        return sum(claim.supported for claim in self.claims) / len(self.claims) if self.claims else math.nan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    Attributes:
        question: what was asked.
        answerable: whether the corpus is expected to answer it.
        rank: of the first right passage or document, from 1; None when it was not found.
        recall: the share of what was expected that was found; NaN for a question without an answer.
        reciprocal_rank: likewise, see `venice_nb.rag.metrics`.
        ndcg: likewise, with the grades as given.
        ndcg_binary: likewise, with every grade as 1.
        found: what was found.
        answer: the answer, None when none was asked for or it failed.
        judgement: what the judge made of it.
        error: why there is no answer; None when all is well.
        more: the other columns of the question.

    """

    question: str
    answerable: bool
    rank: int | None
    recall: float
    reciprocal_rank: float
    ndcg: float
    ndcg_binary: float
    found: Found
    answer: Answer | None = None
    judgement: Judgement | None = None
    error: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False, eq=False)
class Evaluation(Table):
    """How well questions were answered: a table with one row each; `summary` is one row for all.

    Columns: question, answerable, rank, recall@k, reciprocal_rank, ndcg@k (and ndcg_binary@k where grades
    were given), then with answers: answered, faithfulness, correct, cited, answer, seconds (of search and
    answer; missing for an answer that was kept from an earlier run), usd (of search, answer and judgement in
    this run), error; then the other columns of the questions, with a `_` where one of these is called so.

    Attributes:
        outcomes: what came of each question.
        k: how many passages were looked at.
        graded: whether grades were given.
        model: the model that answered, "" when none did.
        judge: the model that judged, "" when none did.
        usage: tokens of this run.
        cost: US dollars of this run; answers of an earlier one, taken from the cache, cost nothing again.

    """

    outcomes: tuple[Outcome, ...] = ()
    k: int = 5
    graded: bool = False
    model: str = ""
    judge: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)

    @property
    def answered(self) -> bool:
        """Whether answers were asked for, and not retrieval alone."""
        return bool(self.model)

    @property
    def summary(self) -> pd.DataFrame:
        """One row: questions, recall@k, mrr, ndcg@k; with answers also how they fared, and their cost.

        `answered` is the share of answerable questions that got an answer, `refused` the share of the others
        that the corpus was said not to answer. Means leave out what does not apply to a question.
        """
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([dict(self.means)])

    @property
    def means(self) -> list[tuple[str, Any]]:
        """The names and values of the summary."""
        rows, k = self.outcomes, self.k
        means = [
            ("questions", len(rows)),
            (f"recall@{k}", _mean(row.recall for row in rows)),
            ("mrr", _mean(row.reciprocal_rank for row in rows)),
            (f"ndcg@{k}", _mean(row.ndcg for row in rows)),
        ]
        if self.graded:
            means.append((f"ndcg_binary@{k}", _mean(row.ndcg_binary for row in rows)))
        if not self.answered:
            return means
        asked = [(row, row.answer) for row in rows if row.answer is not None]
        judged = [row.judgement for row in rows if row.judgement is not None]
        means += [
            ("answered", _mean(float(answer.answered) for row, answer in asked if row.answerable)),
            ("refused", _mean(float(not answer.answered) for row, answer in asked if not row.answerable)),
            ("faithfulness", _mean(each.faithfulness for each in judged)),
            ("correct", _mean(float(each.agrees) for each in judged if each.agrees is not None)),
            ("usd", _rounded(self.cost.usd)),
        ]
        if not static_mode():
            means.append(("seconds", _mean(answer.elapsed for _, answer in asked)))
        return means

    def __len__(self) -> int:
        return len(self.outcomes)

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        made = pd.DataFrame([self._cells(row) for row in self.outcomes])
        made["rank"] = made["rank"].astype("Int64")
        for name in ("answered", "correct"):
            if name in made:
                made[name] = made[name].astype("boolean")
        return made

    def _cells(self, row: Outcome) -> dict[str, Any]:
        cells = {
            "question": row.question,
            "answerable": row.answerable,
            "rank": row.rank,
            f"recall@{self.k}": row.recall,
            "reciprocal_rank": row.reciprocal_rank,
            f"ndcg@{self.k}": row.ndcg,
        }
        if self.graded:
            cells[f"ndcg_binary@{self.k}"] = row.ndcg_binary
        if self.answered:
            answer, judgement = row.answer, row.judgement
            cells |= {
                "answered": None if answer is None else answer.answered,
                "faithfulness": math.nan if judgement is None else judgement.faithfulness,
                "correct": None if judgement is None else judgement.agrees,
                "cited": 0 if answer is None else len(answer.cited),
                "answer": None if answer is None else answer.text,
                **({} if static_mode() else {"seconds": math.nan if answer is None else answer.elapsed}),
                "usd": _paid(answer, judgement),
                "error": row.error,
            }
        for name, value in row.more.items():
            free: Any = name
            while free in cells:
                free = f"{free}_"
            cells[free] = value
        return cells

    def _caption(self) -> str:
        told = ", ".join(f"{name} {_said(value)}" for name, value in self.means)
        by = f"; answered by {text.short(self.model, 60)}" if self.model else ""
        by += f", judged by {text.short(self.judge, 60)}" if self.judge else ""
        return f"Evaluation: {told}{by}"

    def _head(self) -> tuple[str, ...]:
        names = ("question", "rank", f"recall@{self.k}", f"ndcg@{self.k}")
        return (*names, "faithfulness", "answer") if self.answered else (*names, "found first")

    def _row(self, position: int) -> tuple[str, ...]:
        row = self.outcomes[position]
        cells = (
            text.short(row.question, 90),
            "-" if not row.answerable else str(row.rank or "not found"),
            _said(row.recall),
            _said(row.ndcg),
        )
        if not self.answered:
            return (*cells, row.found[0].passage.place if len(row.found) else "nothing")
        told = row.error or (text.short(row.answer.text, 120) if row.answer is not None else "")
        return (*cells, _said(math.nan if row.judgement is None else row.judgement.faithfulness), told)

    def _numeric(self) -> tuple[int, ...]:
        return (1, 2, 3, 4) if self.answered else (1, 2, 3)

    def _cell(self, position: int, column: int, shown: str) -> html.Child:  # noqa: ARG002  as in Table
        if column == 1 and shown == "not found":
            return html.badge(shown, "warn")
        return shown

    def plot(self, by: str | None = None, ax: Axes | None = None) -> Axes:
        """At which rank the right passage stood: a bar for each rank and one for those not found.

        Args:
            by: a column of the questions, such as "kind", whose values get bars of their own.
            ax: Axes to draw into; new ones when left out.

        """
        from venice_nb.results.rag.plots import ranks  # noqa: PLC0415  loads matplotlib

        return ranks(self, by, ax)


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _paid(answer: Answer | None, judgement: Judgement | None) -> float | None:
    """US dollars of an answer and of what was made of it; None where one is not known."""
    judged = 0.0 if judgement is None or not judgement.model else judgement.usd
    if answer is None or answer.cost.usd is None or judged is None:
        return None
    return answer.cost.usd + judged


def _rounded(usd: float | None) -> float:
    return math.nan if usd is None else round(usd, 6)


def _said(value: float) -> str:
    if isinstance(value, int):
        return text.count(value)
    return "-" if math.isnan(value) else f"{value:.3f}"
