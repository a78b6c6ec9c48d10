"""A persona found by words, and picked by its face. The kernel fetches the faces; the page loads nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from venice_nb.render import html, text
from venice_nb.results.pictures import image_view
from venice_nb.results.pictures.image import Image
from venice_nb.ui.parts import view
from venice_nb.ui.parts.tiles import Tile, Tiles

if TYPE_CHECKING:
    from venice_nb.results.characters import Character
    from venice_nb.ui.parts.task import Task
    from venice_nb.ui.talk.chat_panel import ChatPanel

LISTED = 20  # personas in the list
FACES = 6  # of them are shown
SIDE, MOST = 112, 1_000  # pixels and bytes of a face


class CharacterPicker:
    """Sets `character` of its panel."""

    def __init__(self, panel: ChatPanel) -> None:
        self._panel = panel
        self._found: dict[str, Character] = {}
        self.words = view.line("Find a persona", "Words in its name or description", placeholder="philosophy")
        find = view.button("Find", "Look for personas; costs nothing", panel.settled(self.find))
        self.list = view.choice(
            "Persona", "Who answers", [("none", ""), *_known(panel.character)], panel.character
        )
        self._faces = Tiles(self._pick, wide="11em")
        self._card = view.pane()
        self.view = view.column(view.row(self.words, find, self.list), self._faces.view, self._card)
        self.list.observe(lambda change: self._picked(change.new), "value")
        panel.observe(lambda change: self._follow(change.new), "character")

    def find(self) -> None:
        """Ask for personas."""
        self._panel.start(
            "Looking for personas ...", partial(self._look, self.words.value.strip()), self._list
        )

    def _look(self, words: str, task: Task) -> tuple[list[Character], list[Image | BaseException | None]]:
        """Those that are found, and the faces of the first ones."""
        client = self._panel.client
        found = list(client.characters(search=words or None, limit=LISTED).characters)
        return found, task.together([partial(client.characters.photo, each) for each in found[:FACES]])

    def _list(self, given: tuple[list[Character], list[Image | BaseException | None]]) -> str:
        found, faces = given
        self._found = {each.slug: each for each in found}
        now = self._panel.character
        named = [(text.short(f"{each.name or each.slug} ({each.slug})", 80), each.slug) for each in found]
        kept = _known(now) if now not in self._found else []
        self.list.options = [("none", ""), *kept, *named]
        self.list.value = now
        self._faces.show([_tile(each, face) for each, face in zip(found, faces, strict=False)])
        self._mark()
        return f"{len(named)} persona{'s' * (len(named) != 1)} found; pick one below."

    def _pick(self, place: int) -> None:
        self.list.value = list(self._found)[place]

    def _mark(self) -> None:
        found = list(self._found)
        self._faces.mark(found.index(self._panel.character) if self._panel.character in found else -1)

    def _follow(self, slug: str) -> None:
        if slug not in {value for _, value in self.list.options}:
            self.list.options = [*self.list.options, *_known(slug)]
        self.list.value = slug

    def _picked(self, slug: str | None) -> None:
        self._panel.character = slug or ""
        self._mark()
        found = self._found.get(slug or "")
        view.draw(self._card, *([found.card()] if found is not None else []))


def _tile(found: Character, face: Image | BaseException | None) -> Tile:
    name = text.short(found.name or found.slug, 30)
    shown: html.Child = html.tag("p", "no picture", class_="vn-tile")
    if isinstance(face, Image):
        shown = image_view.picture(face, side=SIDE, most=MOST)
    return Tile(shown, name, f"Let this persona answer: {name}")


def _known(slug: str) -> list[tuple[str, str]]:
    return [(text.short(slug, 60), slug)] if slug else []
