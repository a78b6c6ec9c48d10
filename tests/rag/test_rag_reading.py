"""Documents from files that strangers wrote: read within limits, or listed with the reason."""

import os
import zipfile

import pandas as pd
import pytest
from making import pdf, word

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.rag import reading
from venice_nb.rag.reading import Unreadable, decoded, read


def refused(content, kind="text", **options):
    with pytest.raises(Unreadable) as caught:
        read(content, "file", kind, **options)
    return str(caught.value)


def test_a_document_is_called_by_its_first_heading_else_by_its_name():
    assert read(b"intro\n\n# The title #\n", "a/b.md", "markdown").title == "The title"
    assert read(b"```\n# a comment\n```\n\n# The title", "a.md", "markdown").title == "The title"
    assert read(b"# not a heading of plain text", "a/b.txt", "text").title == "b.txt"


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("città".encode(), ""),
        (b"\xef\xbb\xbfcitt\xc3\xa0", ""),
        ("città".encode("utf-16"), ""),
        ("città".encode("utf-32"), ""),
        ("città".encode("cp1252"), "read as cp1252, as it is not UTF-8"),
    ],
)
def test_the_encoding_is_found_and_a_guess_is_noted(content, note):
    assert decoded(content) == ("città", note)


def test_an_encoding_that_is_given_is_the_only_one_tried():
    assert decoded("жар".encode("cp1251"), "cp1251") == ("жар", "")
    assert refused(b"\xff\xff", encoding="utf-8") == "not text in utf-8"
    assert refused(b"a", encoding="no-such-code") == "not text in no-such-code"


def test_a_web_page_may_say_its_encoding():
    page = '<meta charset="cp1251"><p>жар</p>'.encode("cp1251")
    made = read(page, "a.html", "html")
    assert made.text.strip() == "жар"
    assert made.note == "read as cp1251, as it is not UTF-8"


def test_a_web_page_that_names_a_codec_that_is_none_for_text_is_read_all_the_same():
    assert "caf" in read(b'<meta charset="base64"><p>caf\xe9</p>', "a.html", "html").text


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"MZ\x00\x01" * 50, b"a\x00b"])
def test_what_is_no_text_is_said_to_be_none(content):
    assert refused(content) == "not text: it holds binary data"


def test_line_ends_are_made_one_kind_and_half_characters_whole():
    assert read(b"a\r\nb\rc\fd", "a", "text").text == "a\nb\nc\nd"
    assert reading.tidy("a\ud800b") == "a\ufffdb"


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty file"), (b" \n\t", "no text")])
def test_a_file_without_text_is_not_a_document(content, reason):
    assert refused(content) == reason


def test_web_pages_keep_headings_lists_and_tables_and_lose_scripts_addresses_and_what_is_hidden():
    page = (
        b"<title>T &amp; Co</title><style>p{}</style><script>alert(1)</script><h2>Fares</h2>"
        b'<p>See <a href="https://evil.example/?q=secret">here</a></p><ul><li>one<li>two</ul>'
        b'<img src="https://evil.example/pixel.png" alt="x"><p hidden>unseen</p>'
    )
    made = read(page, "page.html", "html")
    assert made.text.split() == ["##", "Fares", "See", "here", "-", "one", "-", "two"]
    assert made.title == "Fares"
    assert read(b"<title>T &amp; Co</title><p>text", "page.html", "html").title == "T & Co"


@pytest.mark.parametrize("hostile", ["<div>" * 60_000 + "deep", "<!--" * 100_000, "<table>" * 20_000])
def test_a_hostile_web_page_is_read_or_listed_but_never_raises(hostile):
    try:
        made = read(hostile.encode(), "page.html", "html")
    except Unreadable:
        return
    assert made.kind == "html"


def test_a_pdf_knows_its_pages():
    made = read(pdf("High water at noon", "Dogs are welcome"), "guide.pdf", "pdf")
    assert made.text[made.pages[1] :].strip() == "Dogs are welcome"
    assert made.page(made.text.index("noon")) == 1
    assert made.page(made.text.index("Dogs")) == 2


