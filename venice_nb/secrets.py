"""A key that cannot be printed: it leaves this object only on its way into a request."""

from __future__ import annotations

import re
import weakref
from html import escape
from json import dumps
from typing import Any, AnyStr, NoReturn
from urllib.parse import quote

from venice_nb.errors import InvalidInput

_ALLOWED = re.compile(r"[\x21-\x7e]{8,512}")
_WHERE = "create one at https://venice.ai/settings/api and pass it as api_key= or in VENICE_API_KEY"


class Secret:
    """Holds a key. Its repr, str, format and hash tell nothing, and it cannot be pickled or copied.

    >>> Secret("VENICE_INFERENCE_KEY_example")
    <set>
    """

    __slots__ = ("__weakref__", "_packed", "_shapes", "_value")

    def __init__(self, value: str) -> None:
        self._value = clean_key(value)
        self._shapes = _shapes(self._value)
        self._packed = tuple(shape.encode() for shape in self._shapes)
        _living[id(self)] = self

    def reveal(self) -> str:
        """The key itself. Only the room that sends requests calls this."""
        return self._value

    def bearer(self) -> Bearer:
        """The value of the Authorization header."""
        return Bearer(b"Bearer " + self._value.encode())

    def hide(self, text: AnyStr) -> AnyStr:
        """`text` without the key, for what a server or a proxy says back."""
        if isinstance(text, bytes):
            for packed in self._packed:
                text = text.replace(packed, b"<key>")
        else:
            for shape in self._shapes:
                text = text.replace(shape, "<key>")
        return text

    @property
    def kind(self) -> str:
        """ADMIN or INFERENCE where the key tells, else an empty string."""
        for kind in ("ADMIN", "INFERENCE"):
            if self._value.startswith(f"VENICE_{kind}_KEY_"):
                return kind
        return ""

    def __repr__(self) -> str:
        return "<set>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        import hmac  # noqa: PLC0415  rarely compared

        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]  # a hash would be a fingerprint

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled or copied; make the client again where it is needed")

    def __copy__(self) -> NoReturn:
        self.__reduce__()

    def __deepcopy__(self, memo: dict[int, Any]) -> NoReturn:
        self.__reduce__()


_living: weakref.WeakValueDictionary[int, Secret] = weakref.WeakValueDictionary()


def hidden(text: AnyStr) -> AnyStr:
    """`text` without any key that this process knows of."""
    for held in _living.valuerefs():  # a list, whatever other threads do meanwhile
        if (secret := held()) is not None:
            text = secret.hide(text)
    return text


def _shapes(value: str) -> tuple[str, ...]:
    """A key as it may come back: in a URL, in JSON, in HTML, in a repr; the longest first."""
    json = dumps(value)[1:-1]
    strict = re.sub("[<>&']", lambda found: f"\\u{ord(found[0]):04x}", json)
    found = {value, quote(value), quote(value, safe=""), escape(value), repr(value)[1:-1], json, strict}
    found |= {each.replace("/", "\\/") for each in (value, json, strict)}
    return tuple(sorted(found, key=lambda shape: (-len(shape), shape)))


class Bearer(bytes):
    """The header value that carries a key: bytes to whoever sends them, nothing to whoever prints them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'<set>'"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is never pickled or copied")


def clean_key(value: object) -> str:
    """The key without surrounding white space and without a `Bearer ` prefix.

    Raises InvalidInput, never showing the key, when it is blank, holds a line break inside, a zero-width or
    other non-ASCII character, or is shorter than 8 or longer than 512 characters.
    """
    if not isinstance(value, str):
        raise InvalidInput(
            f"api_key must be a str, not {type(value).__name__}", field="api_key", allowed="a str", do=_WHERE
        )
    key = value.strip(" \t\r\n")
    if key[:7].lower() == "bearer ":
        key = key[7:].strip()
    if _ALLOWED.fullmatch(key):
        return key
    if not key:
        problem = "api_key is blank"
    elif not key.isascii() or not key.isprintable() or " " in key:
        problem = (
            "api_key holds a character no key has (a space, a line break, a zero-width or non-ASCII one)"
        )
    else:
        problem = f"api_key has {len(key)} characters"
    raise InvalidInput(
        problem,
        field="api_key",
        value="<hidden>",
        allowed="8 to 512 printable ASCII characters without spaces",
        do=f"copy the key again in full; {_WHERE}",
    )
