"""Rules for arguments: each takes a field's name and a value, and gives back the value that is sent.

A rule refuses with `InvalidInput`, which names the field, the value, what is allowed and the fix. Tables of
rules (`Rules`) describe the parameters of an endpoint as data; `fields` applies such a table.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from venice_nb.errors import InvalidInput, plain

Rule = Callable[[str, Any], Any]
Rules = Mapping[str, Rule]

SHOWN = 60  # characters of a value that a message shows
DEPTH = 100  # levels of nesting; JSON readers give up not far beyond
LARGEST = 2**63  # integers beyond 64 bits are not JSON numbers for most readers


def refuse(field: str, value: object, allowed: str, do: str, *, what: str = "") -> NoReturn:
    """Raise the `InvalidInput` for a value that is not allowed. `what` replaces the usual first sentence."""
    field = plain(field, 200)
    raise InvalidInput(
        what or f"{field} must be {allowed}, not {shown(value)}.",
        field=field,
        value=_kept(value),
        allowed=allowed,
        do=do,
    )


def shown(value: object) -> str:
    """A value as messages show it: short, on one line, free of control characters and keys."""
    if isinstance(value, str):
        head = value[: SHOWN + 200].encode("utf-8", "backslashreplace").decode()
        return plain(repr(plain(head, SHOWN)), SHOWN + 20)
    if value is None or isinstance(value, bool | int | float):
        return plain(repr(value), SHOWN)
    if isinstance(value, numbers.Number):
        return plain(value, SHOWN)
    if isinstance(value, bytes | bytearray | list | tuple | dict | set | frozenset):
        size = len(value)
        unit = "byte" if isinstance(value, bytes | bytearray) else "item"
        return f"a {type(value).__name__} of {size} {unit}{'' if size == 1 else 's'}"
    name = plain(type(value).__name__, SHOWN)
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def _kept(value: object) -> object:
    """What the error keeps of a value: small plain ones as they are, the others as shown."""
    plain_value = value is None or isinstance(value, bool | float)
    return value if plain_value or (isinstance(value, int) and abs(value) < LARGEST) else shown(value)


def closest(name: object, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    known = list(known)
    found = difflib.get_close_matches(str(name)[:200].lower(), {each.lower(): each for each in known}, 1, 0.6)
    return next((each for each in known if each.lower() == found[0]), None) if found else None


def unknown(name: object, known: Iterable[str], *, kind: str = "keyword", do: str = "") -> NoReturn:
    """Refuse a name nobody knows, with the one that was probably meant."""
    options = sorted(known)
    guess = closest(name, options)
    hint = f"Did you mean {guess}?" if guess else ""
    raise InvalidInput(
        f"Unknown {kind} {shown(name)}.",
        field=plain(name, SHOWN),
        value=_kept(name),
        allowed=", ".join(options) or "nothing",
        do=" ".join(filter(None, [hint, do])) or f"Known: {', '.join(options)}.",
    )


# --- numbers and flags -----------------------------------------------------------------


def _span(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f" of {low:.10g} or more"
    if low == high:
        return f" equal to {low:.10g}"
    return f" from {low:.10g} to {high:.10g}" if low is not None else f" of at most {high:.10g}"


def _is_number(value: object) -> bool:
    kind = type(value)
    if kind is float or kind is int:  # the usual case, twenty times faster than asking the abstract class
        return True
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _unquoted(value: object) -> str:
    try:
        float(value)  # type: ignore[arg-type]  # asking is the point
    except (TypeError, ValueError):
        return ""
    return f"Write {plain(value, 20).strip()} without quotes. " if isinstance(value, str) else ""


def number(low: float | None = None, high: float | None = None) -> Rule:
    """A finite number between two bounds; NumPy scalars are numbers, booleans and texts are not."""
    allowed = f"a number{_span(low, high)}"

    def rule(field: str, value: Any) -> float:
        if not _is_number(value) or not math.isfinite(value) or _outside(value, low, high):
            refuse(field, value, allowed, f"{_unquoted(value)}Pass {allowed}, or leave it out.")
        return int(value) if isinstance(value, numbers.Integral) else float(value)

    return rule


def integer(low: int | None = None, high: int | None = None) -> Rule:
    """A whole number between two bounds; 3.0 counts as 3."""
    allowed = f"a whole number{_span(low, high)}"

    def rule(field: str, value: Any) -> int:
        whole = _is_number(value) and math.isfinite(value) and value == int(value)
        if not whole or _outside(value, low, high) or abs(value) >= LARGEST:
            refuse(field, value, allowed, f"{_unquoted(value)}Pass {allowed}, or leave it out.")
        return int(value)

    return rule


def flag(field: str, value: Any) -> bool:
    """True or False."""
    if isinstance(value, bool):
        return value
    if type(value).__name__ in {"bool_", "bool"} and type(value).__module__ == "numpy":
        return bool(value)
    return refuse(field, value, "True or False", "Pass True or False.")


def choice(*options: str, fixes: Mapping[Any, str] | None = None) -> Rule:
    """One of some words. `fixes` says what to do about values that people are known to try."""
    allowed = ("one of " if len(options) > 1 else "") + ", ".join(map(repr, options))

    def rule(field: str, value: Any) -> str:
        if isinstance(value, str) and value in options:
            return str(value)
        fix = (fixes or {}).get(value) if isinstance(value, str | bool) else None
        guess = closest(value, options) if isinstance(value, str) else None
        do = fix or (f"Did you mean {guess!r}?" if guess else f"Pass {allowed}.")
        return refuse(field, value, allowed, do)

    return rule


# --- texts -----------------------------------------------------------------------------


def sound(field: str, value: str) -> str:
    """`value`, refused when half of a surrogate pair stands alone: UTF-8 cannot carry that."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            refuse(
                field,
                value,
                "text that UTF-8 can carry",
                'Clean it first: text.encode("utf-8", "replace").decode().',
                what=f"{field} holds half of a surrogate pair at character {error.start}.",
            )
    return value


