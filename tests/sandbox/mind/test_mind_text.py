"""Words, sentences and tokens."""

import pytest
from asking import think
from hypothesis import given
from hypothesis import strategies as st

from venice_nb.sandbox import mind
from venice_nb.sandbox.mind.numbers import numbers
from venice_nb.sandbox.mind.text import pieces, sentences, split_sentences, stem, terms


@given(st.text(max_size=200))
def test_the_pieces_of_a_text_join_to_the_text_and_are_what_is_counted(text):
    assert "".join(pieces(text)) == text
    assert len(pieces(text)) == mind.count_tokens(text)


def test_an_english_sentence_has_about_one_token_for_four_characters():
    text = "The quick brown fox jumps over the lazy dog and runs away through the forest. " * 10
    assert 3 < len(text) / mind.count_tokens(text) < 6


@pytest.mark.parametrize(
    "forms",
    [
        "evaluate evaluates evaluated evaluation evaluating",
        "refund refunds refunded",
        "city cities",
        "run running runs",
        "box boxes",
    ],
)
def test_the_common_forms_of_a_word_share_a_stem(forms):
    assert len({stem(w).removesuffix("e") for w in forms.split()}) == 1


def test_a_construct_is_a_term_although_its_keyword_is_a_common_word():
    assert "with statement" in terms('The "with" statement')


def test_abbreviations_initials_and_decimals_do_not_end_a_sentence():
    text = "Dr. Smith of the U.S. paid 3.50 dollars, e.g. For tea. Then J. R. Hill left."
    assert split_sentences(text) == [
        "Dr. Smith of the U.S. paid 3.50 dollars, e.g. For tea.",
        "Then J. R. Hill left.",
    ]


def test_hard_wrapped_lines_are_joined_and_headings_kept_beside_the_sentences():
    text = "Refunds\n=======\n\nA refund takes\nfive days. It is\nfree."
    assert [(s.text, s.heading) for s in sentences(text)] == [
        ("A refund takes five days.", "Refunds"),
        ("It is free.", "Refunds"),
    ]


def test_a_sentence_that_ends_with_a_colon_takes_the_list_that_follows_it():
    first = sentences("These count as false:\n\n* zero;\n\n* None.\n")[0]
    assert first.text == "These count as false: zero; None."


def test_a_signature_is_the_heading_of_its_description():
    found = sentences("str.strip([chars])\n\n   Return a copy without the leading characters.\n")
    assert [(s.heading.strip(), s.kind) for s in found] == [("str.strip([chars])", "prose")]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("three of 12", [3, 12]),
        ("$1,250.50", [1250.5]),
        ("twenty-one", [21]),
        ("2 million", [2e6]),
        ("-4", [-4]),
        ("v2 a1", []),
        ("half a cup", [0.5]),
    ],
)
def test_numbers_are_read_as_people_write_them(text, values):
    assert [n.value for n in numbers(text)] == values


def test_a_prompt_costs_its_text_its_frames_its_media_and_its_tools():
    bare = mind.count_prompt_tokens([{"role": "user", "content": "hello"}], None)
    assert bare == mind.count_tokens("hello") + 4
    picture = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hello"},
                {"type": "image_url", "image_url": {"url": "data:,"}},
            ],
        }
    ]
    assert mind.count_prompt_tokens(picture, None) == bare + 512
    assert mind.count_prompt_tokens([{"role": "user", "content": "hello"}], [{"type": "function"}]) > bare


def test_a_text_of_two_thousand_characters_is_answered_in_a_few_milliseconds():
    import time

    text = "Refunds take five days. The shop opens at nine. Tea costs two euros a pot here. " * 25
    think(f"Context:\n{text}\n\nQuestion: How long do refunds take?")
    start = time.process_time()
    for n in range(20):
        think(f"Context:\n{text}{n}.\n\nQuestion: How long do refunds take?")
    assert (time.process_time() - start) / 20 < 0.05  # ten times what it takes on a quiet machine
