"""Music and sound effects from a prompt."""

import numpy as np
import pytest

from venice_nb.sandbox.studio.sound import effects
from venice_nb.sandbox.studio.sound.effects import asked
from venice_nb.sandbox.studio.sound.encode import decode
from venice_nb.sandbox.studio.sound.music import RATE, compose, played
from venice_nb.sandbox.studio.sound.score import MAJOR, MINOR, notes, style


def sound(prompt, seconds=4.0, seed=1, **options):
    samples, _, _ = decode(compose(prompt, seconds=seconds, seed=seed, fmt="flac", **options))
    return samples


@pytest.mark.parametrize("fmt", ["mp3", "wav", "flac"])
@pytest.mark.parametrize("seconds", [1, 7.5])
def test_a_piece_is_exactly_as_long_as_asked(fmt, seconds):
    samples, rate, tags = decode(compose("happy pop", seconds=seconds, seed=3, fmt=fmt))
    assert len(samples) / rate == pytest.approx(seconds, abs=0.05)
    assert tags["title"] == "SANDBOX music"


def test_an_effect_is_exactly_as_long_as_asked():
    samples, rate, tags = decode(compose("heavy rain", seconds=2.5, seed=3, fmt="wav"))
    assert len(samples) == round(2.5 * rate)
    assert tags["title"] == "SANDBOX sound effect"


def test_the_same_request_gives_the_same_bytes_and_another_seed_another_piece():
    first, again, other = (compose("dark techno", seconds=3, seed=seed, fmt="wav") for seed in (1, 1, 2))
    assert first == again != other


def test_music_is_stereo_neither_silent_nor_clipped():
    samples = played("epic trailer", seconds=8, seed=1)
    assert samples.shape == (8 * RATE, 2)
    assert 0.5 < np.abs(samples).max() < 1
    assert np.sqrt((samples.reshape(8, -1) ** 2).mean(axis=1)).min() > 0.01
    assert not np.array_equal(samples[:, 0], samples[:, 1])


def test_a_piece_begins_and_ends_without_a_click():
    samples = played("upbeat pop", seconds=5, seed=1)
    assert np.abs(samples[[0, -1]]).max() < 1e-6


@pytest.mark.parametrize(("prompt", "tempo"), [("slow 70 bpm ballad", 70), ("techno at 140 BPM", 140)])
def test_a_tempo_in_the_prompt_is_taken(prompt, tempo):
    assert style(prompt, 0).tempo == tempo


def test_moods_choose_tempo_mode_and_drums():
    calm, wild = style("calm lullaby", 0), style("fast drum and bass", 0)
    assert calm.tempo < 90 < wild.tempo
    assert (calm.drums, wild.drums) == (0, 3)
    assert style("happy song", 0).scale == MAJOR
    assert style("sad song in a major key", 0).scale == MAJOR
    assert style("happy song in a minor key", 0).scale == MINOR


def test_every_note_lies_in_the_key():
    manner = style("happy pop", 5)
    scale = {(manner.key + step) % 12 for step in manner.scale}
    played_notes = [note for note in notes(manner, 8, 5) if note.pitch]
    assert len(played_notes) > 60
    assert all(note.pitch % 12 in scale for note in played_notes)


def test_lyrics_are_heard_over_the_music():
    pytest.importorskip("espeakng_loader")
    plain = played("calm piano", seconds=8, seed=1)
    sung = played("calm piano", lyrics="[Verse]\nThe river runs\nto the sea", seconds=8, seed=1)
    assert sung.shape == plain.shape
    assert not np.allclose(sung, plain, atol=0.05)


def test_lyrics_longer_than_the_piece_do_not_stretch_it():
    assert (
        len(played("pop", lyrics="\n".join(["a rather long line of words"] * 40), seconds=3, seed=1))
        == 3 * RATE
    )


@pytest.mark.parametrize("names", sorted(effects._MAKERS))
def test_every_effect_can_be_heard(names):
    samples = sound(f"the sound of a {names.split()[0]}", 3.0)
    assert samples.shape == (3 * RATE, 1)
    assert 0.5 < np.abs(samples).max() <= 1
    assert np.sqrt((samples**2).mean()) > 0.005


def test_unknown_effects_sound_each_in_their_own_way():
    one, other = (sound(f"the hum of a {thing}", 2.0, effect=True) for thing in ("spaceship", "gadget"))
    assert not np.allclose(one, other, atol=0.05)


def test_words_decide_between_music_and_effects():
    assert asked("heavy rain on a tin roof")
    assert not asked("slow strings over rain")
    assert asked("Footsteps")
    assert not asked("a song about rain")
    assert not asked("something nice")
