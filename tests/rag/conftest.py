"""A small handbook to ask, and clients of a sandbox that asks no network."""

import sys
from pathlib import Path

import pytest

import venice_nb as vn

sys.path.insert(0, str(Path(__file__).parent))

PAGES = {
    "refunds.md": (
        "# Refunds\n\nA ride cancelled a day before is refunded in full.\n\n"
        "## High water\n\nAt a tide of 120 centimetres guests may cancel for free.\n"
    ),
    "pets.md": "# Animals\n\nDogs are welcome on every boat. They travel on a lead.\n",
    "fares.md": "# Fares\n\nThe airport costs 130 euros. A night ride costs 20 euros more.\n",
    "tides.md": "# Tides\n\nThe sirens sound three hours before a tide of 110 centimetres.\n",
}


@pytest.fixture
def corpus():
    return vn.Corpus.from_texts(PAGES)


@pytest.fixture
def v():
    return vn.Venice.sandbox(semantic=False, show=False)  # so that what is near does not hang on an extra


@pytest.fixture
def R(v, corpus):
    return v.rag(corpus)
