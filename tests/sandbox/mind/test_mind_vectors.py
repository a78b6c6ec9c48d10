# ruff: noqa: E501  cases stay on one line
"""Vectors for texts."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venice_nb.sandbox import mind

ROOT = Path(mind.__file__).parents[3]


def embed(*texts, dims=512, model_id="m", **kw):
    return mind.embed(list(texts), dims=dims, model_id=model_id, **kw)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5), st.integers(1, 700))
def test_every_text_gets_one_float32_row_of_length_one(texts, dims):
    rows = mind.embed(texts, dims=dims, model_id="m")
    assert rows.shape == (len(texts), dims)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_equal_texts_are_equal_whatever_stands_beside_them():
    alone = embed("late delivery")
    among = embed("a refund", "late delivery", "cats")
    assert np.array_equal(alone[0], among[1])


def test_shared_words_and_word_parts_bring_texts_together():
    rows = embed("refund policy for late delivery", "our policy on refunds", "recipe for tomato soup")
    near, far = rows[0] @ rows[1], rows[0] @ rows[2]
    assert near > 0.3
    assert far < 0.15


def test_models_have_their_own_spaces():
    assert abs(embed("late delivery", model_id="a")[0] @ embed("late delivery", model_id="b")[0]) < 0.3


def test_another_process_gives_the_same_vectors():
    script = "from venice_nb.sandbox import mind; import sys; sys.stdout.write(mind.embed(['late delivery', ''], dims=64, model_id='m').tobytes().hex())"
    out = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    assert out.stdout == embed("late delivery", "", dims=64).tobytes().hex()


def test_a_batch_of_thousands_keeps_its_order():
    texts = [f"text number {i}" for i in range(600)]
    rows = embed(*texts, dims=64)
    assert np.array_equal(rows[523], embed(texts[523], dims=64)[0])


def test_word_vectors_bring_paraphrases_together_when_asked_for():
    pytest.importorskip("wordllama")
    texts = ("I want my money back", "refund request", "the cat sleeps")
    plain, meant = embed(*texts), embed(*texts, semantic=True)
    assert meant[0] @ meant[1] > plain[0] @ plain[1] + 0.1
    assert meant[0] @ meant[1] > meant[0] @ meant[2]
    assert np.array_equal(embed(*texts), plain)


def test_word_vectors_leave_the_log_of_the_process_alone():
    pytest.importorskip("wordllama")
    script = (
        "import logging; root = logging.getLogger(); before = root.level, root.handlers[:];"
        "from venice_nb.sandbox.mind.vectors import embed; embed(['a canal'], dims=64, model_id='m', semantic=True);"
        "assert (root.level, root.handlers) == before"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT).returncode == 0


def test_importing_the_mind_loads_neither_numpy_nor_pillow():
    script = "import venice_nb.sandbox.mind.think, sys; sys.exit(any(m in sys.modules for m in ('numpy', 'PIL', 'wordllama')))"
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT).returncode == 0
