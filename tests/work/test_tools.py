"""Functions become tools, and what goes wrong with them is told to the model."""

import datetime as dt
import enum
import functools
import re
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from script import Script

from venice_nb.errors import InvalidInput, ToolError
from venice_nb.results.talk.reply import ToolCall
from venice_nb.talk.tools import RESULT_CAP, Tool, Toolbox, told


class Unit(enum.Enum):
    CELSIUS = "C"
    FAHRENHEIT = "F"


@dataclass
class Place:
    city: str
    country: str = "IT"


def weather(city: str, days: int = 1, unit: Unit = Unit.CELSIUS) -> str:
    """The weather of the next days.

    Args:
        city: where.
        days: how many.
    """
    return f"{city} {days} {unit.name}"


def visit(place: Place, on: dt.date, why: Annotated[str | None, "the reason"] = None) -> dict:
    """Plan a visit."""
    return {"city": place.city, "year": on.year, "why": why}


def run(tools, name, arguments="", **options):
    return Script()(Toolbox(tools).run(ToolCall("id", name, arguments), **options))


def test_a_function_describes_itself():
    """Name, docstring, hints and defaults make the specification."""
    assert Tool.of(weather).spec == {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of the next days.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "where."},
                    "days": {"type": "integer", "description": "how many.", "default": 1},
                    "unit": {"type": "string", "enum": ["C", "F"]},
                },
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }


def test_a_function_without_arguments_is_a_tool():
    """Nothing to describe is fine."""

    def now() -> str:
        return "noon"

    assert Tool.of(now).schema["properties"] == {}
    assert run([now], "now").output == "noon"


class Shop:
    def buy(self, what: str) -> str:
        return what


def no_hint(city):
    return city


def many(*names: str) -> str:
    return ""


def only_by_place(city: str, /) -> str:
    return city


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (lambda city: city, "lambda has no name"),
        (Shop().buy, "bound to an object"),
        (Shop, "not a plain function"),
        (functools.partial(weather, days=1), "not a plain function"),
        (print, "not a plain function"),
        (5, "A int is not a tool"),
        (no_hint, "city of no_hint has no type hint"),
        (many, "cannot be described"),
        (only_by_place, "cannot be described"),
        ({"type": "web_search"}, "does nothing"),
        ({"name": "a b"}, "cannot be the name"),
        ({"name": "x" * 65}, "cannot be the name"),
        ({}, "cannot be the name"),
        ({"name": "a", "parameters": {"type": "string"}}, "type object"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_with_the_reason(source, reason):
    """InvalidInput says why and what to do."""
    with pytest.raises(InvalidInput, match=re.escape(reason)):
        Tool.of(source)


def test_two_tools_of_one_name_are_refused():
    """Names are unique in a toolbox."""
    with pytest.raises(InvalidInput, match="Two tools are called 'weather'"):
        Toolbox([weather, weather])
    assert set(Toolbox([weather, Tool.of(weather, name="weather_again")])) == {"weather", "weather_again"}


@pytest.mark.parametrize("tools", [weather, "weather", {"name": "weather"}])
def test_tools_that_are_no_list_are_refused(tools):
    """One function instead of a list of one is a slip worth a hint."""
    with pytest.raises(InvalidInput, match="takes a list"):
        Toolbox(tools)


SPEC = {
    "type": "function",
    "function": {
        "name": "add",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "required": ["a"],
            "additionalProperties": False,
        },
    },
}


def test_a_specification_can_bring_its_function():
    """(specification, function) runs, and the arguments are held against the schema."""
    tools = [(SPEC, lambda a: a + 1)]
    assert Tool.of(tools[0]).spec == SPEC
    assert run(tools, "add", '{"a": 1}').output == "2"
    assert "a: expected integer" in run(tools, "add", '{"a": "x"}').output


def test_a_bare_specification_is_only_declared():
    """Its calls are for the caller; the toolbox says that it cannot run them."""
    box = Toolbox([SPEC, weather])
    assert not box.runs([ToolCall("1", "add"), ToolCall("2", "weather")])
    assert box.runs([ToolCall("2", "weather"), ToolCall("3", "unheard_of")])


def test_arguments_become_python_values():
    """Dataclasses, dates, enums and whole floats arrive as what the hints say."""
    step = run([visit], "visit", '{"place": {"city": "Rome"}, "on": "2026-05-01", "why": null}')
    assert step.output == '{"city": "Rome", "year": 2026, "why": null}'
    assert (
        run([weather], "weather", '{"city": "Rome", "days": 3.0, "unit": "fahrenheit"}').output
        == "Rome 3 FAHRENHEIT"
    )