def text(*, blank: bool = True, longest: int | None = None) -> Rule:
    """A text. `blank=False` refuses an empty one or one of spaces only; `longest` is in characters."""
    allowed = ("a text" if blank else "a text that is not blank") + (
        f" of at most {longest} characters" if longest else ""
    )

    def rule(field: str, value: Any) -> str:
        if not isinstance(value, str):
            fix = "Decode it first: data.decode()." if isinstance(value, bytes | bytearray) else "Pass a str."
            refuse(field, value, allowed, fix)
        if not blank and (not value or value.isspace()):
            refuse(field, value, allowed, "Write something, or leave the argument out.")
        if longest is not None and len(value) > longest:
            refuse(
                field,
                value,
                allowed,
                f"Shorten it by {len(value) - longest} characters.",
                what=f"{field} is {len(value)} characters long; at most {longest} are allowed.",
            )
        return sound(field, value)

    return rule


_name = text(blank=False, longest=1000)
_slug = text(blank=False, longest=200)


def model_name(field: str, value: Any) -> Any:
    """The name of a model as it stands, when it can be one; or the model itself given in its place."""
    return _name(field, value) if isinstance(value, str) else value


def slug(field: str, value: Any) -> str:
    """The slug of a character, or of the character itself given in its place."""
    return str(_slug(field, getattr(value, "slug", value))).strip()


def several(each: Rule, fewest: int = 0, most: int | None = None, *, noun: str = "items") -> Rule:
    """A list whose items keep to a rule; its length is between two bounds."""
    bound = f" of {fewest} to {most} {noun}" if most is not None else f" of {noun}"
    allowed = f"a list{bound}"

    def rule(field: str, value: Any) -> list[Any]:
        items = listed(value)
        if items is None:
            refuse(field, value, allowed, f"Put it in brackets: {field}=[...].")
        if len(items) < fewest or (most is not None and len(items) > most):
            refuse(
                field,
                value,
                allowed,
                f"Pass {fewest} to {most} {noun}." if most is not None else f"Pass at least {fewest}.",
                what=f"{field} has {len(items)} {noun}; allowed is {allowed}.",
            )
        return [each(f"{field}[{position}]", item) for position, item in enumerate(items)]

    return rule


def listed(value: Any) -> Sequence[Any] | None:
    """`value` as a sequence when it is a list, a tuple, an array or a Series; None for everything else."""
    if isinstance(value, list | tuple):
        return value
    if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1:
        items = value.tolist()
        return items if isinstance(items, list) else None
    return None


