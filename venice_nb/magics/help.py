"""What `%venice` shows when it is called alone: the magics, a line each."""

from __future__ import annotations

from dataclasses import dataclass

from venice_nb.render import html
from venice_nb.render.live import Bundle, Displayed

OFFERS = (
    ("%%venice", "asks what stands below it; {name} is a value of the notebook"),
    ("%%venice -m MODEL -s SYSTEM", "with a model and instructions; -t is the temperature, --web searches"),
    ("%%venice -c NAME", "goes on with the conversation NAME, or begins it"),
    ("%%venice --to NAME --schema NAME", "puts the answer into a variable; in the shape of a class"),
    ("%venice models --type image", "the models of a type and what they cost"),
    ("%venice spend", "what was spent, call by call"),
    ("%venice connect", "makes the client v: live where there is a key, else the sandbox"),
    ("%%venice?", "all options"),
)


@dataclass(frozen=True, repr=False)
class Help(Displayed):
    """The magics, and the client they use."""

    client: str

    def __repr__(self) -> str:
        return "\n".join([self._head, *(f"  {usage}: {said}" for usage, said in OFFERS)])

    @property
    def _head(self) -> str:
        return f"venice with {self.client}"

    def _mimebundle(self) -> Bundle:
        offers = html.facts((html.tag("code", usage), said) for usage, said in OFFERS)
        return {"text/plain": repr(self), "text/html": html.page(html.card(self._head, offers))}
