"""Every test runs without the user's key, settings or state, and never reaches beyond this machine."""

import os

import pytest
from hypothesis import settings

# The same examples on every machine, so that a change is judged by what it changed. To look for new ones:
# HYPOTHESIS_PROFILE=search.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

KEY = "VENICE_INFERENCE_KEY_planted_0123456789"


@pytest.fixture(autouse=True)
def _alone(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("VENICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VENICE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("venice_nb.render.live._noticed", set())  # what is said once a process
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def key():
    """A key that must never be seen anywhere."""
    return KEY
