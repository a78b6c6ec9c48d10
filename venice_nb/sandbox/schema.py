"""Strict validation of request bodies and queries, with the issues Venice's validator (Zod) would report.

`compiled(schema)` turns a reduced OpenAPI 3.0 schema into a function `check(value, path, issues) -> verdict`.
`refusal(issues)` is the 400 that says what is wrong: a flat `issues` list and the same as a `details` tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from .exchange import Refusal

Schema = dict[str, Any]
Path = tuple[str | int, ...]
Issue = dict[str, Any]
Check = Callable[[Any, Path, list[Issue]], int]

# As in Zod: a wrong type ends the check of a value, a broken limit does not. Unions prefer the latter.
VALID, DIRTY, ABORTED = 0, 1, 2

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")


def kind(value: Any) -> str:
    """The name JavaScript's validator gives a JSON value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names: dict[type, str] = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "unknown")


def issue(code: str, path: Iterable[str | int], message: str, **facts: Any) -> Issue:
    """One entry of `issues`."""
    return {"code": code, **facts, "path": list(path), "message": message}


def refusal(issues: list[Issue], error: str = "Invalid request parameters") -> Refusal:
    """The 400 of a failed validation."""
    return Refusal(400, {"error": error, "details": details(issues), "issues": issues})


def refused(path: Iterable[str | int], message: str, error: str = "Invalid request parameters") -> Refusal:
    """The 400 of a single rule that no schema states."""
    return refusal([issue("custom", path, message)], error)


def details(issues: list[Issue]) -> dict[str, Any]:
    """The issues as a tree with `_errors` at every level."""
    root: dict[str, Any] = {"_errors": []}
    for item in issues:
        if item["code"] == "invalid_union":
            for branch in item["unionErrors"]:
                _graft(root, details(branch["issues"]))
            continue
        node = root
        for step in item["path"]:
            name = "_errors_" if step == "_errors" else str(step)  # a field may be called like the leaf
            node = node.setdefault(name, {"_errors": []})
        node["_errors"].append(item["message"])
    return root


def _graft(root: dict[str, Any], branch: dict[str, Any]) -> None:
    for name, part in branch.items():
        if name == "_errors":
            root["_errors"].extend(text for text in part if text not in root["_errors"])
        else:
            _graft(root.setdefault(name, {"_errors": []}), part)


def compiled(schema: Schema) -> Check:
    """A check for the schema. Keywords it does not know are ignored."""
    inner = _plain(schema)
    # `nullable` alone is how the spec writes "any" as a member and "null" as a branch of a union
    if schema.get("nullable") and set(schema) - {"nullable"}:
        return lambda value, path, issues: VALID if value is None else inner(value, path, issues)
    return inner


def _branch(schema: Schema) -> Check:
    """A branch of a union: `{"nullable": true}` is null there, `{}` a file, which only a form can hold."""
    if set(schema) == {"nullable"}:
        return _null
    return compiled(schema) if schema else _file


def _file(value: Any, path: Path, issues: list[Issue]) -> int:
    return VALID if isinstance(value, bytes) else _wrong_type("File", value, path, issues)


def _plain(schema: Schema) -> Check:
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return _union([_branch(part) for part in branches], branches)
    if "enum" in schema:
        return _enum(schema["enum"])
    if schema.get("format") == "binary":
        return _file
    makers: dict[str, Callable[[Schema], Check]] = {
        "object": _object,
        "array": _array,
        "string": _string,
        "number": _number,
        "integer": _number,
        "boolean": _boolean,
    }
    make = makers.get(schema.get("type", ""))
    return make(schema) if make else lambda _value, _path, _issues: VALID


def _wrong_type(expected: str, value: Any, path: Path, issues: list[Issue]) -> int:
    got = kind(value)
    issues.append(
        issue("invalid_type", path, f"Expected {expected}, received {got}", expected=expected, received=got)
    )
    return ABORTED


def _null(value: Any, path: Path, issues: list[Issue]) -> int:
    return VALID if value is None else _wrong_type("null", value, path, issues)


def _boolean(_schema: Schema) -> Check:
    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        return VALID if isinstance(value, bool) else _wrong_type("boolean", value, path, issues)

    return check


def _enum(options: list[Any]) -> Check:
    shown = " | ".join(f"'{option}'" for option in options)
    text = all(isinstance(option, str) for option in options)

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        if any(value == option and isinstance(value, bool) == isinstance(option, bool) for option in options):
            return VALID
        if len(options) == 1:
            only = f'"{options[0]}"' if text else f"{options[0]}"
            message = f"Invalid literal value, expected {only}"
            facts = {} if value is None else {"received": value}
            issues.append(issue("invalid_literal", path, message, **facts, expected=options[0]))
        elif text and not isinstance(value, str):
            return _wrong_type(shown, value, path, issues)
        else:
            message = f"Invalid enum value. Expected {shown}, received '{value}'"
            issues.append(issue("invalid_enum_value", path, message, received=value, options=options))
        return ABORTED

    return check


def _string(schema: Schema) -> Check:
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    pattern = _compiled(schema["pattern"]) if "pattern" in schema else None
    shape = {"uri": (_URL, "url"), "date-time": (_DATE_TIME, "datetime")}.get(schema.get("format", ""))

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        if not isinstance(value, str):
            return _wrong_type("string", value, path, issues)
        verdict = VALID
        if low and len(value) < low:
            verdict = _limit(issues, path, f"String must contain at least {low} character(s)", minimum=low)
        if high is not None and len(value) > high:
            verdict = _limit(issues, path, f"String must contain at most {high} character(s)", maximum=high)
        if pattern and not pattern.search(value):
            issues.append(issue("invalid_string", path, "Invalid", validation="regex"))
            verdict = DIRTY
        if shape and not shape[0].match(value):
            issues.append(issue("invalid_string", path, f"Invalid {shape[1]}", validation=shape[1]))
            verdict = DIRTY
        return verdict

    return check


