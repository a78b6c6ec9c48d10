"""A sandbox with a clock that stands still, a simple mind, and a desk that checks every reply."""

import re
from dataclasses import dataclass

import httpx
import numpy as np
import pytest

from tests import spec
from venice_nb.sandbox import Sandbox

NOON = 1_785_585_600.0  # 1 August 2026, 12:00 UTC


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Thought:
    content: str = ""
    reasoning: str = ""
    tool_calls: tuple = ()
    citations: tuple = ()
    documents: tuple = ()
    finish_reason: str = "stop"
    searches: int = 0
    scrapes: int = 0


class Echo:
    """A mind that repeats the last message, calls every tool, and cites one page when it searches."""

    def __init__(self):
        self.seen = []

    def think(self, body, *, model, settings, character, seed, choice=0):
        self.seen.append({"body": body, "settings": settings, "character": character, "seed": seed})
        last = body["messages"][-1]
        text = last["content"] if isinstance(last["content"], str) else "parts"
        reasoning = "Let me think." if model["model_spec"]["capabilities"]["supportsReasoning"] else ""
        if body.get("tools") and last["role"] == "user" and body.get("tool_choice") != "none":
            calls = tuple(
                ToolCall(f"call_{at}", tool["function"]["name"], '{"x": "one two three four five six"}')
                for at, tool in enumerate(body["tools"])
            )
            return Thought("", reasoning, calls, finish_reason="tool_calls")
        if settings["enable_web_search"] == "on":
            page = {"title": "T", "url": "https://example.org", "content": "c", "date": "2026-01-01"}
            found = {"id": "1", "title": "T", "url": page["url"], "snippet": "c", "published_at": ""}
            return Thought(f"Found ^1^ {text}", reasoning, (), (page,), (found,), searches=1)
        return Thought(f"You said: {text}", reasoning)

    def count_tokens(self, text):
        return len(re.findall(r"\w+|[^\w\s]", text))

    def count_prompt_tokens(self, messages, tools):
        return sum(4 + self.count_tokens(str(message["content"])) for message in messages)

    def embed(self, texts, *, dims, model_id):
        rows = np.array([[hash_of(text, at) for at in range(dims)] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def hash_of(text, at):
    return (sum(text.encode()) * 31 + at * 7) % 97 - 48.5


class Clock:
    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        return self.now


class Desk:
    """Sends requests to a sandbox and holds every reply against the official file."""

    def __init__(self, box, key=None):
        self.box = box
        self.client = httpx.Client(transport=box.transport(), base_url=box.base_url)
        self.key = box.admin_key if key is None else key

    def __call__(self, method, path, *, key=None, judged=True, **options):
        key = self.key if key is None else key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= options.pop("headers", {})
        reply = self.client.request(method, path, headers=headers, **options)
        if judged:
            wrong = spec.validate_response(
                method, path, reply.status_code, reply.headers.get("content-type"), reply.content
            )
            assert wrong == [], (method, path, reply.status_code, wrong)
        return reply

    def get(self, path, **options):
        return self("GET", path, **options)

    def post(self, path, body=None, **options):
        return self("POST", path, json=body, **options)

    def chat(self, text="Hello", model="llama-3.3-70b", judged=True, key=None, **fields):
        body = {"model": model, "messages": [{"role": "user", "content": text}], **fields}
        return self.post("/chat/completions", body, judged=judged, key=key)

    def refused(self, *arguments, status=400, **fields):
        reply = self.chat(*arguments, **fields)
        assert reply.status_code == status, reply.text
        return reply.json()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def mind():
    return Echo()


@pytest.fixture
def make(clock, mind):
    """Makes a desk before a sandbox with the given settings."""

    def build(**settings):
        return Desk(Sandbox(**{"clock": clock, "mind": mind, "sleep": lambda _seconds: None, **settings}))

    return build


@pytest.fixture
def desk(make):
    return make()


@pytest.fixture
def events():
    """Reads a stream's events: the JSON of each data line, `[DONE]` as it is."""

    def read(reply):
        import json

        lines = [line[6:] for line in reply.text.split("\n") if line.startswith("data: ")]
        return [line if line == "[DONE]" else json.loads(line) for line in lines]

    return read
