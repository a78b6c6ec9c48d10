"""Searches, pages and files on the wire: checked before sending, read however the answer looks."""

import json

import pytest

from tests.office_files import document, pdf, slides, workbook
from venice_nb.calls.call import Received, Safety
from venice_nb.calls.web.augment import parse, scrape, search
from venice_nb.errors import UnreadableReply
from venice_nb.media import MAX_BYTES


def received(content, kind="application/json"):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Received(200, {"content-type": kind, "x-venice-balance-usd": "3.5"}, content, 0.5)


# --- what is sent -----------------------------------------------------------------------------


def test_a_search_says_how_many_and_with_whom_where_that_was_said(fits):
    assert fits(search("tides")).body == {"query": "tides", "limit": 10}
    assert fits(search("tides", limit=20, provider="google")).body == {
        "query": "tides",
        "limit": 20,
        "search_provider": "google",
    }
    assert search("tides", extra_body={"country": "IT", "x": None}).body["country"] == "IT"


@pytest.mark.parametrize(
    ("given", "field", "fix"),
    [
        ({"query": ""}, "query", None),
        ({"query": " \n"}, "query", None),
        ({"query": None}, "query", None),
        ({"query": b"tides"}, "query", "decode"),
        ({"query": "x" * 401}, "query", "Shorten it by 1"),
        ({"query": "\ud800"}, "query", None),
        ({"query": "x", "limit": 0}, "limit", None),
        ({"query": "x", "limit": 21}, "limit", None),
        ({"query": "x", "limit": 2.5}, "limit", None),
        ({"query": "x", "limit": True}, "limit", None),
        ({"query": "x", "provider": "bing"}, "provider", "brave"),
        ({"query": "x", "provider": "Google"}, "provider", "google"),
        ({"query": "x", "extra_body": ["a"]}, "extra_body", None),
    ],
)
def test_a_search_the_server_would_refuse_is_refused_here(refused, given, field, fix):
    refused(lambda: search(**given), field, fix)


def test_a_page_is_asked_for_by_its_public_address(fits):
    assert fits(scrape(" https://example.com/a?b=c#d ")).body == {"url": "https://example.com/a?b=c#d"}


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("", None),
        (None, None),
        ("example.com", "v.web.parse"),
        ("report.pdf", "v.web.parse"),
        ("file:///etc/passwd", "v.web.parse"),
        ("javascript:alert(1)", "v.web.parse"),
        ("data:text/html,hello", "v.web.parse"),
        ("ftp://example.com/a", "v.web.parse"),
        ("http://localhost:8888/tree", "v.web.parse"),
        ("http://127.0.0.1/", "v.web.parse"),
        ("http://2130706433/", "v.web.parse"),
        ("http://[::1]/", "v.web.parse"),
        ("http://192.168.1.1/admin", "v.web.parse"),
        ("http://169.254.169.254/latest/meta-data", "v.web.parse"),
        ("http://nas.local/", "v.web.parse"),
        ("https://user:secret@example.com/", "Remove the user name"),
        ("https://example.com/a b", "Percent-encode"),
        ("https://exämple.com/", "Percent-encode"),
        ("https://example.com/" + "x" * 8000, "Shorten"),
    ],
)
def test_an_address_that_is_no_public_one_is_refused_before_anything_is_sent(refused, url, fix):
    error = refused(lambda: scrape(url), "url", fix)
    assert "secret" not in str(error)


FILES = {
    ".pdf": pdf("Hello."),
    ".docx": document("Hello", ["there"]),
    ".pptx": slides([("Hello", "there")]),
    ".xlsx": workbook({"S": [["Hello"]]}),
    ".txt": b"Hello.",
}


@pytest.mark.parametrize("ending", FILES)
def test_a_file_is_named_and_typed_by_its_content(fits, tmp_path, ending):
    data = FILES[ending]
    (tmp_path / "report.bin").write_bytes(data)
    for given in (data, tmp_path / "report.bin", (tmp_path / "report.bin").open("rb")):
        name, sent, mime = fits(parse(given)).form["file"]
        assert sent == data
        assert name.endswith((ending, ".bin") if ending == ".txt" else ending)
        assert mime == "text/plain" if ending == ".txt" else mime.startswith("application/")
    given.close()


