"""The three routes of /augment: searches and scrapes of bundled pages, and files that are really read."""

import io
import re
import zipfile

import pytest

from tests.office_files import bomb, document, entities, pdf, slides, workbook
from venice_nb.sandbox import Fault
from venice_nb.sandbox.mind.office import UNPACKED
from venice_nb.sandbox.mind.web import pages

QUESTION = "How does the Port Selwyn funicular move?"
PAGE = "https://news.example.org/port-selwyn-reopening"
GONE = next(page["url"] for page in pages() if page.get("gone"))


def search(desk, query=QUESTION, **fields):
    return desk.post("/augment/search", {"query": query, **fields})


def scrape(desk, url=PAGE, **options):
    return desk.post("/augment/scrape", {"url": url}, **options)


def parse(desk, data, name="a.bin", **fields):
    return desk("POST", "/augment/text-parser", files={"file": (name, data)}, data=fields)


# --- search -----------------------------------------------------------------------------------


def test_a_search_finds_pages_on_its_words_best_first(desk):
    reply = search(desk).json()
    assert reply["query"] == QUESTION
    first = reply["results"][0]
    assert set(first) == {"title", "url", "content", "date"}
    assert first["url"] == "https://engineering.example.org/port-selwyn-funicular"
    assert "by the weight of water" in first["content"]


def test_words_of_the_query_stand_in_strong_tags(desk):
    assert "<strong>funicular</strong>" in search(desk, "funicular").json()["results"][0]["content"]


def test_what_a_page_says_in_angle_brackets_comes_as_entities(desk, monkeypatch):
    page = {
        "title": "A < B",
        "url": "https://a.example.org/",
        "date": "",
        "content": "Zorblax <b>is</b> here & there.",
    }
    monkeypatch.setattr("venice_nb.sandbox.mind.web.search_pages", lambda query, limit: [page])
    (found,) = search(desk, "zorblax").json()["results"]
    assert found["title"] == "A &lt; B"
    assert found["content"] == "<strong>Zorblax</strong> &lt;b&gt;is&lt;/b&gt; here &amp; there."


def test_a_search_without_a_hit_is_a_success_and_is_paid_for(desk):
    assert search(desk, "zorblax migration").json()["results"] == []
    assert desk.box.books[-1].usd == 0.01


@pytest.mark.parametrize(
    ("fields", "most"), [({}, 10), ({"search_provider": "google"}, 5), ({"limit": 2}, 2)]
)
def test_each_provider_gives_no_more_than_it_has_and_than_was_asked(desk, fields, most):
    everything = "city climate science python space cooking sports health funicular"
    found = search(desk, everything, **fields).json()["results"]
    assert len(found) <= most
    if "limit" in fields:
        assert len(search(desk, "funicular", **fields).json()["results"]) == most


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": "   "}, "query"),
        ({"query": "x" * 401}, "query"),
        ({"query": "x", "limit": 0}, "limit"),
        ({"query": "x", "limit": 21}, "limit"),
        ({"query": "x", "limit": "3"}, "limit"),
        ({"query": "x", "search_provider": "bing"}, "search_provider"),
    ],
)
def test_a_search_out_of_range_is_400_and_not_clamped(desk, body, where):
    reply = desk.post("/augment/search", body)
    assert reply.status_code == 400
    assert reply.json()["issues"][0]["path"] == [where]
    assert desk.box.books == []


def test_fields_nobody_knows_are_taken_as_the_routes_are_open(desk):
    assert search(desk, country="IT").status_code == 200
    assert desk.post("/augment/scrape", {"url": PAGE, "depth": 1}).status_code == 200


# --- scrape -----------------------------------------------------------------------------------


def test_a_bundled_page_comes_as_markdown(desk):
    reply = scrape(desk).json()
    assert (reply["url"], reply["format"]) == (PAGE, "markdown")
    assert reply["content"].startswith("# Port Selwyn: the funicular runs again\n\nThe funicular")


