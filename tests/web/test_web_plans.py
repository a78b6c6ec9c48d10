"""`v.web` in both worlds: searches, pages one by one and side by side, files, and what goes wrong."""

import io

import httpx
import pandas as pd
import pytest

from tests import spec
from tests.office_files import pdf
from tests.studio.speaking import Booth, World
from venice_nb import errors
from venice_nb.results.web.page import Page, Pages
from venice_nb.sandbox import Fault, Sandbox

TIDES = "https://sea.test/tides"
PAGE = "https://news.example.org/port-selwyn-reopening"
GONE = "https://council.example.org/port-selwyn-accounts"


def answer(path, asked):
    if path == "/augment/search":
        rows = [{"title": "Tides", "url": TIDES, "content": "Twice <strong>a day</strong>.", "date": ""}]
        return httpx.Response(200, json={"query": asked["query"], "results": rows})
    if path == "/augment/text-parser":
        return httpx.Response(200, json={"text": "Twice a day.", "tokens": 4})
    if "gone" in asked["url"]:
        return httpx.Response(500, json={"error": "Failed to scrape URL"})
    if "closed" in asked["url"]:
        return httpx.Response(400, json={"error": "This site blocks automated access"})
    return httpx.Response(200, json={"url": asked["url"], "content": "# T\n\nText.", "format": "markdown"})


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def booth(world):
    made = Booth(answer)
    world.open(made)
    return made


# --- in both worlds ---------------------------------------------------------------------------


def test_a_search_is_one_request_and_becomes_last(world, booth):
    found = world.run(lambda v: v.web.search("tides", limit=3, provider="google"))
    assert booth.asked == [{"query": "tides", "limit": 3, "search_provider": "google"}]
    assert found.sources[0].content == "Twice a day."
    assert world.client.last is found
    assert world.client._session.cost.usd == 0.01


def test_the_apis_own_name_for_the_provider_leads_to_ours(world, booth):
    with pytest.raises(errors.InvalidInput, match="provider"):
        world.run(lambda v: v.web.search("tides", search_provider="google"))
    assert booth.asked == []


def test_a_page_is_a_page_and_several_are_a_table_in_their_order(world, booth):
    assert world.run(lambda v: v.web.scrape(TIDES)).title == "T"
    several = [f"https://sea.test/{n}" for n in range(3)]
    for given in (several, tuple(several), pd.Series(several), iter(several)):
        pages = world.run(lambda v, given=given: v.web.scrape(given))
        assert pages.urls == tuple(several)
        assert len(pages.pages) == 3
    assert world.client.last is pages


def test_what_a_search_found_can_be_read_as_it_is(world, booth):
    found = world.run(lambda v: v.web.search("tides"))
    assert isinstance(world.run(lambda v: v.web.scrape(found)), Pages)
    assert isinstance(world.run(lambda v: v.web.scrape(found.sources[0])), Page)
    assert world.run(lambda v: v.web.scrape(found.sources[:1])).urls == (TIDES,)
    assert [asked["url"] for asked in booth.asked[1:]] == [TIDES] * 3


def test_an_address_that_comes_twice_is_read_and_paid_once(world, booth):
    pages = world.run(lambda v: v.web.scrape([TIDES, TIDES, f" {TIDES} "]))
    assert len(booth.asked) == 1
    assert pages.cost.usd == 0.01


def test_of_several_a_page_that_fails_leaves_its_error_and_stops_nothing(world, booth):
    urls = [TIDES, "https://gone.test/", "https://closed.test/"]
    pages = world.run(lambda v: v.web.scrape(urls))
    assert [type(each) for each in pages.outcomes] == [Page, errors.ServerError, errors.BadRequest]
    assert pages.to_frame()["error"].astype(bool).tolist() == [False, True, True]
    assert pages.cost.usd == 0.01


def test_one_page_that_fails_raises_an_error_that_says_what_to_do(world, booth):
    with pytest.raises(errors.ServerError) as gone:
        world.run(lambda v: v.web.scrape("https://gone.test/"))
    assert "check the address" in gone.value.do
    assert gone.value.charged == "no"
    with pytest.raises(errors.BadRequest) as closed:
        world.run(lambda v: v.web.scrape("https://closed.test/"))
    assert "take another page" in closed.value.do


def test_a_page_that_is_not_reached_is_asked_for_twice_and_no_oftener(world):
    booth = Booth(answer)
    world.open(booth, max_retries=None)
    with pytest.raises(errors.ServerError):
        world.run(lambda v: v.web.scrape("https://gone.test/"))
    assert len(booth.asked) == 2


