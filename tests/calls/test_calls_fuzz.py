"""Against the official file: what it takes is taken and sent unchanged, what it refuses is refused here."""

import copy
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import Sampler, spoilt, walk

from tests import spec
from tests.spec_file import request_validator
from venice_nb.calls.talk.chat import chat_completion
from venice_nb.calls.talk.parameters import CHAT, EFFORTS, RETENTIONS, VENICE, VERBOSITIES
from venice_nb.calls.talk.responses import create_response
from venice_nb.calls.vectors.embeddings import embed
from venice_nb.catalogue import Resolution
from venice_nb.errors import InvalidInput

NEW = Resolution(None, "brand-new-model")  # resolved once: looking for names that are alike takes a while


def chat(catalogue, body):
    known = {"model": NEW} if body.get("model") == NEW.id else {}
    return chat_completion(catalogue=catalogue, **(body | known))


def respond(catalogue, body):
    known = {"model": NEW} if body.get("model") == NEW.id else {}
    return create_response(catalogue=catalogue, **(body | known))


def vectors(catalogue, body):
    rest = {name: value for name, value in body.items() if name not in {"input", "encoding_format"}}
    return embed(body["input"], catalogue=catalogue, **rest)


BUILD = {"createChatCompletion": chat, "createResponse": respond, "createEmbedding": vectors}
PATH = {
    "createChatCompletion": "/chat/completions",
    "createResponse": "/responses",
    "createEmbedding": "/embeddings",
}
CASES = {"createChatCompletion": 1500, "createResponse": 400, "createEmbedding": 150}


def expected(operation, body):
    """What is sent for a body: the same, but for what we add or leave out on purpose."""
    sent = copy.deepcopy(body)
    if operation == "createEmbedding":
        sent["encoding_format"] = "base64"
        sent["input"] = [sent["input"]] if isinstance(sent["input"], str) else sent["input"]
    if operation == "createChatCompletion":
        if sent.get("stream"):
            sent["stream_options"] = {"include_usage": True, **sent.get("stream_options", {})}
        if not sent.get("venice_parameters", True):
            del sent["venice_parameters"]
        for tool in sent.get("tools", ()):
            tool.setdefault("type", "function")
    for item in sent["input"] if operation == "createResponse" and isinstance(sent["input"], list) else ():
        for part in item["content"] if isinstance(item.get("content"), list) else ():
            if isinstance(part, dict) and isinstance(part.get("image_url"), str):
                part["image_url"] = {"url": part["image_url"]}
    if sent.get("stream") is False:
        del sent["stream"]
    return sent


@pytest.mark.parametrize("operation", CASES)
def test_what_the_official_file_takes_is_sent_unchanged(catalogue, operation):
    sampler = Sampler(seed=7)
    for number in range(CASES[operation]):
        body = sampler.body(operation)
        call = BUILD[operation](catalogue, body)
        assert dict(call.body) == expected(operation, body), number
        if number % 25 == 0:
            assert spec.validate_request("POST", PATH[operation], body=body) == [], number
            assert spec.validate_request("POST", PATH[operation], body=call.body) == [], number


# Places where we take more than the file, because it is turned into what the file takes.
LENIENT = {
    "createChatCompletion": {("messages",)},  # a text or one message
    "createResponse": {("input",)},
    "createEmbedding": {("encoding_format",)},
}


@pytest.mark.parametrize("operation", CASES)
def test_what_the_official_file_refuses_is_refused_here(catalogue, operation):
    sampler, chance = Sampler(seed=11), random.Random(3)
    refusals, taken, seen = 0, [], set()
    official = request_validator(operation, "application/json")
    for _ in range(30):
        for path, junk, body in spoilt(sampler.body(operation), chance):
            case = (*("*" if isinstance(step, int) else step for step in path), repr(junk))
            if path in LENIENT[operation] or case in seen or official.is_valid(body):
                continue
            seen.add(case)
            try:
                BUILD[operation](catalogue, body)
            except InvalidInput as error:
                refusals += bool(error.field and error.allowed and error.do)
            else:
                taken.append(case)
    assert taken == []
    assert refusals >= {"createChatCompletion": 600, "createResponse": 250, "createEmbedding": 30}[operation]


