"""Long texts are cut where a reader would breathe, and nothing of them is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venice_nb.calls.sound.sentences import LONGEST, audible, length, split


def bare(text):
    return re.sub(r"\s+", "", text)


def test_a_short_text_stays_whole():
    assert split("  Hello, Venice.\n") == ["Hello, Venice."]


def test_a_long_text_is_cut_between_sentences():
    text = "The city stands on islands. Its streets are water! Are its cars boats? " * 200
    parts = split(text)
    assert len(parts) == 4
    assert all(part[-1] in ".!?" for part in parts)
    assert all(length(part) <= LONGEST for part in parts)
    assert bare("".join(parts)) == bare(text)


def test_paragraphs_come_first_then_sentences_then_clauses_then_words():
    assert split("One two. Three four.\n\nFive six. Seven.", 30) == [
        "One two. Three four.",
        "Five six. Seven.",
    ]
    assert split("One two three, four five six seven eight", 24) == [
        "One two three,",
        "four five six seven",
        "eight",
    ]
    assert split("one two three four", 9) == ["one two", "three", "four"]


def test_a_short_form_or_an_initial_ends_no_sentence():
    text = "We met Dr. Smith and J. R. Hartley there. " + "Then we all went home again together"
    assert split(text, 60)[0] == "We met Dr. Smith and J. R. Hartley there."


def test_a_word_is_cut_only_when_it_alone_is_too_long():
    assert split("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    accents = "e\u0301" * 20
    assert all(not part.startswith("\u0301") for part in split(accents, 7))


def test_chinese_is_cut_behind_its_full_stops():
    assert split("\u4f60\u597d\u3002" * 5, 10) == ["\u4f60\u597d\u3002" * 3, "\u4f60\u597d\u3002" * 2]


def test_signs_outside_the_basic_plane_count_twice():
    assert length("a\U0001f600") == 3
    assert all(length(part) <= 10 for part in split("\U0001f600 word " * 20, 10))


@pytest.mark.parametrize(
    ("text", "heard"), [("a", True), ("7", True), ("\u4f60", True), ("\U0001f600", False), ("...", False)]
)
def test_only_letters_and_numbers_are_heard(text, heard):
    assert audible(text) is heard


@given(st.text(min_size=1, max_size=400), st.integers(4, 60))
def test_any_text_is_cut_into_parts_that_fit_and_keep_every_word(text, longest):
    parts = split(text, longest)
    assert all(length(part) <= longest for part in parts) or not audible(text)
    heard = [letter for letter in bare(text) if audible(letter)]
    assert [letter for letter in bare("".join(parts)) if audible(letter)] == heard


@given(st.lists(st.text("abcdef", min_size=1, max_size=12), min_size=1, max_size=60), st.integers(12, 50))
def test_no_word_is_torn(words, longest):
    assert " ".join(split(" ".join(words), longest)).split() == words
