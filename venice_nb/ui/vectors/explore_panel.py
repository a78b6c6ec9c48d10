"""The map of a matrix: its rows as marks, to search, colour, group and lasso into a DataFrame."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Enum, Int, Unicode

from venice_nb.calls.check import refuse
from venice_nb.embedding.actions import Actions
from venice_nb.errors import InvalidInput
from venice_nb.render import html, text
from venice_nb.render.live import static_mode
from venice_nb.results.matrix.matrix import EmbeddingMatrix
from venice_nb.results.matrix.view import small_map
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.ui.parts import prices, view
from venice_nb.ui.parts.code import call
from venice_nb.ui.parts.nobody import Nobody
from venice_nb.ui.parts.panel import Panel
from venice_nb.ui.vectors import explore_map, explore_rows
from venice_nb.ui.vectors.explore_groups import Colouring, Groups
from venice_nb.ui.vectors.explore_rows import GROUPS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from venice_nb.results.matrix.hits import Hits
    from venice_nb.ui.parts.task import Task

MOST = 20_000  # marks on the map
COLUMNS = 40  # of the metadata that are offered
MOUSE = {"pan and zoom": "panZoom", "lasso": "lasso"}


class ExplorePanel(Panel):
    """See `vn.ui.explore`.

    Attributes:
        matrix: the `EmbeddingMatrix`.
        search: what is looked for.
        by: whether by meaning, or by the words.
        k: how many neighbours are lit.
        color: the column that colours the marks; empty for none.
        mouse: what dragging does.
        method: how the map is made, "pca" or "umap".
        groups: how many groups are made.
        hits: what the last search by meaning found, as `Hits`.

    """

    search = Unicode()
    by = Enum(("meaning", "words"), default_value="meaning")
    k = Int(10)
    color = Unicode()
    mouse = Enum(tuple(MOUSE), default_value="pan and zoom")
    method = Enum(("pca", "umap"), default_value="pca")
    groups = Int(8)

    title = "Map"
    inputs = ("search", "by")

    def __init__(self, matrix: Any, client: Any = None, *, most: int = MOST, **traits: Any) -> None:
        if not isinstance(matrix, EmbeddingMatrix):
            refuse("matrix", matrix, "an EmbeddingMatrix", "Embed a column first: E = v.embed(df['text']).")
        if len(matrix) < 3:
            refuse("matrix", len(matrix), "three rows or more", "A map of fewer says nothing.")
        session = getattr(matrix.actions, "session", None)
        if client is not None and session is not getattr(client, "_session", None):
            matrix = matrix.owned(Actions(client._session))  # noqa: SLF001  our own
        elif client is None and session is not None:
            client = session.client
        self.matrix = matrix
        self.hits: Hits | None = None
        self._most = most
        self._positions: Any = None
        self._sorted = Groups(matrix, client)
        self._colouring: Colouring | None = None
        self._points: Any = None
        self._rows: Any = None
        live = explore_map.installed() and not static_mode()
        self._map: Any = explore_map.LiveMap(self._lassoed) if live else explore_map.StillMap()
        self._alone = client is None
        nobody: Any = Nobody()
        super().__init__(nobody if self._alone else client, **traits)
        for name, change in (("color", self._recolour), ("mouse", self._hold), ("method", self.draw)):
            self.observe(lambda _, change=change: change(), name)
        self.draw()
        if static_mode():  # the picture that is compared has the map
            self.wait()

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        words = view.line("Search", "What to look for in the rows", placeholder="late delivery", live=True)
        how = "meaning asks the embedding model; words looks into the texts and costs nothing"
        by = view.choice("Search by", how, ("meaning", "words"), self.by, flex="1 1 14em")
        k = view.number("Neighbours", "How many rows are lit", self.k, least=1, most=1000)
        color = view.choice("Colour by", "A column of the metadata, or the groups", self._columns(), "")
        mouse = view.choice(
            "Mouse", "What dragging on the map does", tuple(MOUSE), self.mouse, flex="1 1 14em"
        )
        method = view.choice(
            "Map by", "umap needs the extra umap", ("pca", "umap"), self.method, flex="1 1 14em"
        )
        for name, control in (
            ("search", words),
            ("by", by),
            ("k", k),
            ("color", color),
            ("mouse", mouse),
            ("method", method),
        ):
            view.joined(self, name, control)
        self._color = color
        find = view.button("Find", "Light up the rows", self.settled(self.find), style="primary")
        stop = view.button("Stop", "Stop what is under way", self.stop)
        clear = view.button("Clear", "Select nothing", self.clear)
        whole = view.button("Show all", "The whole map", self._whole)
        self._group = view.choice("Select group", "Select the rows of one colour", [("none", -1)], -1)
        self._group.observe(lambda change: self._pick(change.new), "value")
        live = [mouse, whole] if self._map.live else []
        self._legend, self._chosen = view.pane(), view.pane()
        return [
            view.row(words, by, k, find, stop),
            view.row(color, method, *live),
            self._map.view,
            self._legend,
            view.row(self._group, clear),
        ]

    def _results(self) -> list[Any]:
        return [self._chosen]  # below price and status, which would be far from the buttons

    def _sections(self) -> list[view.Section]:
        number = view.number("Number", "How many groups", self.groups, least=2, most=100)
        view.joined(self, "groups", number)
        make = view.button(
            "Make groups", "Rows that mean alike, named by typical words; free", self.make_groups
        )
        name = view.button("Name by a chat model", "A title for each group", self.settled(self.name_groups))
        self._naming = view.pane()
        return [view.Section("Groups", "Rows that mean alike", [view.row(number, make, name), self._naming])]

    def _columns(self) -> list[tuple[str, str]]:
        frame = self.matrix.metadata
        named = [] if frame is None else [str(name) for name in frame.columns if isinstance(name, str)]
        found = [(text.short(name, 60), name) for name in named[:COLUMNS] if name != GROUPS]
        return [("nothing", ""), *found, *([("groups", GROUPS)] if self._sorted.codes is not None else [])]

    # --- the map ---------------------------------------------------------------------------------

    def draw(self) -> None:
        """Put the rows on the map."""
        self.start("Drawing the map ...", partial(self._place, self.method), lambda said: said)

    def _place(self, method: Any, _: Task) -> str:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        good = np.flatnonzero(np.isfinite(self.matrix.array).all(axis=1))
        rows = good
        if len(rows) > self._most:
            rows = np.sort(np.random.default_rng(0).choice(rows, self._most, replace=False))
        part = self.matrix if len(rows) == len(self.matrix) else self.matrix.take(rows)
        points = part.project(2, method=method).to_numpy(np.float32)
        texts = part.texts if part.texts is not None else list(map(str, part.index))
        self._rows, self._points = rows, points
        self._map.place(points, texts)
        self._hold()
        self._colour()
        self._light()
        drawn = text.count(len(rows))
        if len(good) > len(rows):
            return f"{drawn} of {text.count(len(good))} rows are on the map, picked at random."
        missing = len(self.matrix) - len(good)
        return f"{drawn} rows are on the map." + f" {text.count(missing)} have no direction." * bool(missing)

    def _hold(self) -> None:
        if self._map.live and self._points is not None:
            self._map.mouse(MOUSE[self.mouse])

    def _whole(self) -> None:
        if self._map.live and self._points is not None:
            self._map.whole()

    _filling = False

    def _colour(self) -> None:
        """Colour the marks that are drawn."""
        if self._points is None or self._filling:
            return
        values = self._values(self.color)
        made = Colouring.plain(len(self._rows)) if values is None else Colouring.of(values, self.color)
        self._colouring = made
        self._map.colour(made)
        self._light()
        told = explore_map.legend(made)
        view.draw(self._legend, *([told] if told is not None else []))
        listed = [(text.short(name, 60), code) for code, name in enumerate(made.names)] if self.color else []
        self._group.options = [("none", -1), *listed]
        self._group.value = -1

    def _recolour(self) -> None:
        self._colour()
        self.redraw()

    def _values(self, color: str) -> pd.Series[Any] | None:
        """The column by which the drawn rows are coloured."""
        import pandas as pd  # noqa: PLC0415  only when there is a column

        if color == GROUPS and self._sorted.codes is not None:
            return pd.Series(self._sorted.of(self._rows), dtype=object)
        frame = self.matrix.metadata
        if not color or frame is None or color not in frame.columns:
            return None
        found: pd.Series[Any] = frame[color].iloc[self._rows].reset_index(drop=True)
        return found

    # --- searching and selecting -----------------------------------------------------------------

    def find(self) -> None:
        """Light up the rows that are nearest to what is looked for."""
        words = self.search.strip()
        if not words:
            self.status = "Write what to look for first."
            return
        work = self._near if self.by == "meaning" else self._holding
        self.start("Searching ...", partial(work, words, self.k), self._found)

    def _near(self, words: str, k: int, _: Task) -> NDArray[np.int64]:
        self.hits = self.matrix.search(words, k=k)
        return self.hits.positions

    def _holding(self, words: str, k: int, task: Task) -> NDArray[np.int64]:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if self.matrix.texts is None:
            raise InvalidInput("these vectors have no texts", field="by", do="Search by meaning.")
        wanted, found = words.lower().split(), []
        for row, said in enumerate(self.matrix.texts):
            if row % 1000 == 0:
                task.look()
            if all(word in said.lower() for word in wanted):
                found.append(row)
                if len(found) == k:
                    break
        self.hits = None
        return np.array(found, np.int64)

    def _found(self, positions: NDArray[np.int64]) -> str:
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        self._select(positions)
        n = len(positions)
        away = n - int(np.isin(positions, self._rows).sum()) if self._rows is not None else 0
        rest = f" {away} of them are not among those on the map." if away else ""
        return f"{text.count(n)} row{'s' * (n != 1)} found.{rest}" if n else "No row was found."

    def _lassoed(self, places: NDArray[np.int64]) -> None:
        self.hits = None
        self._select(self._rows[places], light=False)
        n = len(places)
        self.status = f"{text.count(n)} row{'s' * (n != 1)} selected, in panel.selection."
        self.redraw()

    def _pick(self, code: int) -> None:
        """Select the rows of one colour that are on the map."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        if code >= 0 and self._colouring is not None:
            self.hits = None
            places = np.flatnonzero(self._colouring.codes == code)
            self._select(self._rows[places])
            self.status = f"{text.count(len(places))} rows selected, in panel.selection."
            self.redraw()

    def clear(self) -> None:
        """Select nothing."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        self.hits = None
        self._group.value = -1
        self._select(np.array([], np.int64))
        self.status = "Nothing is selected."
        self.redraw()

    def _select(self, positions: NDArray[np.int64], *, light: bool = True) -> None:
        self._positions = positions
        if light:
            self._light()
        view.draw(self._chosen, *self._table())

    def _light(self) -> None:
        if self._points is not None and self._positions is not None:
            self._map.light(self._places())

    def _places(self) -> NDArray[np.int64]:
        """Where on the map the selected rows are; some may not be on it."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        places = np.searchsorted(self._rows, self.positions).clip(max=len(self._rows) - 1)
        found: NDArray[np.int64] = places[self._rows[places] == self.positions]
        return found

    @property
    def positions(self) -> NDArray[np.int64]:
        """(m,) int64, the rows of the matrix that are selected: those found come best first."""
        import numpy as np  # noqa: PLC0415  loads with the first vectors

        return np.array([], np.int64) if self._positions is None else self._positions

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that are selected, by their labels: text, score of a search, group, and the metadata."""
        groups = self._sorted.of(self.positions) if self._sorted.codes is not None else None
        return explore_rows.frame(self.matrix, self.positions, self.hits, groups)

    # --- groups ----------------------------------------------------------------------------------

    def make_groups(self) -> None:
        """Put rows that mean alike into groups, named by their typical words. Nothing is sent."""
        self.start("Grouping ...", partial(self._sorted.make, self.groups), self._grouped)

    def name_groups(self) -> None:
        """Have a chat model name the groups."""
        if self._sorted.codes is None or self.matrix.texts is None:
            self.status = "Make groups of rows with texts first."
        elif self._alone:
            self.status = "Nobody can be asked: these vectors have no client. Open the map with one."
        else:
            self.start("Asking for names ...", self._sorted.ask, self._grouped)

    def _grouped(self, said: str) -> str:
        self._filling = True  # new options pick the first one, which nobody has asked for
        try:
            self._color.options = self._columns()
            self.color = GROUPS
        finally:
            self._filling = False
        self._colour()
        view.draw(self._chosen, *self._table())
        self._changed()
        return said

    # --- money -----------------------------------------------------------------------------------

    def reckon(self) -> None:
        """Work out what each button of the panel costs, now. Nothing paid is sent."""
        super().reckon()
        prices.draw(self._naming, "Naming the groups", self._sorted.estimate)

    def _estimate(self) -> CallEstimate | None:
        words = self.search.strip()
        if not words or self._alone:
            return None
        if self.by == "words":
            return CallEstimate(0.0, 0.0, 0)
        plan = self.client.embed.plan([words], model=self.matrix.model or None)
        return CallEstimate(plan.cost.usd, plan.cost.usd, plan.requests)

    # --- the base's questions --------------------------------------------------------------------

    def _head(self) -> html.Child:
        if not self._alone:
            return super()._head()
        return html.tag("div", html.tag("strong", self.title, class_="vn-title"), class_="vn-head")

    @property
    def spent(self) -> str:
        """What the client spent since the panel was opened, in one sentence."""
        return Nobody.spent if self._alone else super().spent

    def _cell(self) -> str:
        lines = []
        if self.hits is not None:
            lines.append(f"hits = {call('E.search', self.hits.queries[0], k=len(self.hits))}")
        if self._sorted.codes is not None:
            lines.append(f"group = {call('E.cluster', len(self._sorted.names))}")
            lines.append(f"names = {dict(enumerate(self._sorted.names))!r}")
        color = "group.map(names)" if self.color == GROUPS else repr(self.color) if self.color else None
        shown = {"color": color, "method": repr(self.method) if self.method != "pca" else None}
        given = ", ".join(f"{name}={value}" for name, value in shown.items() if value)
        return "\n".join([*lines, f"E.plot({given})"])

    def _table(self) -> list[html.Child]:
        return explore_rows.table(self.matrix, self.positions, self.hits)

    def _drawn(self) -> list[html.Child]:
        if self._points is None or self._colouring is None:
            return [html.note("The map is not drawn yet.")]
        shown: list[html.Child] = []
        if static_mode():  # what a notebook is compared by: the same on every machine
            shown.append(small_map(self.matrix))
        else:
            shown.append(explore_map.drawn(self._points, self._colouring, self._places()))
        return [*shown, explore_map.legend(self._colouring), *self._table()]

    def _said(self) -> str:
        n, d = self.matrix.shape
        chosen = f", {text.count(len(self.positions))} selected" if len(self.positions) else ""
        return f"{text.count(n)} rows of {text.count(d)} numbers{chosen}"

    def _left(self) -> None:
        self._map.close()