@pytest.mark.parametrize("name", ["a.csv", "a.md", "a.json", "a.py", "a.html"])
def test_every_kind_of_text_is_sent_as_plain_text_under_its_own_name(tmp_path, name):
    (tmp_path / name).write_text('{"a": 1}')
    sent, _, mime = parse(tmp_path / name).form["file"]
    assert (sent, mime) == (name, "text/plain")


@pytest.mark.parametrize(
    ("file", "fix"),
    [
        (b"", "no bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "images="),
        (b"\0\1\2\3" * 100, "text or PDF"),
        (b"PK\x05\x06" + bytes(18), "images="),
        ("https://example.com/paper.pdf", "v.web.scrape"),
        ("nowhere.pdf", ""),
        ("", ""),
        (None, ""),
        (bytes(MAX_BYTES + 1), "compress"),
    ],
)
def test_what_is_no_file_to_read_is_refused_before_anything_is_sent(refused, file, fix):
    refused(lambda: parse(file), "file", fix)


@pytest.mark.parametrize("call", [search("x"), scrape("https://example.com"), parse(b"x")])
def test_each_costs_a_cent_and_is_counted_by_itself(call):
    assert (call.price, call.paid, call.model) == (0.01, True, "")
    assert call.family in {"search", "scrape", "parse"}


def test_a_page_that_fails_is_asked_for_once_more_and_no_oftener():
    assert scrape("https://example.com").safety is Safety.MAKE


# --- what is read -----------------------------------------------------------------------------

ROW = {
    "title": "Tides &amp; moons",
    "url": "https://example.com/a",
    "content": "The <strong>tide</strong> is\n <b>high</b> when 1 &lt; 2 &amp; 3 > 2.",
    "date": "2024-05-01",
}


def test_results_are_free_of_tags_entities_and_line_breaks():
    found = search("tides").read(received({"query": "tides", "results": [ROW]}))
    (source,) = found.sources
    assert source.title == "Tides & moons"
    assert source.content == "The tide is high when 1 < 2 & 3 > 2."
    assert (source.url, source.date) == (ROW["url"], ROW["date"])
    assert (found.query, found.cost.usd, found.headers.balance.usd) == ("tides", 0.01, 3.5)
    assert found.raw["results"][0] == ROW


@pytest.mark.parametrize("row", [None, 5, {}, {"title": None}, []])
def test_a_row_that_holds_nothing_is_left_out(row):
    found = search("x").read(received({"results": [row, {**ROW, "date": None, "extra": 1}]}))
    assert [each.date for each in found] == [""]


def test_the_title_of_a_page_is_its_first_heading_without_links_and_marks():
    def title(content):
        return scrape("https://example.com").read(received({"content": content})).title

    assert title("intro\n\n# [The *sea*](https://a.test) `x` ##\n\ntext\n# Other") == "The sea x"
    assert title("## Second level") == "Second level"
    assert title("no heading\n#hashtag") == ""
    assert title("# " + " " * 9000 + "x") == "x"
    assert len(title("# " + "x" * 9000)) == 300
    assert title("x" * 20_000 + "\n# Late") == ""


def test_a_page_keeps_its_address_where_the_answer_has_none():
    page = scrape("https://example.com/a").read(received({"content": "Hi", "format": "markdown"}))
    assert (page.url, page.text, page.cost.usd) == ("https://example.com/a", "Hi", 0.01)
    moved = scrape("https://example.com/a").read(received({"content": "", "url": "https://b.test/"}))
    assert (moved.url, moved.text) == ("https://b.test/", "")


def test_the_text_of_a_file_is_read_from_json_or_plain_text():
    call = parse(b"Hello there.")
    parsed = call.read(received({"text": "Hello there.", "tokens": 3}))
    assert (parsed.text, parsed.tokens, parsed.size, parsed.mime) == ("Hello there.", 3, 12, "text/plain")
    assert call.read(received("déjà".encode(), "text/plain")).text == "déjà"
    assert call.read(received({"text": "x", "tokens": None})).tokens == 0


@pytest.mark.parametrize("call", [search("x"), scrape("https://example.com"), parse(b"x")])
@pytest.mark.parametrize("content", [{}, [], b"<html>", {"results": 5, "content": None, "text": 3}])
def test_an_answer_without_what_was_paid_for_keeps_its_bytes(call, content):
    with pytest.raises(UnreadableReply) as caught:
        call.read(received(content))
    assert caught.value.content == received(content).content
