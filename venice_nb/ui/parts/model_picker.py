"""A model picked from a list that a search makes short, with what it can do and costs below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import HasTraits, Unicode

from venice_nb.render import html, text
from venice_nb.results.models.models import ABILITIES, abilities, remarks, tokens
from venice_nb.results.models.prices import summary
from venice_nb.ui.parts import view
from venice_nb.ui.parts.choices import choices

if TYPE_CHECKING:
    from venice_nb.results.models.prices import Listed
    from venice_nb.venice import Venice


class ModelPicker(HasTraits):
    """`value` is the id that was picked; empty for the default. It follows what other panels choose.

    Args:
        client: whose models.
        kind: text, image, tts or asr.
        value: picked at first; else what the other panels use.
        label: of the list.
        shared: whether it follows the other panels.

    """

    value = Unicode()
    search = Unicode()

    def __init__(
        self, client: Venice, kind: str, *, value: str = "", label: str = "Model", shared: bool = True
    ) -> None:
        super().__init__(value=value or (getattr(choices(client), kind) if shared else ""))
        self._client, self._kind = client, kind
        self._filtering = False
        tip = "Words that name, price list or abilities must hold, such as: vision private, or: llama"
        self._words = view.line("Find a model", tip, placeholder="llama, vision, private ...", live=True)
        self._list = view.choice(label, "The model that is asked", [("", "")])
        self._facts = view.pane()
        self.view = view.column(view.row(self._words, self._list), self._facts)
        self._words.observe(lambda change: self._find(change.new), "value")
        self._list.observe(lambda _: self._picked(), "value")
        self.observe(lambda _: self._listed(), "value")
        self._shared = shared
        if shared:
            choices(client).observe(self._follow, kind)
        self._listed()

    def close(self) -> None:
        """Follow nobody any more."""
        if self._shared:
            choices(self._client).unobserve(self._follow, self._kind)

    @property
    def found(self) -> list[Any]:
        """The models that the search leaves."""
        wanted = self.search.lower().split()
        table = self._client.models(type=self._kind, refresh=False)  # type: ignore[arg-type]  # one of its kinds
        return [model for model in table if all(word in said(model) for word in wanted)]

    def _follow(self, change: Any) -> None:
        self.value = change.new

    def _find(self, words: str) -> None:
        self.search = words
        self._listed()

    def _picked(self) -> None:
        if not self._filtering:
            self.value = self._list.value

    def _listed(self) -> None:
        """Fill the list; what is picked stays in it, whatever is searched."""
        ids = [model.id for model in self.found]
        if self.value and self.value not in ids:
            ids.insert(0, self.value)
        self._filtering = True
        try:
            self._list.options = [("the default", ""), *((text.short(one, 60), one) for one in ids)]
            self._list.value = self.value
        finally:
            self._filtering = False
        view.draw(self._facts, *self._told(len(ids)))

    def _told(self, listed: int) -> list[html.Child]:
        found = self._client._session.catalogue.resolve(  # noqa: SLF001  our own client
            self.value or "default", type=self._kind if self.value == "" else None
        )
        model: Any = found.model
        words = f"{listed} model{'s' * (listed != 1)} found. " if self.search else ""
        if model is None:
            return [
                html.tag("p", f"{words}{text.short(self.value, 80)} is not in the list.", class_="vn-line")
            ]
        return [html.tag("p", words, facts(model), class_="vn-line")]


def said(model: Listed) -> str:
    """The words by which a model is found."""
    words = [model.id, model.name, model.privacy, *abilities(model), *remarks(model)]
    return " ".join(words).lower()


def facts(model: Listed) -> html.Html:
    """What a model can do and costs, on one line: signs always have their word beside them."""
    privacy = html.badge(text.short(model.privacy, 20), "good" if model.privacy == "private" else "plain")
    can = [html.badge(f"{ABILITIES[word]} {word}") for word in abilities(model)]
    warned = [html.badge(word, "warn") for word in remarks(model) if word in {"beta", "offline"}]
    price = summary(model)
    context = [f"{tokens(model.context)} tokens"] if model.context else []
    words = " · ".join([text.short(model.id, 60), *context, *([price] if price else [])])
    return html.join(words, " ", html.join(privacy, *can, *warned, sep=" "))
