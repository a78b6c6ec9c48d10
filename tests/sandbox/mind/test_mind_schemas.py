# ruff: noqa: E501  cases stay on one line
"""JSON schemas filled from a text."""

import json

import pytest
from asking import BOOLEAN, INTEGER, NUMBER, STRING, answer, filled
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from venice_nb.sandbox.mind.schema import Filler

REVIEW = "I bought the Aurora X2 headphones last week for $129.99. Sound is great, the battery lasts two days, but the case broke. 4 out of 5 stars. Would recommend. - Maria Rossi, Milan"
MAYBE = {"type": ["string", "null"]}
STRINGS = {"type": "array", "items": STRING}


def test_a_review_is_read_into_its_fields():
    assert filled(
        f"Extract: {REVIEW}", product=STRING, price=NUMBER, rating={"type": "integer", "minimum": 1, "maximum": 5},
        sentiment={"type": "string", "enum": ["positive", "negative", "neutral"]}, cons=STRINGS, recommend=BOOLEAN, reviewer=STRING, city=MAYBE, email=MAYBE,
    ) == {
        "product": "Aurora X2", "price": 129.99, "rating": 4, "sentiment": "positive", "cons": ["the case broke"], "recommend": True,
        "reviewer": "Maria Rossi", "city": "Milan", "email": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "field", "shape", "value"),
    [
        (
            "Meeting on 5 March 2025 at 14:30 in Berlin",
            "date",
            {"type": "string", "format": "date"},
            "2025-03-05",
        ),
        ("Contact: john@acme.com", "email", STRING, "john@acme.com"),
        ("Invoice INV-2024-001 from Acme Corp", "invoice_number", STRING, "INV-2024-001"),
        ("Invoice INV-2024-001 from Acme Corp", "vendor", STRING, "Acme Corp"),
        ("The total is 1,250.00 EUR", "total", NUMBER, 1250),
        ("The total is 1,250.00 EUR", "currency", STRING, "EUR"),
        (
            "The movie Inception, directed by Christopher Nolan in 2010",
            "director",
            STRING,
            "Christopher Nolan",
        ),
        ("The movie Inception, directed by Christopher Nolan in 2010", "year", INTEGER, 2010),
        ("Venice is a city in Italy with 250000 inhabitants.", "population", INTEGER, 250000),
        ("Venice is a city in Italy with 250000 inhabitants.", "country", STRING, "Italy"),
        ("She is a 34-year-old software engineer from Oslo.", "job", STRING, "software engineer"),
        (
            "She speaks English, German and Norwegian.",
            "languages",
            STRINGS,
            ["English", "German", "Norwegian"],
        ),
        ("The room was not clean.", "clean", BOOLEAN, False),
        ("The staff was rude.", "staff_friendly", BOOLEAN, False),
        ("I want a refund.", "refund_requested", BOOLEAN, True),
        ("Terrible. Arrived broken.", "rating", INTEGER, 1),
    ],
)
def test_one_field_is_read(text, field, shape, value):
    assert filled(text, **{field: shape}) == {field: value}


def test_repeated_things_become_entries():
    people = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": STRING, "age": INTEGER},
            "required": ["name", "age"],
        },
    }
    assert filled("Alice (30) and Bob (25) went to Paris.", people=people) == {
        "people": [{"name": "Alice", "age": 30}, {"name": "Bob", "age": 25}]
    }
    goods = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": STRING, "quantity": {"type": ["integer", "null"]}},
            "required": ["name", "quantity"],
        },
    }
    assert filled("List:\n- 2 apples\n- 3 litres of milk\n- bread", items=goods)["items"] == [
        {"name": "apples", "quantity": 2}, {"name": "milk", "quantity": 3}, {"name": "bread", "quantity": None}
    ]  # fmt: skip


def test_keys_come_in_the_order_of_the_schema():
    assert list(filled(REVIEW, rating=INTEGER, city=STRING, product=STRING)) == ["rating", "city", "product"]