def test_a_scanned_pdf_says_so_and_one_with_some_blank_pages_is_noted():
    reason = refused(pdf("", ""), "pdf")
    assert "2 pages without text" in reason
    assert "scan" in reason
    assert read(pdf("Text", ""), "a.pdf", "pdf").note == "1 of 2 pages hold no text"


def test_a_word_file_keeps_headings_lists_and_tables():
    made = read(word(), "a.docx", "docx")
    assert made.title == "Refunds"
    assert made.headings(made.text.index("Not after")) == ("Refunds", "Late")
    assert "- Not after noon" in made.text
    assert r"| 24 | half\|all |" in made.text


@pytest.mark.parametrize("kind", ["pdf", "docx"])
@pytest.mark.parametrize("content", [b"garbage", b"%PDF-1.4\nbroken", b"PK\x03\x04broken", b"\x00" * 100])
def test_a_broken_file_gives_a_reason(kind, content):
    assert refused(content, kind)


def test_a_word_file_that_unpacks_to_more_than_it_may_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_UNPACKED", 1_000)
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("word/document.xml", b"0" * 100_000)
    assert "unpacks to 100,000 bytes" in refused(path.read_bytes(), "docx")


def test_a_broken_pdf_logs_nothing(caplog):
    refused(pdf("Text")[:-60], "pdf")
    assert caplog.records == []


def test_without_the_extra_a_file_is_listed_with_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pypdf", None)
    assert "pip install 'venice-nb[documents]'" in refused(pdf("Text"), "pdf")


# --- files and folders -------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / ".git").mkdir()
    for name, content in {
        "docs/a.md": b"# A\n\ntext",
        "docs/deep/b.txt": b"text",
        "docs/c.pdf": pdf("Page"),
        "docs/scan.pdf": pdf(""),
        "docs/photo.png": b"\x89PNG\r\n\x1a\n\x00\x00",
        "docs/.git/config": b"secret",
        "docs/.hidden.md": b"secret",
        "outside.md": b"secret",
    }.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_pattern_finds_files_in_sorted_order_and_names_them_below_their_folder(folder):
    corpus = vn.Corpus.from_files("docs/**/*.md", "docs/deep/*.txt")
    assert corpus.sources == ["a.md", "deep/b.txt"]
    assert corpus.root == folder / "docs"


def test_no_name_tells_where_on_the_machine_a_file_stands(folder):
    corpus = vn.Corpus.from_files(folder / "docs" / "a.md")
    assert corpus.sources == ["a.md"]
    told = corpus._mimebundle()
    assert str(folder) not in told["text/plain"] + told["text/html"]


def test_a_file_named_twice_is_read_once(folder):
    assert len(vn.Corpus.from_files("docs/a.md", folder / "docs" / "a.md", ["docs/*.md"])) == 1


def test_a_folder_is_read_and_what_is_not_is_listed_with_the_reason(folder):
    corpus = vn.Corpus.from_folder("docs")
    assert corpus.sources == ["a.md", "c.pdf", "deep/b.txt"]
    reasons = {each.source: each.reason for each in corpus.unread}
    assert "scan" in reasons["scan.pdf"]
    assert reasons["photo.png"] == "not a kind of file that is read (.png)"
    assert vn.Corpus.from_folder("docs", recursive=False).sources == ["a.md", "c.pdf"]


def test_what_was_not_read_is_said_in_both_displays(folder):
    corpus = vn.Corpus.from_folder("docs")
    for told in corpus._mimebundle().values():
        assert "scan.pdf" in told
        assert "photo.png" in told
    assert "2 not read" in repr(corpus)


@pytest.mark.parametrize(
    "read_all", [lambda: vn.Corpus.from_folder("docs"), lambda: vn.Corpus.from_files("docs/**/*")]
)
def test_hidden_files_are_passed_over_and_links_that_lead_out_of_the_folder_are_listed(folder, read_all):
    (folder / "docs" / "link.md").symlink_to(folder / "outside.md")
    (folder / "docs" / "inner.md").symlink_to(folder / "docs" / "a.md")
    corpus = read_all()
    assert all("secret" not in each.text for each in corpus)
    assert "inner.md" in corpus.sources
    assert [each.reason for each in corpus.unread if each.source == "link.md"] == [
        "a link that leads out of the folder"
    ]
    assert not any("hidden" in each.source or "git" in each.source for each in corpus.unread)