# --- any set of valid parameters -------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
functions = st.builds(
    lambda name, strict: {"type": "function", "function": {"name": name, "strict": strict}},
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    st.booleans(),
)
VALUES = {
    "max_completion_tokens": st.integers(1, 10**6),
    "max_tokens": st.integers(-5, 10**6),
    "temperature": st.floats(0, 2) | st.integers(0, 2),
    "top_p": st.floats(0, 1),
    "min_p": st.floats(0, 1),
    "top_k": st.integers(0, 1000),
    "min_temp": st.floats(0, 2),
    "max_temp": st.floats(0, 2),
    "frequency_penalty": st.floats(-2, 2),
    "presence_penalty": st.floats(-2, 2),
    "repetition_penalty": st.floats(0, 10),
    "n": st.integers(1, 8),
    "seed": st.integers(1, 2**31),
    "stop": texts | st.lists(texts, min_size=1, max_size=4),
    "stop_token_ids": st.lists(st.integers(0, 10**5), max_size=5),
    "logprobs": st.booleans(),
    "top_logprobs": st.integers(0, 20),
    "tools": st.lists(functions, max_size=3, unique_by=lambda tool: tool["function"]["name"]),
    "tool_choice": st.sampled_from(["auto", "none", "required"]),
    "parallel_tool_calls": st.booleans(),
    "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}]),
    "reasoning_effort": st.sampled_from(EFFORTS),
    "reasoning": st.fixed_dictionaries({}, optional={"effort": st.sampled_from(EFFORTS)}),
    "verbosity": st.sampled_from(VERBOSITIES),
    "text": st.fixed_dictionaries({}, optional={"verbosity": st.sampled_from(VERBOSITIES)}),
    "prompt_cache_key": texts,
    "prompt_cache_retention": st.sampled_from(RETENTIONS),
    "fallbacks": st.lists(st.builds(lambda model: {"model": model}, texts), max_size=10),
    "user": texts,
    "store": st.booleans(),
    "include": st.lists(texts, max_size=3),
    "metadata": st.dictionaries(texts, texts, max_size=3),
    "stream_options": st.fixed_dictionaries({}, optional={"include_usage": st.booleans()}),
}
SWITCHES = {
    **{name: st.booleans() for name in VENICE},
    "character_slug": texts,
    "enable_web_search": st.sampled_from(["auto", "on", "off"]),
}


def optional(values):
    return st.fixed_dictionaries({}, optional={name: st.none() | value for name, value in values.items()})


def test_the_property_below_draws_every_parameter():
    assert VALUES.keys() == CHAT.keys()
    assert SWITCHES.keys() == VENICE.keys()


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=st.tuples(optional(VALUES), optional(SWITCHES), optional(SWITCHES)), stream=st.booleans())
def test_any_valid_set_of_parameters_builds_and_fits(catalogue, drawn, stream):
    parameters, keywords, nested = drawn
    nested = {name: value for name, value in nested.items() if name not in keywords}
    settled = {"model": NEW, "catalogue": catalogue, "stream": stream}
    call = chat_completion("Hi", venice_parameters=nested, **settled, **parameters, **keywords)
    assert spec.validate_request("POST", call.path, body=call.body) == []
    assert all(value is not None for _, value in walk(call.body))
    switched = {name for name, value in {**keywords, **nested}.items() if value is not None}
    assert call.body.get("venice_parameters", {}).keys() == switched
    assert call.tokens > 0


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters())
        | st.binary()
        | st.complex_numbers(),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_whatever_passes_can_be_written_as_json(catalogue, value):
    import orjson

    try:
        call = chat_completion("Hi", model=NEW, catalogue=catalogue, extra_body={"x": value})
    except InvalidInput as error:
        refusal = error
    else:
        assert orjson.loads(orjson.dumps(call.body)).get("x") == value
        return
    assert refusal.field.startswith("extra_body.x")