def test_a_bare_question_is_answered_inside_the_schema():
    assert "Paris" in filled("What is the capital of France?", answer=STRING)["answer"]
    assert filled("Name three planets", planets=STRINGS) == {"planets": ["Mercury", "Venus", "Earth"]}


def test_an_equation_is_solved_in_steps():
    step = {
        "type": "object",
        "properties": {"explanation": STRING, "output": STRING},
        "required": ["explanation", "output"],
    }
    found = filled("Solve 8x + 7 = -23", steps={"type": "array", "items": step}, final_answer=STRING)
    assert found["final_answer"] == "x = -3.75"
    assert [s["output"] for s in found["steps"]] == ["8x = -30", "x = -3.75"]


def test_json_mode_uses_the_keys_the_request_names():
    said = answer(
        "Extract as JSON with keys name and age: Bob is 41.", response_format={"type": "json_object"}
    )
    assert json.loads(said) == {"name": "Bob", "age": 41}


def test_json_mode_without_keys_gives_the_answer():
    assert (
        "4"
        in json.loads(answer("Reply in JSON: what is 2+2?", response_format={"type": "json_object"}))[
            "answer"
        ]
    )


def test_references_and_branches_are_followed():
    root = {
        "type": "object", "properties": {"pet": {"$ref": "#/$defs/pet"}}, "required": ["pet"],
        "$defs": {"pet": {"anyOf": [
            {"type": "object", "properties": {"kind": {"const": "dog"}, "name": STRING}, "required": ["kind", "name"]},
            {"type": "object", "properties": {"kind": {"const": "cat"}, "name": STRING}, "required": ["kind", "name"]},
        ]}},
    }  # fmt: skip
    assert Filler(root).fill(root, "My cat is called Minka.") == {"pet": {"kind": "cat", "name": "Minka"}}


def test_a_schema_that_contains_itself_ends():
    root = {
        "type": "object",
        "properties": {"name": STRING, "child": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["name", "child"],
    }
    Draft202012Validator(root).validate(Filler(root).fill(root, "Ada, Bob"))


names = st.sampled_from(
    [
        "name",
        "email",
        "city",
        "price",
        "rating",
        "summary",
        "date",
        "tags",
        "is_ok",
        "count",
        "language",
        "title",
        "url",
        "items",
        "notes",
        "score",
        "colour",
        "phone",
        "age",
        "steps",
    ]
)
leaves = st.one_of(
    st.just(STRING), st.just(BOOLEAN), st.just({"type": "null"}), st.just(MAYBE),
    st.builds(lambda a, b: {"type": "integer", "minimum": min(a, b), "maximum": max(a, b)}, st.integers(-50, 50), st.integers(-50, 50)),
    st.builds(lambda a, b: {"type": "number", "exclusiveMinimum": min(a, b), "maximum": max(a, b) + 1}, st.integers(-50, 50), st.integers(-50, 50)),
    st.builds(lambda m: {"type": "integer", "multipleOf": m, "minimum": 0}, st.integers(1, 9)),
    st.builds(lambda a, b: {"type": "string", "minLength": min(a, b), "maxLength": max(a, b)}, st.integers(0, 20), st.integers(0, 20)),
    st.builds(lambda v: {"enum": v}, st.lists(st.one_of(st.text(max_size=8), st.integers(0, 9), st.none()), min_size=1, max_size=4, unique_by=repr)),
    st.builds(lambda v: {"const": v}, st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.none())),
    st.sampled_from([{"type": "string", "format": f} for f in ("date", "date-time", "email", "uri", "time", "uuid")]),
    st.just({"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"}), st.just({"type": ["number", "null"]}),
)  # fmt: skip


def _object(properties, required, closed):
    return {
        "type": "object",
        "properties": properties,
        "required": [k for k in properties if k in required],
        **({"additionalProperties": False} if closed else {}),
    }