def test_a_link_that_is_named_is_read(folder):
    (folder / "docs" / "link.md").symlink_to(folder / "outside.md")
    for patterns in (("docs/link.md",), ("docs/*.md", "docs/link.md"), ("docs/link.md", "docs/*.md")):
        assert vn.Corpus.from_files(*patterns)["link.md"].text == "secret"


@pytest.mark.parametrize("pattern", ["docs/**/*.md", "docs/**", "**/*"])
def test_a_pattern_does_not_go_round_in_linked_folders(folder, pattern):
    (folder / "docs" / "one").symlink_to(folder / "docs")
    (folder / "docs" / "two").symlink_to(folder / "docs")  # two make more paths than can be walked
    sources = vn.Corpus.from_files(pattern).sources
    assert sum(source.endswith("a.md") for source in sources) == 1


def test_hidden_files_are_found_by_a_pattern_that_names_them(folder):
    assert vn.Corpus.from_files("docs/.*.md").sources == [".hidden.md"]


def test_files_from_all_over_the_machine_are_named_without_the_user(folder, monkeypatch):
    own = folder / "home" / "ada" / "notes"
    own.mkdir(parents=True)
    (own / "n.md").write_text("text")
    (own / "outside.md").write_text("text")
    monkeypatch.setenv("HOME", str(folder / "home" / "ada"))
    assert vn.Corpus.from_files("docs/a.md", own / "n.md").sources == ["a.md", "n.md"]
    twice = vn.Corpus.from_files("outside.md", own / "*.md")
    assert [source.split("/")[-2:] for source in twice.sources] == [
        [folder.name, "outside.md"],
        ["n.md"],
        ["notes", "outside.md"],
    ]
    assert vn.Corpus.from_files("~/notes/*.md").sources == ["n.md", "outside.md"]


def test_a_pipe_is_no_file(folder):
    os.mkfifo(folder / "docs" / "pipe.md")
    assert "pipe.md" not in vn.Corpus.from_folder("docs").sources
    with pytest.raises(InvalidInput):
        vn.Corpus.from_files("docs/pipe.md")


def test_a_file_that_is_too_large_is_listed(folder):
    (folder / "docs" / "long.md").write_text("word " * 1000)
    corpus = vn.Corpus.from_files("docs/*.md", max_bytes=100)
    assert [each.source for each in corpus.unread] == ["long.md"]
    assert "max_bytes=" in corpus.unread[0].reason


def test_a_file_that_may_not_be_opened_is_listed(folder, monkeypatch):
    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    (folder / "docs" / "d.md").write_text("text")
    monkeypatch.setattr("pathlib.Path.open", closed)
    with pytest.raises(InvalidInput, match="Permission denied"):
        vn.Corpus.from_files("docs/d.md")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("docs/*.rst",), "No file fits"),
        (("docs/none.md",), "There is no file"),
        ((), "patterns must be"),
        ((3,), "patterns must be"),
        (("docs/photo.png",), "None of 1 files could be read"),
    ],
)
def test_a_pattern_without_a_readable_file_is_refused(folder, arguments, what):
    with pytest.raises(InvalidInput, match=what):
        vn.Corpus.from_files(*arguments)


def test_a_folder_given_as_a_file_is_told_apart(folder):
    with pytest.raises(InvalidInput) as caught:
        vn.Corpus.from_files("docs")
    assert "from_folder" in caught.value.do
    with pytest.raises(InvalidInput) as caught:
        vn.Corpus.from_folder("docs/a.md")
    assert "from_files" in caught.value.do


# --- tables and texts ----------------------------------------------------------------------


