"""The films of this machine in a panel: a table of their jobs, and one of them to open or to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import VeniceError
from venice_nb.jobs.table import JobTable
from venice_nb.render import html, text
from venice_nb.ui.parts import view
from venice_nb.ui.parts.panel import told

if TYPE_CHECKING:
    from venice_nb.jobs.job import Job
    from venice_nb.ui.films.video_panel import VideoPanel

DRAWN = 8  # rows of the table: what is drawn is state of the panel
LISTED = 50  # jobs to pick from


class VideoJobs:
    """The latest jobs that make films; `jobs` as of the last look. Nothing is sent for them."""

    def __init__(self, panel: VideoPanel) -> None:
        self._panel = panel
        self.jobs: tuple[Job, ...] = ()
        self._pick = view.choice("Job", "A film that was ordered, the latest first", [("none", "")], "")
        self._table = view.window("The films that were ordered, the latest first")
        tip = "Shows the film; waits for it where it is still being made"
        self.view = view.column(
            view.row(
                self._pick,
                view.button("Open film", tip, self._open, style="primary"),
                view.button("Refresh list", "Reads this machine's journal; nothing is sent", self.refresh),
            ),
            self._table,
        )
        self.refresh()

    def refresh(self) -> None:
        """Read the journal anew. One that cannot be read is said, and stops nothing."""
        try:
            found = self._panel.client.jobs()
            films = [(job, job.entry) for job in found if job.kind == "video"]
        except VeniceError as error:
            view.draw(self._table, html.tag("p", told(error), class_="vn-bad"))
            return
        self.jobs = tuple(job for job, _ in films)
        labels = [
            (f"{n}. {text.short(entry.prompt, 40) or entry.model} · {entry.state}", job.op)
            for n, (job, entry) in enumerate(films[:LISTED], 1)
        ]
        now = self._pick.value
        self._pick.options = labels or [("none", "")]
        ops = [op for _, op in self._pick.options]
        self._pick.value = now if now in ops else ops[0]
        view.draw(self._table, JobTable(jobs=self.jobs[:DRAWN]).drawn("prompt", "status", "price"))

    def _open(self) -> None:
        picked: Any = next((job for job in self.jobs if job.op == self._pick.value), None)
        if picked is None:
            self._panel.status = "No film was ordered yet."
        else:
            self._panel.open(picked)
