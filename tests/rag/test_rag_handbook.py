"""The handbook of the tutorial and its questions: consistent, small, and found as the tutorial says."""

from pathlib import Path

import pandas as pd
import pytest

import venice_nb as vn
from venice_nb.rag.expected import read_questions

HOME = Path(__file__).parents[2] / "notebooks" / "corpus"


@pytest.fixture(scope="module")
def handbook():
    return vn.Corpus.from_files(HOME / "*.md")


@pytest.fixture(scope="module")
def questions():
    return pd.concat([pd.read_csv(HOME / name) for name in ("questions.csv", "questions-everyday.csv")])


@pytest.fixture
def semantic():
    pytest.importorskip("wordllama")
    return vn.Venice.sandbox(semantic=True, show=False)


def test_the_handbook_is_forty_short_pages(handbook):
    assert len(handbook) == 40
    assert handbook.unread == ()
    assert sum(len(each.text.encode()) for each in handbook) < 150_000


def test_every_question_has_its_place_in_the_handbook(handbook, questions):
    asked = read_questions(questions, handbook)
    assert len(asked) == len(questions) == 128
    assert sum(not each.places for each in asked) == 6
    assert {handbook.sources[place.document] for each in asked for place in each.places} == set(
        handbook.sources
    )
    assert all(len(each.places) == 1 for each in asked if each.places)


def test_hybrid_retrieval_finds_nine_of_ten_answers_in_the_first_five_passages(handbook, questions, semantic):
    made = semantic.rag(handbook).evaluate(questions, answers=False)
    found = made.to_frame().groupby("kind")["recall@5"].mean()
    assert made.summary.loc[0, "recall@5"] >= 0.90
    assert found["everyday"] >= 0.95
    assert found["direct"] == 1.0


def test_both_retrievers_together_find_more_than_each_alone(handbook, questions, semantic):
    recall = {
        name: semantic.rag(handbook, retrieval=name)
        .evaluate(questions, answers=False)
        .summary.loc[0, "recall@5"]
        for name in ("hybrid", "vector", "keyword")
    }
    assert recall["hybrid"] > max(recall["vector"], recall["keyword"])


def test_what_the_handbook_does_not_say_is_mostly_said_to_be_missing(handbook, questions, semantic):
    R = semantic.rag(handbook)
    asked = questions[questions["kind"] == "unanswerable"]["question"]
    assert sum(not R.ask(each).answered for each in asked) >= 5


def test_a_question_in_everyday_words_is_answered_with_its_source(handbook, semantic):
    made = semantic.rag(handbook).ask("Can I pay in cash?")
    assert "500 euros" in made.text
    assert made.passages[made.cited[0] - 1].source == "payments-and-receipts.md"
