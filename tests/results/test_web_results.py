"""Search results, pages and the text of files: displays that are short, safe and say what it cost."""

import copy
import json
import pickle

import pytest

from venice_nb.errors import InvalidInput, ServerError
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.talk.reply import Source
from venice_nb.results.web.page import Page, Pages
from venice_nb.results.web.parsed import ParsedFile
from venice_nb.results.web.search import SearchResults

CENT = Cost(0.01, "priced")
SANDBOX = Headers({"x-venice-sandbox": "true", "cf-ray": "abc"})
TIDES = Source("Tides", "https://sea.test/tides", "Twice a day.", "2024-05-01T08:00:00Z")


def found(*sources, **more):
    return SearchResults("tides", sources or (TIDES,), cost=CENT, headers=SANDBOX, **more)


def page(text="# Tides\n\nTwice a day.", url="https://sea.test/tides", title="Tides"):
    return Page(url, text, title, cost=CENT, headers=SANDBOX)


def text(thing):
    return thing._mimebundle()["text/plain"]


def html(thing):
    return thing._mimebundle()["text/html"]


# --- searches ---------------------------------------------------------------------------------


def test_results_are_a_table_and_a_sequence():
    results = found(TIDES, Source("Moon", "https://moon.test/"))
    assert list(results.to_frame().columns) == ["title", "url", "content", "date"]
    assert results.urls == ["https://sea.test/tides", "https://moon.test/"]
    assert [each.title for each in results] == ["Tides", "Moon"]
    assert len(results) == 2
    assert results["title"].tolist() == ["Tides", "Moon"]
    assert found().request_id == "abc"


def test_nothing_found_is_a_table_with_its_columns():
    empty = SearchResults("zorblax", (), cost=CENT)
    assert list(empty.to_frame().columns) == ["title", "url", "content", "date"]
    assert text(empty).startswith("0 results for “zorblax” · $0.01 priced")


def test_titles_are_links_that_show_their_host_and_text_says_the_same():
    shown = found()
    assert '<a href="https://sea.test/tides" rel="noopener noreferrer nofollow"' in html(shown)
    for part in ("Tides", "(sea.test)", "2024-05-01", "Twice a day.", "$0.01 priced", "SANDBOX"):
        assert part in text(shown)
        assert part in html(shown)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://a@evil.test/", "//evil.test"],
)
def test_an_address_that_is_none_is_no_link(url):
    shown = html(found(Source("Click me", url, "x")))
    assert "href" not in shown
    assert "Click me" in shown
    assert "evil.test" not in text(found(Source("Click me", url, "x")))


def test_a_result_without_a_title_is_named_by_its_address():
    assert "https://sea.test/tides" in text(found(Source("", "https://sea.test/tides")))


def test_a_long_snippet_is_cut_in_the_picture_and_whole_in_the_table():
    results = found(Source("T", "https://a.test/", "word " * 10_000))
    assert len(html(results)) < 10_000
    assert len(results.df["content"][0]) == 50_000


def test_saved_results_run_nothing_in_a_spreadsheet(tmp_path):
    path = found(Source('=HYPERLINK("https://evil.test")', "https://a.test/")).save(tmp_path / "found.csv")
    assert "\n\"'=HYPERLINK" in path.read_text("utf-8")
    assert json.loads(found().save(tmp_path / "found.json").read_text("utf-8"))[0]["title"] == "Tides"


# --- pages ------------------------------------------------------------------------------------


def test_a_page_shows_its_title_address_text_size_and_price():
    shown = page()
    for part in (
        "Tides",
        "https://sea.test/tides",
        "Twice a day.",
        "21 characters",
        "$0.01 priced",
        "SANDBOX",
    ):
        assert part in text(shown)
    assert "<p>Twice a day.</p>" in html(shown)
    assert str(shown) == shown.text
    assert repr(shown) == "<Page https://sea.test/tides: Tides>"