def test_rows_of_a_table_become_documents_with_the_other_columns_as_metadata():
    frame = pd.DataFrame(
        {"text": ["one", None, " ", "two"], "id": ["a", "b", "c", "d"], "year": [1, 2, 3, 4]},
        index=[10, 20, 30, 40],
    )
    before = frame.copy()
    corpus = vn.Corpus.from_frame(frame, source="id")
    assert corpus.sources == ["a", "d"]
    assert corpus["d"].metadata == {"year": 4}
    assert [(each.source, each.reason) for each in corpus.unread] == [("b", "no text"), ("c", "blank")]
    assert vn.Corpus.from_frame(frame).sources == ["row 10", "row 40"]
    pd.testing.assert_frame_equal(frame, before)


def test_a_column_that_is_not_there_is_refused_with_the_one_that_was_meant():
    with pytest.raises(InvalidInput) as caught:
        vn.Corpus.from_frame(pd.DataFrame({"body": ["x"]}), text="boddy")
    assert "body" in caught.value.do


def test_texts_are_named_or_numbered():
    assert vn.Corpus.from_texts(["one", "two"]).sources == ["text 1", "text 2"]
    assert vn.Corpus.from_texts({"a": "one"}).sources == ["a"]
    with pytest.raises(InvalidInput):
        vn.Corpus.from_texts("one text")
    with pytest.raises(InvalidInput):
        vn.Corpus.from_texts([1])


def test_a_document_is_found_by_place_or_name(corpus):
    assert corpus[0] is corpus["refunds.md"]
    with pytest.raises(InvalidInput) as caught:
        corpus["refund.md"]
    assert "refunds.md" in caught.value.do


def test_a_row_without_a_name_or_title_goes_by_its_label():
    frame = pd.DataFrame(
        {"text": ["a", "b"], "id": [None, "x"], "title": [float("nan"), pd.NA]}, index=[7, 8]
    )
    made = vn.Corpus.from_frame(frame, source="id", title="title")
    assert [(each.source, each.title) for each in made] == [("row 7", "row 7"), ("x", "x")]


def test_a_table_with_two_columns_of_one_name_is_refused():
    with pytest.raises(InvalidInput, match="several columns of one name"):
        vn.Corpus.from_frame(pd.DataFrame([["a", "b"]], columns=["text", "text"]))


def test_an_encoding_that_nobody_knows_is_refused_as_such(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    for wrong in ("klingon", 5):
        with pytest.raises(InvalidInput) as caught:
            vn.Corpus.from_folder(tmp_path, encoding=wrong)
        assert caught.value.field == "encoding"
    with pytest.raises(InvalidInput):
        vn.Corpus.from_texts(None)


def test_names_and_titles_of_strangers_are_escaped():
    corpus = vn.Corpus.from_texts({"<script>alert(1)</script>": "# <img src=x>\n\n<b>text</b>"})
    told = corpus._mimebundle()["text/html"]
    assert "<script>" not in told
    assert "<img" not in told
    assert "<img" not in corpus.split()._mimebundle()["text/html"]


def test_a_document_and_its_passages_tell_themselves_in_one_line_and_show_their_text():
    corpus = vn.Corpus.from_texts({"<b>\u202etides": "# Tides\n\nHigh <script> water."})
    assert repr(corpus[0]) == "<Document <b>tides: markdown, 29 characters, 'Tides'>"
    passage = corpus.split()[0]
    assert repr(passage) == "<Passage <b>tides, lines 1-3: '# Tides High <script> water.'>"
    for shown in (corpus[0], passage):
        told = shown._mimebundle()
        assert "High <script> water." in told["text/plain"]
        assert "High &lt;script&gt; water." in told["text/html"]
        assert not any(each in told["text/html"] for each in ("<b>", "<script>", "\u202e"))


def test_a_document_of_any_length_has_a_short_display():
    long = vn.Corpus.from_texts({"long": "word " * 500_000})[0]
    assert len(repr(long)) < 100
    assert all(len(told) < 60_000 for told in long._mimebundle().values())


def test_a_corpus_is_a_table_of_its_documents(corpus):
    frame = corpus.to_frame()
    assert list(frame.columns) == ["source", "kind", "title", "characters", "note", "text"]
    assert frame["characters"].tolist() == [len(each.text) for each in corpus]
