"""A JSON schema written into a prompt reaches the mind as the response format it stands for."""

import json

import pytest

from venice_nb.sandbox.prompted import heard

CITY = {
    "title": "City",
    "type": "object",
    "properties": {"name": {"type": "string"}, "country": {"type": "string"}},
    "required": ["name", "country"],
}
SHOWN = json.dumps(CITY, indent=2)
TEXT = "Lyon is a city in France."
ORDER = f"Understand the content and provide\nparsed objects in json that match this json_schema:\n\n{SHOWN}"
EXAMPLE = '{"properties": {"foo": {"type": "array"}}, "required": ["foo"]}'
FORMAT = f"The output should be formatted as JSON.\nFor example {EXAMPLE}\nThe schema:\n```\n{SHOWN}\n```"


def chat(*messages, **fields):
    roles = [{"role": role, "content": content} for role, content in messages]
    return {"model": "zai-org-glm-5-2", "messages": roles, **fields}


@pytest.mark.parametrize(
    "body",
    [
        chat(("system", ORDER), ("user", TEXT), response_format={"type": "json_object"}),
        chat(("system", ORDER + "\n\nReturn an instance of the JSON, not the schema."), ("user", TEXT)),
        chat(("user", f"Answer in JSON by this schema: {SHOWN}\n{TEXT}")),
        chat(("developer", f"Be brief.\n\nRespond with JSON only.\n\n{SHOWN}"), ("user", TEXT)),
        chat(("user", [{"type": "text", "text": FORMAT}, {"type": "text", "text": TEXT}])),
        chat(("user", f"Smile :{{ and return JSON like {SHOWN}\n{TEXT}")),
    ],
)
def test_the_last_schema_a_prompt_shows_is_filled(body):
    form = heard(body)["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "City", "schema": CITY}}
    said = json.dumps(heard(body)["messages"])
    assert TEXT in said
    assert "properties" not in said
    assert "parsed objects" not in said


@pytest.mark.parametrize(
    "body",
    [
        chat(("user", f"Explain this schema: {SHOWN}")),
        chat(("user", "Return JSON with name and age. Anna is 31."), response_format={"type": "json_object"}),
        chat(("user", 'Return as JSON: {"properties": 3}')),
        chat(("system", ORDER), ("user", TEXT), tools=[{"type": "function", "function": {"name": "f"}}]),
        chat(("system", ORDER), ("user", TEXT), response_format={"type": "json_schema", "json_schema": {}}),
        chat(("assistant", f"Return JSON like {SHOWN}"), ("user", TEXT)),
        chat(("user", "Return JSON " + "{" * 50_000)),
    ],
)
def test_every_other_request_is_heard_as_it_was_sent(body):
    assert heard(body) is body


def test_a_message_that_only_orders_json_leaves_the_text_as_the_last_one():
    body = chat(("system", ORDER), ("user", TEXT), ("user", "Return the correct JSON in a ```json block."))
    assert heard(body)["messages"] == [{"role": "user", "content": TEXT}]


def test_a_prompt_that_is_nothing_but_a_schema_stays(desk):
    body = chat(("system", f"Return JSON.\n\n{SHOWN}"))
    assert heard(body)["messages"] == body["messages"]
    assert desk.post("/chat/completions", body).status_code == 200


def test_the_prompt_is_counted_and_billed_as_it_was_sent(desk):
    reply = desk.post("/chat/completions", chat(("system", ORDER), ("user", TEXT)))
    sent = desk.box.state.mind.count_prompt_tokens(chat(("system", ORDER), ("user", TEXT))["messages"], None)
    assert reply.json()["usage"]["prompt_tokens"] == sent
    assert desk.box.state.mind.seen[-1]["body"]["response_format"]["json_schema"]["schema"] == CITY


def test_the_real_mind_answers_with_an_instance(make):
    desk = make(mind=None)
    reply = desk.post("/chat/completions", chat(("system", ORDER), ("user", TEXT)))
    said = reply.json()["choices"][0]["message"]["content"]
    assert json.loads(said) == {"name": "Lyon", "country": "France"}
