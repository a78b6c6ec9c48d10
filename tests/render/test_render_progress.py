"""One bar for many calls: silent where nobody watches, and honest about cost and failures."""

import io

import pytest
from tqdm import std

from venice_nb.render import progress
from venice_nb.render.progress import Bar


@pytest.fixture
def written(monkeypatch):
    out = io.StringIO()

    def bar(**options):
        return std.tqdm(file=out, mininterval=0, ncols=120, **options)

    monkeypatch.setattr("tqdm.auto.tqdm", bar)
    return out


def test_a_script_and_a_saved_notebook_see_no_bar(written, monkeypatch):
    with Bar(2, desc="x", unit="y") as bar:
        bar.move(1, usd=0.5)
    monkeypatch.setattr(progress, "environment", lambda: "notebook")
    monkeypatch.setenv("VENICE_STATIC", "1")
    Bar(2, desc="x", unit="y").close()
    assert written.getvalue() == ""


def test_a_notebook_sees_one_unless_it_is_not_wanted(written, monkeypatch):
    monkeypatch.setattr(progress, "environment", lambda: "notebook")
    Bar(2, desc="x", unit="y", shown=False).close()
    assert written.getvalue() == ""
    Bar(2, desc="x", unit="y").close()
    assert "0/2" in written.getvalue()


def test_a_bar_tells_how_many_what_they_cost_and_how_many_failed(written):
    with Bar(10, desc="texts", unit="text", shown=True, done=3) as bar:
        bar.move(2, usd=0.01)
        bar.move(4, usd=0.02, failed=1)
    last = written.getvalue().split("\r")[-1]
    assert "9/10" in last
    assert "cost=$0.03, failed=1" in last


def test_without_a_cost_none_is_told(written):
    with Bar(None, desc="texts", unit="text", shown=True) as bar:
        bar.move(5)
    assert "cost" not in written.getvalue()