# --- JSON ------------------------------------------------------------------------------

_JSON = "JSON: text, number, boolean, None, list, or dict with text keys"


def json_value(field: str, value: Any, depth: int = 0) -> Any:
    """A copy of `value` that JSON can carry; NumPy scalars become numbers. Refusals name the path."""
    kind = type(value)
    if kind is str:
        return sound(field, value)
    if value is None or kind is bool:
        return value
    if kind is int:
        if not -LARGEST <= value < 2 * LARGEST:
            refuse(field, value, "an integer of at most 64 bits", "Send it as a text: str(value).")
        return value
    if kind is float:
        if not math.isfinite(value):
            refuse(field, value, "a finite number", "Replace NaN and infinity, for example by None.")
        return value
    if depth > DEPTH:
        refuse(field, value, f"at most {DEPTH} levels deep", "Flatten it; does it contain itself?")
    if isinstance(value, Mapping):
        return {
            _key(field, key): json_value(f"{field}.{key}" if field else str(key), item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [json_value(f"{field}[{position}]", item, depth + 1) for position, item in enumerate(value)]
    return _odd(field, value, depth)


def _key(field: str, key: Any) -> str:
    if not isinstance(key, str):
        refuse(
            field,
            key,
            "a dict with text keys",
            f"Write the key as a text: {shown(str(key))}.",
            what=f"{field} has the key {shown(key)}; JSON keys are texts.",
        )
    return sound(field, str(key))


def _odd(field: str, value: Any, depth: int) -> Any:
    """Subclasses of plain types and NumPy scalars as plain values; the rest is refused with a fix."""
    if isinstance(value, str):
        return sound(field, str.__str__(value))
    if isinstance(value, numbers.Integral):
        return json_value(field, int(value), depth + 1)
    if isinstance(value, numbers.Real):
        return json_value(field, float(value), depth + 1)
    if type(value).__module__ == "numpy" and type(value).__name__ in {"bool_", "bool"}:
        return bool(value)
    name = type(value).__name__
    if isinstance(value, bytes | bytearray | memoryview):
        fix = "Decode text with .decode(); put media in images=, audio=, video= or files=."
    elif isinstance(value, set | frozenset):
        fix = "Make it a list: sorted(value)."
    elif name == "DataFrame":
        fix = 'Turn it into text or rows: df.to_csv(index=False) or df.to_dict("records").'
    elif hasattr(value, "tolist"):
        fix = "Turn it into a list: value.tolist()."
    elif hasattr(value, "isoformat"):
        fix = "Turn it into text: value.isoformat()."
    elif hasattr(value, "model_dump"):
        fix = 'Turn it into a dict: value.model_dump(mode="json").'
    else:
        fix = "Turn it into text, numbers, lists and dicts first."
    return refuse(field, value, _JSON, fix)


def mapping(field: str, value: Any) -> dict[str, Any]:
    """A dict that JSON can carry."""
    if not isinstance(value, Mapping):
        refuse(field, value, "a dict", f"Pass a dict: {field}={{...}}.")
    checked: dict[str, Any] = json_value(field, value)
    return checked


def shaped(rules: Rules, required: Sequence[str] = ()) -> Rule:
    """A dict whose known keys keep to their rules; other keys only have to be JSON."""

    def rule(field: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            refuse(field, value, "a dict", f"Pass a dict: {field}={{...}}.")
        for key in required:
            if value.get(key) is None:
                refuse(
                    f"{field}.{key}",
                    None,
                    "present",
                    f"Add {key!r} to {field}.",
                    what=f"{field} needs {key!r}.",
                )
        checked = {}
        for key, item in value.items():
            name = f"{field}.{_key(field, key)}"
            if item is not None:
                checked[key] = rules[key](name, item) if key in rules else json_value(name, item)
        return checked

    return rule


def fields(
    rules: Rules, given: Mapping[str, Any], *, hints: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The given parameters, each by its rule. None means left out; an unknown name is refused."""
    checked = {}
    for name, value in given.items():
        rule = rules.get(name)
        if rule is None:
            if hints and name in hints:
                refuse(name, value, ", ".join(sorted(rules)), hints[name], what=f"Unknown keyword {name!r}.")
            unknown(name, rules)
        elif value is not None:
            checked[name] = rule(name, value)
    return checked
