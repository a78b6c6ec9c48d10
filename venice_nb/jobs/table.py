"""The jobs of this machine as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from venice_nb.jobs import view
from venice_nb.render import text
from venice_nb.render.live import static_mode
from venice_nb.results.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from venice_nb.jobs.job import Job

_COLUMNS = (
    "id",
    "kind",
    "model",
    "prompt",
    "status",
    "progress",
    "usd",
    "created",
    "expires",
    "file",
    "op",
)


@dataclass(frozen=True, repr=False, eq=False)
class JobTable(Table):
    """Jobs as a table, the latest first: a DataFrame in `.df`, the jobs themselves by iterating."""

    jobs: tuple[Job, ...] = ()

    def _frame(self) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  only when a table is asked for

        return pd.DataFrame([job.to_dict() for job in self.jobs], columns=list(_COLUMNS))

    def __len__(self) -> int:
        return len(self.jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    def _caption(self) -> str:
        moving = sum(not job.entry.ended for job in self.jobs)
        open_ = f", {moving} not finished: v.job(id).wait() resumes one" if moving else ""
        return f"{text.count(len(self))} job{'s' * (len(self) != 1)}{open_}"

    def _head(self) -> tuple[str, ...]:
        times = () if static_mode() else ("ordered (UTC)", "expires")
        return ("id", "kind", "model", "prompt", "status", "price", *times)

    def _row(self, position: int) -> tuple[str, ...]:
        job = self.jobs[position]
        entry = job.entry
        share = view.progress(entry)
        moving = entry.state in ("queued", "processing") and share and not static_mode()
        times = () if static_mode() else (f"{job.created:%Y-%m-%d %H:%M}", view.remaining(entry))
        return (
            text.short(entry.id, 60),
            text.short(entry.kind, 20),
            text.short(entry.model, 60),
            text.short(entry.prompt, 60),
            f"{view.status(entry)} {share:.0%}" if moving else view.status(entry),
            text.money(job.cost.usd),
            *times,
        )

    def _numeric(self) -> tuple[int, ...]:
        return (5,)
