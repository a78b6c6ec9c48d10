"""The part of the chat panel that works on what was said: edit, branch, undo, save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.talk.conversation_view import said
from venice_nb.ui.parts import view
from venice_nb.ui.parts.keys import sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.ui.talk.chat_panel import Branch, ChatPanel

NONE = ("none yet", -1)


class Turns:
    """Its list of turns follows the panel, and sets the panel's `turn`."""

    def __init__(self, panel: ChatPanel) -> None:
        self._panel = panel
        self._filling = False
        self.list = view.choice("Turn", "The turn to edit, or to branch from", [NONE], -1)
        self.wording = view.area("Its message", "Another wording of the message of this turn", rows=2)
        self.branches = view.choice("Branch", "Which course of the conversation is shown", [("0", 0)], 0)
        self.file = view.line("File name", "Of the notebook; made from the content when left out")
        self.ask = view.button(
            "Ask again", "Send the new wording; later turns are dropped", panel.settled(self._edit)
        )
        branch = view.button("Branch here", "Go on from this turn, beside what was said since", panel.branch)
        undo = view.button("Undo", "Forget the last turn", panel.undo)
        export = view.button("Save as notebook", "Writes the conversation as cells that run", self._export)
        self.list.observe(lambda change: self._pick(change.new), "value")
        self.branches.observe(lambda change: self._switch(change.new), "value")
        self.section = view.Section(
            "Earlier turns",
            "Edit, branch, undo, save",
            [
                view.row(self.list, self.branches),
                sent(self.wording, self.ask, branch, undo),
                view.row(self.file, export),
            ],
        )

    def follow(self, branches: Sequence[Branch], place: int) -> None:
        """List the branches, and the turns of the one at this place; the last turn is picked."""
        asked = [said(turn.question) for turn in branches[place].conversation]
        listed = [(f"{n}: {text.short(words, 50)}", n) for n, words in enumerate(asked)]
        lengths = [len(one.conversation) for one in branches]
        courses = [(f"{n}: {turns} turn{'s' * (turns != 1)}", n) for n, turns in enumerate(lengths)]
        self._filling = True  # new options pick the first one, which nobody has asked for
        try:
            self.list.options = listed or [NONE]
            self.list.value = len(listed) - 1
            self.branches.options = courses
            self.branches.value = place
        finally:
            self._filling = False
        self._pick(self.list.value)

    def _pick(self, turn: int) -> None:
        if self._filling:
            return
        self._panel.turn = turn
        was = words(self._panel.conversation[turn].question) if turn >= 0 else ""
        long = len(was) > view.LONGEST  # what stands in the box is state of the widget
        self.wording.value = "" if long else was
        self.wording.placeholder = "What was asked is too long to stand here." if long else ""

    def _switch(self, place: int) -> None:
        if not self._filling:
            self._panel.show_branch(place)

    def _edit(self) -> None:
        if self._panel.turn >= 0 and not self.wording.value.strip():
            self._panel.status = "Write another wording first."
        else:
            self._panel.edit(self._panel.turn, self.wording.value)

    def _export(self) -> None:
        self._panel.save_as(self.file.value.strip() or None)


def words(question: dict[str, Any]) -> str:
    """The text of a message, without its media."""
    content = question.get("content")
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content or () if part.get("type") == "text")
