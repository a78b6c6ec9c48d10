"""Request bodies drawn from the official file: valid ones at random, and valid ones with one thing spoilt."""

import copy
import random

from tests.spec_file import request_validator

NONE = object()
TEXT = ["Hello", "Grüße aus Köln 😀", "x" * 300, "a\nb\tc", "0.5", "<b>&amp;</b>", "null"]
# What the file types as any text or number, and the API takes only in some form.
MEANT = {
    "url": ["https://example.com/a.png", "http://example.com:8080/b?c=d"],
    "file_data": ["https://example.com/a.pdf", "data:application/pdf;base64,JVBERi0xLjQK"],
    "data": ["UklGRiQAAABXQVZF", "AAAA"],
    "n": [1, 2, 4],
    "max_completion_tokens": [1, 100, 4096],
    "max_output_tokens": [1, 100],
    "tool_choice": ["auto", "none", "required"],
    "model": ["brand-new-model"],
    "character_slug": ["alan-watts"],
    "prompt_cache_key": ["k1"],
    "ttl": ["1h", "5m"],
}
STRICT = {
    "type": "object",
    "properties": {"a": {"type": ["string", "null"], "enum": ["x", None]}},
    "required": ["a"],
    "additionalProperties": False,
}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
JUNK = [True, False, "", "x", "1", 0, -1, 3, 0.5, 1e9 + 0.5, 10**30, [], [1], ["x"], [{}], {}, {"a": 1}, [[]]]


def schema(operation):
    """The schema of an operation's JSON body."""
    return request_validator(operation, "application/json").schema


class Sampler:
    """Draws values that fit a schema. Optional fields come in about one case of three."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def body(self, operation):
        return self._value(schema(operation), ())

    def _value(self, node, path):
        meant = self._meant(path)
        if meant is not NONE:
            return meant
        if "enum" in node:
            return self.random.choice([each for each in node["enum"] if each is not None])
        if "anyOf" in node:
            branches = [each for each in node["anyOf"] if each.get("enum") != [None]]
            return self._value(self.random.choice(branches), path)
        kind = node.get("type")
        if kind == "object" or "properties" in node:
            return self._object(node, path)
        if kind == "array":
            low, high = node.get("minItems", 1), min(node.get("maxItems", 3), 3)
            return [
                self._value(node.get("items", {}), (*path, "*"))
                for _ in range(self.random.randint(low, high))
            ]
        if kind in {"number", "integer"}:
            return self._number(node, whole=kind == "integer")
        if kind == "boolean":
            return self.random.random() < 0.5
        return self.random.choice(MEANT["url"] if path[-1] == "image_url" else TEXT)

    def _meant(self, path):
        name = path[-1] if path else ""
        if path[-2:] == ("response_format", "json_schema") or path[-1:] == ("json_schema",):
            return {"name": "shape", "strict": True, "schema": STRICT}
        if path[-2:] == ("tool_calls", "*"):
            return copy.deepcopy(CALL)
        if path[:1] == ("tool_choice",):
            return self.random.choice(MEANT["tool_choice"])
        return self.random.choice(MEANT[name]) if name in MEANT and len(path) < 7 else NONE

    def _object(self, node, path):
        required = node.get("required", [])
        drawn = {
            name: self._value(each, (*path, name))
            for name, each in node.get("properties", {}).items()
            if name in required or self.random.random() < 0.3
        }
        extra = node.get("additionalProperties")
        if isinstance(extra, dict) and "properties" not in node:
            drawn["free"] = self._value(extra, (*path, "free"))
        if drawn.get("role") == "assistant" and not drawn.get("tool_calls"):
            drawn["content"] = "Yes."
        if path[-1:] == ("tools",) or path[-2:] == ("tools", "*"):
            self._name(drawn)
        return drawn

    def _name(self, tool):
        """Functions of one request have different names."""
        if "function" in tool:
            tool["type"] = "function"
            tool["function"]["name"] = f"f{self.random.randrange(10**9)}"

    def _number(self, node, *, whole):
        low, high = node.get("minimum", -1000), node.get("maximum", 1000)
        low += 1 if node.get("exclusiveMinimum") else 0
        edges = [low, high, (low + high) // 2 if whole else (low + high) / 2]
        drawn = self.random.choice([*edges, self.random.uniform(low, high)])
        return int(drawn) if whole else drawn


def spoilt(body, chance, share=0.3):
    """A share of the bodies in which one value was replaced by junk, with the path to it and the junk."""
    for path, value in list(walk(body)):
        for junk in JUNK:
            if chance.random() < share and (type(junk) is not type(value) or junk != value):
                copied = copy.deepcopy(body)
                inner = copied
                for step in path[:-1]:
                    inner = inner[step]
                inner[path[-1]] = junk
                yield path, junk, copied


def walk(value, path=()):
    """Every place in a body below its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in items:
        yield (*path, step), each
        yield from walk(each, (*path, step))
