"""Vectors for texts: hashed words, word pairs and character 3-4-grams, and word vectors when asked for."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .text import STOP, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
ROWS = 256  # texts hashed at once: bounds the memory of long batches


@lru_cache(maxsize=200_000)
def _word_features(word: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Hashes and weights of one word: its stem, and the 3- and 4-grams of the word between marks."""
    root = stem(word)
    if word in STOP or len(word) == 1:
        return (zlib.crc32(b"w" + root.encode()),), (0.15,)
    padded = f"<{word}>"
    grams = [padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n + 1)]
    share = 0.8 / max(1, len(grams)) ** 0.5
    hashes = (zlib.crc32(b"w" + root.encode()), *(zlib.crc32(b"c" + g.encode()) for g in grams))
    return hashes, (1.0, *([share] * len(grams)))


@lru_cache(maxsize=200_000)
def _pair_feature(first: str, second: str) -> int:
    return zlib.crc32(f"p{stem(first)} {stem(second)}".encode())


def embed(
    texts: Sequence[str], *, dims: int, model_id: str, semantic: bool | None = False
) -> NDArray[np.float32]:
    """Return `(n, dims)` float32 rows of length 1, the same in every process for the same arguments.

    `semantic` mixes in word vectors of the `wordllama` package, so that paraphrases come near each other:
    False (the default) never, None when the package is there, True always (RuntimeError without it).
    A text without any word or mark gets a fixed unit vector.
    """
    import numpy as np  # noqa: PLC0415  loaded with the first embedding

    salt = zlib.crc32(model_id.encode())
    parts = [_hashed(texts[i : i + ROWS], dims, salt) for i in range(0, max(1, len(texts)), ROWS)]
    hashed = parts[0] if len(parts) == 1 else np.concatenate(parts)
    words = _word_vectors(texts, semantic)
    if words is not None:
        mixed = words @ _directions(words.shape[1], dims, salt)
        mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
        hashed = 0.45 * hashed + 0.9 * mixed
        norms = np.linalg.norm(hashed, axis=1, keepdims=True)
        hashed = hashed / np.maximum(norms, 1e-12)
    return np.ascontiguousarray(hashed, dtype=np.float32)


def _hashed(texts: Sequence[str], dims: int, salt: int) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415

    features: list[int] = []
    weights: list[float] = []
    sizes: list[int] = []
    for text in texts:
        before = len(features)
        last = ""
        for word in _WORD.findall(text.lower()):
            hashes, worth = _word_features(word)
            features.extend(hashes)
            weights.extend(worth)
            if word not in STOP:
                if last:
                    features.append(_pair_feature(last, word))
                    weights.append(0.5)
                last = word
        if len(features) == before:  # no word at all: the marks themselves, or the fact that there is nothing
            marks = [zlib.crc32(b"m" + c.encode("utf-8", "replace")) for c in text if not c.isspace()] or [1]
            features.extend(marks)
            weights.extend([1.0] * len(marks))
        sizes.append(len(features) - before)
    n = len(sizes)
    if not n:
        return np.zeros((0, dims), dtype=np.float64)
    rows = np.repeat(np.arange(n, dtype=np.int64), sizes)
    keys = np.asarray(features, dtype=np.uint64)
    values = np.asarray(weights, dtype=np.float64)
    # Equal features of one row are counted together, so that the count can be damped (sublinear tf).
    joint = (rows.astype(np.uint64) << np.uint64(32)) | keys
    unique, where, counts = np.unique(joint, return_inverse=True, return_counts=True)
    total = np.bincount(where, weights=values, minlength=len(unique))
    damped = total / counts * (1.0 + np.log(counts))
    row = (unique >> np.uint64(32)).astype(np.int64)
    key = unique & np.uint64(0xFFFFFFFF)
    # Each feature goes to two places with a sign: fewer clashes matter than with one.
    grid = np.zeros(n * dims, dtype=np.float64)
    for turn in (1, 2):
        h = _scramble(key ^ np.uint64(salt), turn)
        column = (h % np.uint64(dims)).astype(np.int64)
        sign = np.where((h >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
        grid += np.bincount(row * dims + column, weights=damped * sign, minlength=n * dims)
    out = grid.reshape(n, dims)
    norms = np.linalg.norm(out, axis=1)
    empty = norms < 1e-9
    out[empty, 0] = 1.0
    norms[empty] = 1.0
    unit: NDArray[Any] = out / norms[:, None]
    return unit


def _scramble(keys: NDArray[np.uint64], turn: int) -> NDArray[np.uint64]:
    """Mix 64-bit keys (the finaliser of splitmix64), differently each turn."""
    import numpy as np  # noqa: PLC0415

    with np.errstate(over="ignore"):
        z = keys + np.uint64(0x9E3779B97F4A7C15) * np.uint64(turn)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


@lru_cache(maxsize=8)
def _directions(inputs: int, dims: int, salt: int) -> NDArray[Any]:
    """A fixed `(inputs, dims)` matrix with orthonormal rows (columns, when dims is smaller)."""
    import numpy as np  # noqa: PLC0415

    drawn = np.random.default_rng(salt).standard_normal((max(inputs, dims), min(inputs, dims)))
    base, upper = np.linalg.qr(drawn)
    base = base * np.sign(
        np.diag(upper)
    )  # the sign of a QR column is the library's choice; this makes it ours
    return base.T if dims >= inputs else base


def _word_vectors(texts: Sequence[str], semantic: bool | None) -> NDArray[Any] | None:
    if semantic is False or not texts:
        return None
    model = _word_model()
    if model is None:
        if semantic:
            raise RuntimeError("Word vectors need the wordllama package: pip install 'venice-nb[semantic]'")
        return None
    import numpy as np  # noqa: PLC0415

    return np.asarray(model.embed([t[:20_000] or " " for t in texts], norm=True), dtype=np.float64)


@lru_cache(maxsize=1)
def _word_model() -> Any:
    """The word vectors in the wordllama wheel; None without it. It must be told where its own files lie."""
    import logging  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    root, stand_in = logging.getLogger(), logging.lastResort
    if root.handlers or stand_in is None:
        stand_in = logging.NullHandler()
    root.addHandler(stand_in)  # its import configures the log of the whole process, unless somebody has
    try:
        import wordllama  # noqa: PLC0415

        return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    except Exception:  # noqa: BLE001  any failure to load means the same: no word vectors here
        return None
    finally:
        root.removeHandler(stand_in)