def test_null_for_an_optional_argument_means_left_out():
    """Models write null for what they do not set; the default counts then."""
    assert run([weather], "weather", '{"city": "Rome", "days": null}').output == "Rome 1 CELSIUS"


BAD = [
    ("weathr", '{"city": "Rome"}', "there is no tool weathr. There are: weather. Did you mean weather?"),
    ("weather", "", "city: is missing"),
    ("weather", "{", "not a JSON object"),
    ("weather", "[1]", "not a JSON object"),
    ("weather", "[" * 100_000, "not a JSON object"),
    ("weather", '{"city": 5}', "city: expected text, got 5"),
    ("weather", '{"city": "Rome", "town": 1}', "town: is not an argument; there are: city, days, unit"),
    ("weather", '{"city": "Rome", "unit": "K"}', 'unit: expected one of "C", "F"'),
]


@pytest.mark.parametrize(("name", "arguments", "said"), BAD, ids=[said[:20] for _, _, said in BAD])
def test_what_the_model_got_wrong_is_told(name, arguments, said):
    """A bad call is answered with the reason, and nothing runs."""
    step = run([weather], name, arguments, raise_tool_errors=True)
    assert step.failed
    assert step.output.startswith("error: ")
    assert said in step.output


def fail(why: str) -> str:
    raise KeyError(why)


def test_an_exception_is_told_to_the_model():
    """Type and message, no traceback, no stop."""
    step = run([fail], "fail", '{"why": "none"}')
    assert step.failed
    assert step.output == "error: KeyError: 'none'"


def test_an_exception_can_be_raised_instead():
    """raise_tool_errors=True is for debugging one's own functions."""
    with pytest.raises(ToolError, match="KeyError") as raised:
        run([fail], "fail", '{"why": "none"}', raise_tool_errors=True)
    assert isinstance(raised.value.__cause__, KeyError)
    assert raised.value.arguments == {"why": "none"}


def test_an_interrupt_in_a_tool_is_no_tool_error():
    """Ctrl-C while a tool runs goes on upward."""

    def slow() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([slow], "slow")


def test_confirm_sees_the_values_and_can_refuse():
    """A false answer means the tool does not run and the model is told."""
    asked = []

    def confirm(name, arguments):
        asked.append((name, arguments))
        return False

    def never() -> str:
        raise AssertionError

    step = run([never], "never", "{}", confirm=confirm)
    assert step.failed
    assert "did not allow" in step.output
    assert asked == [("never", {})]
    assert run(
        [weather], "weather", '{"city": "R"}', confirm=lambda name, values: values["city"] == "R"
    ).output


def test_search_results_are_never_run():
    """The made-up call with search results is not a call, unless a tool of that name exists."""
    made_up = ToolCall("web_search_call", "web_search", '{"documents": []}')
    by_name = ToolCall("x", "venice_web_search_documents", "{}")
    mine = ToolCall("call_1", "web_search", "{}")
    assert Toolbox([weather]).wanted([made_up, by_name, mine]) == ()
    assert Toolbox([{"name": "web_search"}]).wanted([made_up, by_name, mine]) == (mine,)


RESULTS = [
    ("text stays", "text stays"),
    (None, "null"),
    ({"a": dt.date(2026, 1, 1)}, '{"a": "2026-01-01"}'),
    ([1, "é"], '[1, "é"]'),
    (Place("Rome"), '{"city": "Rome", "country": "IT"}'),
    (b"abc", "3 bytes of data"),
    (pd.DataFrame({"a": [1, 2]}), ",a\n0,1\n1,2\n"),
    (float("nan"), "null"),
    ("\ud800", "?"),
]


@pytest.mark.parametrize(("result", "text"), RESULTS, ids=[type(result).__name__ for result, _ in RESULTS])
def test_results_are_told_as_text(result, text):
    """Text as it is, tables as CSV, objects as JSON."""
    assert told(result) == text


def test_long_results_are_cut_and_say_so():
    """Neither a long text nor a long table floods the model."""
    assert told("x" * 30_000).endswith(f"[cut: the first {RESULT_CAP:,} of 30,000 characters]")
    assert told(pd.DataFrame({"a": range(5_000)})).endswith("[the first 100 of 5,000 rows]")


@given(st.text())
def test_no_argument_text_breaks_a_run(arguments):
    """Whatever text a model sends as arguments, there is a step with text for it."""
    step = run([weather], "weather", arguments)
    assert isinstance(step.output, str)
    step.output.encode()