@pytest.mark.parametrize("url", [GONE, "https://nowhere.example.org/x", "http://8.8.8.8/"])
def test_a_page_that_cannot_be_reached_is_500_and_free(desk, url):
    reply = scrape(desk, url)
    assert reply.status_code == 500
    assert desk.box.books == []


def test_a_page_that_is_gone_is_still_found_by_a_search(desk):
    found = search(desk, "Port Selwyn council accounts").json()["results"]
    assert GONE in [each["url"] for each in found]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://x.com/venice", "blocks automated access"),
        ("https://www.reddit.com/r/venice", "blocks automated access"),
        ("https://mobile.twitter.com/a", "blocks automated access"),
        ("http://localhost:8888/tree", "private network"),
        ("http://router.local/", "private network"),
        ("http://127.0.0.1/", "private network"),
        ("http://10.0.0.1/", "private network"),
        ("http://169.254.169.254/latest/meta-data", "private network"),
        ("http://[::1]/", "private network"),
        ("http://[::ffff:10.0.0.1]/", "private network"),
        ("https://user:secret@news.example.org/", "credentials"),
        ("ftp://news.example.org/a", "http or https"),
        ("file:///etc/passwd", "http or https"),
        ("javascript:alert(1)", "http or https"),
        ("https://[::1/", "Invalid url"),
        ("news.example.org", "Invalid url"),
    ],
)
def test_an_address_that_is_none_to_read_is_400_and_free(desk, url, why):
    reply = scrape(desk, url)
    assert reply.status_code == 400
    assert why in reply.json()["issues"][0]["message"]
    assert desk.box.books == []


def test_a_site_that_only_ends_like_a_blocked_one_is_no_such_site(desk):
    assert scrape(desk, "https://netflix.com/a").status_code == 500


# --- text-parser ------------------------------------------------------------------------------

