"""A persona found by words and picked from what was found. Their photos are never loaded from other hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.render import text
from venice_nb.ui.parts import view

if TYPE_CHECKING:
    from venice_nb.results.characters import Character, CharacterTable
    from venice_nb.ui.talk.chat_panel import ChatPanel

SHOWN = 20


class CharacterPicker:
    """Sets `character` of its panel."""

    def __init__(self, panel: ChatPanel) -> None:
        self._panel = panel
        self._found: dict[str, Character] = {}
        self.words = view.line("Find a persona", "Words in its name or description", placeholder="philosophy")
        find = view.button("Find", "Look for personas; costs nothing", self.find)
        self.list = view.choice(
            "Persona", "Who answers", [("none", ""), *_known(panel.character)], panel.character
        )
        self._card = view.pane()
        self.view = view.column(view.row(self.words, find, self.list), self._card)
        self.list.observe(lambda change: self._picked(change.new), "value")
        panel.observe(lambda change: self._follow(change.new), "character")

    def find(self) -> None:
        """Ask for personas."""
        client, words = self._panel.client, self.words.value.strip()
        self._panel.start(
            "Looking for personas ...",
            lambda _: client.characters(search=words or None, limit=SHOWN),
            self._list,
        )

    def _list(self, table: CharacterTable) -> str:
        self._found = {each.slug: each for each in table.characters}
        now = self._panel.character
        named = [
            (text.short(f"{each.name or slug} ({slug})", 80), slug) for slug, each in self._found.items()
        ]
        kept = _known(now) if now not in self._found else []
        self.list.options = [("none", ""), *kept, *named]
        self.list.value = now
        return f"{len(named)} persona{'s' * (len(named) != 1)} found; pick one below."

    def _follow(self, slug: str) -> None:
        if slug not in {value for _, value in self.list.options}:
            self.list.options = [*self.list.options, *_known(slug)]
        self.list.value = slug

    def _picked(self, slug: str | None) -> None:
        self._panel.character = slug or ""
        found = self._found.get(slug or "")
        view.draw(self._card, *([found.card()] if found is not None else []))


def _known(slug: str) -> list[tuple[str, str]]:
    return [(text.short(slug, 60), slug)] if slug else []
