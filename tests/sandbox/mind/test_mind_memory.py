# ruff: noqa: E501, RUF001  cases stay on one line; typographic marks are part of what is said
"""What was said before in the conversation."""

import pytest
from asking import answer


@pytest.mark.parametrize(
    ("told", "question", "reply"),
    [
        ("My name is Ada.", "What's my name?", "Your name is Ada."), ("Hi, I'm Bob.", "Who am I?", "Your name is Bob."), ("I live in Rome.", "Where do I live?", "You live in Rome."),
        ("My favourite colour is teal.", "What is my favorite color?", "Your favourite colour is teal."), ("I am 34 years old.", "How old am I?", "You are 34 years old."),
        ("Remember that the code is 4711.", "What is the code?", "The code is 4711."), ("I have 3 cats.", "How many cats do I have?", "You told me: you have 3 cats."), ("I like pizza.", "What do I like?", "You said that you like pizza."),
    ],
)  # fmt: skip
def test_facts_stated_earlier_are_recalled(told, question, reply):
    assert answer(told, ("assistant", "Noted."), question) == reply


def test_a_later_statement_replaces_an_earlier_one():
    assert "Oslo" in answer(
        "I live in Rome.", ("assistant", "ok"), "I live in Oslo.", ("assistant", "ok"), "Where do I live?"
    )


def test_a_statement_is_acknowledged():
    assert answer("My name is Ada and I live in Rome.") == "Nice to meet you, Ada. Noted: you live in Rome."


def test_what_was_never_told_is_not_invented():
    assert "not told me" in answer("What is my name?")


def test_the_last_question_and_answer_can_be_asked_for():
    talk = ("What is the capital of France?", ("assistant", "The capital of France is Paris."))
    assert "What is the capital of France?" in answer(*talk, "What did I just ask?")
    assert answer(*talk, "Repeat that") == "The capital of France is Paris."


def test_a_question_may_lean_on_the_one_before():
    assert "Rome" in answer("What is the capital of France?", ("assistant", "Paris."), "And of Italy?")


def test_a_calculation_may_go_on_from_the_last_number():
    assert (
        answer("What is 12 times 7?", ("assistant", "12 × 7 = 84"), "Now divide that by 2") == "84 / 2 = 42"
    )


def test_shorter_is_shorter_and_more_is_more():
    long = answer("What is PCA?")
    talk = ("What is PCA?", ("assistant", long))
    assert len(answer(*talk, "Shorter please")) < len(long)
    assert len(answer(*talk, "Give me more detail")) > len(long)
