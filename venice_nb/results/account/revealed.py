"""The secret of a new key in plain text, which prints and is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from venice_nb.secrets import Secret


class Revealed(str):
    """A key in plain text. It prints, but a cell that ends with it does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<a key: print() shows it, os.environ['VENICE_API_KEY'] = ... passes it on>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is never pickled")


def revealed(secret: Secret | None, whose: str) -> Revealed:
    """The secret in plain text; InvalidInput where `whose` it would be has none."""
    if secret is None:
        raise InvalidInput(
            "The secret of this key is not known: the server told it once, when the key was made.",
            field="key",
            value=whose,
            allowed="a key fresh from v.keys.create(...)",
            do="make a new one and delete this one, if its secret is lost",
        )
    return Revealed(secret.reveal())
