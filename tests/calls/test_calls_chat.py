"""Chats: what is refused before it is sent, what is sent for what was written, what a call promises."""

import numpy as np
import pandas as pd
import pytest

from venice_nb.calls.call import Received, Safety
from venice_nb.calls.talk.chat import chat_completion

MODEL = "llama-3.3-70b"  # calls tools; no pictures, no response schema, no effort levels
SEES = "qwen-3-8-27b"
SHAPES = "zai-org-glm-5-2"
PNG = "data:image/png;base64,iVBORw0KGgo="
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "size": {"type": ["integer", "null"]}},
    "required": ["city", "size"],
    "additionalProperties": False,
}
SHAPE = {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": SCHEMA}}


def image(url=PNG):
    return {"type": "image_url", "image_url": {"url": url}}


def said(*parts, role="user"):
    return [{"role": role, "content": list(parts)}]


def shape(**changes):
    schema = {**SCHEMA, **changes}
    return {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": schema}}


def nested(inner):
    return shape(properties={"city": inner}, required=["city"])


HI = [{"role": "user", "content": "Hi"}]
MESSAGES = [  # messages, field
    ([], "messages"),
    (None, "messages"),
    ("", "messages[0].content"),
    ("  \n ", "messages[0].content"),
    (7, "messages"),
    (b"Hi", "messages"),
    ({"Hi"}, "messages"),
    (["Hi"], "messages[0]"),
    ([None], "messages[0]"),
    ([{"role": "boss", "content": "Hi"}], "messages[0].role"),
    ([{"role": "User", "content": "Hi"}], "messages[0].role"),
    ([{"role": None, "content": "Hi"}], "messages[0].role"),
    ([{"role": "human", "content": "Hi"}], "messages[0].role"),
    ([{"content": "Hi"}], "messages[0].role"),
    ([*HI, {"role": "user", "content": None}], "messages[1].content"),
    ([{"role": "user"}], "messages[0].content"),
    ([{"role": "system", "content": None}], "messages[0].content"),
    ([{"role": "assistant", "content": None}], "messages[0].content"),
    ([{"role": "assistant", "content": None, "tool_calls": []}], "messages[0].content"),
    ([{"role": "user", "content": " "}], "messages[0].content"),
    (said(), "messages[0].content"),
    (said({"type": "text", "text": ""}), "messages[0].content[0].text"),
    (said({"type": "text", "text": " "}), "messages[0].content"),
    (said({"type": "text"}), "messages[0].content[0].text"),
    (said("Hi"), "messages[0].content[0]"),
    (said({"type": "image", "image": "x"}), "messages[0].content[0].type"),
    (said(image(), role="assistant"), "messages[0].content[0].type"),
    (said(image(), role="system"), "messages[0].content[0].type"),
    ([{"role": "tool", "content": "18", "tool_call_id": None}], "messages[0].tool_call_id"),
    ([{"role": "tool", "content": "18"}], "messages[0].tool_call_id"),
    (
        [{"role": "tool", "content": [{"type": "text", "text": "1"}], "tool_call_id": "a"}],
        "messages[0].content",
    ),
    ([{"role": "tool", "content": {"t": 18}, "tool_call_id": "a"}], "messages[0].content"),
    ([{"role": "assistant", "content": "x", "tool_calls": {}}], "messages[0].tool_calls"),
    (
        [{"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {}}}]}],
        "messages[0].tool_calls[0].function.arguments",
    ),
    ([{"role": "user", "content": "Hi", "name": 3}], "messages[0].name"),
    ([{"role": "user", "content": "Hi", "name": b"x"}], "messages[0].name"),
    ([{"role": "user", "content": "half \ud83d of a pair"}], "messages[0].content"),
    (said({"type": "text", "text": "\udc00"}), "messages[0].content[0].text"),
    (said({"type": "text", "text": "x", "cache_control": {"type": "eternal"}}), None),
    (said({"type": "image_url", "image_url": PNG}), "messages[0].content[0].image_url"),
    (said({"type": "image_url", "image_url": {}}), "messages[0].content[0].image_url.url"),
    (said(image("cat.png")), "messages[0].content[0].image_url.url"),
    (said(image("data:image/svg+xml;base64,PHN2Zz4=")), "messages[0].content[0].image_url.url"),
    (said(image("data:text/html;base64,PHN2Zz4=")), "messages[0].content[0].image_url.url"),
    (said(image("data:image/png,raw")), "messages[0].content[0].image_url.url"),
    (said(image("http://localhost/cat.png")), "messages[0].content[0].image_url.url"),
    (said(image("https://me:pw@host.com/cat.png")), "messages[0].content[0].image_url.url"),
    (said(image("ftp://host.com/cat.png")), "messages[0].content[0].image_url.url"),
    (said(image("data:image/png;base64," + "A" * 33_400_000)), "messages[0].content[0].image_url.url"),
    (said(*[image()] * 11), "messages[0].content"),
    (said(*[{"type": "video_url", "video_url": {"url": "https://a.com/b.mp4"}}] * 4), "messages"),
    (said(*[{"type": "input_audio", "input_audio": {"data": "AAAA"}}] * 6), "messages[0].content"),
    (
        said({"type": "input_audio", "input_audio": {"data": "https://a.com/b.wav"}}),
        "messages[0].content[0].input_audio.data",
    ),
    (
        said({"type": "input_audio", "input_audio": {"data": "voice.wav"}}),
        "messages[0].content[0].input_audio.data",
    ),
    (
        said({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wma"}}),
        "messages[0].content[0].input_audio.format",
    ),
    (said({"type": "file", "file": {"file_data": "notes.pdf"}}), "messages[0].content[0].file.file_data"),
    (said({"type": "file", "file": {"filename": "a"}}), "messages[0].content[0].file.file_data"),
    (said(*[{"type": "file", "file": {"file_data": "https://a.com/a.pdf"}}] * 6), "messages[0].content"),
]


@pytest.mark.parametrize(("messages", "field"), MESSAGES)
def test_messages_that_the_server_would_refuse_are_not_sent(catalogue, refused, messages, field):
    refused(lambda: chat_completion(messages, model=SEES, catalogue=catalogue), field)


PARAMETERS = [  # arguments, field, part of the fix
    ({"temperature": 2.01}, "temperature", "from 0 to 2"),
    ({"temperature": "0.7"}, "temperature", "Write 0.7 without quotes"),
    ({"temperature": float("nan")}, "temperature", None),
    ({"temperature": float("inf")}, "temperature", None),
    ({"temperature": True}, "temperature", None),
    ({"temperature": -0.1}, "temperature", None),
    ({"temperature": [0.5]}, "temperature", None),
    ({"top_p": -0.1}, "top_p", None),
    ({"top_p": 1.1}, "top_p", None),
    ({"min_p": 2}, "min_p", None),
    ({"top_k": -1}, "top_k", None),
    ({"top_k": 0.5}, "top_k", None),
    ({"min_temp": 3}, "min_temp", None),
    ({"max_temp": -1}, "max_temp", None),
    ({"frequency_penalty": 2.5}, "frequency_penalty", None),
    ({"presence_penalty": -3}, "presence_penalty", None),
    ({"repetition_penalty": -0.5}, "repetition_penalty", None),
    ({"n": 0}, "n", None),
    ({"n": 1.5}, "n", None),
    ({"n": True}, "n", None),
    ({"n": "2"}, "n", "without quotes"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "1 to 4"),
    ({"stop": []}, "stop", None),
    ({"stop": [1]}, "stop[0]", None),
    ({"stop": 3}, "stop", None),
    ({"stop_token_ids": ["a"]}, "stop_token_ids[0]", None),
    ({"seed": 0}, "seed", None),
    ({"seed": -4}, "seed", None),
    ({"seed": 1.5}, "seed", None),
    ({"seed": 2**70}, "seed", None),
    ({"max_completion_tokens": 0}, "max_completion_tokens", None),
    ({"max_tokens": "100"}, "max_tokens", "without quotes"),
    ({"temprature": 1}, "temprature", "Did you mean temperature?"),
    ({"web_serach": "on"}, "web_serach", "Did you mean web_search?"),
    ({"max_output_tokens": 5}, "max_output_tokens", "max_completion_tokens"),
    ({"functions": []}, "functions", "tools="),
    ({"system_prompt": "Be brief"}, "system_prompt", "role"),
    ({"enable_websearch": "on"}, "enable_websearch", "enable_web_search"),
    ({"enable_web_search": True}, "enable_web_search", "Pass 'on'"),
    ({"enable_web_search": False}, "enable_web_search", "Pass 'off'"),
    ({"web_search": True}, "web_search", "Pass 'on'"),
    ({"web_search": False}, "web_search", "Pass 'off'"),
    ({"web_search": "On"}, "web_search", "'on'"),
    ({"citations": "yes"}, "citations", None),
    ({"citations": 1}, "citations", None),
    ({"scraping": "on"}, "scraping", None),
    ({"character": ""}, "character", None),
    ({"character": 3}, "character", None),
    ({"stream": "yes"}, "stream", None),
    ({"venice_parameters": ["enable_web_search"]}, "venice_parameters", None),
    (
        {"venice_parameters": {"enable_web_serach": "on"}},
        "enable_web_serach",
        "Did you mean enable_web_search?",
    ),
    ({"venice_parameters": {"enable_web_search": True}}, "venice_parameters.enable_web_search", "Pass 'on'"),
    ({"venice_parameters": {"enable_web_search": "on"}, "web_search": "off"}, "web_search", "one of the two"),
    ({"venice_parameters": {"prompt_cache_key": "a"}, "prompt_cache_key": "b"}, "prompt_cache_key", None),
    ({"prompt_cache_retention": "1h"}, "prompt_cache_retention", None),
    ({"reasoning_effort": "extreme"}, "reasoning_effort", None),
    ({"reasoning_effort": "hihg"}, "reasoning_effort", "'high'"),
    ({"reasoning": "high"}, "reasoning", None),
    ({"reasoning": {"effort": 3}}, "reasoning.effort", None),
    ({"reasoning": {"summary": "long"}}, "reasoning.summary", None),
    ({"verbosity": "loud"}, "verbosity", None),
    ({"text": {"verbosity": 1}}, "text.verbosity", None),
    ({"tools": "weather"}, "tools", None),
    ({"tools": [print]}, "tools[0]", "chat(tools="),
    ({"tools": ["weather"]}, "tools[0]", None),
    ({"tools": [{"type": "function"}]}, "tools[0].function", None),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", None),
    ({"tools": [{"type": "function", "name": "weather"}]}, "tools[0]", "Nest it"),
    ({"tools": [{"type": "code_interpreter"}]}, "tools[0].type", None),
    ({"tools": [TOOL, TOOL]}, "tools[1].function.name", None),
    ({"tools": [{"function": {"name": "f", "parameters": {"a": {1, 2}}}}]}, None, "list"),
    ({"tools": [TOOL], "tool_choice": "weather"}, "tool_choice", "function"),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "wether"}}},
        "tool_choice.function.name",
        None,
    ),
    ({"tool_choice": {"function": {"name": "weather"}}}, "tool_choice.type", None),
    ({"parallel_tool_calls": "no"}, "parallel_tool_calls", None),
    ({"response_format": "json"}, "response_format", "extract()"),
    ({"response_format": {"type": "json"}}, "response_format.type", None),
    ({"response_format": {"type": "json_object", "schema": {}}}, "response_format.schema", None),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", None),
    ({"response_format": {"type": "json_schema", "json_schema": SCHEMA}}, None, "Wrap the schema"),
    ({"logprobs": 1}, "logprobs", None),
    ({"top_logprobs": -1}, "top_logprobs", None),
    ({"fallbacks": ["llama"]}, "fallbacks[0]", None),
    ({"fallbacks": [{"model": "m"}] * 11}, "fallbacks", None),
    ({"fallbacks": [{}]}, "fallbacks[0].model", None),
    ({"metadata": {"a": 1}}, "metadata.a", None),
    ({"metadata": {1: "a"}}, "metadata", None),
    ({"include": "usage"}, "include", "brackets"),
    ({"user": 3}, "user", None),
    ({"store": "x"}, "store", None),
    ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage", None),
    ({"extra_body": {"a": b"x"}}, "extra_body.a", None),
    ({"extra_body": {"a": float("nan")}}, "extra_body.a", "NaN"),
    ({"extra_body": {"a": pd.DataFrame({"x": [1]})}}, "extra_body.a", "to_dict"),
    ({"extra_body": {"a": np.zeros(3)}}, "extra_body.a", "tolist"),
    ({"extra_body": {"a": {1}}}, "extra_body.a", "sorted"),
    ({"extra_body": {"a": object()}}, "extra_body.a", None),
    ({"extra_body": {"a": pd.Timestamp("2026-01-01")}}, "extra_body.a", "isoformat"),
    ({"extra_body": {"a": {3: 4}}}, "extra_body.a", None),
    ({"extra_body": {"a": 2**70}}, "extra_body.a", "str(value)"),
    ({"extra_body": {"a": "\ud83d"}}, "extra_body.a", "replace"),
    ({"extra_body": {"stream": True}}, "extra_body.stream", "stream="),
    ({"extra_body": {"model": "x"}}, "extra_body.model", "model="),
    ({"extra_body": "a=1"}, "extra_body", None),
    ({"model": ""}, "model", None),
    ({"model": None}, "model", None),
    ({"model": 3}, "model", None),
    ({"model": "z-image-turbo"}, "model", "models(type='text')"),
    ({"model": f"{MODEL}:enable_web_search=maybe"}, "enable_web_search", None),
    ({"model": f"{MODEL}:enable_web_citations=yes"}, "enable_web_citations", None),
]


@pytest.mark.parametrize(("arguments", "field", "fix"), PARAMETERS)
def test_arguments_that_the_server_would_refuse_are_not_sent(catalogue, refused, arguments, field, fix):
    refused(
        lambda: chat_completion("Hi", **{"model": MODEL, "catalogue": catalogue, **arguments}), field, fix
    )


LOOPED: list = []
LOOPED.append(LOOPED)


def test_a_list_that_contains_itself_is_refused(catalogue, refused):
    refused(lambda: chat_completion("Hi", model=MODEL, catalogue=catalogue, extra_body={"a": LOOPED}))


NOT_STRICT = [
    (shape(additionalProperties=True), "response_format.json_schema.schema.additionalProperties"),
    (shape(required=["city"]), "response_format.json_schema.schema.required"),
    (
        nested({"type": "object", "properties": {}}),
        "response_format.json_schema.schema.properties.city.additionalProperties",
    ),
    (
        nested({"type": "array", "items": {"type": "object"}}),
        "response_format.json_schema.schema.properties.city.items.additionalProperties",
    ),
    (
        nested({"anyOf": [{"type": "null"}, {"type": ["object", "null"], "properties": {"a": {}}}]}),
        "response_format.json_schema.schema.properties.city.anyOf[1].additionalProperties",
    ),
    (
        shape(
            **{"$defs": {"Part": {"type": "object", "properties": {"a": {}}, "additionalProperties": False}}}
        ),
        "response_format.json_schema.schema.$defs.Part.required",
    ),
    (
        {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA}},
        "response_format.json_schema.strict",
    ),
    (
        {"type": "json_schema", "json_schema": {"name": "city", "strict": "true", "schema": SCHEMA}},
        "response_format.json_schema.strict",
    ),
    (
        {"type": "json_schema", "json_schema": {"strict": True, "schema": SCHEMA}},
        "response_format.json_schema.name",
    ),
]


@pytest.mark.parametrize(("form", "field"), NOT_STRICT)
def test_a_schema_that_is_not_strict_is_refused_with_its_place(catalogue, refused, form, field):
    refused(lambda: chat_completion("Hi", model=SHAPES, catalogue=catalogue, response_format=form), field)


GATES = [  # ability, arguments that need it, the field that asks for it
    ("vision", {"messages": said({"type": "text", "text": "?"}, image())}, "messages[0].content[1]"),
    (
        "audio",
        {"messages": said({"type": "input_audio", "input_audio": {"data": "AAAA"}})},
        "messages[0].content[0]",
    ),
    ("video", {"messages": said({"type": "video_url", "video_url": {"url": "https://a.com/b"}})}, None),
    ("functions", {"tools": [TOOL]}, "tools"),
    ("functions", {"tool_choice": "auto"}, "tool_choice"),
    ("schema", {"response_format": SHAPE}, "response_format"),
    ("schema", {"response_format": {"type": "json_object"}}, "response_format"),
]


@pytest.mark.parametrize(("ability", "arguments", "field"), GATES)
def test_what_a_model_cannot_do_is_refused_naming_one_that_can(catalogue, refused, ability, arguments, field):
    def ask(model):
        return chat_completion(**{"messages": "Hi", "model": model, "catalogue": catalogue, **arguments})

    error = refused(lambda: ask(without(catalogue, ability).id), field)
    other = error.do.split("model='")[1].split("'")[0]
    assert catalogue.get(other).supports(ability)
    assert ask(other).model == other


def without(catalogue, ability):
    return next(model for model in catalogue.of_type("text") if not model.supports(ability))


def test_log_probabilities_need_a_model_that_gives_them(catalogue, refused):
    model = without(catalogue, "logprobs").id
    refused(lambda: chat_completion("Hi", model=model, catalogue=catalogue, logprobs=True), "logprobs")
    refused(lambda: chat_completion("Hi", model=model, catalogue=catalogue, top_logprobs=2), "top_logprobs")
    chat_completion("Hi", model=model, catalogue=catalogue, logprobs=False, top_logprobs=0)


@pytest.mark.parametrize("nested", [False, True])
def test_effort_levels_are_those_of_the_model(catalogue, refused, nested):
    def ask(model, effort):
        given = {"reasoning": {"effort": effort}} if nested else {"reasoning_effort": effort}
        return chat_completion("Hi", model=model.id, catalogue=catalogue, **given)

    field = "reasoning.effort" if nested else "reasoning_effort"
    able = next(
        model for model in catalogue.of_type("text") if model.effort_options == ("low", "medium", "high")
    )
    error = refused(lambda: ask(able, "max"), field)
    assert "'low', 'medium', 'high'" in error.allowed
    assert ask(able, "high")
    refused(lambda: ask(without(catalogue, "effort"), "low"), field, "disable_thinking")


def test_the_effort_at_the_top_wins_over_the_nested_one(catalogue):
    able = next(
        model for model in catalogue.of_type("text") if model.effort_options == ("low", "medium", "high")
    )
    asked = {"reasoning_effort": "low", "reasoning": {"effort": "max"}}
    assert chat_completion("Hi", model=able.id, catalogue=catalogue, **asked).body["reasoning"] == {
        "effort": "max"
    }


def test_a_prompt_over_the_context_is_refused_with_both_numbers(catalogue, refused):
    context = catalogue.get(MODEL).context
    fitting = "x" * int(context / 0.95 * 3.2 - 4)
    assert chat_completion(fitting, model=MODEL, catalogue=catalogue).tokens > context
    error = refused(lambda: chat_completion(fitting * 2, model=MODEL, catalogue=catalogue), "messages")
    assert str(context) in str(error)
    assert fitting[:200] not in str(error)


def test_a_body_over_35_mb_is_refused(catalogue, refused):
    page = {"type": "file", "file": {"file_data": "data:text/plain;base64," + "A" * 9_000_000}}
    build = lambda: chat_completion(said(*[page] * 4), model=SEES, catalogue=catalogue)
    assert "35 MB" in str(refused(build, "messages"))


# --- what is sent ----------------------------------------------------------------------------

LONG_TALK = [
    {"role": "system", "content": "Be brief"},
    {"role": "developer", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]},
    {"role": "user", "content": [{"type": "text", "text": "Weather?"}], "name": "ann"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
        "reasoning_details": [{"type": "t", "data": "x", "index": 0}],
        "thought_signature": "sig",
        "refusal": None,
    },
    {"role": "tool", "tool_call_id": "a", "content": ""},
    {"role": "assistant", "content": "Fine."},
    {"role": "user", "content": "And tomorrow?"},
]
SENT = [  # arguments, what the body holds
    ({"messages": "Hi"}, {"messages": HI}),
    ({"messages": HI[0]}, {"messages": HI}),
    ({"messages": tuple(HI)}, {"messages": HI}),
    ({"messages": LONG_TALK}, {"messages": LONG_TALK}),
    (  # an answer without words, as it goes back in a conversation
        {"messages": [*HI, {"role": "assistant", "content": ""}, *HI]},
        {"messages": [*HI, {"role": "assistant", "content": ""}, *HI]},
    ),
    ({"temperature": np.float32(0.5)}, {"temperature": 0.5}),
    ({"temperature": 1}, {"temperature": 1}),
    ({"seed": np.int64(7)}, {"seed": 7}),
    ({"seed": 7.0}, {"seed": 7}),
    ({"store": np.bool_(True)}, {"store": True}),
    ({"stop": "END"}, {"stop": "END"}),
    ({"stop": ("a", "b")}, {"stop": ["a", "b"]}),
    ({"stop_token_ids": np.array([1, 2])}, {"stop_token_ids": [1, 2]}),
    ({"max_tokens": 0}, {"max_tokens": 0}),
    ({"web_search": "auto"}, {"venice_parameters": {"enable_web_search": "auto"}}),
    ({"citations": True}, {"venice_parameters": {"enable_web_citations": True}}),
    ({"scraping": True}, {"venice_parameters": {"enable_web_scraping": True}}),
    ({"character": "alan-watts"}, {"venice_parameters": {"character_slug": "alan-watts"}}),
    ({"disable_thinking": True}, {"venice_parameters": {"disable_thinking": True}}),
    ({"strip_thinking_response": False}, {"venice_parameters": {"strip_thinking_response": False}}),
    (
        {"include_venice_system_prompt": False, "venice_parameters": {"enable_x_search": True}},
        {"venice_parameters": {"enable_x_search": True, "include_venice_system_prompt": False}},
    ),
    (
        {"web_search": "on", "venice_parameters": {"enable_web_search": "on"}},
        {"venice_parameters": {"enable_web_search": "on"}},
    ),
    ({"venice_parameters": {"prompt_cache_key": "k"}}, {"prompt_cache_key": "k"}),
    (
        {"prompt_cache_key": "k", "venice_parameters": {"prompt_cache_retention": "24h"}},
        {"prompt_cache_key": "k", "prompt_cache_retention": "24h"},
    ),
    ({"tools": [TOOL]}, {"tools": [TOOL]}),
    ({"tools": [{"function": {"name": "f"}}]}, {"tools": [{"type": "function", "function": {"name": "f"}}]}),
    ({"tools": [{"type": "web_search"}]}, {"tools": [{"type": "web_search"}]}),
    ({"tools": []}, {}),
    ({"tool_choice": "none"}, {"tool_choice": "none"}),
    (
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "weather"}}},
        {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "weather"}}},
    ),
    ({"model": SHAPES, "response_format": SHAPE}, {"model": SHAPES, "response_format": SHAPE}),
    ({"response_format": {"type": "text"}}, {"response_format": {"type": "text"}}),
    ({"metadata": {"run": "7"}}, {"metadata": {"run": "7"}}),
    ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
    (
        {"stream": True, "stream_options": {"include_usage": False}},
        {"stream": True, "stream_options": {"include_usage": False}},
    ),
    ({"extra_body": {"top_k": 5}, "top_k": 3}, {"top_k": 5}),
    ({"extra_body": {"top_k": None}, "top_k": 3}, {}),
    (
        {
            "extra_body": {"venice_parameters": {"new_switch": 1, "enable_web_search": None}},
            "web_search": "on",
        },
        {"venice_parameters": {"new_switch": 1}},
    ),
    ({"model": "gpt-4o"}, {"model": MODEL}),
    ({"model": f"{MODEL}:web"}, {"venice_parameters": {"enable_web_search": "on"}}),
    (
        {"model": f"{MODEL}:enable_web_search=on&enable_web_citations=true", "web_search": "off"},
        {"venice_parameters": {"enable_web_search": "on", "enable_web_citations": True}},
    ),
    (
        {"model": f"{MODEL}:enable_web_search=auto:strip_thinking_response=true"},
        {"venice_parameters": {"enable_web_search": "auto", "strip_thinking_response": True}},
    ),
    ({"model": "brand-new-model", "tools": [TOOL]}, {"model": "brand-new-model", "tools": [TOOL]}),
    ({"model": SEES, "messages": said(image())}, {"model": SEES, "messages": said(image())}),
    ({"temperature": None, "stop": None, "web_search": None, "venice_parameters": None, "tools": None}, {}),
    ({"venice_parameters": {"enable_web_search": None}}, {}),
]


