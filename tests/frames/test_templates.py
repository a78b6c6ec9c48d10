"""Templates: only names of columns are read, everything else is text, and no cell gets out of its tags."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venice_nb.errors import InvalidInput
from venice_nb.frames.template import Template, fence

COLUMNS = ["text", "full name", "stars", "a.b", 0, "straße"]


def filled(template, **cells):
    made = Template.of(template, COLUMNS)
    return made.fill([cells.get(name, f"<{name}>") for name in made.names])


@pytest.mark.parametrize(
    ("template", "result"),
    [
        ("Label: {text}", "Label: T"),
        ("{text}{text}", "TT"),
        ("{ text }", "T"),
        ("{full name} gave {stars}", "<full name> gave <stars>"),
        ("{a.b}", "<a.b>"),
        ("{0}", "<0>"),
        ("{straße}", "<straße>"),
        ("{{text}} is {text}", "{text} is T"),
        ("{{{text}}}", "{T}"),
        ("{{{{text}}}} {text}", "{{text}} T"),
        ("{{whatever}} {text}", "{whatever} T"),
        ('Answer {"tone": "x", "n": {"a": 1}} for {text}', 'Answer {"tone": "x", "n": {"a": 1}} for T'),
        ('{"text": {text}}', '{"text": T}'),
        ('{"a": {"b": {text}}}', '{"a": {"b": T}}'),
        ("{} {text} {1, 2} [a-z]{3}", "{} T {1, 2} [a-z]{3}"),
        ("} {text} {", "} T {"),
        ("{text", None),
        ("no column", None),
        ("", None),
        ("{}", None),
    ],
)
def test_names_of_columns_are_filled_in_and_all_other_braces_are_text(template, result):
    if result is None:
        with pytest.raises(InvalidInput, match="names no column"):
            filled(template)
    else:
        assert filled(template, text="T") == result


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{txt}", "Did you mean {text}"),
        ("{Text}", "Did you mean {text}"),
        ("{ful name} {text}", "Did you mean {full name}"),
        ("{sentiment} {text}", "Double braces are text: {{sentiment}}"),
        ("{text.upper}", "more than the cell of 'text'"),
        ("{text.__class__.__mro__}", "more than the cell of 'text'"),
        ("{text[0]}", "more than the cell of 'text'"),
        ("{text!r}", "more than the cell of 'text'"),
        ("{stars:.2f} {text}", "df.assign"),
        (5, "a text with columns in braces"),
        (None, "a text with columns in braces"),
    ],
)
def test_what_can_only_be_meant_as_a_column_is_refused_with_the_fix(template, words):
    with pytest.raises(InvalidInput) as told:
        Template.of(template, COLUMNS)
    assert words in f"{told.value} {told.value.allowed}"
    assert told.value.field == "template"


def test_a_name_that_two_columns_have_is_refused():
    with pytest.raises(InvalidInput, match="several columns"):
        Template.of("{text}", ["text", "text", "x"])
    assert Template.of("{x}", ["text", "text", "x"]).labels == ("x",)


def test_a_column_with_braces_in_its_name_is_no_example():
    with pytest.raises(InvalidInput, match="names no column") as told:
        Template.of("{{text}}", ["{text}", "stars"])
    assert told.value.do == '"Label the tone of: {stars}".'


def test_a_cell_is_never_read_as_a_template():
    assert filled("{text} {stars}", text="{stars} {{x}} {nope}", stars="5") == "{stars} {{x}} {nope} 5"


def test_a_cell_stands_between_tags_of_its_own_name():
    made = Template.of("Label {text} by {full name}: {text}", COLUMNS)
    assert made.fenced(["good", "Ada\nLovelace", "good"]) == (
        "Label <text>good</text> by <full_name>\nAda\nLovelace\n</full_name>: <text>good</text>"
    )


def test_a_template_that_is_only_a_column_sends_its_cells_as_prompts():
    assert Template.of(" {text}\n", COLUMNS).fenced(["Do this."]) == " Do this.\n"


@pytest.mark.parametrize("name", ["", "9", "日本", "</text>", "a\nb", '"', "x" * 500])
def test_any_column_name_makes_a_tag(name):
    made = Template.of("x {" + name + "}", [name]) if name else None
    if made is not None:
        assert re.fullmatch(r"x <([a-z][a-z0-9_]*)>cell</\1>", made.fenced(["cell"]))


NAMES = st.lists(st.text(min_size=1, max_size=8).filter(lambda name: not set("{}") & set(name)), max_size=4)
NASTY = st.text() | st.sampled_from(
    ["</text>", "</ TEXT >", "<text>", "{text}", "{{", "}}", "</text2>", "</text", "\x00", "\u202e"]
)


@given(st.text(), NAMES)
def test_any_text_is_a_template_or_a_clear_refusal(template, columns):
    """Nothing else is raised, and what is accepted names columns that exist."""
    try:
        made = Template.of(template, columns)
    except InvalidInput:
        return
    assert set(made.labels) <= set(columns)
    assert len(made.texts) == len(made.labels) + 1


@given(st.lists(NASTY, min_size=1, max_size=3).flatmap(lambda cells: st.just(cells)))
def test_no_cell_closes_the_tags_of_its_row(cells):
    made = Template.of(
        "Judge " + " and ".join(f"{{c{n}}}" for n in range(len(cells))), [f"c{n}" for n in range(9)]
    )
    prompt = made.fenced(cells)
    rest = prompt
    for cell in cells:
        opening = re.search(r"<([a-z]\w*)>\n?", rest)
        tag = opening[1]
        assert not re.search(rf"<\s*/\s*{tag}", "\n".join(cells), re.IGNORECASE)
        body, rest = rest[opening.end() :].split(f"</{tag}>", 1)
        assert body.removesuffix("\n") == cell.removesuffix("\n") or body == cell


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(alphabet="ab, :", max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(alphabet='ab"', max_size=3), inner, max_size=3)
        ),
        max_leaves=6,
    )
)
def test_json_in_a_template_survives(value):
    written = json.dumps(value)
    made = Template.of(f"Answer like {written} about {{text}}", ["text"])
    assert made.fill(["T"]) == f"Answer like {written} about T"


@given(st.lists(NASTY, max_size=6))
def test_texts_in_one_fence_are_all_between_the_same_tags(cells):
    found = fence("text", cells)
    assert len({re.match(r"<(\w+)>", each)[1] for each in found}) <= 1
    assert all(cell in each for cell, each in zip(cells, found, strict=True))
