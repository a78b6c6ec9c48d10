"""Descriptions of parameters are found in every common docstring style."""

import pytest

from venice_nb.shapes.docstrings import read_docstring

GOOGLE = """Weather of a city.

    Today's, not tomorrow's.

    Args:
        city (str): Where, in the language
            of the country.
        days (Optional[int], optional): How many.
        *names: ignored stars.
    Returns:
        str: nothing of this counts.
"""
NUMPY = """
    Weather of a city.

    Today's, not tomorrow's.

    Parameters
    ----------
    city : str
        Where, in the language
        of the country.
    days : int, default 3
        How many.
    *names
        ignored stars.

    Returns
    -------
    str
        Nothing of this counts.
"""
REST = """
    Weather of a city.

    Today's, not tomorrow's.

    :param str city: Where, in the language
        of the country.
    :param days: How many.
    :type days: int
    :param names: ignored stars.
    :returns: nothing of this counts.
    :rtype: str
"""


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, REST], ids=["google", "numpy", "rest"])
def test_three_styles_say_the_same(text):
    """Google, NumPy and reST sections give the same summary and the same descriptions."""
    found = read_docstring(text)
    assert found.summary == "Weather of a city.\n\nToday's, not tomorrow's."
    assert found.parameters == {
        "city": "Where, in the language of the country.",
        "days": "How many.",
        "names": "ignored stars.",
    }


def test_numpy_names_that_share_a_description():
    """`x, y : float` describes both."""
    found = read_docstring("Point.\n\nParameters\n----------\nx, y : float\n    A coordinate.\n")
    assert found.parameters == {"x": "A coordinate.", "y": "A coordinate."}


def test_attributes_of_a_class_count_as_parameters():
    """A dataclass documents its fields under Attributes."""
    assert read_docstring("A.\n\nAttributes:\n    b: the b.\n").parameters == {"b": "the b."}


def test_text_after_an_indented_section_belongs_to_the_summary():
    """A Google section ends where the indent ends."""
    found = read_docstring("A.\n\nArgs:\n    b: the b.\n\nMore words.")
    assert found.parameters == {"b": "the b."}
    assert found.summary.endswith("More words.")


def test_colons_in_descriptions_and_types_survive():
    """Only the first colon of an entry divides it."""
    found = read_docstring("A.\n\nArgs:\n    b (dict[str, tuple(int)]): ratio 1:2, as in a: b.\n")
    assert found.parameters == {"b": "ratio 1:2, as in a: b."}


@pytest.mark.parametrize("text", [None, "", "   \n "])
def test_no_docstring_says_nothing(text):
    """Nothing in, nothing out."""
    assert read_docstring(text).summary == ""
    assert read_docstring(text).parameters == {}


def test_a_word_that_only_looks_like_a_section_stays_text():
    """`Note that: ...` in a sentence is no heading."""
    assert read_docstring("See: the manual.\nNote this: it is long.").summary.count("\n") == 1