@pytest.mark.parametrize(("arguments", "expected"), SENT)
def test_what_is_sent_for_what_was_written(catalogue, fits, arguments, expected):
    call = chat_completion(**{"messages": "Hi", "model": MODEL, "catalogue": catalogue, **arguments})
    assert dict(fits(call).body) == {"model": MODEL, "messages": HI, **expected}


def test_a_resolution_is_taken_as_it_is(catalogue):
    found = catalogue.resolve("default_vision:web")
    call = chat_completion("Hi", model=found, catalogue=catalogue)
    assert (call.model, call.body["venice_parameters"]) == (SEES, {"enable_web_search": "on"})


def test_a_reply_can_be_a_message(catalogue):
    from venice_nb.calls.talk.replies import read_reply

    message = {"role": "assistant", "content": "Hello", "reasoning_content": "hm", "tool_calls": []}
    body = b'{"id":"1","model":"m","choices":[{"index":0,"finish_reason":"stop","message":%s}]}'
    import orjson

    reply = read_reply(Received(200, {"content-type": "application/json"}, body % orjson.dumps(message)))
    call = chat_completion([*HI, reply, *HI], model=MODEL, catalogue=catalogue)
    assert call.body["messages"][1] == message


def test_what_is_sent_does_not_change_when_the_user_changes_the_list(catalogue):
    talk = [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    call = chat_completion(talk, model=MODEL, catalogue=catalogue)
    talk[0]["content"][0]["text"] = "Bye"
    talk.append(HI[0])
    assert call.body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]


