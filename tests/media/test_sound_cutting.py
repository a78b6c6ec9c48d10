"""Joining sound without clicks, and cutting it where nobody speaks."""

from itertools import pairwise

import numpy as np
import pytest

from tests.made_sound import quiet, stereo, talk, tone
from venice_nb.media.cutting import cut, cuts, faded, join, silences, trimmed
from venice_nb.media.sound import Sound


def test_no_sample_jumps_where_parts_are_joined():
    parts = [tone(0.513, pitch=441 + 13 * number) for number in range(6)]
    joined, _ = join(parts, 0.2)
    steepest = max(np.abs(np.diff(part.samples)).max() for part in parts)
    assert np.abs(np.diff(joined.samples)).max() <= steepest * 1.05
    plain = np.concatenate([np.concatenate([part.samples, np.zeros(4800)]) for part in parts])
    assert np.abs(np.diff(plain)).max() > steepest * 1.2  # what a plain concatenation would do


def test_the_times_of_the_parts_are_where_they_are_heard():
    joined, times = join([tone(1.0), tone(2.0), tone(0.5)], 0.25)
    assert times == [(0.0, 1.0), (1.25, 3.25), (3.5, 4.0)]
    assert joined.seconds == pytest.approx(4.0)
    for (_, end), (start, _) in pairwise(times):
        assert not cut(joined, end, start).samples.any()
    for start, end in times:
        assert np.abs(cut(joined, start + 0.1, end - 0.1).samples).max() > 0.4


def test_each_pause_may_have_its_own_length():
    _, times = join([tone(1.0)] * 3, [0.5, 0.1])
    assert [start for start, _ in times] == [0.0, 1.5, pytest.approx(2.6)]


def test_the_quiet_at_the_ends_of_a_part_goes():
    padded = Sound(np.concatenate([quiet(0.7).samples, tone(1.0).samples, quiet(0.9).samples]), 24_000)
    assert trimmed(padded).seconds == pytest.approx(1.06, abs=0.03)
    assert trimmed(quiet(1.0)).seconds == 1.0
    joined, times = join([padded, padded], 0.2)
    assert times[1][0] - times[0][1] == pytest.approx(0.2, abs=1e-6)
    assert joined.seconds < 2.5


def test_parts_of_different_rates_and_channels_go_together():
    joined, times = join([tone(1.0, rate=16_000), stereo(tone(1.0, rate=48_000)), tone(1.0)], 0.1)
    assert (joined.rate, joined.channels) == (48_000, 2)
    assert times[-1][1] == pytest.approx(3.2, abs=0.01)


def test_fading_leaves_the_given_samples_alone():
    sound = tone(0.1)
    before = sound.samples.copy()
    soft = faded(sound).samples
    assert soft[0] == soft[-1] == 0
    assert (sound.samples == before).all()
    assert len(faded(Sound(np.ones(1, np.float32), 8000)).samples) == 1


def test_silences_are_found_where_they_are():
    found = silences(talk(1.0, 2.0, 1.0, pause=0.5))
    assert [(round(start, 1), round(end, 1)) for start, end in found] == [(1.0, 1.5), (3.5, 4.0)]
    assert silences(tone(1.0)) == []
    assert silences(talk(1.0, 1.0, pause=0.1)) == []


def test_a_long_recording_is_cut_in_its_pauses():
    sound = talk(14, 9, 17, 12, pause=0.8)
    marks = cuts(sound, 20)
    pauses = silences(sound)
    assert marks
    for mark in marks:
        assert any(start <= mark <= end for start, end in pauses), mark
    lengths = np.diff([0, *marks, sound.seconds])
    assert lengths.max() <= 20


@pytest.mark.parametrize("sound", [tone(61), quiet(61)], ids=["tone", "silence"])
def test_a_recording_without_pauses_is_cut_all_the_same(sound):
    lengths = np.diff([0, *cuts(sound, 20), sound.seconds])
    assert lengths.max() <= 20
    assert lengths.min() >= 4
    assert lengths.sum() == pytest.approx(61)


def test_a_short_recording_is_not_cut():
    assert cuts(tone(5), 20) == []


def test_of_equal_pauses_the_last_one_is_taken_so_that_pieces_are_few():
    sound = talk(*[2.0] * 20, pause=0.5)
    assert len(cuts(sound, 20)) == 2
