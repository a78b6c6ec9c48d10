"""The bundled pages and answers with citations."""

import re
from urllib.parse import urlsplit

import pytest
from asking import think

from venice_nb.sandbox import mind
from venice_nb.sandbox.mind.web import pages

SEARCH = {"enable_web_search": "on", "enable_web_citations": True}


def test_every_page_has_a_title_an_example_address_a_date_and_a_text():
    fields = ["title", "url", "date", "content"]
    assert len(pages()) >= 40
    for page in pages():
        assert list(page) in (fields, [*fields, "gone"])
        assert urlsplit(page["url"]).hostname.endswith(".example.org")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", page["date"])
        assert 100 <= len(page["content"].split()) <= 250


def test_every_page_is_found_by_its_title_and_read_at_its_address():
    for page in pages():
        assert page["url"] in [p["url"] for p in mind.search_pages(page["title"], 3)]
        assert mind.read_page(page["url"] + "/?a=1#b") == (None if page.get("gone") else page)


def test_a_search_on_nothing_known_finds_nothing():
    assert mind.search_pages("zorblax migration", 5) == []
    assert mind.read_page("https://example.org/zorblax") is None


def test_a_search_gives_no_more_than_asked_for():
    assert len(mind.search_pages("energy climate city", 2)) <= 2


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Who won the World Cup 2022?", "Argentina"),
        ("When was the first exoplanet found?", "1995"),
        ("How many people live in Tokyo?", "37 million"),
        ("How much have batteries fallen in price?", "ninety percent"),
    ],
)
def test_a_question_is_answered_from_a_page_with_a_mark_that_points_at_it(question, part):
    thought = think(question, settings=SEARCH)
    assert part in thought.content
    marks = [int(n) for m in re.findall(r"\^([\d,]+)\^", thought.content) for n in m.split(",")]
    assert marks
    assert all(1 <= n <= len(thought.citations) for n in marks)
    assert thought.searches == 1
    assert set(thought.citations[0]) == {"title", "url", "content", "date"}


def test_without_citations_there_are_sources_but_no_marks():
    thought = think("Who won the World Cup 2022?", settings={"enable_web_search": "on"})
    assert "^" not in thought.content
    assert thought.citations


@pytest.mark.parametrize("said", ["hi", "What is 2+2?", "Summarise: tea is nice.", "What is my name?"])
def test_auto_searches_only_for_questions_about_the_world(said):
    assert think(said, settings={"enable_web_search": "auto"}).searches == 0
    assert think("Latest news on fusion?", settings={"enable_web_search": "auto"}).searches == 1


def test_addresses_in_the_message_are_read_and_others_said_to_be_unreachable():
    thought = think(
        "Summarise https://news.example.org/fusion-record and https://foo.example/x",
        settings={"enable_web_scraping": True},
    )
    assert thought.scrapes == 1
    assert thought.searches == 0
    assert "National Ignition Facility" in thought.content
    assert "https://foo.example/x is not reachable" in thought.content


def test_results_can_come_as_documents():
    found = think(
        "News on fusion?", settings={**SEARCH, "return_search_results_as_documents": True}
    ).documents
    assert set(found[0]) == {"id", "title", "url", "snippet", "published_at"}


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Which year was the warmest on record?", "2024"),
        ("How does CRISPR work?", "guides the protein Cas9"),
        ("How do mRNA vaccines work?", "make a protein of the germ"),
        ("Why does sea level rise?", "Water expands as it warms"),
    ],
)
def test_the_question_word_decides_which_sentence_answers(question, part):
    """A year is named, a working explained and a reason given, rather than the page's opening repeated."""
    assert part in think(question, settings={"enable_web_search": "on"}).content


@pytest.mark.parametrize("question", ["Why do corals bleach?", "When did Artemis I fly?"])
def test_no_answer_begins_with_a_pronoun_whose_sentence_was_cut(question):
    """A sentence that leans on the one before it comes with that one."""
    said = think(question, settings={"enable_web_search": "on"}).content
    assert not re.match(r"(?:This|These|It|Its|They|Their|He|She)\b", said)