def test_a_call_tells_how_it_may_be_sent(catalogue):
    whole = chat_completion("Hi", model=MODEL, catalogue=catalogue, max_completion_tokens=100, n=2)
    assert (whole.method, whole.path, whole.operation) == (
        "POST",
        "/chat/completions",
        "createChatCompletion",
    )
    assert (whole.safety, whole.paid, whole.family, whole.model) == (Safety.INFER, True, "text", MODEL)
    assert (whole.timeouts.read, whole.timeouts.total, whole.gather) == (300, 600, None)
    assert whole.tokens == 1 + 200
    assert whole.price == pytest.approx((1 * 0.7 + 200 * 2.8) / 1e6)
    streamed = chat_completion("Hi", model=MODEL, catalogue=catalogue, stream=True)
    assert (streamed.timeouts.first, streamed.timeouts.read, streamed.timeouts.total) == (90, 60, 1800)
    assert streamed.accept == "text/event-stream"
    gatherer = streamed.gather()
    assert (gatherer.started, gatherer.done, gatherer.error) == (False, False, None)


def test_searching_and_scraping_are_part_of_the_price(catalogue):
    def price(**more):
        return chat_completion("Hi", model=MODEL, catalogue=catalogue, **more).price

    assert price(web_search="auto") == pytest.approx(price() + 0.01)
    assert price(web_search="off") == price()
    assert price(scraping=True) == pytest.approx(price() + 0.05)
    assert price(extra_body={"max_tokens": 1}) < price()


def test_an_unknown_model_has_no_price(catalogue):
    assert chat_completion("Hi", model="brand-new-model", catalogue=catalogue).price is None


def test_equal_arguments_make_equal_calls(catalogue):
    first, second = (chat_completion("Hi", model=MODEL, catalogue=catalogue, stream=True) for _ in range(2))
    assert first == second
    assert first != chat_completion("Hi", model=MODEL, catalogue=catalogue)


def test_an_error_shows_neither_keys_nor_whole_prompts(catalogue, refused, key):
    error = refused(lambda: chat_completion("Hi", model=MODEL, catalogue=catalogue, web_search=key))
    assert key not in str(error)
    assert key not in repr(error.value)
    prompt = "secret " * 50
    error = refused(lambda: chat_completion("Hi", model=MODEL, catalogue=catalogue, seed=prompt))
    assert prompt not in str(error)
