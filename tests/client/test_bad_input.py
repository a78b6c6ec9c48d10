"""What the user gets wrong is told by a typed error that names field, value, what is allowed and the fix.

Nothing is sent, not even a request for the list of models. Each row runs in both worlds; the numbers are
those of the list of bad inputs that the project keeps.
"""

import asyncio
import math

import httpx
import numpy as np
import pandas as pd
import pytest

import venice_nb as vn

MODEL = "llama-3.3-70b"
UNKNOWN = "some-model-nobody-knows"  # would be looked up in the server's list
USER = {"role": "user", "content": "hi"}
PNG = "data:image/png;base64,iVBORw0KGgo="
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def nested(depth):
    found = []
    for _ in range(depth):
        found = [found]
    return found


def knot():
    found = {}
    found["itself"] = found
    return found


def without(*keys):
    return {key: value for key, value in SCHEMA.items() if key not in keys}


def formatted(schema, **more):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}


def media(kind, count, **inner):
    return {
        "role": "user",
        "content": [{"type": "text", "text": "x"}, *[{"type": kind, kind: dict(inner)}] * count],
    }


def chat(*args, **options):
    return lambda client: client.chat(*(args or ("hi",)), **{"model": MODEL, **options})


def said(messages, **options):
    return lambda client: client.chat(messages=messages, **{"model": MODEL, **options})


def embed(texts, **options):
    return lambda client: client.embed(texts, **options)


