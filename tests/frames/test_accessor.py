"""What `df.venice` is: whose client it uses, what it says of itself, what Tab and `?` show."""

import asyncio
import inspect
import subprocess
import sys

import pandas as pd
import pytest

import venice_nb as vn
from tests.frames.tables import Server
from venice_nb import venice
from venice_nb.accessor import FrameAccessor, SeriesAccessor

FRAME = pd.DataFrame({"text": ["I love it!", "Terrible."]})
VERBS = ["cluster_label", "dedup", "embed", "extract", "filter", "map", "search"]


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.setattr(venice, "_made", [])


def test_the_client_that_was_made_last_is_used():
    first, last = vn.Venice.sandbox(), vn.Venice.sandbox()
    FRAME.venice.map("Label the tone of: {text}")
    assert (first._session.calls, last._session.calls) == (0, 2)


def test_another_client_can_be_picked():
    first, last = vn.Venice.sandbox(), vn.Venice.sandbox()
    FRAME.venice.using(first).map("Label the tone of: {text}")
    assert (first._session.calls, last._session.calls) == (2, 0)


def test_without_a_client_one_is_made_and_it_is_said_which(caplog):
    FRAME.venice.map("Label the tone of: {text}")
    assert venice.latest().sandboxed
    assert "<Venice SANDBOX" in caplog.text
    caplog.clear()
    FRAME.venice.map("Label the mood of: {text}")
    assert caplog.text == ""


def test_an_async_client_gives_what_can_be_awaited():
    a = vn.AsyncVenice.sandbox()
    waiting = FRAME.venice.map("Label the tone of: {text}")
    assert inspect.isawaitable(waiting)

    async def main():
        return await waiting

    assert asyncio.run(main())["answer"].tolist() == ["positive", "negative"]
    assert FRAME.venice._client() is a


@pytest.mark.parametrize("client", [None, "v", vn, vn.Venice])
def test_what_is_no_client_is_refused(client):
    with pytest.raises(vn.InvalidInput, match="client"):
        FRAME.venice.using(client)


def test_it_says_what_it_offers_in_words_and_in_html():
    vn.Venice.sandbox()
    said, bundle = repr(FRAME.venice), FRAME.venice._mimebundle()
    assert said.startswith("df.venice with <Venice SANDBOX")
    for verb in [*VERBS, "using"]:
        assert f".{verb}: " in said
        assert f"<code>.{verb}</code>" in bundle["text/html"]
    assert bundle["text/plain"] == said
    assert "<code>df.venice.cluster_label(&quot;text&quot;, 8)</code>" in bundle["text/html"]
    assert "`" not in bundle["text/html"]
    assert repr(FRAME["text"].venice).startswith("series.venice with ")


def test_looking_at_it_makes_no_client():
    assert "vn.connect(), when it is first needed" in repr(FRAME.venice)
    assert venice.latest() is None


def test_tab_shows_the_verbs():
    assert [name for name in dir(FRAME.venice) if not name.startswith("_")] == sorted([*VERBS, "using"])
    assert "venice" in dir(FRAME)
    assert "venice" in dir(FRAME["text"])


def test_tab_in_a_notebook_shows_the_verbs():
    code = (
        "import pandas as pd, venice_nb\n"
        "from IPython.core.completer import provisionalcompleter\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell()\nshell.user_ns['df'] = pd.DataFrame({'text': ['a']})\n"
        "with provisionalcompleter():\n"
        "    print([each.text for each in shell.Completer.completions('df.venice.', 10)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize("kind", [FrameAccessor, SeriesAccessor])
@pytest.mark.parametrize("verb", VERBS)
def test_a_question_mark_shows_what_the_user_gives_and_an_example(kind, verb):
    method = getattr(kind, verb)
    names = list(inspect.signature(method).parameters)
    assert names[0] == "self"
    assert not {"session", "frame"} & set(names)
    assert ">>>" in inspect.getdoc(method)
    assert "API reference" in inspect.getdoc(method)
    assert method.__name__ == verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_is_documented(verb):
    method = getattr(FrameAccessor, verb)
    told = inspect.getdoc(method)
    for name in list(inspect.signature(method).parameters)[1:]:
        assert f"\n    {name}: " in told, name


def test_a_missing_argument_is_a_type_error_and_a_misspelt_one_is_refused():
    vn.Venice.sandbox()
    with pytest.raises(TypeError, match="template"):
        FRAME.venice.map()
    with pytest.raises(vn.InvalidInput, match="threshold"):
        FRAME.venice.dedup("text", treshold=0.9)


@pytest.mark.parametrize(
    ("name", "hole"), [("text", "text"), (None, "text"), (7, "text"), ("full name", "full name")]
)
def test_a_column_has_the_same_verbs_and_goes_by_its_name(world, name, hole):
    series = pd.Series(["a", "b"], index=[3, 3], name=name)
    server = Server()
    table = world.open(server).run(lambda v: series.venice.using(v).map(f"Label {{{hole}}}", into="tone"))
    assert table["tone"].tolist() == ["A", "B"]
    assert table.columns.tolist() == [hole, "tone", "tone_error"]
    assert table.index.tolist() == [3, 3]
    assert series.name == name


def test_a_column_can_be_extracted_embedded_searched_and_filtered():
    vn.Venice.sandbox()
    series = pd.Series(["The parcel came late in 1999.", "A lovely mug of 2004."], name="text")
    assert series.venice.extract({"year": int})["year"].tolist() == [1999, 2004]
    assert series.venice.embed().shape == (2, 1024)
    assert series.venice.search("mug", k=1).index.tolist() == [1]
    assert len(series.venice.dedup()) == 2
    assert series.venice.filter("It is about a mug: {text}").index.tolist() == [1]
    assert series.venice.cluster_label(2)["cluster_id"].nunique() == 2


GIVEN = {
    "cluster_label": ["text", 2],
    "dedup": ["text"],
    "embed": ["{text} {n}"],
    "extract": ["text", {"tone": str}],
    "filter": ["It is good: {text}"],
    "map": ["Label the tone of: {text}"],
    "search": ["text", "love"],
}


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_changes_the_table_or_loses_the_levels_of_its_index(world, verb, dry_run):
    index = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["shop", "week"])
    columns = {"text": ["I love it!", "Terrible.", None, "Fine."], "n": pd.array([1, None, 3, 4], "Int64")}
    frame = pd.DataFrame({**columns, "kind": pd.Categorical(list("xyxy"))}, index=index)
    before = frame.copy(deep=True)
    found = world.sandbox().run(lambda v: getattr(frame.venice.using(v), verb)(*GIVEN[verb], dry_run=dry_run))
    if not dry_run:
        table = found.metadata if verb == "embed" else found
        assert table.index.names == ["shop", "week"]
        assert table["kind"].dtype == "category"
        table.iloc[:, 0] = None
    pd.testing.assert_frame_equal(frame, before)


def test_a_column_called_venice_is_still_a_column():
    frame = pd.DataFrame({"venice": [1]})
    assert isinstance(frame.venice, FrameAccessor)
    assert frame["venice"].tolist() == [1]


def test_hostile_names_are_inert():
    series = pd.Series(["a"], name="<script>alert(1)</script>")
    assert "<script>" not in series.venice._mimebundle()["text/html"]
