"""Passages keep their place: the span, the lines, the headings and the page they come from."""

import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import pdf

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.rag import splitting
from venice_nb.rag.reading import read
from venice_nb.rag.splitting import split
from venice_nb.results.rag.document import Document

TEXT = st.text(alphabet=st.sampled_from("ab .\n#-`|é😀\t[]"), min_size=1, max_size=400)


@settings(max_examples=60, deadline=None)
@given(TEXT, st.integers(16, 80), st.integers(0, 8), st.sampled_from(["markdown", "text"]))
def test_a_passage_is_the_text_at_its_span_and_no_larger_than_asked(said, size, overlap, kind):
    document = Document("a", kind, "a", said)
    passages = split([document], size=size, overlap=overlap)
    for each in passages:
        assert document.text[each.start : each.end] == each.text
        assert 0 < len(each.text) <= size
        lines = said.split("\n")
        first, last = each.lines
        assert 1 <= first <= last <= len(lines)
        assert "\n".join(lines[first - 1 : last]).find(each.text) >= 0


@settings(max_examples=60, deadline=None)
@given(TEXT, st.integers(16, 80))
def test_nothing_but_white_space_is_lost_between_passages(said, size):
    kept = set()
    for each in split([Document("a", "markdown", "a", said)], size=size):
        kept.update(range(each.start, each.end))
    assert all(said[place].isspace() for place in set(range(len(said))) - kept)


def test_an_overlap_repeats_the_end_of_the_passage_before():
    said = " ".join(f"word{number}." for number in range(60))
    passages = split([Document("a", "text", "a", said)], size=80, overlap=30).passages
    assert any(after.start < before.end for before, after in pairwise(passages))


def test_tokens_are_counted_without_any_download():
    said = "Hello there. " * 100
    document = Document("a", "text", "a", said)
    tokens = split([document], size=50, unit="tokens")
    assert 100 < max(len(each.text) for each in tokens) < 400
    assert tokens.unit == "tokens"


@pytest.mark.parametrize("unit", ["characters", "tokens"])
def test_a_line_without_end_is_cut_up_before_it_is_split_and_nothing_of_it_is_lost(unit):
    letters = "".join(chr(97 + n % 26) for n in range(70_000))
    said = f"# A\n\nfirst\n\n{letters}\n\n{'word ' * 9_000}\n\nlast"
    passages = split([read(said.encode(), "a.md", "markdown")], size=500, unit=unit)
    for each in passages:
        assert said[each.start : each.end] == each.text
    assert "".join("".join(each.text for each in passages).split()) == "".join(said.split())


def test_the_splitter_is_given_no_line_that_would_keep_it_for_hours(monkeypatch):
    longest = []

    class Splitter:
        def __init__(self, *_, **__):
            pass

        def chunk_indices(self, text):
            longest.append(max(map(len, text.split("\n"))))
            return []

    monkeypatch.setattr(splitting, "needed", lambda _: SimpleNamespace(MarkdownSplitter=Splitter))
    split([read(b"a\n" + b"x" * 10_000_000 + b"\nb", "a.md", "markdown")])
    assert max(longest) == splitting.WIDE


def test_headings_stand_above_a_passage_and_those_in_code_do_not_count():
    said = "# A\n\none\n\n## B ##\n\ntwo\n\n```\n# no heading\n```\n\n# C\n\nthree"
    document = read(said.encode(), "a.md", "markdown")
    assert document.headings(said.index("one")) == ("A",)
    assert document.headings(said.index("two")) == ("A", "B")
    assert document.headings(said.index("# no") + 3) == ("A", "B")
    assert document.headings(said.index("three")) == ("C",)
    assert document.headings(0) == ("A",)


def test_lines_under_words_make_a_heading_of_them_and_lines_alone_do_not():
    said = (
        "One\n===\n\nfirst\n\nTwo\n---\n\nsecond\n\n---\n\nthird\n\n- item\n---\n\nfourth\n\n"
        "a line\nand one more\n---\n\n```\nthis is no\n===\n```\n\nlast\n"
    )
    document = read(said.encode(), "a.md", "markdown")
    assert document.title == "One"
    assert document.headings(said.index("first")) == ("One",)
    assert document.headings(said.index("Two")) == ("One", "Two")
    for word in ("second", "third", "fourth", "last"):
        assert document.headings(said.index(word)) == ("One", "Two")


def test_the_front_matter_of_a_page_holds_no_heading():
    said = "---\ntitle: x\n# a comment\n---\n\n# Refunds\n\nin full"
    document = read(said.encode(), "a.md", "markdown")
    assert document.title == "Refunds"
    assert document.headings(said.index("a comment")) == ()
    assert document.headings(said.index("in full")) == ("Refunds",)
    assert read(b"---\n\n# After a rule\n\ntext", "a.md", "markdown").title == "After a rule"


def test_what_is_searched_names_the_headings_that_the_passage_itself_does_not():
    said = "# Refunds\n\n" + "Sentence one is here. " * 10 + "\n\n## Late\n\n" + "It is kept. " * 10
    passages = read(said.encode(), "a.md", "markdown")
    found = split([passages], size=150).passages
    assert found[0].indexed.count("Refunds") == 1
    assert all(each.indexed.startswith("Refunds") or each.text.startswith("# Refunds") for each in found)
    assert any(each.indexed.startswith("Refunds\n") and "## Late" in each.text for each in found)


def test_a_passage_of_a_pdf_knows_its_page():
    document = read(pdf("First page here", "Second page here"), "a.pdf", "pdf")
    passages = split([document], size=20)
    assert [(each.text, each.page) for each in passages] == [("First page here", 1), ("Second page here", 2)]
    assert passages[1].place == "a.pdf, page 2, line 3"


def test_passages_are_a_table_and_a_sequence(corpus):
    passages = corpus.split(60)
    frame = passages.to_frame()
    assert list(frame["text"]) == [each.text for each in passages]
    assert {"source", "first_line", "last_line", "page", "heading", "start", "end"} <= set(frame)
    assert passages[0].source == "refunds.md"
    told = passages._mimebundle()
    assert "at most 60 characters" in told["text/plain"]
    assert "at most 60 characters" in told["text/html"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"size": 3}, "size"),
        ({"size": "big"}, "size"),
        ({"size": 100, "overlap": 60}, "overlap"),
        ({"unit": "words"}, "unit"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(corpus, options, field):
    with pytest.raises(InvalidInput) as caught:
        corpus.split(**options)
    assert caught.value.field == field


def test_without_the_extra_the_error_says_what_to_install(corpus, monkeypatch):
    monkeypatch.setitem(sys.modules, "semantic_text_splitter", None)
    with pytest.raises(InvalidInput) as caught:
        corpus.split()
    assert caught.value.do == "pip install 'venice-nb[rag]'"


def test_metadata_columns_keep_out_of_the_way_of_ours():
    frame = __import__("pandas").DataFrame({"text": ["one"], "page": ["mine"], "year": [1999]})
    made = vn.Corpus.from_frame(frame).split().to_frame()
    assert made.loc[0, "page_"] == "mine"
    assert made.loc[0, "year"] == 1999
