"""The card of a matrix says the same as text and as HTML, and shows nobody's markup."""

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from rows import matrix

from venice_nb.results.headers import Headers
from venice_nb.results.matrix import view
from venice_nb.results.matrix.matrix import EmbeddingMatrix, RowError
from venice_nb.results.money import Cost


def test_the_card_says_what_the_matrix_is_in_both_forms():
    shown = matrix()._mimebundle()
    assert shown["text/plain"].split("\n") == [
        "200 rows of 16 numbers, float32",
        "  model: m, 2026-05-01",
        "  memory: 13 KB",
        "  length of rows: 2.506 to 4.023, 3.191 on average",
        "  left out: 1 row: 1 blank; E.errors has them",
        "  tokens: 500",
        "  cost: $0.01 priced",
        "  time: 2.0 s",
        "  map: 200 rows on two principal axes, 60% of their variance",
    ]
    for line in shown["text/plain"].split("\n"):
        for part in line.strip().split(": ", 1):
            assert part in shown["text/html"]
    assert repr(matrix()) == "<EmbeddingMatrix 200 x 16 float32, m>"


def picture(E):
    source = re.search(r'src="data:image/png;base64,([^"]+)"', E._mimebundle()["text/html"])
    return base64.b64decode(source[1])


def test_the_map_is_small_clear_around_its_points_and_the_same_each_time():
    png = picture(matrix())
    assert len(png) < 8000
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    assert image.size == (view.WIDTH, view.HEIGHT)
    ink = np.asarray(image)[..., 3] > 0
    assert 0.005 < ink.mean() < 0.2
    assert not ink[0].any()
    assert picture(matrix()) == png


def test_of_a_large_matrix_some_rows_are_on_the_map_and_the_card_says_so(monkeypatch):
    monkeypatch.setattr(view, "SAMPLE", 50)
    monkeypatch.setattr(view, "READ", 1000)
    told = matrix()._mimebundle()["text/plain"]
    assert "map: 50 of 200 rows on two principal axes" in told
    assert "on average, of 50 rows" in told


def test_what_is_not_known_is_left_out():
    told = EmbeddingMatrix(np.eye(3))._mimebundle()["text/plain"]
    assert told.split("\n") == [
        "3 rows of 3 numbers, float32",
        "  model: unknown",
        "  memory: 36 B",
        "  length of rows: 1.000",
        "  map: 3 rows on two principal axes, 100% of their variance",
    ]


def test_in_static_mode_nothing_depends_on_the_day_or_the_clock(monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    told = matrix()._mimebundle()["text/plain"]
    assert "2026" not in told
    assert "time" not in told


def test_rows_without_direction_are_counted():
    array = matrix().array.copy()
    array[3:5], array[9] = 0, np.inf
    assert (
        "without direction: 2 rows of zeros and 1 row of NaN or infinity"
        in EmbeddingMatrix(array)._mimebundle()["text/plain"]
    )


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (2, 2), (5, 1)])
def test_a_matrix_too_small_for_a_map_has_a_card(shape):
    shown = EmbeddingMatrix(np.ones(shape))._mimebundle()
    assert "map" not in shown["text/plain"]
    assert "<img" not in shown["text/html"]


def test_the_sandbox_says_that_it_made_the_vectors():
    E = replace(matrix(), headers=Headers({"x-venice-sandbox": "1"}))
    assert ("SANDBOX" in E._mimebundle()["text/plain"]) == E.headers.sandbox


def test_hostile_names_and_reasons_are_escaped_and_clipped():
    hostile = "<img src=x onerror=alert(1)>\x1b[2J\u202e" + "x" * 5000
    E = matrix(
        model=hostile,
        created=hostile,
        cost=Cost(),
        errors=[RowError(hostile, row, f"{row}{hostile}") for row in range(30)],
    )
    for form, told in E._mimebundle().items():
        assert not {"\x1b", "\u202e"} & set(told), form
        assert "<img src=x" not in told or form == "text/plain"
    assert len(E._mimebundle()["text/plain"]) < 1500
    assert len(repr(E)) < 200
