"""The part of the account panel for keys: listed, made, and revoked with a second press.

The secret of a new key is never drawn, so it is in no widget and no notebook: it waits in `panel.new_key`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from venice_nb.render import html, text
from venice_nb.results.account.keys import KeyTable
from venice_nb.ui.parts import view
from venice_nb.ui.parts.code import call

if TYPE_CHECKING:
    from venice_nb.results.account.keys import ApiKey
    from venice_nb.ui.money.account_panel import AccountPanel

KINDS = {"INFERENCE": "use the models", "ADMIN": "keys and bills too"}
PERIODS = {"EPOCH": "a day (UTC)", "MONTH": "a month", "LIFETIME": "its whole life"}
PRIVACY = {"ALL": "all models", "PRIVATE_TEXT": "private ones for text", "PRIVATE_ONLY": "private ones only"}


class Keys:
    """`section` is what the panel shows."""

    def __init__(self, panel: AccountPanel) -> None:
        self._panel = panel
        self._picked: ApiKey | None = None
        self.table = KeyTable()
        self.code: list[str] = []
        self._list = view.window("The keys", height="22em")
        self._pick = view.choice("Key", "One of the keys of the account", [("none", "")], "")
        self._pick.observe(lambda _: self._spare(), "value")
        ask = view.button("Revoke", "Asks once more before the key ends", self._ask)
        self._revoke = view.button("", "The key ends at once, for ever", self.revoke, style="danger")
        spare = view.button("Keep it", "Nothing happens to the key", self._spare)
        self._sure = view.row(self._revoke, spare)
        self._fresh = view.pane()
        self._file = view.line("Save in", "A .env file, where the next client finds the key", value=".env")
        self._keep = view.row(
            self._file,
            view.button(
                "Save secret", "Writes it into the file, which you alone can read", panel.settled(self.save)
            ),
            view.button("Forget secret", "It can never be had again", self.forget),
        )
        self.section = view.Section(
            "Keys",
            "List, make and revoke the keys of the account",
            [
                view.pane(html.tag("p", panel.admin, class_="vn-line")),
                view.row(view.button("List keys", "Reads the keys of the account; costs nothing", self.list)),
                self._list,
                view.row(self._pick, ask),
                self._sure,
                *self._form(),
                self._fresh,
                self._keep,
            ],
        )
        self._spare()
        self.follow()

    def _form(self) -> list[Any]:
        def several(label: str, tip: str, options: dict[str, str]) -> Any:
            listed = [(said, value) for value, said in options.items()]
            return view.choice(label, tip, listed, listed[0][1])

        amount: dict[str, Any] = {"least": 0.0, "most": 1e9, "step": 1.0}
        self._fields = {
            "description": view.line(
                "New key", "Its name, up to 64 characters", placeholder="nightly job", live=True
            ),
            "kind": several("May do", "INFERENCE keys are enough for most work", KINDS),
            "limit_usd": view.number(
                "US dollars", "It may spend in a period; 0 for any amount", 0.0, **amount
            ),
            "limit_diem": view.number("DIEM", "It may spend in a period; 0 for any amount", 0.0, **amount),
            "period": several("Period", "After which its limits start anew", PERIODS),
            "privacy": several("May use", "The models it may use", PRIVACY),
            "expires": view.day("Expires", "The day (UTC) on which it ends; empty for never"),
        }
        for field in self._fields.values():
            field.observe(lambda _: self._panel._fill_code(), "value")  # noqa: SLF001  a part of it
        make = view.button("Make key", "Makes the key; costs nothing", self._panel.settled(self.create))
        return [view.row(*self._fields.values()), view.row(make)]

    # --- listing and revoking --------------------------------------------------------------------

    def list(self) -> None:
        """Read the keys of the account."""
        self._panel.start("Reading the keys ...", lambda _: self._panel.client.keys(), self._listed)

    def _listed(self, table: KeyTable, said: str = "") -> str:
        self.table = table
        view.draw(self._list, view.table(table, whole="v.keys() has all"))
        self._pick.options = [("none", ""), *((_label(key), key.id) for key in table.keys)]
        self._pick.value = ""
        return said or f"{len(table)} key{'s' * (len(table) != 1)}."

    def _ask(self) -> None:
        self._picked = next((key for key in self.table.keys if key.id == self._pick.value), None)
        if self._picked is None:
            self._panel.status = "List the keys and pick one first."
            return
        self._revoke.description = f"Yes, revoke {text.short(self._picked.description, 40)!r} for ever"
        self._sure.layout.display = "flex"
        self._panel.status = (
            "What uses this key, this client perhaps, is refused from then on. Press once more."
        )

    def _spare(self) -> None:
        self._picked = None
        self._sure.layout.display = "none"

    def revoke(self) -> None:
        """End the key that was asked about."""
        key, client = self._picked, self._panel.client
        if key is None:
            return
        self._spare()

        self._panel.start("Revoking ...", lambda _: client.keys.delete(key), lambda _: self._ended(key))

    def _ended(self, key: ApiKey) -> str:
        """Take a key off the list, which is not read anew: the key may have been this client's own."""
        self.code.append(call("v.keys.delete", key.id))
        if self._panel.new_key is not None and self._panel.new_key.id == key.id:
            self._panel.new_key = None
        self.follow()
        left = tuple(each for each in self.table.keys if each.id != key.id)
        return self._listed(
            replace(self.table, keys=left), f"The key {text.short(key.description, 60)!r} is gone."
        )

    # --- making ----------------------------------------------------------------------------------

    @property
    def asked(self) -> dict[str, Any]:
        """What `v.keys.create` is asked for; what the server would take anyhow is left out."""
        found = {name: field.value for name, field in self._fields.items()}
        found["expires"] = found["expires"] and found["expires"].isoformat()
        if not (found["limit_usd"] or found["limit_diem"]):
            found["period"] = None
        first = {"kind": "INFERENCE", "privacy": "ALL", "period": "EPOCH"}
        return {name: value for name, value in found.items() if value and value != first.get(name)}

    @property
    def pending(self) -> str:
        """The call that the next press makes; empty without a name."""
        asked = self.asked
        return (
            f"key = {call('v.keys.create', asked.pop('description'), **asked)}"
            if "description" in asked
            else ""
        )

    def create(self) -> None:
        """Make the key of the form."""
        asked, line = self.asked, self.pending
        if not line:
            self._panel.status = "Give the new key a name first."
            return
        work = partial(self._create, asked, line)
        self._panel.start("Making the key ...", work, lambda made: self._listed(*made))

    def _create(self, asked: dict[str, Any], line: str, _: Any) -> tuple[KeyTable, str]:
        made = self._panel.client.keys.create(**asked)
        self._panel.new_key = made
        self.code.append(line)
        self._fields["description"].value = ""
        self.follow()
        return self._panel.client.keys(), f"The key {text.short(made.description, 60)!r} is made."

    def follow(self) -> None:
        """Say where the secret of a new key is, while there is one."""
        made = self._panel.new_key
        self._keep.layout.display = "none" if made is None else "flex"
        if made is None:
            view.draw(self._fresh)
            return
        name = html.tag("strong", text.short(made.description, 60))
        said = (
            " is made. Its secret is told this once and never shown here: save it, or take it in a cell by "
        )
        code = html.tag("code", "panel.new_key.reveal()")
        view.draw(self._fresh, html.tag("p", html.badge("NEW", "good"), " ", name, said, code, "."))

    def save(self) -> None:
        """Put the secret of the new key into a file."""
        made, path = self._panel.new_key, self._file.value.strip() or ".env"
        if made is not None:
            self._panel.start("Writing ...", lambda _: made.save_secret(path), _saved)

    def forget(self) -> None:
        """Let go of the secret of the new key."""
        self._panel.new_key = None
        self.follow()


def _saved(path: Any) -> str:
    return f"The secret is in {text.short(str(path), 120)}. Keep that file out of git, and out of sight."


def _label(key: ApiKey) -> str:
    name = text.short(key.description, 60) or "no name"
    return " · ".join([name, text.short(key.kind, 20), text.short(key.id, 8)])
