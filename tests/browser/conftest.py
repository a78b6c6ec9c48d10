"""The browser suite runs only when asked for: it needs Chromium. Its screenshots are kept in `shots/`."""

import shutil
from pathlib import Path

import pytest

SHOTS = Path(__file__).parent / "shots"


def pytest_addoption(parser):
    parser.addoption("--browser-suite", action="store_true", help="run the tests that open a real browser")


def pytest_ignore_collect(collection_path, config):
    if config.getoption("--browser-suite", default=False):
        return None
    return collection_path.name.startswith("test_")


@pytest.fixture(autouse=True)
def shots(request, tmp_path):
    """Keeps the pictures that a test took."""
    yield
    for shot in tmp_path.glob("*.png"):
        kept = SHOTS / request.node.name / shot.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shot, kept)
