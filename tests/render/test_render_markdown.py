"""Model Markdown: what it looks like, what it must not become, what half of it looks like."""

import re

import pytest

from venice_nb.render.markdown import Growing, to_html

CITATIONS = [
    {"title": "One &amp; <strong>only</strong>", "url": "https://one.example/a?b=1&c=2"},
    {"title": "Bad", "url": "javascript:alert(1)"},
    {"url": "https://three.example/"},
]
ANSWER = """# Title
Some **bold**, *thin* and ~~gone~~ `code <b>`, $5 and $6.
Next line^1^.

1. one
   - nested
2. two

- [x] done
- [ ] open

| a | b |
|---|--:|
| 1 | 2 |

```python extra
if a < b: pass
```

> quoted

[here](https://example.org/x "t") ![pic](https://tracker.example/p.png?q=secret)
"""


def inside(markdown, **options):
    return (
        to_html(markdown, **options).removeprefix('<div class="vn-markdown">').removesuffix("</div>").strip()
    )


def test_the_usual_things_are_drawn():
    drawn = to_html(ANSWER)
    for piece in (
        "<h1>Title</h1>",
        "<strong>bold</strong>, <em>thin</em> and <s>gone</s> <code>code &lt;b&gt;</code>, $5 and $6.<br>",
        '<li class="vn-task">☑ done</li>\n<li class="vn-task">☐ open</li>',
        '<th scope="col">a</th>\n<th class="vn-num" scope="col">b</th>',
        '<td class="vn-num">2</td>',
        '<pre><code class="language-python">if a &lt; b: pass\n</code></pre>',
        "<blockquote>",
        "<ol>",
    ):
        assert piece in drawn, piece


def test_a_picture_elsewhere_becomes_text_that_names_the_host():
    drawn = inside("![pic](https://tracker.example/p.png?q=secret)")
    assert drawn == '<p><span class="vn-blocked">[image blocked: tracker.example] pic</span></p>'
    assert "secret" not in drawn
    assert "[image blocked: embedded data]" in to_html("![x](data:image/png;base64,AAAA)")
    assert "[image blocked: local file]" in to_html("![x](../x.png)")


def test_a_picture_is_loaded_only_when_asked_for():
    drawn = to_html("![a<b](https://pics.example/p.png) ![x](http:x.png)", allow_images=True)
    assert drawn.count("<img") == 1
    assert (
        '<img src="https://pics.example/p.png" alt="a&lt;b" loading="lazy" referrerpolicy="no-referrer">'
        in drawn
    )


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[here](https://example.org)", '>here</a> <small class="vn-host">(example.org)</small>'),
        ("[https://bank.example](https://evil.example)", "(evil.example)</small>"),
        ("[local](/lab?reset)", 'local <small class="vn-host">(link blocked)</small>'),
        ("[x](https://bank.example@evil.example/)", "(link blocked)"),
        ("[mail](mailto:a@b.example)", "(b.example)"),
        ("[**b** `c`][r]\n\n[r]: https://example.org", "<strong>b</strong> <code>c</code></a>"),
    ],
)  # fmt: skip
def test_links_show_their_host_or_are_blocked(markdown, shown):
    assert shown in to_html(markdown)


def test_a_link_that_is_its_own_text_needs_no_host():
    assert "vn-host" not in to_html("[https://example.org/x](https://example.org/x)")


def test_bare_addresses_stay_text():
    assert "<a" not in to_html("https://example.org <https://example.org> www.example.org")


def test_citation_marks_become_links_to_their_sources():
    one = (
        '<a href="https://one.example/a?b=1&amp;c=2" title="One &amp; only (one.example)" '
        'rel="noopener noreferrer nofollow" target="_blank">1</a>'
    )
    assert inside("fact^1^.", citations=CITATIONS) == f'<p>fact<sup class="vn-cite">{one}</sup>.</p>'
    assert inside("fact[REF]0[/REF].", citations=CITATIONS) == f'<p>fact<sup class="vn-cite">{one}</sup>.</p>'
    both = inside("**fact^1,3^**", citations=CITATIONS)
    assert one in both
    assert 'title="three.example"' in both
    assert "^" not in both


@pytest.mark.parametrize("marker", ["^4^", "^0^", "[REF]3[/REF]", "^x^", "^1", "`^1^`", "2^10^"])
def test_a_mark_that_points_nowhere_stays_text(marker):
    assert marker.strip("`") in re.sub("<[^>]*>", "", to_html(f"fact{marker} end", citations=CITATIONS))
    assert "<sup" not in to_html(f"fact{marker} end", citations=CITATIONS)


def test_a_source_without_a_safe_address_is_named_but_not_linked():
    assert (
        inside("x^2^", citations=CITATIONS) == '<p>x<sup class="vn-cite"><span title="Bad">2</span></sup></p>'
    )


def test_a_mark_inside_a_link_does_not_nest_links():
    assert to_html("[a^1^](https://example.org)", citations=CITATIONS).count("<a ") == 1


@pytest.mark.parametrize(
    "formula",
    [
        r"$x_1 * y_2 * z$",
        r"\(a_1 + b_1\)",
        r"\[c_2 \\ d_2\]",
        r"$$e^{*i*}$$",
        r"\begin{align}f_1 &= g_1 \\ h\end{align}",
    ],
)
def test_formulas_are_kept_as_written(formula):
    shown = formula.replace("&", "&amp;")
    assert inside(f"so {formula}.") == f'<p>so <span class="vn-math">{shown}</span>.</p>'


def test_amounts_of_money_are_no_formulas():
    assert inside("from $5 to $6, $7-$8 and $9") == "<p>from $5 to $6, $7-$8 and $9</p>"


def test_the_first_dash_of_a_list_makes_no_heading_of_the_line_above():
    assert "<h" not in to_html("Here is a list:\n-")


@pytest.mark.parametrize("step", [1, 7])
def test_every_beginning_of_an_answer_can_be_drawn(step):
    for end in range(0, len(ANSWER), step):
        drawn = to_html(ANSWER[:end], citations=CITATIONS)
        assert drawn.count("<pre") == drawn.count("</pre>")


def test_an_answer_drawn_as_it_grows_ends_up_the_same():
    growing = Growing()
    for end in range(0, len(ANSWER), 3):
        assert growing.to_html(ANSWER[:end], citations=CITATIONS) == to_html(
            ANSWER[:end], citations=CITATIONS
        )
    assert growing.to_html(ANSWER, citations=CITATIONS) == to_html(ANSWER, citations=CITATIONS)


def test_a_block_that_begins_in_an_unfinished_line_may_still_belong_to_the_one_above():
    growing, answer = Growing(), "text\n```py` more"
    for end in range(len(answer) + 1):
        drawn = growing.to_html(answer[:end])
    assert drawn == to_html(answer)


def test_a_growing_answer_may_start_over():
    growing = Growing()
    growing.to_html("one\n\ntwo\n\nthree")
    assert growing.to_html("other\n\ntext") == to_html("other\n\ntext")
    assert growing.to_html("other\n\ntext^1^", citations=CITATIONS) == to_html(
        "other\n\ntext^1^", citations=CITATIONS
    )


def test_deep_nesting_is_no_trap():
    for text in ("> " * 3000 + "x", "- " * 3000 + "x", "[" * 3000, "*a " * 3000, "![" * 3000):
        assert to_html(text)


def test_a_very_long_answer_is_cut_with_a_note():
    assert "[10 more characters not shown]" in to_html("x" * 110, limit=100)
