"""The player of panels holds what it plays only while it is asked for."""

import pytest

import venice_nb as vn
from venice_nb.ui.parts.player import SMALL, Player


@pytest.fixture
def player():
    return Player("the sound")


def shown(player):
    return player.view.children[0].children


def test_a_short_sound_is_there_at_once(player, client):
    sound = client.audio.speak("One.", response_format="mp3")
    assert len(bytes(sound)) < SMALL
    player.offer(sound)
    (made,) = shown(player)
    assert bytes(made.value) == bytes(sound)
    assert made.format == "mpeg"
    assert made.autoplay is False


def test_a_long_sound_is_loaded_when_it_is_played_and_let_go_of_when_put_away(player):
    sound = vn.Audio(b"RIFF" + bytes(SMALL), "audio/wav")
    player.offer(sound)
    assert shown(player) == ()
    player.play()
    assert len(shown(player)[0].value) == SMALL + 4
    player.put_away()
    assert shown(player) == ()
    assert player.media is sound


def test_something_else_takes_the_place_of_what_was_offered(player):
    first, second = vn.Audio(b"RIFF1", "audio/wav"), vn.Audio(b"RIFF2", "audio/wav")
    player.offer(first)
    player.offer(second)
    assert [bytes(made.value) for made in shown(player)] == [b"RIFF2"]
    player.offer(None)
    assert shown(player) == ()


def test_what_is_offered_with_a_start_is_loaded_once_and_plays(player):
    sound = vn.Audio(b"RIFF" + bytes(SMALL), "audio/wav")
    player.offer(sound, start=True)
    (made,) = shown(player)
    assert made.autoplay is True


def test_a_player_has_no_tooltip_which_lab_cannot_show(player):
    player.offer(vn.Audio(b"RIFF1", "audio/wav"))
    assert shown(player)[0].tooltip is None