# (row, what is called, the field that is named, a part of the fix)
ROWS = [
    (1, said([]), "prompt", "chat("),
    (1, said(None), "prompt", "chat("),
    (1, said({}), "messages", "messages=["),
    (1, said(5), "messages", "messages=["),
    (1, said("hi"), "messages", "messages=["),
    (1, said([None]), "messages[0]", "role"),
    (1, said([5]), "messages[0]", "role"),
    (1, said([{"role": "system", "content": "x"}]), "prompt", "chat("),
    (1, chat(5), "prompt", "str"),
    (1, chat(b"hi"), "prompt", "decode"),
    (1, chat(["hi"]), "prompt", "str"),
    (1, chat(pd.DataFrame({"a": [1]})), "prompt", "str"),
    (2, said([{"role": "human", "content": "x"}]), "messages[0].role", "'user'"),
    (2, said([{"content": "x"}]), "messages[0].role", "user"),
    (2, said([{"role": ["user"], "content": "x"}]), "messages[0].role", "user"),
    (2, said([{"role": "robot", "content": "x"}], model=UNKNOWN), "messages[0].role", "user"),
    (3, said([{"role": "user", "content": None}]), "messages[0].content", "content"),
    (3, said([USER, {"role": "assistant", "content": None}]), "messages[1].content", "tool_calls"),
    (3, said([USER, {"role": "assistant", "tool_calls": []}]), "messages[1].content", "tool_calls"),
    (4, chat(" \n"), "messages[0].content", "ask"),
    (4, chat(""), "messages[0].content", "ask"),
    (4, chat(" ", model=UNKNOWN), "messages[0].content", "ask"),
    (4, said([{"role": "user", "content": [{"type": "text", "text": " "}]}]), "messages[0].content", "ask"),
    (5, chat(temperature=2.01), "temperature", "0 to 2"),
    (5, chat(temperature="0.7"), "temperature", "without quotes"),
    (5, chat(temperature=math.nan), "temperature", "0 to 2"),
    (5, chat(temperature=True), "temperature", "0 to 2"),
    (5, chat(temperature=3, model=UNKNOWN), "temperature", "0 to 2"),
    (5, chat(temperature=3, model=None, character="alan-watts"), "temperature", "0 to 2"),
    (6, chat(top_p=-0.1), "top_p", "0 to 1"),
    (7, chat(n=0), "n", "1 or more"),
    (8, chat(stop=list("abcde")), "stop", "1 to 4"),
    (9, chat(seed=0), "seed", "1 or more"),
    (10, chat(temprature=1), "temprature", "temperature"),
    (10, chat(max_new_tokens=1), "max_new_tokens", "max_completion_tokens"),
    (10, chat(temprature=1, model=UNKNOWN), "temprature", "temperature"),
    (10, embed(["a"], dimension=3), "dimension", "dimensions"),
    (11, said([media("image_url", 1, url=PNG)]), "messages[0].content[1]", "model="),
    (12, said([media("image_url", 11, url=PNG)], model="default_vision"), "messages[0].content", "several"),
    (12, said([media("video_url", 4, url="https://e.org/a.mp4")], model="gemini-3-5-flash"), "messages", ""),
    (12, said([media("video_url", 2, url="https://e.org/a.mp4")] * 2, model=UNKNOWN), "messages", ""),
    (13, chat("x", audio="https://e.org/a.mp3"), "audio", "Download"),
    (13, said([media("input_audio", 1, data="https://e.org/a.mp3")]), None, "download"),
    (14, chat(tools=[TOOL], model="e2ee-gpt-oss-120b-p"), "tools", "model="),
    (14, chat(tools=5), "tools", "tools=["),
    (14, chat(tools="f"), "tools", "tools=["),
    (14, chat(tools=[5]), "tools", "function"),
    (14, chat(tools=[TOOL], max_steps=0), "max_steps", "8"),
    (15, chat(response_format=formatted(SCHEMA)), "response_format.json_schema.strict", "True"),
    (15, chat(response_format=formatted(without("additionalProperties"), strict=True)), None, "strict"),
    (15, chat(response_format=formatted(without("required"), strict=True)), None, "strict"),
    (15, lambda client: client.extract("x", {}), "shape", "type"),
    (15, lambda client: client.extract("x", 5), "shape", "type"),
    (15, lambda client: client.extract(" ", {"a": str}), "text", "text"),
    (15, lambda client: client.extract(None, {"a": str}), "text", "column"),
    (15, lambda client: client.extract("x", {"a": str}, temperature=3, model=UNKNOWN), "temperature", ""),
    (16, chat("word " * 400_000), "messages", "longer context"),
    (17, chat("a\ud800b"), "prompt", "replace"),
    (17, chat("x", system="\udc00"), "messages[0].content", "replace"),
    (17, embed(["a", "\ud800"]), "data[1]", "replace"),
    (18, chat(metadata={"a": b"x"}), "metadata.a", "decode"),
    (18, chat(extra_body={"a": math.nan}), "extra_body.a", "NaN"),
    (18, chat(extra_body={"a": pd.DataFrame({"b": [1]})}), "extra_body.a", "to_csv"),
    (18, chat(extra_body={"a": nested(2000)}), None, "Flatten"),
    (18, chat(extra_body=knot()), None, "Flatten"),
    (18, said([{"role": "user", "content": pd.DataFrame({"a": [1]})}]), "messages[0].content", "text"),
    (19, chat(reasoning_effort="huge"), "reasoning_effort", "'low'"),
    (19, chat(reasoning_effort="high"), "reasoning_effort", "Leave it out"),
    (20, chat(web_search=True), "web_search", "'on'"),
    (20, chat(enable_web_search=True), "enable_web_search", "'on'"),
    (20, chat(venice_parameters={"enable_web_search": True}), "venice_parameters.enable_web_search", "'on'"),
    (20, chat(venice_parameters=["on"]), "venice_parameters", "dict"),
    (20, chat(venice_parameters={"character_slug": 5}, model=None), None, "str"),
    (55, embed([]), "data", "filter"),
    (55, embed(pd.Series([], dtype=object)), "data", "filter"),
    (55, embed(pd.DataFrame({"text": pd.Series([], dtype=object)}), column="text"), "data", "filter"),
    (56, embed(["a"] * 2048 + [7]), "data[2048]", "str(...)"),  # the first request is not sent either
    (57, embed(""), "data", "column"),
    (57, embed(["", " ", None]), "data", "column"),
    (57, embed([""], blank="raise"), "data", "column"),
    *[(57, embed(["a", cell], blank="raise"), "data", "dropna") for cell in (math.nan, None, pd.NA, "\t")],
    (57, embed(pd.Series(["a", None]), blank="raise"), "data", "dropna"),
    (57, embed(["a"], blank="drop"), "blank", "skip"),
    (57, embed(None), "data", "list"),
    (58, embed([1, 2, 3]), "data", "texts themselves"),
    (58, embed([[1, 2], [3]]), "data", "texts themselves"),
    (58, embed(np.array([[1, 2]])), "data", "list"),
    (58, embed(b"abc"), "data", "list"),
    (58, embed(5), "data", "list"),
    (58, embed({"a": "text"}), "data", "list"),
    (58, embed({"a", "b"}), "data", "list"),
    (59, embed(["a", "b" * 30_000]), "data", "pieces"),
    (60, embed(["a"], dimensions=0), "dimensions", "1 or more"),
    (60, embed(["a"], dimensions=7, model="text-embedding-bge-m3"), "dimensions", "Leave it out"),
    (60, embed(["a"], model=MODEL), "model", "embedding"),
    (61, embed(pd.DataFrame({"text": ["a"]}), column="txt"), "column", "text"),
    (61, embed(pd.DataFrame([["a", "b"]], columns=["text", "text"]), column="text"), "column", "Rename"),
    (61, embed(pd.DataFrame({"a": ["x"], "b": ["y"]})), "column", "column="),
    (61, embed(pd.DataFrame({"a": [1]})), "column", "astype(str)"),
    (61, embed(["a"], column="text"), "column", "Leave it out"),
    (61, embed(pd.Series(["a", "b"], index=[3, 3])), "data", "reset_index"),
    (61, embed(pd.DataFrame({"text": ["a", "b"]}, index=[3, 3])), "data", "reset_index"),
]
# The same care for what the list has no row for.
MORE = [
    *[chat(model=model) for model in (5, b"x", "", " ", "x" * 2000, ["a"])],
    *[chat(model=None, character=slug) for slug in (5, ["a"], {})],
    *[embed(["a"], model=model) for model in (5, "", " ")],
    chat(stream="yes"),
    chat(extra_body=[1]),
    chat(extra_body={"model": "other"}),
    lambda client: client.models(type="txt"),
    lambda client: client.models(type=["text"]),
    lambda client: client.models(sort="cheap"),
    lambda client: client.models(search=5),
    lambda client: client.models(vision="yes"),
    lambda client: client.models(max_input_price="1"),
    lambda client: client.models(min_context=math.nan),
    lambda client: client.models(visoin=True),
    lambda client: client.models.get(5),
    lambda client: client.models.get(""),
    lambda client: client.models.pricing("x"),
    lambda client: client.models.pricing(["image"]),
    lambda client: client.models.traits("x"),
    lambda client: client.models.aliases(5),
    lambda client: client.models.cheapest("video"),
    lambda client: client.models.cheapest(visoin=True),
    lambda client: client.models.cheapest(sort="name"),
    lambda client: client.characters(limit=0),
    lambda client: client.characters(limit="5"),
    lambda client: client.characters(categories=5),
    lambda client: client.characters(sort_by="rating"),
    lambda client: client.characters.get(""),
    lambda client: client.characters.get(5),
    lambda client: client.characters.reviews("a", limit=-1),
    lambda client: client.responses(""),
    lambda client: client.responses(None),
    lambda client: client.responses("x", temperature=5),
    lambda client: client.responses("x", model=""),
    lambda client: client.raw("createChat"),
    lambda client: client.raw(5),
    lambda client: client.raw("createChatCompletion", [1]),
    lambda client: client.raw("createChatCompletion", {"a": math.nan}),
    lambda client: client.raw("listModels", query=[1]),
    lambda client: client.raw("getCharacterBySlug", path={"slug": ".."}),
]