def test_a_lost_answer_is_not_asked_for_again(world):
    booth = Booth(lambda path, asked: httpx.ReadTimeout("late"))
    world.open(booth, max_retries=3)
    for act in (lambda v: v.web.search("x"), lambda v: v.web.scrape(TIDES), lambda v: v.web.parse(b"x")):
        with pytest.raises(errors.UnknownOutcome):
            world.run(act)
    assert len(booth.asked) == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "file:///etc/passwd",
        "https://user:secret@sea.test/",
        [TIDES, "http://10.0.0.1/"],
        pd.Series([TIDES, None]),
        [],
        ["https://sea.test/"] * 101,
        [[TIDES]],
        5,
        {"url": TIDES},
    ],
)
def test_nothing_is_sent_while_one_address_is_none_to_read(world, booth, url):
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.web.scrape(url))
    assert caught.value.field.startswith("url")
    assert "secret" not in str(caught.value)
    assert booth.asked == []


def test_the_bad_address_of_a_list_is_named_by_its_place(world, booth):
    with pytest.raises(errors.InvalidInput) as caught:
        world.run(lambda v: v.web.scrape([TIDES, "http://10.0.0.1/"]))
    assert caught.value.field == "url[1]"


def test_a_file_goes_as_a_form_the_official_file_accepts(world, booth):
    parsed = world.run(lambda v: v.web.parse(io.BytesIO(pdf("Twice a day."))))
    (asked,) = booth.asked
    assert spec.validate_request("POST", "/augment/text-parser", None, None, {"file": asked["file"]}) == []
    assert (asked["filename"], asked["type"]) == ("file.pdf", "application/pdf")
    assert (parsed.text, parsed.tokens, parsed.cost.usd) == ("Twice a day.", 4, 0.01)
    assert world.client.last is parsed


def test_what_would_stop_every_page_is_raised_and_not_put_in_rows(world):
    world.open(Booth(lambda path, asked: httpx.Response(401, json={"error": "Authentication failed"})))
    with pytest.raises(errors.BadKey):
        world.run(lambda v: v.web.scrape([TIDES, PAGE]))


def test_an_interruption_leaves_the_pages_that_came(world):
    def stop(path, asked):
        return KeyboardInterrupt() if asked["url"].endswith("/3") else answer(path, asked)

    world.open(Booth(stop))
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.web.scrape([f"https://sea.test/{n}" for n in range(5)], at_once=1))
    assert world.client.last.urls == tuple(f"https://sea.test/{n}" for n in range(3))


# --- against the sandbox ----------------------------------------------------------------------


def test_search_pages_and_files_work_against_the_sandbox_and_its_books_agree(world):
    box = Sandbox()
    world.sandbox(sandbox=box)
    found = world.run(lambda v: v.web.search("Port Selwyn funicular"))
    pages = world.run(lambda v: v.web.scrape(found))
    parsed = world.run(lambda v: v.web.parse(pdf("The boat leaves at nine.")))
    assert list(pages.errors) == [GONE]
    assert parsed.text == "The boat leaves at nine."
    spent = (found.cost + pages.cost + parsed.cost).usd
    assert spent == pytest.approx(sum(charge.usd for charge in box.books))
    assert world.client._session.cost.usd == pytest.approx(spent)
    assert world.client.spend.df["usd"].sum() == pytest.approx(spent)
    assert len(world.client.spend.df) == len(box.books), "what was not reached costs nothing, for certain"


def test_a_scan_is_refused_with_what_to_do_instead(world):
    world.sandbox()
    with pytest.raises(errors.BadRequest) as caught:
        world.run(lambda v: v.web.parse(pdf("")))
    assert "a scan has no text" in caught.value.do
    assert "images=" in caught.value.do


def test_an_overloaded_server_is_asked_again(world):
    box = Sandbox(faults=[Fault("/augment", status=429, headers={"Retry-After": "0"})], sleep=lambda _: None)
    world.sandbox(sandbox=box)
    assert world.run(lambda v: v.web.scrape(PAGE)).title.startswith("Port Selwyn")
    assert [asked.status for asked in box.requests] == [429, 200]


def test_the_web_loads_nothing_before_its_first_use():
    import subprocess
    import sys

    code = (
        "import sys, venice_nb as vn; v = vn.Venice.sandbox(); v.chat('What is 2 + 2?');"
        "print([name for name in sys.modules if name.startswith(('venice_nb.web', 'defusedxml', 'pypdf'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"
