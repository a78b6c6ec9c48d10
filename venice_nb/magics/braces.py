"""`{name}` and `{expression}` in the text of a cell: what is replaced, what is refused, what stays text.

The rules, in this order, for `{...}` on one line, at most 1,000 characters long, with no brace inside:

1. Next to a space, as in `{ x }`, or around what names nothing, as in `{}`, `{3}` or `{"a": 1}`: text.
2. `{name}`, a name of the notebook's own: its value. Any other single word is refused, with the name that was
   probably meant: a typing error is not worth an answer. Words of the language, such as `{class}`, are text.
3. `{expression}` over names that are there, at least one of them the notebook's own: its value. `{price:.2f}`
   and `{name!r}` are written as in an f-string.
4. An expression over a name that is not there is text; it is refused where the name is all but one that is.
5. Doubled braces around what 2 to 4 would replace or refuse are text in single ones: `{{name}}` is `{name}`.
   All other braces stay as they are, so that JSON needs no care.

A value is put in as text, once: what stands in it is never read as braces, and never evaluated.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from venice_nb.calls.check import closest, refuse
from venice_nb.errors import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import CodeType

_BRACES = re.compile(r"(?<!\{)(\{++)([^{}\n]{0,1000}+)(\}++)")
_CONVERTED = re.compile(r"(.+)!([rsa])")
_CONVERT: dict[str, Callable[[Any], Any]] = {"": lambda value: value, "r": repr, "s": str, "a": ascii}
NEAR = 0.8  # likeness, 0 to 1, from which a name in an expression was probably meant to be another
SHOWN = 60  # characters of an expression that a message shows


@dataclass(frozen=True, slots=True, repr=False)
class Names:
    """The namespace of a notebook.

    Attributes:
        values: what expressions are evaluated in.
        own: the names in it that the notebook made, not those that every notebook begins with.

    """

    values: dict[str, Any]
    own: Collection[str]

    @property
    def told(self) -> list[str]:
        """The notebook's own names, in order, without those that begin with an underscore."""
        return sorted(name for name in self.own if not name.startswith("_"))

    def fill(self, text: str, *, field: str = "cell") -> str:
        """The text with the values of its names and expressions; see the rules above.

        Raises InvalidInput for a name that is not there. What an expression raises is raised as it is.

        >>> here = Names({"city": "Rome"}, {"city"})
        >>> here.fill('{"in": {"city": "{city}"}} {{city}} {city.upper()}')
        '{"in": {"city": "Rome"}} {city} ROME'

        """

        def put(found: re.Match[str]) -> str:
            opening, inner, closing = found.groups()
            expression = self._meant(inner)
            if expression is None:
                return found.group()
            both = min(len(opening), len(closing))  # {"a": {name}}: the outer brace belongs to the text
            before = "{" * (len(opening) - both + both // 2)
            after = "}" * (len(closing) - both + both // 2)
            return before + (self._text(expression, inner, field) if both % 2 else inner) + after

        return _BRACES.sub(put, text)

    def value(self, expression: str, *, field: str) -> Any:
        """What a name or an expression stands for. InvalidInput where that is nothing.

        >>> Names({"City": dict}, {"City"}).value("list[City]", field="schema")
        list[dict]

        """
        found = _read(expression.strip())
        if found is None:
            refuse(field, expression, "a name, or an expression over names", "Define it in a cell first.")
        for name in self._absent(found):
            self._refuse(field, name, "Define it in a cell first.")
        return eval(found.code, self.values)  # noqa: S307  what the user typed

    def _meant(self, inner: str) -> _Expression | None:
        """The expression between braces that is to be replaced or refused; None when they are text."""
        found = _formatted(inner) if inner == inner.strip() else None
        if found is None or inner.isidentifier():
            return found
        if absent := self._absent(found):
            near = any(difflib.get_close_matches(name, self.told, 1, NEAR) for name in absent)
            return found if near else None
        return found if any(name in self.own for name in found.names) else None

    def _absent(self, found: _Expression) -> list[str]:
        return sorted(name for name in found.names if name not in self.own and not hasattr(builtins, name))

    def _text(self, found: _Expression, inner: str, field: str) -> str:
        """The value of an expression, as text."""
        # {id} and {list} are words like any other: what Python calls so is never meant.
        for name in [inner] if inner.isidentifier() and inner not in self.own else self._absent(found):
            doubled = plain(f"{{{{{inner}}}}}", SHOWN)
            self._refuse(field, name, f"Double braces are text: {doubled}; with --raw all are.")
        value = eval(found.code, self.values)  # noqa: S307  what the user typed
        try:
            return format(_CONVERT[found.conversion](value), found.spec)
        except (ValueError, TypeError) as error:
            if not found.spec:
                raise
            what = f"{plain(f'{{{inner}}}', SHOWN)} has no such format: {plain(error, 100)}."
            do = f"Double the braces if they are text: {plain(f'{{{{{inner}}}}}', SHOWN)}."
            refuse(field, found.spec, f"a format of {type(value).__name__}", do, what=what)

    def _refuse(self, field: str, name: str, do: str) -> NoReturn:
        guess = closest(name, self.told)
        refuse(
            field,
            name,
            ", ".join(self.told[:12]) or "nothing yet",
            f"Did you mean {guess}? {do}" if guess else do,
            what=f"There is no {plain(name, SHOWN)!r} in this notebook.",
        )


@dataclass(frozen=True, slots=True)
class _Expression:
    """An expression, the names it needs from outside, and how its value is written."""

    code: CodeType
    names: frozenset[str]
    conversion: str = ""
    spec: str = ""


def _formatted(inner: str) -> _Expression | None:
    """What is between braces: `price`, `price:.2f`, `rows[1:3]!r`. None without an expression over names."""
    for written, spec in _splits(inner):
        found = _read(written, "", spec)
        if found is None and (converted := _CONVERTED.fullmatch(written)):
            found = _read(converted[1], converted[2], spec)
        if found is not None:
            return found if found.names else None
    return None


def _splits(inner: str) -> Iterator[tuple[str, str]]:
    """The whole, then what stands before and after each colon; a format does not begin with a space."""
    yield inner, ""
    for colon in re.finditer(r":(?=\S)", inner):
        yield inner[: colon.start()], inner[colon.end() :]


def _read(written: str, conversion: str = "", spec: str = "") -> _Expression | None:
    """The expression in a text; None when the text is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about text that merely looks odd as code, such as {1 is one}
            tree = ast.parse(written, mode="eval")
            code = compile(tree, f"<{{{written}}}>", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in found if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return _Expression(code, frozenset({node.id for node in found} - bound), conversion, spec)
