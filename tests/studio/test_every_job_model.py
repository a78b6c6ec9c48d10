"""What this side calls the least that a model takes, the sandbox takes: every film and every music model."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "calls"))

from film_given import least

import venice_nb as vn
from venice_nb.catalogue import Catalogue
from venice_nb.sandbox import catalogue as served

BUNDLED = Catalogue.bundled()
COMPLETE = Catalogue.from_reply([each for each in served.models().values() if each["type"] == "video"])
LEFT = ("sora-2",)  # their last day has passed, the sandbox says 410 as the server does


@pytest.fixture
def client():
    return vn.Venice.sandbox(show=False, usd=1000.0)


def test_every_film_is_queued(client):
    queued = []
    for model in BUNDLED.of_type("video"):
        if not model.id.startswith(LEFT):
            _, given = least(COMPLETE, model.id)
            queued.append(client.video.submit("fog over a canal", model=model.id, **given).model)
    assert len(queued) == 112


def test_every_piece_of_sound_is_queued(client):
    song = {"lyrics_prompt": "[Verse] Walking through the city lights"}
    for model in BUNDLED.of_type("music"):
        given = song if model.id.startswith("minimax-music-") else {}
        assert (
            client.audio.music.submit("slow strings over rain", model=model.id, max_usd=5, **given).model
            == model.id
        )
