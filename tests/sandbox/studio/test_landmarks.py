"""Speech is known again by pairs of spectral peaks."""

import numpy as np
import pytest

from venice_nb.sandbox.studio.sound import landmarks
from venice_nb.sandbox.studio.sound.hear import Hearing
from venice_nb.sandbox.studio.sound.landmarks import Memory
from venice_nb.sandbox.studio.sound.speakers import cloned
from venice_nb.sandbox.studio.sound.voice import speak

RATE = 24_000
LINES = (
    "The rain in Spain stays mainly in the plain.",
    "She sells sea shells by the sea shore.",
    "How much wood would a woodchuck chuck?",
)


@pytest.fixture(scope="module")
def spoken():
    return {line: speak(line, cloned(200), rate=RATE) for line in LINES}


@pytest.fixture
def memory(spoken):
    made = Memory()
    for line, speech in spoken.items():
        made.add(line, speech.words, speech.samples, RATE)
    return made


def texts(memory, samples):
    return [found.text for found in memory.find(samples, RATE)]


@pytest.mark.parametrize("late", [0, 1, 50, 192, 201, 333])
def test_a_line_is_found_wherever_it_begins(memory, spoken, late):
    sound = np.concatenate([np.zeros(RATE + late, np.float32), spoken[LINES[0]].samples])
    (found,) = memory.find(sound, RATE)
    assert found.text == LINES[0]
    assert found.offset == pytest.approx(1 + late / RATE, abs=0.02)


def test_lines_are_found_in_the_order_they_are_heard(memory, spoken):
    order = (LINES[2], LINES[0], LINES[2], LINES[1])
    assert texts(memory, np.concatenate([spoken[line].samples for line in order])) == list(order)


def test_a_hole_splits_a_line(memory, spoken):
    sound = spoken[LINES[0]].samples
    words = spoken[LINES[0]].words
    cut = np.concatenate([sound[: int(words[3].start * RATE)], sound[int(words[6].start * RATE) :]])
    assert texts(memory, cut) == ["The rain in", "in the plain."]


STORY = (
    "We waited long. A boat came in. I saw it. A man got out. It was late. A bell rang. He left. I did too."
)


def test_a_piece_begins_and_ends_with_its_shortest_words_wherever_it_is_cut():
    speech, memory = speak(STORY, cloned(200), rate=RATE), Memory()
    memory.add(STORY, speech.words, speech.samples, RATE)
    ends = [n for n, word in enumerate(speech.words) if STORY[word.last - 1] == "."]
    gaps = [(speech.words[n].end + speech.words[n + 1].start) / 2 for n in ends[:-1]]
    for at, gap in zip(ends[:-1], gaps, strict=True):
        cut = int(gap * RATE)
        before, after = STORY[: speech.words[at].last], STORY[speech.words[at + 1].first :]
        assert texts(memory, speech.samples[:cut]) == [before]
        assert texts(memory, speech.samples[cut:]) == [after]


def test_a_word_that_was_silenced_is_not_heard(memory, spoken):
    speech = spoken[LINES[0]]
    quiet = speech.samples.copy()
    quiet[: int(speech.words[2].start * RATE)] = 0
    assert texts(memory, quiet) == ["in Spain stays mainly in the plain."]


def test_nothing_is_found_in_silence_noise_or_too_little(memory):
    noise = np.random.default_rng(0).standard_normal(5 * RATE).astype(np.float32)
    for sound in (np.zeros(RATE, np.float32), noise * 0.1, np.zeros(10, np.float32), np.zeros(0, np.float32)):
        assert texts(memory, sound) == []


def test_an_empty_memory_finds_nothing(spoken):
    assert Memory().find(spoken[LINES[0]].samples, RATE) == []


def test_what_is_said_twice_is_kept_once(memory, spoken):
    again = spoken[LINES[0]]
    memory.add(LINES[0], again.words, again.samples, RATE)
    assert len(memory._said) == len(LINES)


def test_the_oldest_is_forgotten(memory, spoken, monkeypatch):
    monkeypatch.setattr(landmarks, "KEPT", sum(len(one.samples) for one in spoken.values()) / RATE)
    new = speak("Something new.", cloned(120), rate=RATE)
    memory.add("Something new.", new.words, new.samples, RATE)
    assert texts(memory, spoken[LINES[0]].samples) == []
    assert texts(memory, spoken[LINES[1]].samples) == [LINES[1]]
    assert texts(memory, new.samples) == ["Something new."]


def test_files_are_remembered_without_their_landmarks(spoken):
    hearing = Hearing()
    hearing.remember(spoken[LINES[0]], b"the file")
    (kept,) = hearing._files.values()
    assert len(kept.hashes) == 0
    assert hearing.listen(b"the file").text == LINES[0]
