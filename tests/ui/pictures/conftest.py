"""The panel of pictures, empty and with two pictures."""

import pytest

import venice_nb as vn
from tests.ui.pictures.drawing import SMALL


@pytest.fixture
def panel(client, hand, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = vn.ui.images(client, prompt="a gondola", **SMALL)
    hand(made)
    return made


@pytest.fixture
def drawn(panel, hand):
    """The panel with two pictures."""
    panel.variants = 2
    hand(panel).press("Draw")
    return panel
