# ruff: noqa: E501  cases stay on one line
"""Plain statements read into the arguments of a tool that is the shape of a record."""

import pytest
from asking import INTEGER, STRING, calls, filled, think, tool


def record(title, /, **properties):
    """A tool that stands for a record, as clients offer one for structured output."""
    made = tool(title, "", list(properties))
    made["function"]["parameters"]["properties"] = properties
    return made


CITY = record(
    "City", name={"type": "string", "description": "name of the city"}, country=STRING, population=INTEGER
)
FIRM = record("Firm", name=STRING, city=STRING, country=STRING)
PERSON = record("final_result", name=STRING, age=INTEGER, city=STRING, job=STRING)


@pytest.mark.parametrize("choice", ["auto", "required", {"type": "function", "function": {"name": "City"}}])
def test_the_subject_of_a_statement_is_the_name_and_the_place_around_it_the_country(choice):
    said = think("Lyon is a city in France with a population of 520000.", tools=[CITY], tool_choice=choice)
    assert calls(said) == [("City", {"name": "Lyon", "country": "France", "population": 520000})]


@pytest.mark.parametrize(
    ("shape", "text", "wanted"),
    [
        (CITY, "Ljubljana is the capital of Slovenia with 295000 people.", {"name": "Ljubljana", "country": "Slovenia", "population": 295000}),
        (CITY, "Extract the city: Bergen is a city in Norway with 291000 inhabitants.", {"name": "Bergen", "country": "Norway", "population": 291000}),
        (CITY, "In France, Lyon is a city with a population of 520000.", {"name": "Lyon", "country": "France", "population": 520000}),
        (FIRM, "Acme is a company in Ljubljana, Slovenia.", {"name": "Acme", "city": "Ljubljana", "country": "Slovenia"}),
        (PERSON, "John Doe is a 30 year old engineer from Paris.", {"name": "John Doe", "age": 30, "city": "Paris", "job": "engineer"}),
        (PERSON, "Anna Rossi, 41, lives in Oslo and works as a teacher.", {"name": "Anna Rossi", "age": 41, "city": "Oslo", "job": "teacher"}),
    ],
)  # fmt: skip
def test_statements_fill_a_record_alike_through_a_tool_and_a_schema(shape, text, wanted):
    function = shape["function"]
    assert calls(think(text, tools=[shape], tool_choice="required")) == [(function["name"], wanted)]
    assert filled(text, **function["parameters"]["properties"]) == wanted
