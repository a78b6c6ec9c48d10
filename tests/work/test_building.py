"""Data becomes objects, and objects become data again."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict

import numpy as np
import pandas as pd
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venice_nb.errors import InvalidInput
from venice_nb.shapes.building import build, fit, plain_data
from venice_nb.shapes.fitting import check
from venice_nb.shapes.schema import schema_of


class Tone(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


class Pair(NamedTuple):
    left: int
    right: str = "r"


@dataclass(frozen=True)
class Leaf:
    name: str
    size: int = 3
    tone: Tone = Tone.GOOD
    when: dt.date | None = None


@dataclass(frozen=True)
class Tree:
    leaf: Leaf
    leaves: list[Leaf]
    pair: Pair
    levels: frozenset[Level]
    by_year: dict[int, float]
    either: int | Leaf | str
    at: dt.datetime
    amount: decimal.Decimal
    key: uuid.UUID
    corner: tuple[int, bool]
    branches: list[Tree] = field(default_factory=list)


class Person(pydantic.BaseModel):
    name: str
    age: int = pydantic.Field(ge=0)
    born: dt.date | None = None
    tags: list[str] = []


GOOD = [
    (int, 3.0, 3),
    (int, "3", 3),
    (int, "-12", -12),
    (float, 3, 3.0),
    (float, "2.5", 2.5),
    (bool, "TRUE", True),
    (Tone, "good", Tone.GOOD),
    (Tone, "BAD", Tone.BAD),
    (Level, 2, Level.HIGH),
    (Literal["Yes", "No"], "yes", "Yes"),
    (dt.date, "2026-01-31", dt.date(2026, 1, 31)),
    (dt.date, "2026-01-31T10:00:00Z", dt.date(2026, 1, 31)),
    (dt.datetime, "2026-01-31T10:00:00Z", dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)),
    (decimal.Decimal, 0.1, decimal.Decimal("0.1")),
    (int | str, "5", "5"),
    (str | int, 5, 5),
    (float | int, 5, 5),
    (int | None, None, None),
    (Leaf | Movie, {"title": "Heat"}, {"title": "Heat"}),
    (Leaf, {"name": "a", "size": None}, Leaf("a")),
    (Leaf, {"name": "a", "extra": 1}, Leaf("a")),
    (Movie, {"title": "Heat", "year": None}, {"title": "Heat"}),
    (Pair, [1, "b"], Pair(1, "b")),
    (Pair, {"left": 1}, Pair(1)),
    (dict[int, bool], {"1": True}, {1: True}),
    (set[int], [1, 1, 2], {1, 2}),
    (tuple[int, ...], [1, 2], (1, 2)),
    (Any, {"x": [1]}, {"x": [1]}),
    (Person, {"name": "Ada", "age": 3, "tags": None}, Person(name="Ada", age=3)),
    (list[Person], [{"name": "Ada", "age": "3"}], [Person(name="Ada", age=3)]),
]


@pytest.mark.parametrize(("kind", "data", "value"), GOOD, ids=[f"{kind}-{data}" for kind, data, _ in GOOD])
def test_data_is_fitted(kind, data, value):
    """Data that means a value becomes that value, of the right type."""
    made = build(kind, data)
    assert made == value
    assert type(made) is type(value)


BAD = [
    (int, 3.5, "", "a whole number"),
    (int, True, "", "a whole number"),
    (int, None, "", "a whole number"),
    (float, "nan", "", "a number"),
    (float, 10**400, "", "too large"),
    (bool, 1, "", "true or false"),
    (str, 5, "", "text"),
    (Tone, "fine", "", "good"),
    (Literal[1], True, "", "one of 1"),
    (dt.date, "tomorrow", "", "a date"),
    (uuid.UUID, "x", "", "a UUID"),
    (list[int], "abc", "", "a list"),
    (list[int], [1, "x"], "[1]", "a whole number"),
    (tuple[int, int], [1], "", "a list of 2"),
    (dict[str, int], {"a": "x"}, "a", "a whole number"),
    (dict[int, int], {"a": 1}, 'key "a"', "a whole number"),
    (Leaf, {}, "name", "is missing"),
    (Leaf, [1], "", "an object with name"),
    (list[Leaf], [{"name": "a"}, {"name": "b", "size": "big"}], "[1].size", "a whole number"),
    (set[list[int]], [[1]], "", "set"),
    (int | Leaf, {"name": 5}, "name", "text"),
    (Annotated[int, {"maximum": 5}], 6, "", "at most 5"),
    (Annotated[str, {"pattern": "^a"}], "b", "", "match"),
    (Person, {"name": "Ada", "age": -1}, "age", "greater than"),
    (dict[str, Person], {"a": {"name": "Ada", "age": "x"}}, "a.age", "integer"),
]


@pytest.mark.parametrize(("kind", "data", "path", "said"), BAD, ids=[f"{b[0]}-{str(b[1])[:20]}" for b in BAD])
def test_what_does_not_fit_is_told_with_its_path(kind, data, path, said):
    """Each problem names where it is and what was expected."""
    with pytest.raises(InvalidInput) as raised:
        build(kind, data)
    assert path in raised.value.issues[0].path
    assert said in raised.value.issues[0].message


def test_every_problem_is_told_at_once():
    """One attempt tells all that is wrong, so one repair can mend it."""
    _, problems = fit(Leaf, {"size": "x", "tone": "y"})
    assert [problem.path for problem in problems] == ["name", "size", "tone"]


def test_what_a_class_itself_objects_to_is_a_problem():
    """A __post_init__ that raises is reported like anything else."""

    @dataclass
    class Even:
        n: int

        def __post_init__(self):
            if self.n % 2:
                raise ValueError("odd")

    assert build(Even, {"n": 2}).n == 2
    with pytest.raises(InvalidInput, match="ValueError: odd"):
        build(Even, {"n": 3})


def test_a_limit_in_the_metadata_of_a_field_holds():
    """field(metadata={"minimum": 1}) is checked."""

    @dataclass
    class Stars:
        n: int = field(metadata={"minimum": 1, "maximum": 5})

    with pytest.raises(InvalidInput, match="at most 5"):
        build(Stars, {"n": 9})


texts = st.text(max_size=5)
leaves = st.builds(
    Leaf, texts, st.integers(), st.sampled_from(Tone), st.none() | st.dates(dt.date(1000, 1, 1))
)
trees = st.deferred(
    lambda: st.builds(
        Tree,
        leaves,
        st.lists(leaves, max_size=2),
        st.builds(Pair, st.integers(), texts),
        st.frozensets(st.sampled_from(Level)),
        st.dictionaries(st.integers(), st.floats(allow_nan=False, allow_infinity=False), max_size=2),
        st.integers() | leaves | texts,
        st.datetimes(dt.datetime(1000, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001  its zone follows
        st.decimals(allow_nan=False, allow_infinity=False, places=2),
        st.uuids(),
        st.tuples(st.integers(), st.booleans()),
        st.lists(trees, max_size=1),
    )
)


@given(trees)
def test_there_and_back_again(tree):
    """An object written as JSON fits its own schema and is built again, equal."""
    data = json.loads(json.dumps(plain_data(tree)))
    assert check(schema_of(Tree), data) == []
    assert build(Tree, data) == tree


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(
    json_values,
    st.sampled_from([Tree, Leaf, Person, Movie, int | Leaf, list[Pair], dict[int, Leaf], Tone, bool]),
)
def test_any_json_fits_or_is_refused_with_reasons(data, kind):
    """Whatever a model sends, building gives a value or problems, never another exception."""
    value, problems = fit(kind, data)
    assert problems or value is not NotImplemented


PLAIN = [
    (np.float64(1.5), 1.5),
    (np.int64(3), 3),
    (np.arange(3), [0, 1, 2]),
    (float("nan"), None),
    (np.float64("inf"), None),
    (Tone.BAD, "bad"),
    (Level.LOW, 1),
    ({Tone.GOOD: {1}}, {"good": [1]}),
    (Person(name="Ada", age=3), {"name": "Ada", "age": 3, "born": None, "tags": []}),
    (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-01-01T00:00:00+00:00"),
    (pd.Timestamp("2026-01-01"), "2026-01-01T00:00:00"),
    (pd.Series([1, 2], index=["a", "b"]), {"a": 1, "b": 2}),
]


@pytest.mark.parametrize(("value", "data"), PLAIN, ids=[type(value).__name__ for value, _ in PLAIN])
def test_values_have_a_plain_form(value, data):
    """NumPy, pandas, enums and dates become what JSON can hold."""
    assert plain_data(value) == data
    json.dumps(plain_data(value), allow_nan=False)


def test_an_object_without_a_json_form_becomes_its_text():
    """The last resort is str()."""

    class Odd:
        def __str__(self):
            return "odd one"

    assert plain_data({"x": Odd()}) == {"x": "odd one"}
