"""The model panel: a table to filter, a model for the other panels, and two models on one question."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, Float, Int, Tuple, Unicode

from venice_nb.render import html, text
from venice_nb.results.models.models import ModelTable, tokens
from venice_nb.results.models.prices import summary
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.ui.catalogue import model_duel
from venice_nb.ui.parts import view
from venice_nb.ui.parts.choices import choices
from venice_nb.ui.parts.code import call
from venice_nb.ui.parts.model_picker import facts
from venice_nb.ui.parts.panel import Panel

if TYPE_CHECKING:
    from venice_nb.results.models.prices import Listed
    from venice_nb.ui.parts.task import Task

KINDS = ("text", "code", "image", "inpaint", "upscale", "video", "tts", "asr", "music", "embedding", "all")
SORTS = {
    "": "as listed",
    "price": "cheapest first",
    "input": "cheapest to read first",
    "output": "cheapest to write first",
    "context": "longest context first",
    "name": "by name",
    "newest": "newest first",
}
CAN = ("vision", "functions", "reasoning", "web_search", "audio", "video", "schema", "code")
CONTEXTS = (0, 32_000, 128_000, 256_000, 1_000_000)  # tokens
PRICES = ("input", "output", "price")  # columns that are in sight however narrow the page is
SHARED = {  # who uses it
    "text": "chat and document panels ask",
    "image": "image panel asks",
    "video": "video panel asks",
    "tts": "voice panel speaks with",
    "asr": "voice panel transcribes with",
    "embedding": "document panel embeds with",
}


class ModelPanel(Panel):
    """See `vn.ui.models`.

    Attributes:
        kind: the type of the models.
        search: a part of the id or the name.
        can: abilities that they must have.
        private: only those whose prompts are kept by nobody.
        max_output_price: US dollars per million tokens; 0 for any.
        min_context: tokens they must be able to read; 0 for any.
        sort: what comes first; empty for the order of the server.
        model: the one that is picked.
        table: the models that are left.
        question: what both models are asked.
        sides: ids of the two models that are compared.
        replies: their answers; None where there is none.

    """

    kind = Enum(KINDS, default_value="text")
    search = Unicode()
    can = Tuple()
    private = Bool(default_value=False)
    max_output_price = Float(0.0)
    min_context = Int(0)
    sort = Enum(tuple(SORTS), default_value="")
    model = Unicode()
    question = Unicode()
    sides = Tuple(("", ""))

    title = "Models"
    inputs = ("question", "sides")

    def __init__(self, client: Any, **traits: Any) -> None:
        self.table = ModelTable()
        self.replies: tuple[Any, Any] = (None, None)
        super().__init__(client, **traits)
        names = ["kind", "search", "can", "private", "max_output_price", "min_context", "sort"]
        self.observe(lambda _: self._list(), names)
        self.observe(lambda _: self._show_model(), "model")
        self._list()

    # --- the view --------------------------------------------------------------------------------

    def _body(self) -> list[Any]:
        kind = view.choice("Type", "What the models make", KINDS, self.kind)
        search = view.line("Name", "A part of the id or the name", placeholder="llama", live=True)
        sort = view.choice("Order", "Which come first", [(said, name) for name, said in SORTS.items()])
        price = view.number(
            "Output up to",
            "US dollars per 1M tokens; 0 for any",
            self.max_output_price,
            least=0.0,
            most=1e6,
            step=0.5,
        )
        context = view.choice(
            "Reads at least",
            "Tokens of context",
            [(tokens(size) if size else "any", size) for size in CONTEXTS],
            self.min_context,
        )
        private = view.switch("private", "Only models whose prompts are kept by nobody")
        for name, control in (
            ("kind", kind),
            ("search", search),
            ("sort", sort),
            ("max_output_price", price),
            ("min_context", context),
            ("private", private),
        ):
            view.joined(self, name, control)
        able = [self._able(word) for word in CAN]
        fresh = view.button("Refresh", "Read the list of the server; costs nothing", self.refresh)
        self._table = view.window("The models that are left", height="24em")
        self._pick = view.choice(
            "Pick a model", "One of the models that are left, in their order", [("none", "")]
        )
        self._pick.observe(lambda change: self._picked(change.new), "value")
        use = view.button(
            "Use in the other panels",
            "Chat, images, video or voice ask this model from now on",
            self.settled(self.use),
            style="primary",
        )
        self._card = view.pane()
        return [
            view.row(kind, search, sort),
            view.row(price, context),
            view.row(*able, private, fresh),
            self._table,
            view.row(self._pick, use),
            self._card,
        ]

    def _sections(self) -> list[view.Section]:
        self._duel = model_duel.Duel(self)
        return [view.Section("Compare two models", "Both answer one question", [self._duel.view])]

    def _able(self, word: str) -> Any:
        made = view.switch(word, f"Only models with this ability: {word}", value=word in self.can)

        def change(now: Any) -> None:
            kept = [each for each in self.can if each != word]
            self.can = (*kept, word) if now.new else tuple(kept)

        made.observe(change, "value")
        return made

    # --- the list --------------------------------------------------------------------------------

    def _filters(self) -> dict[str, Any]:
        """What `v.models` is asked for; what is not filtered by is left out."""
        given = {
            "search": self.search or None,
            "max_output_price": self.max_output_price or None,
            "min_context": self.min_context or None,
            "private": self.private or None,
            "sort": self.sort or None,
        }
        found = {name: value for name, value in given.items() if value is not None}
        return {"type": self.kind, **dict.fromkeys(self.can, True), **found}

    def _list(self) -> None:
        """Filter what is known already; nothing is sent."""
        self.table = self.client.models(**self._filters(), refresh=False)
        view.draw(self._table, self._drawn_table())
        ids = self.table.ids
        self._filling = True
        try:
            self._pick.options = [
                ("none", ""),
                *((self._label(model), model.id) for model in self.table.models),
            ]
            self._pick.value = self.model if self.model in ids else ""
        finally:
            self._filling = False
        self._fill_code()
        self.redraw()

    def _label(self, model: Listed) -> str:
        """A model in the list, with what it costs where the list is not too long for that."""
        price = summary(model) if self.kind != "all" else ""
        return " · ".join(filter(None, [text.short(model.id, 60), price]))

    def refresh(self) -> None:
        """Read the server's list of this type."""
        self.start(
            "Reading the list ...",
            lambda _: self.client.models(**self._filters()),
            self._refreshed,
        )

    def _refreshed(self, table: ModelTable) -> str:
        self._list()
        self._duel.list_models()
        return f"{text.count(len(table))} models{table.note}."

    _filling = False

    def _picked(self, model: str) -> None:
        if not self._filling:
            self.model = model

    def _show_model(self) -> None:
        if self.model in self.table.ids:
            self._pick.value = self.model
        found = self._known()
        view.draw(self._card, *([html.tag("p", facts(found), class_="vn-line")] if found is not None else []))
        self._fill_code()

    def _known(self) -> Any:
        """The model that is picked, as it is known without asking; None when there is none."""
        every = self.client.models(type="all", refresh=False)
        return next((each for each in every if each.id == self.model), None)

    def use(self) -> None:
        """Let the panels of this client that are open, or opened later, ask the model that is picked."""
        found = self._known()
        if found is None:
            self.status = "Pick a model first."
            return
        kind = found.type
        if kind not in SHARED:
            self.status = f"No panel picks its {kind} model from here."
            return
        setattr(choices(self.client), kind, self.model)
        self.status = f"From now on the {SHARED[kind]} {text.short(self.model, 60)}."

    # --- two models on one question --------------------------------------------------------------

    def compare(self) -> None:
        """Ask both models; their answers stream side by side."""
        if not self.question.strip() or "" in self.sides:
            self.status = "Write a question and pick two models first."
            return
        self.start(
            "Asking both ...", partial(self._ask_both, self.question.strip(), self.sides), self._compared
        )

    def _ask_both(self, question: str, sides: tuple[str, str], task: Task) -> list[Any]:
        self.replies = (None, None)
        return task.together([partial(self._duel.ask, n, question, sides[n], task) for n in (0, 1)])

    def _compared(self, found: list[Any]) -> str:
        self.replies = self._duel.show(found)
        for error in found:
            if isinstance(error, Exception):
                raise error
        if any(isinstance(each, BaseException) or not each.complete for each in found):
            raise KeyboardInterrupt
        return "Both have answered."

    def _estimate(self) -> CallEstimate | None:
        if not self.question.strip() or "" in self.sides:
            return None
        found = [self.client.estimate(self.client.chat, self.question, model=each) for each in self.sides]
        known = None not in [each.usd for each in found]
        return CallEstimate(
            sum(each.usd or 0.0 for each in found) if known else None,
            sum(each.most or each.usd or 0.0 for each in found) if known else None,
            requests=2,
        )

    # --- the base's questions --------------------------------------------------------------------

    def _cell(self) -> str:
        lines = [call("v.models", **self._filters())]
        if self.model:
            lines.append(call("v.models.get", self.model))
        if self.question.strip() and "" not in self.sides:
            asked = [call("v.chat", self.question.strip(), model=each) for each in self.sides]
            lines += [f"a = {asked[0]}", f"b = {asked[1]}"]
        return "\n".join(lines)

    def _drawn(self) -> list[html.Child]:
        return [self._drawn_table(), *self._duel.drawn()]

    def _drawn_table(self) -> html.Html:
        return view.table(self.table, *PRICES, whole="the list to pick from has all")

    def _said(self) -> str:
        return f"{text.count(len(self.table))} {self.kind} models"
