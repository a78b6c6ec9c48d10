"""Two pictures in one place: the line between them is a style of its own, and no script."""

import pytest

from venice_nb.render import html

IDENT = html.identifier("a pair")


def test_both_pictures_are_there_and_the_line_can_follow_the_pointer():
    made = html.wipe(html.tag("img", alt="before"), html.tag("img", alt="after"), IDENT)
    assert made.index("before") < made.index("after") < made.index("vn-strips")
    assert f'id="{IDENT}"' in made
    assert "script" not in made


def test_the_line_is_where_it_is_put_and_under_the_pointer():
    style = html.divide(IDENT, 30)
    strips = html.wipe("", "", IDENT).count("<i>")
    assert style.startswith(f"<style>#{IDENT}{{--vn-at:30%}}")
    assert style.count(":hover){--vn-at:") == strips
    assert ":nth-child(1):hover){--vn-at:0%}" in style
    assert f":nth-child({strips}):hover){{--vn-at:100%}}" in style


def test_pictures_are_escaped_as_everything_else():
    assert "<script>" not in html.wipe("<script>", "<script>", IDENT)


@pytest.mark.parametrize("ident", ["", "x", "vn-1}</style>", "vn-g"])
def test_only_ids_of_our_own_are_styled(ident):
    with pytest.raises(ValueError, match="identifier"):
        html.divide(ident, 50)


def test_the_style_sheet_has_the_rules_of_a_wipe_only_for_displays_with_one():
    assert "vn-wipe" in html.style(html.wipe("a", "b", IDENT))
    assert "vn-wipe" not in html.style(html.tag("p", "a"))
