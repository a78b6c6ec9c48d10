"""Capability gates: what a model cannot do is refused before anything is computed or billed."""

import pytest

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
AUDIO = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
VIDEO = {"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}
TOOL = {"type": "function", "function": {"name": "f"}}
CLOSED = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def schema(body, strict=True):
    return {"type": "json_schema", "json_schema": {"name": "s", "strict": strict, "schema": body}}


def parts(*content):
    return {"messages": [{"role": "user", "content": list(content)}]}


OTHER = {"type": "function", "function": {"name": "g"}}
EMPTY = {"messages": [{"role": "assistant", "content": None}]}
OPEN = {"type": "object", "properties": {"a": {}}, "required": ["a"]}
SCHEMA = ["response_format", "json_schema", "schema"]
LLAMA, GLM, QWEN, HERMES, GPT = (
    "llama-3.3-70b",
    "zai-org-glm-5-2",
    "qwen3-vl-235b-a22b",
    "hermes-3-llama-3.1-405b",
    "openai-gpt-55",
)
REFUSED = [
    (LLAMA, parts(IMAGE), ["messages"], "does not support image input"),
    (QWEN, parts(AUDIO), ["messages"], "does not support audio input"),
    (QWEN, parts(VIDEO), ["messages"], "does not support video input"),
    (HERMES, {"tools": [TOOL]}, ["tools"], "does not support function calling"),
    (LLAMA, {"response_format": schema(CLOSED)}, ["response_format"], "response_format json_schema"),
    (LLAMA, {"response_format": {"type": "json_object"}}, ["response_format"], "json_object"),
    (LLAMA, {"logprobs": True}, ["logprobs"], "log probabilities"),
    (LLAMA, {"reasoning_effort": "low"}, ["reasoning_effort"], "does not support reasoning effort"),
    (GLM, {"reasoning_effort": "low"}, ["reasoning_effort"], "none, high, max"),
    (GLM, {"reasoning": {"effort": "low"}}, ["reasoning", "effort"], "none, high, max"),
    (GPT, {"seed": 3}, ["seed"], "does not support seed"),
    (GPT, {"n": 2}, ["n"], "does not support n"),
    (GPT, {"presence_penalty": 1}, ["presence_penalty"], "presence_penalty"),
    (LLAMA, {"max_completion_tokens": 40_000}, ["max_completion_tokens"], "at most 32000 tokens"),
    (GLM, parts(*[IMAGE] * 11), ["messages", 0, "content"], "at most 10 parts"),
    (LLAMA, {"tools": [TOOL], "tool_choice": OTHER}, ["tool_choice"], "named g"),
    (GLM, EMPTY, ["messages", 0], "content or tool_calls"),
    (GLM, {"response_format": schema(OPEN)}, SCHEMA, "additionalProperties"),
    (GLM, {"response_format": schema({**CLOSED, "required": []})}, SCHEMA, "missing: a"),
]


@pytest.mark.parametrize(("model", "fields", "path", "words"), REFUSED)
def test_a_feature_the_model_lacks_is_400_and_free(desk, model, fields, path, words):
    body = desk.refused(model=model, **{"messages": [{"role": "user", "content": "Hi"}], **fields})
    assert any(issue["path"] == path and words in issue["message"] for issue in body["issues"]), body
    assert desk.box.books == []


ACCEPTED = [
    ("qwen3-vl-235b-a22b", parts(IMAGE, IMAGE)),
    ("gemini-3-1-pro-preview", parts(AUDIO, VIDEO)),
    ("zai-org-glm-5-2", {"response_format": schema(CLOSED)}),
    ("zai-org-glm-5-2", {"response_format": schema({"type": "object"}, strict=False)}),
    ("zai-org-glm-5-2", {"reasoning_effort": "max"}),
    ("llama-3.3-70b", {"response_format": {"type": "text"}}),
    ("hermes-3-llama-3.1-405b", {"tool_choice": "none"}),
    ("openai-gpt-55", {"n": 1, "presence_penalty": 0}),
]


@pytest.mark.parametrize(("model", "fields"), ACCEPTED)
def test_a_feature_the_model_has_is_served(desk, model, fields):
    messages = {"messages": [{"role": "user", "content": "Hi"}]}
    assert desk.chat(model=model, **{**messages, **fields}).status_code == 200


def test_a_prompt_beyond_the_context_is_refused_in_the_shape_of_openai(desk):
    error = desk.refused("word " * 128_001)["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == "messages"
    assert error["code"] == "context_length_exceeded"


def test_prompt_and_asked_completion_must_fit_together(desk):
    text = "word " * 100_000
    assert desk.chat(text).status_code == 200
    assert desk.refused(text, max_completion_tokens=30_000)["error"]["code"] == "context_length_exceeded"


def test_an_unknown_character_is_404(desk):
    desk.refused(venice_parameters={"character_slug": "nobody"}, status=404)


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"type": "object", "properties": []}, ["properties"]),
        ({"type": "object", "properties": {}, "required": None}, ["required"]),
        ({"anyOf": 7}, ["anyOf"]),
        ({"$defs": [1]}, ["$defs"]),
        ({"items": {"required": 3}}, ["items", "required"]),
    ],
)
def test_a_strict_schema_that_is_none_is_refused_at_its_place(desk, broken, place):
    (found,) = desk.refused(model="zai-org-glm-5-2", response_format=schema(broken))["issues"]
    assert found["path"] == ["response_format", "json_schema", "schema", *place]