def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as JavaScript reads it: digits are ASCII, and `$` is the very end."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern), re.ASCII)


def _limit(issues: list[Issue], path: Path, words: str, *, inclusive: bool = True, **bound: float) -> int:
    """Reports a broken limit; `bound` is `minimum=` or `maximum=`."""
    code = "too_big" if "maximum" in bound else "too_small"
    issues.append(issue(code, path, words, **bound, inclusive=inclusive))
    return DIRTY


def _number(schema: Schema) -> Check:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = bool(schema.get("exclusiveMinimum")), bool(schema.get("exclusiveMaximum"))
    whole = schema["type"] == "integer"

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _wrong_type("number", value, path, issues)
        verdict = VALID
        if whole and value % 1:
            message = "Expected integer, received float"
            issues.append(issue("invalid_type", path, message, expected="integer", received="float"))
            verdict = DIRTY
        if low is not None and (value <= low if above else value < low):
            words = f"Number must be greater than {'' if above else 'or equal to '}{low}"
            verdict = _limit(issues, path, words, minimum=low, inclusive=not above)
        if high is not None and (value >= high if below else value > high):
            words = f"Number must be less than {'' if below else 'or equal to '}{high}"
            verdict = _limit(issues, path, words, maximum=high, inclusive=not below)
        return verdict

    return check


def _array(schema: Schema) -> Check:
    inner = compiled(schema.get("items", {}))
    low, high = schema.get("minItems", 0), schema.get("maxItems")

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        if not isinstance(value, list):
            return _wrong_type("array", value, path, issues)
        verdict = VALID
        if len(value) < low:
            verdict = _limit(issues, path, f"Array must contain at least {low} element(s)", minimum=low)
        if high is not None and len(value) > high:
            verdict = _limit(issues, path, f"Array must contain at most {high} element(s)", maximum=high)
        for index, item in enumerate(value):
            verdict = max(verdict, inner(item, (*path, index), issues))
        return verdict

    return check


def _object(schema: Schema) -> Check:
    fields = {name: compiled(part) for name, part in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    extra = schema.get("additionalProperties")
    rest = compiled(extra) if isinstance(extra, dict) else None
    missing = [name for name in fields if name in required]

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        if not isinstance(value, dict):
            return _wrong_type("object", value, path, issues)
        verdict = VALID
        for name in missing:
            if name not in value:
                facts = {"expected": expected(schema["properties"][name]), "received": "undefined"}
                issues.append(issue("invalid_type", (*path, name), "Required", **facts))
                verdict = ABORTED
        for name, item in value.items():
            inner = fields.get(name, rest)
            if inner is not None:
                verdict = max(verdict, inner(item, (*path, name), issues))
        unknown = [name for name in value if name not in fields] if extra is False else []
        if unknown:
            message = "Unrecognized key(s) in object: " + ", ".join(f"'{name}'" for name in unknown)
            issues.append(issue("unrecognized_keys", path, message, keys=unknown))
            verdict = max(verdict, DIRTY)
        return verdict

    return check


def expected(schema: Schema) -> str:
    """The type a schema asks for, in the validator's words."""
    if "enum" in schema:
        return " | ".join(f"'{option}'" for option in schema["enum"])
    named: str = schema.get("type", "unknown")
    return "number" if named == "integer" else named


def _tag(schema: Schema) -> tuple[str, str] | None:
    """The property and the value that single out this branch of a union: type `text`, role `user`."""
    for name in ("type", "role"):
        options = schema.get("properties", {}).get(name, {}).get("enum", ())
        if len(options) == 1 and name in schema.get("required", ()):
            return name, options[0]
    return None


def _union(checks: list[Check], branches: list[Schema]) -> Check:
    tags = [_tag(part) for part in branches]
    names = {tag[0] for tag in tags if tag}
    closed = len(names) == 1 and all(tags)  # every branch names itself: Zod reads the name first

    def check(value: Any, path: Path, issues: list[Issue]) -> int:
        order = range(len(checks))
        if isinstance(value, dict) and names:
            chosen = [at for at in order if (tag := tags[at]) and value.get(tag[0]) == tag[1]]
            if closed and len(chosen) == 1:
                return checks[chosen[0]](value, path, issues)
            order = [*chosen, *(at for at in order if at not in chosen)]  # type: ignore[assignment]
        if closed and isinstance(value, dict):
            (name,) = names
            options = [tag[1] for tag in tags if tag]
            words = " | ".join(f"'{option}'" for option in options)
            message = f"Invalid discriminator value. Expected {words}"
            issues.append(issue("invalid_union_discriminator", (*path, name), message, options=options))
            return ABORTED
        tried: dict[int, list[Issue]] = {}
        dirty: list[Issue] | None = None
        for at in order:
            found: list[Issue] = []
            verdict = checks[at](value, path, found)
            if verdict == VALID:
                return VALID
            if verdict == DIRTY and dirty is None:
                dirty = found
            tried[at] = found
        if dirty is not None:
            issues.extend(dirty)
            return DIRTY
        errors = [{"issues": tried[at], "name": "ZodError"} for at in range(len(checks))]
        issues.append(issue("invalid_union", path, "Invalid input", unionErrors=errors))
        return ABORTED

    return check
