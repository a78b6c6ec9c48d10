# ruff: noqa: E501  cases stay on one line
"""Numbered sources, words agreed for silence, judgements, and drafted questions."""

import json

import pytest
from asking import BOOLEAN, INTEGER, STRING, answer

SOURCES = """<source-0123456789ab n="1" file="pets.md" title="Animals">
Dogs travel on a lead. Cats stay in a carrier.
</source-0123456789ab>

<source-0123456789ab n="2" file="fares.md" title="Fares &amp; tips">
The airport costs 130 euros.
[1] Footnote of the source itself, about the airport.
</source-0123456789ab>"""
SYSTEM = (
    "system",
    'Answer from the sources. If the sources do not hold the answer, write "NOT IN THE SOURCES" and what they lack.',
)


def schema(**properties):
    shape = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "wanted", "strict": True, "schema": shape}}


def rows(**properties):
    return {
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": list(properties)},
    }


def judged(asked, **properties):
    return json.loads(
        answer(("system", "Judge by the sources alone."), asked, response_format=schema(**properties))
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What does the airport cost?", "The airport costs 130 euros [2]."),
        ("How do dogs travel?", "Dogs travel on a lead [1]."),
    ],
)
def test_a_source_with_a_number_is_cited_by_it_whatever_its_fence_is_called(question, said):
    assert answer(SYSTEM, f"{SOURCES}\n\nQuestion: {question}") == said


def test_the_agreed_words_come_first_where_the_sources_are_silent():
    said = answer(SYSTEM, f"{SOURCES}\n\nQuestion: Who founded the company?")
    assert said.startswith("NOT IN THE SOURCES. ")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("If you cannot find the answer, reply only with 'no idea'.", "no idea"),
        ("When the text does not say it, say “unknown”.", "unknown"),
        ('If it is missing, answer exactly "N/A" and nothing else.', "N/A"),
    ],
)
def test_agreed_words_stand_alone_where_that_was_asked(order, said):
    assert (
        answer(("system", f"Use the context. {order}"), f"{SOURCES}\n\nQuestion: Who founded the company?")
        == said
    )


def test_agreed_words_are_not_said_where_there_is_an_answer():
    assert "NOT IN" not in answer(SYSTEM, f"{SOURCES}\n\nQuestion: What does the airport cost?")


def test_words_for_another_case_are_not_taken_for_these():
    said = answer(
        ("system", 'If asked for your name, say "Bruno".'), f"{SOURCES}\n\nQuestion: Who founded the company?"
    )
    assert "Bruno" not in said


def test_each_source_is_rated_for_the_question_on_the_scale_of_the_schema():
    asked = f"{SOURCES}\n\nQuestion: What does the airport cost?"
    found = judged(asked, value=rows(source=INTEGER, rating={"type": "integer", "enum": [0, 1, 2, 3]}))[
        "value"
    ]
    assert [row["source"] for row in found] == [1, 2]
    assert found[1]["rating"] == 3
    assert found[0]["rating"] < 3


def test_claims_are_held_against_the_sources():
    claims = "<claims-00ff>\n1. The airport costs 130 euros.\n2. The airport costs 90 euros.\n3. Dogs do not travel on a lead.\n4. Parrots may fly freely.\n</claims-00ff>"
    verdicts = rows(claim=INTEGER, supported=BOOLEAN, source={"type": ["integer", "null"]})
    found = judged(f"{SOURCES}\n\nQuestion: ?\n\n{claims}", verdicts=verdicts)["verdicts"]
    assert [(row["claim"], row["supported"], row["source"]) for row in found] == [
        (1, True, 2),
        (2, False, None),
        (3, False, None),
        (4, False, None),
    ]


@pytest.mark.parametrize(("reference", "agrees"), [("130 euros", True), ("99 euros", False), ("", None)])
def test_an_answer_is_held_against_a_reference(reference, agrees):
    claims = "<claims-00ff>\n1. The airport costs 130 euros.\n</claims-00ff>"
    told = f"<reference-00ff>\n{reference}\n</reference-00ff>" if reference else ""
    found = judged(f"{SOURCES}\n\n{claims}\n\n{told}", agrees={"type": ["boolean", "null"]})
    assert found == {"agrees": agrees}


@pytest.mark.parametrize(
    ("question", "there"), [("What does the airport cost?", True), ("Who is the mayor?", False)]
)
def test_a_text_is_asked_whether_it_answers(question, there):
    assert judged(f"{SOURCES}\n\nQuestion: {question}", answerable=BOOLEAN) == {"answerable": there}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Refunds are paid within 14 days.", "Are refunds paid within 14 days?"),
        ("A guest may cancel 3 hours before.", "May a guest cancel 3 hours before?"),
    ],
)
def test_a_question_is_drafted_with_the_sentence_that_answers_it(text, question):
    form = schema(question=STRING, answer=STRING, quote=STRING)
    asked = f'<source-00ff n="1">\n{text}\n</source-00ff>\n\nWrite one question.'
    assert json.loads(answer(asked, response_format=form)) == {
        "question": question,
        "answer": text,
        "quote": text,
    }


def test_a_form_that_merely_has_a_question_in_it_is_filled_as_before():
    form = schema(question=STRING, topic=STRING)
    found = json.loads(answer("Extract: question: where is the boat? topic: boats", response_format=form))
    assert "boat" in found["question"]
