"""The settings of a search in documents as controls: how they are cut, searched, ranked and answered from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Enum, Float, HasTraits, Int, Unicode

from venice_nb.rag.design import WEIGHT, Settings
from venice_nb.rag.splitting import SIZE
from venice_nb.render import text
from venice_nb.ui.parts import view
from venice_nb.ui.parts.choices import choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.venice import Venice

RETRIEVAL = ("hybrid", "vector", "keyword")
MOST = 20  # passages; more are read by nobody
CHEAPEST = 20  # models that are offered for reranking: a small one is enough
LATER = ("k", "model", "rerank", "min_score")  # settings of a question; the others make an index anew
KEPT = ("unit", "fusion", "min_score", "language")  # what has no control, and stays as it was given


class Knobs(HasTraits):
    """Settings for `v.rag`. `shared`: the models follow what other panels choose.

    Attributes:
        k: passages that are given to the model.
        retrieval: hybrid, vector or keyword.
        weight: the share of the vectors in hybrid, 0 to 1.
        chunk: the most a passage may measure.
        overlap: how much of a passage the next may repeat.
        model: the chat model that answers; empty for the default.
        embedding_model: likewise.
        rerank: the chat model that rates passages before k are taken; empty for none.

    """

    k = Int(5)
    retrieval = Enum(RETRIEVAL, default_value="hybrid")
    weight = Float(WEIGHT["scores"])
    chunk = Int(SIZE["characters"])
    overlap = Int(0)
    model = Unicode()
    embedding_model = Unicode()
    rerank = Unicode()

    def __init__(self, client: Venice, options: Mapping[str, Any] | None = None, *, shared: bool) -> None:
        given = options or {}
        chosen = choices(client)
        begun = {"model": chosen.text, "embedding_model": chosen.embedding} if shared and not options else {}
        known = {name: given[name] for name in self.trait_names() if given.get(name) is not None}
        super().__init__(**{**begun, **known})
        self._client, self._shared = client, shared
        self._kept: dict[str, Any] = {
            "unit": "characters",
            "fusion": "scores",
            "min_score": 0.0,
            "language": "english",
        }
        self._kept |= {name: given[name] for name in KEPT if name in given}
        if shared:
            chosen.observe(self._follow, ["text", "embedding"])
        self.view = self._controls()

    def close(self) -> None:
        """Follow nobody any more."""
        if self._shared:
            choices(self._client).unobserve(self._follow, ["text", "embedding"])

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `v.rag`."""
        own = {name: getattr(self, name) for name in self.trait_names()}
        return {**self._kept, **{name: value if value != "" else None for name, value in own.items()}}

    @options.setter
    def options(self, given: Mapping[str, Any]) -> None:
        self._kept = {name: given[name] for name in KEPT}
        for name in self.trait_names():
            setattr(self, name, given[name] if given[name] is not None else "")

    @property
    def index(self) -> dict[str, Any]:
        """Those of them that an index is made with."""
        return {name: value for name, value in self.options.items() if name not in LATER}

    @property
    def asked(self) -> Settings:
        """Those of them that a question is asked with."""
        return Settings(**{name: self.options[name] for name in LATER})

    @property
    def turned(self) -> dict[str, Any]:
        """Those of them that are not the default."""
        unit, fusion = self._kept["unit"], self._kept["fusion"]
        usual: dict[str, Any] = {
            "k": 5,
            "retrieval": "hybrid",
            "fusion": "scores",
            "weight": WEIGHT[fusion],
            "chunk": SIZE[unit],
            "overlap": 0,
            "unit": "characters",
            "min_score": 0.0,
            "language": "english",
        }
        if self.retrieval != "hybrid":
            usual |= {"weight": self.weight, "fusion": fusion}
        return {name: value for name, value in self.options.items() if value != usual.get(name)}

    def told(self) -> str:
        """The settings in a few words."""
        parts = [f"k {self.k}", self.retrieval]
        parts += [f"vectors {self.weight:g}"] if self.retrieval == "hybrid" else []
        parts.append(f"passages of {text.count(self.chunk)}")
        parts += [f"overlap {self.overlap}"] if self.overlap else []
        models = (("", self.model), ("vectors by ", self.embedding_model), ("reranked by ", self.rerank))
        return ", ".join([*parts, *(f"{word}{text.short(name, 60)}" for word, name in models if name)])

    def _follow(self, change: Any) -> None:
        name = {"text": "model", "embedding": "embedding_model"}[change.name]
        options = self._made[name].options
        if change.new not in [value for _, value in options]:  # it came with a later list of the server
            self._made[name].options = (*options, (text.short(change.new, 60), change.new))
        setattr(self, name, change.new)

    # --- the view --------------------------------------------------------------------------------

    def _controls(self) -> Any:
        unit = self._kept["unit"]
        cost = f"In {unit}; another size embeds the documents anew, which the price tells before"
        made = {
            "k": view.number("Passages (k)", "Given to the model", self.k, least=1, most=MOST),
            "retrieval": view.choice(
                "Search by", "vector: meaning; keyword: words; hybrid: both", RETRIEVAL, self.retrieval
            ),
            "weight": view.number(
                "Vectors weigh",
                "In hybrid: 1 is meaning alone, 0 words alone",
                self.weight,
                least=0.0,
                most=1.0,
                step=0.05,
            ),
            "chunk": view.number("Passage size", cost, self.chunk, least=20, most=100_000, step=100),
            "overlap": view.number(
                "Overlap", "What a passage repeats of the one before", self.overlap, least=0, most=50_000
            ),
            "model": self._models(
                "Answers", "The chat model that answers", "text", "the default", self.model
            ),
            "embedding_model": self._models(
                "Vectors by",
                "The embedding model; another one embeds the documents anew",
                "embedding",
                "the default",
                self.embedding_model,
            ),
            "rerank": self._models(
                "Reranked by",
                "A chat model that rates 20 passages before k are taken; the cheapest are listed",
                "text",
                "nobody",
                self.rerank,
                schema=True,
                sort="price",
            ),
        }
        for name, control in made.items():
            view.joined(self, name, control)
        self._made = made
        self.observe(lambda _: self._dim(), "retrieval")
        self._dim()
        rows = (("k", "retrieval", "weight"), ("chunk", "overlap"), ("model", "embedding_model", "rerank"))
        return view.column(*(view.row(*(made[name] for name in names)) for names in rows))

    def _models(self, label: str, tip: str, kind: Any, none: str, now: str, **wanted: Any) -> Any:
        ids = self._client.models(type=kind, refresh=False, **wanted).ids
        ids = ids[:CHEAPEST] if wanted else ids
        ids = ids if not now or now in ids else [now, *ids]
        return view.choice(label, tip, [(none, ""), *((text.short(one, 60), one) for one in ids)], now)

    def _dim(self) -> None:
        self._made["weight"].disabled = self.retrieval != "hybrid"
