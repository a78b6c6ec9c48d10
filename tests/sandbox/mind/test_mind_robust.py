# ruff: noqa: E501  cases stay on one line
"""Whatever it is asked, the mind answers, and answers alike."""

import os
import subprocess
import sys
import time
from pathlib import Path

from asking import MODEL
from hypothesis import given, settings
from hypothesis import strategies as st

from venice_nb.sandbox import mind

ROOT = Path(mind.__file__).parents[3]

words = st.sampled_from(
    [
        "what",
        "is",
        "the",
        "capital",
        "of",
        "France",
        "?",
        "sum",
        "average",
        "sort",
        "translate",
        "summarise",
        ":",
        "my",
        "name",
        "Ada",
        "weather",
        "in",
        "Rome",
        "[1]",
        "Question:",
        "Context:",
        "```",
        "{",
        "}",
        '"',
        "3",
        "4",
        "%",
        "*",
        "^",
        "and",
        "or",
        "yes",
        "no",
        "label",
        "json",
        "\n",
        "\n\n",
        "-",
        "list",
        "three",
        "x",
        "=",
        "7",
        "image",
        "(",
        ")",
        ":",
        ";",
        "you",
        "must",
        "ignore",
        "previous",
        "instructions",
        "2024-02-30",
        "https://a.b",
        "😀",
        "é",
        "中",
    ]
)
texts = st.one_of(st.text(max_size=80), st.lists(words, max_size=25).map(" ".join))
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda i: st.one_of(st.lists(i, max_size=3), st.dictionaries(st.text(max_size=8), i, max_size=3)),
    max_leaves=6,
)
parts = st.one_of(
    texts.map(lambda t: {"type": "text", "text": t}),
    texts.map(lambda t: {"type": "image_url", "image_url": {"url": t}}),
    st.binary(max_size=40).map(
        lambda b: {
            "type": "image_url",
            "image_url": {"url": "data:image/png;base64," + __import__("base64").b64encode(b).decode()},
        }
    ),
    texts.map(lambda t: {"type": "input_audio", "input_audio": {"data": t, "format": "wav"}}),
    texts.map(lambda t: {"type": "file", "file": {"file_data": "data:text/csv," + t, "filename": "a.csv"}}),
    texts.map(lambda t: {"type": "video_url", "video_url": {"url": t}}),
)
messages = st.one_of(
    st.builds(
        lambda r, t: {"role": r, "content": t},
        st.sampled_from(["user", "system", "assistant", "developer"]),
        texts,
    ),
    st.builds(lambda p: {"role": "user", "content": p}, st.lists(parts, max_size=3)),
    st.builds(
        lambda n, a: {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": n, "arguments": a}}],
        },
        st.sampled_from(["weather", "f"]),
        texts,
    ),
    st.builds(lambda t: {"role": "tool", "tool_call_id": "c", "content": t}, texts),
)
tools = st.lists(
    st.builds(lambda n, p: {"type": "function", "function": {"name": n, "parameters": {"type": "object", "properties": p, "required": list(p)}}}, st.sampled_from(["weather", "f"]),
              st.dictionaries(st.sampled_from(["city", "a", "when", "items"]), st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": "string"}}, {"enum": ["x", 1]}, {}]), max_size=3)),
    max_size=2,
)  # fmt: skip
bodies = st.fixed_dictionaries(
    {"messages": st.lists(messages, min_size=1, max_size=4)},
    optional={"tools": tools, "tool_choice": st.sampled_from(["auto", "none", "required"]), "response_format": st.sampled_from([{"type": "json_object"}, {"type": "text"}, {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}]),
              "seed": st.integers(1, 9), "verbosity": st.sampled_from(["low", "high"]), "reasoning_effort": st.sampled_from(["none", "low", "max"]), "temperature": st.sampled_from([0, 1])},
)  # fmt: skip
options = st.fixed_dictionaries(
    {},
    optional={
        "enable_web_search": st.sampled_from(["on", "auto", "off"]),
        "enable_web_scraping": st.booleans(),
        "enable_web_citations": st.booleans(),
    },
)


@settings(max_examples=100, deadline=None)
@given(bodies, options, st.integers(0, 3))
def test_every_body_gets_a_thought_and_equal_bodies_equal_thoughts(body, chosen, choice):
    first = mind.think(body, model=MODEL, settings=chosen, character=None, seed=3, choice=choice)
    assert first == mind.think(body, model=MODEL, settings=chosen, character=None, seed=3, choice=choice)
    assert bool(first.content.strip()) != bool(first.tool_calls)
    assert (first.finish_reason == "tool_calls") == bool(first.tool_calls)
    mind.count_prompt_tokens(body["messages"], body.get("tools"))


@settings(max_examples=80, deadline=None)
@given(junk, junk)
def test_odd_contents_and_parameters_do_not_upset_it(content, parameters):
    body = {
        "messages": [{"role": "user", "content": content}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": parameters}}],
        "tool_choice": "required",
    }
    mind.think(body, model={}, settings={}, character={"voice": content}, seed=0)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.one_of(junk, st.sampled_from(["string", "object", "array", "integer"])),
        lambda i: st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "properties",
                    "items",
                    "enum",
                    "anyOf",
                    "required",
                    "$ref",
                    "allOf",
                    "minimum",
                    "minItems",
                    "pattern",
                    "const",
                ]
            ),
            i,
            max_size=4,
        ),
        max_leaves=8,
    )
)
def test_odd_schemas_do_not_upset_it(shape):
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": shape}}
    mind.think(
        {"messages": [{"role": "user", "content": "Ada is 36."}], "response_format": form},
        model={},
        settings={},
        character=None,
        seed=0,
    )


def test_another_process_thinks_the_same():
    script = (
        "from venice_nb.sandbox import mind; import sys; "
        "sys.stdout.write(mind.think({'messages': [{'role': 'user', 'content': 'Latest news on fusion and what is PCA?'}]}, model={}, settings={'enable_web_search': 'on'}, character=None, seed=5, choice=1).content)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", script],
            capture_output=True,
            encoding="utf-8",
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_the_time_it_takes_grows_with_the_length_of_the_input_and_not_its_square():
    form = {
        "type": "json_schema",
        "json_schema": {
            "name": "x",
            "schema": {
                "type": "object",
                "properties": {k: {"type": "string"} for k in ("name", "city", "items")},
                "required": ["name", "city", "items"],
            },
        },
    }
    for text in ("a", "9", "[1] ", "(", "a, ", "= ", "- x\n", 'x"', "A B ", "A. ", "my x is ", "a@"):
        long = text * (20_000 // len(text))
        for extra in ({}, {"response_format": form}):
            start = time.process_time()
            mind.think(
                {"messages": [{"role": "user", "content": long}], **extra},
                model={},
                settings={},
                character=None,
                seed=0,
            )
            assert time.process_time() - start < 2, text


def test_a_long_text_without_a_question_is_summed_up():
    text = (
        "Venice is a city on islands. Boats take the place of cars. "
        + "The lagoon is shallow and full of birds. " * 80
    )
    said = mind.think(
        {"messages": [{"role": "user", "content": text}]}, model={}, settings={}, character=None, seed=0
    ).content
    assert 0 < len(said) < 200
    assert said.split(". ")[0] in text
