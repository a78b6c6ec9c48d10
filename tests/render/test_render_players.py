"""Players: subtitles, and the one handler that moves a player; nothing from elsewhere comes near it."""

import math
import re

import pytest

from venice_nb.render import html

PLAYER = html.tag("audio", src="talk.mp3", controls=True)


def test_a_track_may_be_the_default_one():
    track = html.tag("track", default=True, kind="subtitles", src="data:text/vtt;base64,AAAA")
    assert track == '<track default kind="subtitles" src="data:text/vtt;base64,AAAA">'


def test_the_lines_of_a_player_are_buttons_that_hold_their_second():
    made = html.seekable(PLAYER, [(0, "Hello"), (3661.256, html.tag("span", "Bye"))])
    assert re.findall(r'<li><button type="button" value="([^"]*)">(.*?)</button></li>', made) == [
        ("0.00", "Hello"),
        ("3661.26", "<span>Bye</span>"),
    ]
    assert made.startswith(f'<div onclick="{html.SEEK}">{PLAYER}')


def test_the_handler_holds_nothing_that_ends_its_attribute_or_its_tag():
    assert not set(html.SEEK) & set('"<>')


@pytest.mark.parametrize("place", [math.nan, math.inf, -math.inf, -1, "0", "1);alert(1)//", None])
def test_a_line_that_is_at_no_time_is_refused(place):
    with pytest.raises((ValueError, TypeError)):
        html.seekable(PLAYER, [(place, "x")])


@pytest.mark.parametrize(
    "evil", ['"><script>alert(1)</script>', "' onclick='alert(1)", '" onclick="alert(1)', "&quot;"]
)
def test_what_a_line_says_never_reaches_the_handler(evil):
    made = html.seekable(html.escape(evil), [(1, evil)])
    assert re.findall(r'\son\w+="[^"]*"', made) == [f' onclick="{html.SEEK}"']
    assert made.count(html.escape(evil)) == 2