class Counting(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers nothing and counts."""

    def __init__(self):
        self.seen = []

    def handle_request(self, request):
        self.seen.append(f"{request.method} {request.url}")
        return httpx.Response(500, json={"error": "this should not have been asked"})

    async def handle_async_request(self, request):
        return self.handle_request(request)


@pytest.fixture(params=["sync", "async"])
def refusal(request, key):
    """What a call is refused with; fails when anything is sent, or anything else is raised."""

    def ask(call):
        transport = Counting()
        kind = vn.Venice if request.param == "sync" else vn.AsyncVenice
        client = kind(key, transport=transport, max_retries=0)

        async def awaited():
            return await call(client)

        with pytest.raises(vn.InvalidInput) as told:
            call(client) if request.param == "sync" else asyncio.run(awaited())
        assert transport.seen == []
        return told.value

    return ask


@pytest.mark.parametrize(
    ("call", "field", "fix"),
    [row[1:] for row in ROWS],
    ids=[f"row{row[0]}-{number}" for number, row in enumerate(ROWS)],
)
def test_bad_input_is_refused_with_field_value_and_fix_and_nothing_is_sent(refusal, call, field, fix):
    error = refusal(call)
    assert error.field == field if field else error.field
    assert error.allowed
    assert hasattr(error, "value")
    assert fix in error.do
    assert len(str(error)) < 3000


@pytest.mark.parametrize("call", MORE, ids=map(str, range(len(MORE))))
def test_other_bad_input_is_refused_as_well(refusal, call):
    error = refusal(call)
    assert error.field
    assert error.allowed
    assert error.do


def test_a_value_that_may_be_a_secret_is_not_kept_by_the_error(refusal):
    """Someone passes the key where it does not belong."""
    secret = "a-secret-without-a-known-shape-0123456789"
    for call in (
        chat(api_key=secret),
        embed(["a"], api_key=secret),
        lambda client: client.models(key=secret),
    ):
        error = refusal(call)
        assert secret not in str(error) + repr(vars(error))


def test_a_conversation_refuses_the_same_and_stays_usable(refusal):
    box = vn.Sandbox()
    c = vn.Venice.sandbox(sandbox=box).conversation()
    for wrong in ({"temperature": 3}, {"model": UNKNOWN, "n": 0}, {"max_steps": 0}, {"character": ["a"]}):
        with pytest.raises(vn.InvalidInput):
            c("hi", show=False, **wrong)
    assert len(box.requests) == 0
    assert len(c) == 0
    assert c("What is 2 + 2?", show=False).text == "2 + 2 = 4"


# --- the client itself -----------------------------------------------------------------------

PLANTED = "planted-word-0123456789"
CLIENT = [
    *[
        (62, "api_key", {"api_key": each})
        for each in ("", "  ", f"{PLANTED}\n{PLANTED}", f"{PLANTED}\u200b1")
    ],
    *[(62, "api_key", {"api_key": each}) for each in (f"ключ-{PLANTED}", "short", 5, PLANTED.encode())],
    (63, "base_url", {"base_url": "http://api.venice.ai/api/v1"}),
    (63, "base_url", {"base_url": f"https://user:{PLANTED}@h.org/x"}),
    (63, "base_url", {"base_url": f"https://user:{PLANTED}@h org/x"}),
    (63, "base_url", {"base_url": f"https://h.org/?key={PLANTED}"}),
    (63, "base_url", {"base_url": "ftp://h.org"}),
    (63, "base_url", {"base_url": "https://h.org:99999"}),
    (63, "base_url", {"base_url": "http://127.0.0.1@h.org"}),
    (63, "base_url", {"base_url": 5}),
    *[(64, "timeout", {"timeout": each}) for each in (0, -1, math.nan, math.inf, "5", True, 10**400)],
    (64, "max_retries", {"max_retries": -1}),
    (64, "proxy", {"proxy": f"gopher://user:{PLANTED}@h.org"}),
    (64, "show", {"show": "yes"}),
]


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
@pytest.mark.parametrize(("row", "field", "options"), CLIENT)
def test_a_client_is_not_made_with_what_cannot_work(kind, key, row, field, options):
    with pytest.raises(vn.InvalidInput) as told:
        kind(**{"api_key": key, **options})
    error = told.value
    assert error.field == field
    assert error.allowed
    assert error.do
    assert PLANTED not in str(error) + repr(vars(error))