def test_a_huge_page_is_drawn_in_part_and_says_how_much_is_left():
    huge = page("# Sea\n\n" + "wave " * 1_000_000)
    assert len(html(huge)) < 20_000
    assert len(text(huge)) < 5_000
    assert "more characters not shown" in text(huge)
    assert "more characters not shown" in html(huge)
    assert len(huge.text) == 5_000_007


def test_pictures_of_a_page_are_not_loaded():
    shown = html(page("![pixel](https://evil.test/p.png?who=me)"))
    assert "<img" not in shown
    assert "image blocked: evil.test" in shown


def test_a_page_without_text_says_so():
    assert "The page gave no text." in text(page("  \n"))


def test_a_page_is_written_as_markdown_or_json(tmp_path):
    assert page().save(tmp_path / "a.md").read_text("utf-8") == "# Tides\n\nTwice a day.\n"
    assert json.loads(page().save(tmp_path / "a.json").read_text("utf-8"))["title"] == "Tides"
    with pytest.raises(InvalidInput):
        page().save(tmp_path / "a.pdf")


GONE = ServerError("the page could not be reached", status=500)
TABLE = Pages(("https://sea.test/tides", "https://gone.test/"), (page(), GONE))


def test_several_pages_are_a_table_in_which_a_failure_is_a_row():
    frame = TABLE.to_frame()
    assert list(frame.columns) == ["url", "title", "text", "characters", "cost", "error"]
    assert frame["characters"].tolist() == [21, 0]
    assert frame["cost"].tolist() == [0.01, 0.0]
    assert frame["error"].tolist() == ["", "the page could not be reached"]
    assert TABLE.cost.usd == 0.01
    assert [each.title for each in TABLE] == ["Tides"]
    assert TABLE.errors == {"https://gone.test/": GONE}
    assert page().to_frame()["url"].tolist() == ["https://sea.test/tides"]


def test_a_table_of_pages_says_what_failed_in_text_and_html():
    for shown in (text(TABLE), html(TABLE)):
        assert "1 page · $0.01 priced · 1 failed, .errors says why · SANDBOX" in shown
        assert "failed: the page could not be reached" in shown


def test_one_page_is_taken_by_address_or_place_and_a_failed_one_raises_its_error():
    assert TABLE.one("https://sea.test/tides") is TABLE.one(0)
    with pytest.raises(ServerError):
        TABLE.one(1)
    with pytest.raises(InvalidInput, match="not among the pages"):
        TABLE.one("https://other.test/")


# --- files ------------------------------------------------------------------------------------


def parsed(said="Page one.\nPage two.", **more):
    return ParsedFile(said, 6, "paper.pdf", "application/pdf", 1234, cost=CENT, headers=SANDBOX, **more)


def test_the_text_of_a_file_shows_its_name_size_and_price():
    for part in ("paper.pdf", "Page one.", "19 characters", "~6 tokens", "$0.01 priced", "SANDBOX"):
        assert part in text(parsed())
        assert part in html(parsed())
    assert repr(parsed()) == "<ParsedFile paper.pdf: Page one. Page two.>"
    assert parsed().to_frame()["tokens"].tolist() == [6]


def test_a_file_without_text_is_told_to_be_a_scan_with_what_to_do():
    for shown in (text(parsed(" ")), html(parsed(" "))):
        assert "probably a scan" in shown
        assert "v.chat(" in shown
    assert "scan" in repr(parsed(""))


def test_a_long_text_is_drawn_in_part():
    assert len(html(parsed("word " * 1_000_000))) < 20_000


def test_the_text_is_written_as_it_is(tmp_path):
    assert parsed().save(tmp_path / "a.txt").read_text("utf-8") == "Page one.\nPage two.\n"
    assert json.loads(parsed().save(tmp_path / "a.json").read_text("utf-8"))["mime"] == "application/pdf"


@pytest.mark.parametrize("thing", [found(), page(), TABLE, parsed()])
def test_results_survive_pickling_and_copying(thing):
    for again in (pickle.loads(pickle.dumps(thing)), copy.deepcopy(thing)):
        assert text(again) == text(thing)
