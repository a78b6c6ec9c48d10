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


REFUSED = [
    ("llama-3.3-70b", parts(IMAGE), ["messages"], "does not support image input"),
    ("qwen3-vl-235b-a22b", parts(AUDIO), ["messages"], "does not support audio input"),
    ("qwen3-vl-235b-a22b", parts(VIDEO), ["messages"], "does not support video input"),
    ("hermes-3-llama-3.1-405b", {"tools": [TOOL]}, ["tools"], "does not support function calling"),
    ("llama-3.3-70b", {"response_format": schema(CLOSED)}, ["response_format"], "response_format json_schema"),
    ("llama-3.3-70b", {"response_format": {"type": "json_object"}}, ["response_format"], "json_object"),
    ("llama-3.3-70b", {"logprobs": True}, ["logprobs"], "log probabilities"),
    ("llama-3.3-70b", {"reasoning_effort": "low"}, ["reasoning_effort"], "does not support reasoning effort"),
    ("zai-org-glm-5-2", {"reasoning_effort": "low"}, ["reasoning_effort"], "none, high, max"),
    ("zai-org-glm-5-2", {"reasoning": {"effort": "low"}}, ["reasoning", "effort"], "none, high, max"),
    ("openai-gpt-55", {"seed": 3}, ["seed"], "does not support seed"),
    ("openai-gpt-55", {"n": 2}, ["n"], "does not support n"),
    ("openai-gpt-55", {"presence_penalty": 1}, ["presence_penalty"], "presence_penalty"),
    ("llama-3.3-70b", {"max_completion_tokens": 40_000}, ["max_completion_tokens"], "at most 32000 tokens"),
    ("zai-org-glm-5-2", parts(*[IMAGE] * 11), ["messages", 0, "content"], "at most 10 parts"),
    ("llama-3.3-70b", {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}}, ["tool_choice"], "named g"),
    ("zai-org-glm-5-2", {"messages": [{"role": "assistant", "content": None}]}, ["messages", 0], "content or tool_calls"),
    ("zai-org-glm-5-2", {"response_format": schema({"type": "object", "properties": {"a": {}}, "required": ["a"]})}, ["response_format", "json_schema", "schema"], "additionalProperties"),
    ("zai-org-glm-5-2", {"response_format": schema({**CLOSED, "required": []})}, ["response_format", "json_schema", "schema"], "missing: a"),
]  # fmt: skip


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
