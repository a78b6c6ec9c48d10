"""Marks of an answer: read, made one kind, and taken out where they point nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venice_nb.results.rag.marks import as_markers, read_marks


@pytest.mark.parametrize(
    ("said", "text", "cited", "stray"),
    [
        ("Yes [1].", "Yes [1].", (1,), ()),
        ("Yes[2], no [1][2].", "Yes[2], no [1][2].", (2, 1), ()),
        ("Both [1, 2].", "Both [1][2].", (1, 2), ()),
        ("Some [1-3].", "Some [1][2][3].", (1, 2, 3), ()),
        ("It is [Source 2].", "It is [2].", (2,), ()),
        ("It is 【1】.", "It is [1].", (1,), ()),
        ("It is 【1†L4-L9】, 【2†source】.", "It is [1], [2].", (1, 2), ()),
        ("It is [ 1 ].", "It is [1].", (1,), ()),
        ("The first is x[0], not x[9].", "The first is x[0], not x.", (), (9,)),
        ("No [9].", "No.", (), (9,)),
        ("Half [1, 9].", "Half [1].", (1,), (9,)),
        ("None [0].", "None.", (), (0,)),
        ("A list [12 items] stays.", "A list [12 items] stays.", (), ()),
        ("A [1](https://x.example) link stays.", "A [1](https://x.example) link stays.", (), ()),
        ("Code `a[1]` stays [1].", "Code `a[1]` stays [1].", (1,), ()),
        ("```\na[9]\n``` and [9]", "```\na[9]\n``` and", (), (9,)),
        ("Unclosed ``` a[9]", "Unclosed ``` a[9]", (), ()),
    ],
)
def test_marks_are_read(said, text, cited, stray):
    found = read_marks(said, 3)
    assert (found.text, found.cited, found.stray) == (text, cited, stray)


def test_marks_become_the_markers_of_the_renderer():
    assert as_markers("Yes [1][2], `a[1]`") == "Yes^1^^2^, `a[1]`"


@given(st.text(alphabet=st.sampled_from("[]【】†`~01239, -–;abc(\n"), max_size=80), st.integers(0, 5))  # noqa: RUF001
def test_every_number_that_is_left_points_at_a_source(said, sources):
    found = read_marks(said, sources)
    assert all(1 <= number <= sources for number in found.cited)
    assert all(not 1 <= number <= sources for number in found.stray)
    assert read_marks(found.text, sources).stray == ()
