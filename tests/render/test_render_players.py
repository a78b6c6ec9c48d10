"""Addresses of players: a moment of a file beside the notebook, subtitles, nothing from elsewhere."""

import pytest

from venice_nb.render import html


@pytest.mark.parametrize("place", ["talk.mp3#t=4", "a%20b/talk.mp3#t=0.50,1.75"])
def test_a_player_may_start_at_a_moment_of_a_file(place):
    assert f'src="{place}"' in html.tag("audio", src=place, controls=True)


@pytest.mark.parametrize(
    "place",
    [
        "talk.mp3#",
        "talk.mp3#t=",
        "talk.mp3#t=1,2,3",
        "talk.mp3#t=1;x",
        "talk.mp3#x",
        "https://evil.example/a.mp3#t=1",
        "//evil.example/a.mp3#t=1,2",
        "javascript:alert(1)#t=1",
        "data:text/html;base64,AAAA#t=1",
    ],
)
def test_nothing_else_hides_behind_a_moment(place):
    with pytest.raises(ValueError, match="src"):
        html.tag("audio", src=place)


def test_a_moment_belongs_to_a_player_not_to_a_poster():
    with pytest.raises(ValueError, match="poster"):
        html.tag("video", poster="a.png#t=1")


def test_a_track_may_be_the_default_one():
    track = html.tag("track", default=True, kind="subtitles", src="data:text/vtt;base64,AAAA")
    assert track == '<track default kind="subtitles" src="data:text/vtt;base64,AAAA">'
