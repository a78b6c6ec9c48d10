# ruff: noqa: E501  cases stay on one line
"""Words for talking to the mind in tests."""

import json

from venice_nb.sandbox import mind

MODEL = {"id": "test-model", "model_spec": {"capabilities": {"supportsReasoning": True}}}
STRING = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}
BOOLEAN = {"type": "boolean"}


def think(*messages, settings=None, character=None, seed=0, choice=0, model=MODEL, **body):
    """A thought on messages given as text (from the user), (role, text) pairs or whole messages."""
    said = [
        m
        if isinstance(m, dict)
        else {"role": m[0], "content": m[1]}
        if isinstance(m, tuple)
        else {"role": "user", "content": m}
        for m in messages
    ]
    return mind.think(
        {"messages": said, **body},
        model=model,
        settings=settings or {},
        character=character,
        seed=seed,
        choice=choice,
    )


def answer(*messages, **kw):
    """What the mind says."""
    return think(*messages, **kw).content


def tool(name, about="", required=None, **properties):
    """A function tool with these parameters, all required unless told otherwise."""
    wanted = list(properties) if required is None else required
    parameters = {"type": "object", "properties": properties, "required": wanted}
    return {"type": "function", "function": {"name": name, "description": about, "parameters": parameters}}


def calls(thought):
    """The calls of a thought as (name, arguments)."""
    return [(c.name, json.loads(c.arguments)) for c in thought.tool_calls]


def called(name, given, result, call_id="c1"):
    """The two messages of one finished call."""
    call = {"id": call_id, "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
    return (
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": result},
    )


def schema(**properties):
    """A strict response format with these properties."""
    shape = {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
    return {"type": "json_schema", "json_schema": {"name": "thing", "strict": True, "schema": shape}}


def filled(text, **properties):
    """The object the mind reads out of a text."""
    return json.loads(answer(text, response_format=schema(**properties)))
