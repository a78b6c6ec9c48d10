"""Every operation's request shape agrees with the official file, on good bodies and on spoilt ones."""

import copy
import re

import pytest

from tests import spec
from venice_nb.sandbox.routes.table import TABLE, _requests, shape

JSON = "application/json"
SPOILS = ("x" * 40_000, -1, 10**9, 0.5, True, None, [], {}, [None], {"no_such_key": 1}, "")


def example(schema):
    """A value that fits the schema, with every property filled in."""
    if "enum" in schema:
        return schema["enum"][-1]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return example(schema[key][0])
    kind = schema.get("type")
    if kind == "object":
        return {name: example(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema["items"])] * max(1, schema.get("minItems", 0))
    if kind in ("integer", "number"):
        least = schema.get("minimum", 0)
        return min(least + 1, schema.get("maximum", least + 1))
    if kind == "boolean":
        return True
    if schema.get("format") == "uri":
        return "https://example.org/a"
    for text in ("1d", "1", "2026-01-01", "2026-01-01T00:00:00.000Z"):
        if kind == "string" and "pattern" in schema and re.search(schema["pattern"], text):
            return text
    return "ab" * max(1, schema.get("minLength", 0))


def agree(operation, method, path, body):
    issues = []
    shape(operation).bodies[JSON](body, (), issues)
    official = spec.validate_request(method, path, body=body)
    return bool(issues) == bool(official), issues, official


OPERATIONS = [
    (route.operation, route.method, route.path)
    for route in TABLE
    if JSON in _requests()[route.operation]["body"]
]


@pytest.mark.parametrize(("operation", "method", "path"), OPERATIONS)
def test_good_and_spoilt_bodies_are_judged_alike(operation, method, path):
    path = path.replace("{network}", "base-mainnet")
    schema = _requests()[operation]["body"][JSON]
    good = example(schema)
    assert agree(operation, method, path, good)[0], agree(operation, method, path, good)
    assert agree(operation, method, path, {})[0]
    assert agree(operation, method, path, {**good, "no_such_key": 1} if isinstance(good, dict) else 3)[0]
    for name in schema.get("properties", {}):
        without = {key: value for key, value in good.items() if key != name}
        assert agree(operation, method, path, without)[0], name
        for spoil in SPOILS:
            bad = {**copy.deepcopy(good), name: spoil}
            same, issues, official = agree(operation, method, path, bad)
            assert same, (name, spoil if not isinstance(spoil, str) else len(spoil), issues, official)
