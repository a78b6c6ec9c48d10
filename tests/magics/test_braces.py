"""Braces in the text of a cell: what is replaced, what is refused, what stays text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import venice_nb as vn
from venice_nb.magics.braces import Names

VALUES = {"city": "Rome", "price": 3.14159, "rows": [1, 2, 3], "table": {"a": 1}, "_": "before"}
WORDS = st.text(st.characters(exclude_characters="{}"))


def fill(text, /, **more):
    values = VALUES | more
    return Names(values, set(values)).fill(text)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("In {city}.", "In Rome."),
        ("{city}{city}", "RomeRome"),
        ("{city.upper()}", "ROME"),
        ("{rows[1:]}", "[2, 3]"),
        ("{len(rows)}", "3"),
        ("{table['a'] + 1}", "2"),
        ("{[each + 1 for each in rows]}", "[2, 3, 4]"),
        ("{(lambda n: n + 1)(rows[0])}", "2"),
        ("{rows[0] == 1}", "True"),
        ("{rows[0] != 1}", "False"),
        ("{price:.2f}", "3.14"),
        ("{rows[1:3]!r:>8}", "  [2, 3]"),
        ("{city!r}", "'Rome'"),
        ("{_}", "before"),
    ],
)
def test_a_name_or_an_expression_stands_for_its_value(text, filled):
    assert fill(text) == filled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "{{}}",
        "{3}",
        "{1, 2}",
        '{"a": 1}',
        '{"a": {"b": [1, {"c": null}]}}',
        '{"city": "rows"}',
        "{ city }",
        "{city }",
        "{\n  city\n}",
        "{city: string, price: number}",
        "{class}",
        "{None}",
        "function f(x) {return x;}",
        "if (x) {\n  print(city)\n}",
        '{print("nothing of this is run")}',
        '{__import__("os").getcwd()}',
        "{props.children}",
        "{await city}",
        "{yield}",
        "{city",
        "city}",
        "}{",
        "{{{{",
        "{city rows}",
        "{" + "city + " * 200 + "city}",
        "{" + "(" * 400 + "city" + ")" * 400 + "}",
        "{\x00city}",
    ],
)
def test_all_other_braces_stay_as_they_are(text):
    assert fill(text) == text


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{city}}", "{city}"),
        ("{{{city}}}", "{Rome}"),
        ("{{{{city}}}}", "{{city}}"),
        ("{{nobody}}", "{nobody}"),
        ("{{rows[0]}}", "{rows[0]}"),
        ("{{price:.2f}}", "{price:.2f}"),
        ("{{city}", "{Rome"),
        ('{{"a": 1}}', '{{"a": 1}}'),
        ("{{ city }}", "{{ city }}"),
    ],
)
def test_doubled_braces_are_text_in_single_ones(text, filled):
    assert fill(text) == filled


def test_json_keeps_its_braces_around_a_value():
    assert fill('{"a": {"b": {"city": "{city}"}}}') == '{"a": {"b": {"city": "Rome"}}}'
    assert fill('{"n": {price}}') == '{"n": 3.14159}'


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | WORDS,
        lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
        max_leaves=10,
    )
)
def test_json_is_never_changed_but_inside_its_texts(value):
    for text in (json.dumps(value), json.dumps(value, indent=1), json.dumps(value, separators=(",", ":"))):
        assert fill(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{cty}", "Did you mean city?"),
        ("{nobody}", "{{nobody}}"),
        ("{City}", "Did you mean city?"),
        ("{prices.mean()}", "Did you mean price?"),
        ("{row[0]:.2f}", "Did you mean rows?"),
        ("{id}", "{{id}}"),
        ("{list}", "{{list}}"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_one_that_was_meant(text, told):
    with pytest.raises(vn.InvalidInput, match="There is no") as caught:
        fill(text)
    assert told in caught.value.do


def test_a_format_that_does_not_fit_is_refused():
    with pytest.raises(vn.InvalidInput, match=r"\{city:red\} has no such format") as caught:
        fill("a{city:red}")
    assert "{{city:red}}" in caught.value.do


def test_what_an_expression_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        fill("{price / 0}")


@pytest.mark.parametrize("text", ["{city}", "{{city}}", "{price:.2f}", "{1/0}", "{rows.clear()}", "{nobody}"])
def test_the_text_of_a_value_is_never_read_as_braces(text):
    rows = [1]
    assert fill("{text}", text=text, rows=rows) == text
    assert fill("{{{text}}}", text=text) == f"{{{text}}}"
    assert rows == [1]


def test_an_expression_is_evaluated_once_for_each_place():
    seen = []
    assert fill("{seen.append(1)} {seen.append(2)}", seen=seen) == "None None"
    assert seen == [1, 2]


def test_looking_at_text_gives_no_warnings(recwarn):
    fill(r"{1 is price} {'\d' + city} {'a'(price) if 0 else 1}")
    assert not recwarn.list


def test_the_namespace_is_not_printed_with_its_values():
    assert "Rome" not in repr(Names(VALUES, set(VALUES)))


def test_a_name_or_an_expression_names_a_schema():
    here = Names({"City": dict}, {"City"})
    assert here.value("City", field="schema") is dict
    assert here.value("list[City]", field="schema") == list[dict]
    assert here.value("int", field="schema") is int
    for wrong, told in (("Cty", "Did you mean City?"), ("list[", "Define it"), ("", "Define it")):
        with pytest.raises(vn.InvalidInput) as caught:
            here.value(wrong, field="schema")
        assert told in caught.value.do