shapes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(_object, st.dictionaries(names, inner, max_size=5), st.sets(names), st.booleans()),
        st.builds(
            lambda i, a, b: {"type": "array", "items": i, "minItems": min(a, b), "maxItems": max(a, b)},
            inner,
            st.integers(0, 4),
            st.integers(0, 4),
        ),
        st.builds(lambda v: {"anyOf": v}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=12,
)
texts = st.one_of(
    st.just(REVIEW),
    st.just("- 2 apples\n- 3 pears"),
    st.just(""),
    st.just("Ada, 36, ada@example.org, 2024-05-06, https://a.example.org, no, 4/5"),
    st.text(max_size=60),
)


@settings(max_examples=150, deadline=None)
@given(shapes, texts)
def test_whatever_the_schema_and_the_text_the_result_is_valid(shape, text):
    value = json.loads(json.dumps(Filler(shape).fill(shape, text)))
    Draft202012Validator(shape, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Sunny flat, 58 sqm, 2 rooms, balcony, rent 1,150 euros plus 200 heating.",
            {"size": 58, "rooms": 2, "rent": 1150},
        ),
        ("58 sqm, two rooms, no balcony, 890 euros rent", {"area": 58, "rooms": 2, "rent": 890}),
        (
            "We look for an engineer, salary 60,000 to 75,000, 5 years of experience.",
            {"salary_min": 60000, "salary_max": 75000},
        ),
        ("The rent is 900 euros, deposit 1,800 euros.", {"rent": 900, "deposit": 1800}),
        ("12,000 to 15,000 people; temperatures from 5 to 20 degrees.", {"temp_min": 5, "temp_max": 20}),
        ("Pay: €60k-75k, remote.", {"min_salary": 60000, "max_salary": 75000}),
    ],
)
def test_a_number_is_taken_from_beside_its_own_word_and_unit(text, wanted):
    """Money goes to rent and pay, square metres to a size, and a range has two ends."""
    assert filled(text, **dict.fromkeys(wanted, NUMBER)) == wanted


def test_no_balcony_is_false():
    """What a clause denies is not affirmed by the clause after it."""
    assert filled("58 sqm, no balcony, 890 euros rent", balcony=BOOLEAN) == {"balcony": False}


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("INVOICE 7\nOfficina Blu\nBill to: Aldo Manuzio\nTotal: 12 EUR", "customer", "Aldo Manuzio"),
        ("Officina Blu sends this. Billed to Aldo Manuzio, Venice.", "client", "Aldo Manuzio"),
        ("Changed in version 3.11: Added the strict parameter.", "version", "3.11"),
        ("Deprecated since 2.4.1, removed later.", "version", "2.4.1"),
        ("The Aurora lamp is wonderful, but the cable is short.", "product", "Aurora lamp"),
        ("The product is the Aurora lamp.", "product", "Aurora lamp"),
        ("I love my Nimbus 300 kettle. It boils fast.", "product_name", "Nimbus 300"),
        ("Date: Friday 7 June, 20:00, in the hall", "date", "7 June"),
        ("The date is 3 March 2024 at 9:30 in Rome.", "date", "2024-03-03"),
    ],
)
def test_a_word_field_gets_its_words_and_no_more(text, name, wanted):
    """A customer, a version, a product and a date are neither cut nor drowned in their sentence."""
    assert filled(text, **{name: STRING}) == {name: wanted}


def test_a_persons_name_is_no_city():
    """A person of whom no city is told has none."""
    person = {"type": "object", "properties": {"name": STRING, "city": STRING}, "required": ["name", "city"]}
    people = {"type": "array", "items": person}
    assert filled("Ada, 36, lives in London. Bob is 25.", people=people)["people"] == [
        {"name": "Ada", "city": "London"}, {"name": "Bob", "city": ""},
    ]  # fmt: skip
