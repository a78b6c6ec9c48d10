"""The keys a request names for a JSON object without a schema."""

import json

import pytest
from asking import answer

from venice_nb.sandbox.mind.keys import json_keys

FREE = {"type": "json_object"}
LYON = "Lyon is a city in France with a population of 520000."
ORDERS = (
    "Answer as JSON with name, country, population.",
    "Answer in JSON with keys name, country and population.",
    "Return JSON. Fields: name, country, population",
    "Reply with a JSON object with the fields `name`, `country` and `population`.",
    "Give me JSON containing name, country and population.",
    "JSON with the fields `name`, `country` and `population`.",
    'Answer as {"name": ..., "country": ..., "population": ...}.',
)


@pytest.mark.parametrize("order", ORDERS)
def test_the_keys_a_request_names_are_the_keys_of_its_answer(order):
    wanted = {"name": "Lyon", "country": "France", "population": 520000}
    assert json.loads(answer(f"{LYON} {order}", response_format=FREE)) == wanted
    assert json.loads(answer(f"{order}\n\n{LYON}", response_format=FREE)) == wanted
    assert json.loads(answer(("system", order), LYON, response_format=FREE)) == wanted


@pytest.mark.parametrize(
    "text", ["Answer in JSON with care.", "Reply in JSON: what is 2+2?", "What is JSON?"]
)
def test_a_request_that_lists_no_keys_names_none(text):
    assert json_keys(text) == []