FILES = {
    "docx": (document("Tide report", ["The sea rises & falls.", "Twice a day."]), "The sea rises & falls."),
    "pptx": (slides([("Tides", "Twice a day."), ("Moon", "It pulls.")]), "## Moon\n\nIt pulls."),
    "xlsx": (
        workbook({"Levels": [["place", "cm"], ["Venice", 82], ["", 3.5]]}),
        "Levels\nplace\tcm\nVenice\t82",
    ),
    "pdf": (pdf("The sea rises twice a day."), "The sea rises twice a day."),
    "txt": ("Müller & Söhne".encode(), "Müller & Söhne"),
    "utf-16": ("Müller".encode("utf-16"), "Müller"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_read_by_its_content_whatever_its_name(desk, kind):
    data, part = FILES[kind]
    reply = parse(desk, data, "report.bin").json()
    assert part in reply["text"]
    assert reply["tokens"] == len(re.findall(r"\w+|[^\w\s]", reply["text"]))
    assert (desk.box.books[-1].sku, desk.box.books[-1].usd) == ("augment-text-parser", 0.01)


def test_text_alone_comes_as_plain_text(desk):
    reply = parse(desk, b"Only this.", response_format="text")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text == "Only this."


def test_slides_and_sheets_come_in_the_order_of_the_file_not_of_its_parts():
    from venice_nb.sandbox.mind.office import Office

    made = slides([("First", "1"), ("Second", "2")], order=[1, 0])
    assert Office(made).paragraphs() == ["## Second", "2", "## First", "1"]


def test_cells_keep_their_columns_and_kinds():
    from venice_nb.sandbox.mind.office import Office

    rows = '<row><c r="A1" t="s"><v>0</v></c><c r="D1" t="b"><v>1</v></c></row><row/>'
    rows += '<row><c r="B3" t="inlineStr"><is><t>in</t></is></c><c t="s"><v>9</v></c>'
    rows += "<c><f>1+1</f><v>2</v></c></row>"
    made = workbook({"S": []}, rows=rows, shared=["hé<rPh><t>no</t></rPh>"])
    assert Office(made).sheets() == [("S", [["hé", "", "", "TRUE"], ["", "in", "", "2"]])]


SCAN = pdf("")


@pytest.mark.parametrize("data", [SCAN, b"   \n", document("", [])], ids=["scan", "blank", "empty document"])
def test_a_file_without_text_is_400_that_says_so_and_free(desk, data):
    reply = parse(desk, data)
    assert reply.status_code == 400
    assert "No text could be extracted" in reply.json()["issues"][0]["message"]
    assert desk.box.books == []


def spoilt():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as made:
        made.writestr("word/document.xml", "<w:p xmlns:w='w'><w:r>")
    return box.getvalue()


ODD = {
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "zip": bomb("notes.txt", 10),
    "truncated": FILES["docx"][0][:200],
    "not xml": spoilt(),
    "zip bomb": bomb("word/document.xml", UNPACKED + 1),
    "entity bomb": entities(),
    "external entity": entities('<!ENTITY a SYSTEM "file:///etc/passwd">'),
    "sparse sheet": workbook({"S": []}, rows='<row><c r="XFD1"><v>1</v></c></row>' * 200),
    "broken pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_file_to_read_is_400_and_free(desk, name):
    reply = parse(desk, ODD[name])
    assert reply.status_code == 400, reply.text[:200]
    assert "root:" not in reply.text
    assert desk.box.books == []


def test_a_file_beyond_25_mb_is_413_and_none_at_all_is_400(desk):
    assert parse(desk, bytes(25 * 1024 * 1024 + 1)).status_code == 413
    assert desk("POST", "/augment/text-parser", files={"response_format": (None, "json")}).status_code == 400
    assert desk("POST", "/augment/text-parser", files={"file": (None, "text")}).status_code == 400
    assert parse(desk, b"x", response_format="srt").status_code == 400


# --- what all three share ---------------------------------------------------------------------

CALLS = {"search": search, "scrape": scrape, "text-parser": lambda desk: parse(desk, b"Hello.")}


@pytest.mark.parametrize("name", CALLS)
def test_each_success_costs_a_cent_and_tells_the_balance_before(make, name):
    desk = make(usd=5.0)
    reply = CALLS[name](desk)
    assert reply.status_code == 200
    assert reply.headers["x-venice-balance-usd"] == "5"
    assert [(charge.sku, charge.usd) for charge in desk.box.books] == [(f"augment-{name}", 0.01)]
    assert desk.box.state.usd == pytest.approx(4.99)


@pytest.mark.parametrize("name", CALLS)
def test_keys_and_money_stand_before_all_three(make, name):
    desk = make(usd=0.0)
    assert CALLS[name](desk).json()["code"] == "INSUFFICIENT_BALANCE"
    desk.key = "VENICE_INFERENCE_KEY_wrong"
    assert CALLS[name](desk).status_code == 401
    desk.key = ""
    assert CALLS[name](desk).json()["x402Version"] == 2
    rich = make()
    rich.key = rich.box.inference_key
    assert CALLS[name](rich).status_code == 200


@pytest.mark.parametrize("name", ["search", "scrape"])
def test_twenty_a_minute_of_each_of_search_and_scrape(desk, clock, name):
    replies = [CALLS[name](desk) for _ in range(21)]
    assert [reply.status_code for reply in replies] == [200] * 20 + [429]
    assert replies[0].headers["x-ratelimit-remaining-requests"] == "19"
    assert replies[-1].headers["x-ratelimit-type"] == "user"
    other = "scrape" if name == "search" else "search"
    assert CALLS[other](desk).status_code == 200
    clock.now += 61
    assert CALLS[name](desk).status_code == 200


@pytest.mark.parametrize("name", CALLS)
def test_faults_can_be_scripted_for_all_three(make, name):
    desk = make(faults=[Fault("/augment", status=503)])
    assert [CALLS[name](desk).status_code for _ in range(2)] == [503, 200]
