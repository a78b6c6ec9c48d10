"""How much of a text without end is quoted back."""

import pytest
from asking import answer

from venice_nb.sandbox.mind.quoting import MOST, quoted

MANY = 199_000


@pytest.mark.parametrize(
    "said",
    [
        "word " * MANY,
        "Summarise: " + "word " * MANY,
        "apple pear " * (MANY // 2),
        "Context: " + "apple pear " * 2000 + "\n\nQuestion: what is an apple?",
        "x" * 50_000,
    ],
    ids=["bare", "summary", "two words", "question", "one word"],
)
def test_an_endless_sentence_is_quoted_in_part(said):
    text = answer(said)
    assert len(text.split()) <= MOST + 30
    assert len(text) < 3000


def test_the_part_quoted_is_the_one_that_answers():
    text = f"{'and so on ' * 200}the harbour opens at seven {'and so on ' * 200}"
    said = quoted(text, {"harbour", "open"})
    assert "harbour opens at seven" in said
    assert said.startswith("…")
    assert said.endswith("…")
    assert len(said.split()) <= MOST


def test_a_sentence_of_common_length_is_quoted_whole():
    text = "The ferry leaves " + "and waits " * 50 + "at noon."
    assert quoted(text, {"ferry"}) == text
