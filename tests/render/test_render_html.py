"""HTML pieces: what is escaped, what is refused, what a display carries."""

import re

import pytest

from venice_nb.render import html


def test_text_is_escaped_and_markup_is_not():
    inner = html.tag("b", "1 < 2 & \"3\" '4'")
    assert (
        html.tag("p", inner, " <i>") == "<p><b>1 &lt; 2 &amp; &quot;3&quot; &#x27;4&#x27;</b> &lt;i&gt;</p>"
    )


def test_joining_a_str_to_markup_gives_up_the_mark():
    """Pasted text is no longer Html, so the next element escapes all of it: ugly, never unsafe."""
    assert not isinstance(html.tag("b", "x") + "<script>", html.Html)
    assert html.tag("p", html.tag("b", "x") + "<script>") == "<p>&lt;b&gt;x&lt;/b&gt;&lt;script&gt;</p>"


def test_children_may_be_nothing_numbers_or_several():
    assert html.tag("p", None, 3, [" ", ("a", iter("b"))]) == "<p>3 ab</p>"
    assert html.join("a", "b", sep=" & ") == "a &amp; b"


def test_attributes_are_escaped_renamed_and_left_out():
    assert html.tag("td", class_="a b", title='"x" <y>', colspan=2, open=None, hidden=False) == (
        '<td class="a b" title="&quot;x&quot; &lt;y&gt;" colspan="2"></td>'
    )
    assert html.tag("details", open=True) == "<details open></details>"
    assert html.tag("p", "x", data_vn_key="k") == '<p data-vn-key="k">x</p>'


@pytest.mark.parametrize(
    ("name", "attrs"),
    [
        ("script", {}),
        ("iframe", {}),
        ("object", {}),
        ("form", {}),
        ("button", {}),
        ("svg", {}),
        ("link", {}),
        ("p onclick=x", {}),
        ("p", {"onclick": "x"}),
        ("p", {"srcdoc": "x"}),
        ("p", {"data_commandlinker_command": "x"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("a", {"href": "JaVaScRiPt:alert(1)"}),
        ("a", {"href": "data:text/html,x"}),
        ("a", {"href": "//evil.example"}),
        ("a", {"href": "https://user@evil.example"}),
        ("a", {"href": "https:\\\\evil.example"}),
        ("a", {"href": "/hub/logout"}),
        ("img", {"src": "https://evil.example/x.png"}),
        ("img", {"src": "//evil.example/x.png"}),
        ("img", {"src": "data:text/html;base64,AAAA"}),
        ("video", {"poster": "http://evil.example"}),
        ("p", {"style": "background: url(https://evil.example)"}),
        ("p", {"style": "background: \\75rl(x)"}),
        ("p", {"style": "@import 'x'"}),
    ],
)
def test_what_could_run_code_or_call_home_is_refused(name, attrs):
    with pytest.raises(ValueError):
        html.tag(name, **attrs)


def test_embedded_data_and_files_beside_the_notebook_are_allowed():
    assert 'src="data:image/png;base64,AAAA"' in html.tag("img", src="data:image/png;base64,AAAA", alt="a")
    assert 'href="out/a cat (1).png"' in html.tag("a", "cat", href="out/a cat (1).png")


def test_a_link_shows_the_host_it_leads_to():
    assert html.link("https://example.org/a?b=1&c=2", "here") == (
        '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow" target="_blank">'
        "here</a>"
        '<small class="vn-host"> (example.org)</small>'
    )
    assert "vn-host" not in html.link("https://example.org/a")
    assert "(evil.example)" in html.link("https://evil.example", "https://bank.example")
    assert "(xn--" in html.link("https://аpple.com", "https://apple.com")  # noqa: RUF001 (a Cyrillic a)


@pytest.mark.parametrize(
    "url", ["javascript:x", "ftp://a.b", "https://", "http://[", "https://a b.c", "x", ""]
)
def test_a_link_to_anything_else_is_text(url):
    assert html.link(url, "t<") == "t&lt;"


def test_a_table_labels_its_columns_and_rows():
    assert html.table(["a", "b"], [["x", 1]], caption="c", numeric=[1]) == (
        '<table class="vn-table"><caption>c</caption><thead><tr><th scope="col">a</th>'
        '<th scope="col" class="vn-num">b</th></tr></thead>'
        '<tbody><tr><th scope="row">x</th><td class="vn-num">1</td></tr></tbody></table>'
    )


def test_blocks_escape_every_part():
    bad = "<script>"
    made = html.page(
        html.card(bad, bad, badges=html.badge(bad), footer=bad),
        html.details(bad, bad),
        html.figure(bad, bad),
        html.facts([(bad, bad)]),
        html.note(bad),
        html.plain(bad),
        html.table([bad], [[bad]], caption=bad),
    )
    assert "<script" not in made
    assert made.count("&lt;script&gt;") == 4 + 2 + 2 + 2 + 1 + 1 + 3


def test_no_display_is_searched_for_formulas():
    """MathJax would set "$5 and $6" as a formula; the classes stop versions 3 and 4, and 2."""
    assert '<div class="vn-root mathjax_ignore tex2jax_ignore">' in html.page("$5 and $6")


def test_a_display_carries_only_the_rules_it_uses():
    small, full = html.page(html.tag("p", "x", class_="vn-line")), html.style()
    assert len(small) < 2000 < len(full)
    assert ".vn-line{" in small
    assert ".vn-card" not in small
    assert ".vn-card{" in html.page(html.card("x"))
    assert "table th" in html.page(html.table(["a"], [["b"]]))


def test_the_style_is_themed_and_loads_nothing():
    css = html.style()
    assert "--jp-content-font-color0" in css
    assert "--vscode-editor-foreground" in css
    assert 'html[data-theme="dark"] .vn-root' in css
    assert "body.vscode-dark .vn-root" in css
    assert not re.search(r"url\(|@import|expression|prefers-color-scheme|</", css.removesuffix("</style>"))
    assert all(
        ".vn-root" in selector or selector.startswith(".vn-lab.")
        for rule in css[7:-8].split("}")
        if rule
        for selector in rule.split("{")[0].split(",")
    )


def test_the_same_content_has_the_same_id():
    assert html.identifier("a", "b") == html.identifier("a", "b") != html.identifier("ab")
    assert re.fullmatch(r"vn-[0-9a-f]{12}", html.identifier("x"))
