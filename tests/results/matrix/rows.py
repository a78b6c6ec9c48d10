"""A small matrix to ask, and a client that answers for it."""

import hashlib

import numpy as np
import pandas as pd

from venice_nb.results.matrix.matrix import EmbeddingMatrix, RowError
from venice_nb.results.money import Cost, Usage
from venice_nb.results.vectors import Vectors

TOPICS = ["tax", "law", "food", "art"]


def grouped(n=200, d=16, seed=0):
    """Rows in four groups, one for each topic."""
    rng = np.random.default_rng(seed)
    which = rng.integers(4, size=n)
    centres = np.linalg.qr(rng.normal(size=(d, d)))[0][:4] * 3
    return (centres[which] + 0.3 * rng.normal(size=(n, d))).astype(np.float32), which


def matrix(n=200, d=16, **more):
    array, which = grouped(n, d)
    index = pd.Index([f"r{row}" for row in range(n)], name="id")
    frame = pd.DataFrame({"topic": np.array(TOPICS)[which], "year": 2000 + np.arange(n) % 20}, index=index)
    about = {
        "index": index,
        "texts": [f"{TOPICS[topic]} {row}" for row, topic in enumerate(which.tolist())],
        "metadata": frame,
        "model": "m",
        "usage": Usage(500, 0, 500),
        "cost": Cost(0.01, "priced"),
        "elapsed": 2.0,
        "created": "2026-05-01",
        "errors": (RowError("gone", 3, "blank"),),
    }
    return EmbeddingMatrix(array, **(about | more))


def vector(text, dims=16):
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
    return np.random.default_rng(seed).normal(size=dims).astype(np.float32)


class Client:
    """Turns texts into vectors, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def embed_queries(self, texts, model, dimensions=None):
        self.asked.append((list(texts), model, dimensions))
        return Vectors(np.stack([vector(text) for text in texts]), model=model)


class AsyncClient(Client):
    def embed_queries(self, texts, model, dimensions=None):
        made = super().embed_queries(texts, model, dimensions)

        async def later():
            return made

        return later()
