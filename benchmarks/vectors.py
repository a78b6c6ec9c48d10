"""Search and near-duplicates in large matrices, beside NumPy, scikit-learn, faiss and usearch.

Wall time: both cores work. Each table runs in a process of its own, without settings of OpenBLAS that were
made for another processor, and frees its memory at the end.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Target, interleaved, table

K = 10
CLUSTERS = 1000
READ, OURS, FAISS, USEARCH = "reading the matrix once", "venice_nb", "faiss IndexFlatIP", "usearch exact"
# Targets 10 to 13.
ONE = (Target(OURS, 1.2, READ), Target(OURS, 1.0, FAISS), Target(OURS, 1.0, USEARCH))
MANY = (Target(OURS, 0.5, FAISS),)
APPROXIMATE = (Target("venice_nb approximate", 0.35, "venice_nb exact"),)
DEDUP = (Target(OURS, 1.2, "blocked matmul alone"),)
SPARE = 300  # MB beside the matrix, for near-duplicates
FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def matrix(n: int, d: int):
    """Rows around centres, of length 1, with as uneven a spectrum as embeddings have."""
    import numpy as np

    rng = np.random.default_rng(0)
    weight = np.arange(1, d + 1, dtype=np.float32) ** -0.5
    centres = rng.standard_normal((CLUSTERS, d), dtype=np.float32)
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0].astype(np.float32)
    made = np.empty((n, d), np.float32)
    for start in range(0, n, 10_000):
        part = made[start : start + 10_000]
        noise = rng.standard_normal(part.shape, dtype=np.float32)
        part[:] = ((centres[rng.integers(CLUSTERS, size=len(part))] + 0.7 * noise) * weight) @ turn
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


def _try(missing: dict[str, str], name: str, make: Callable) -> dict[str, Callable]:
    try:
        return {name: make()}
    except ImportError as error:
        missing[name] = f"not importable: {error}"
        return {}


def search(n: int, d: int, rounds: int) -> list[str]:
    import numpy as np

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

    rows = matrix(n, d)
    held = EmbeddingMatrix(rows)
    rng = np.random.default_rng(1)
    queries = rows[rng.integers(n, size=100)] + 0.02 * rng.standard_normal((100, d), dtype=np.float32)
    lines = []
    for many, targets in ((1, ONE), (100, MANY)):
        asked, missing = queries[:many], {}

        def numpy_alone(asked=asked):
            scores = asked @ rows.T
            best = np.argpartition(scores, n - K, axis=1)[:, -K:]
            return np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1)), 1)

        def with_sklearn(asked=asked):
            from sklearn.metrics.pairwise import cosine_similarity

            def find():
                scores = cosine_similarity(asked, rows)
                return np.argpartition(scores, n - K, axis=1)[:, -K:]

            return find

        def with_faiss(asked=asked):
            import faiss

            index = faiss.IndexFlatIP(d)
            index.add(rows)
            return lambda: index.search(asked, K)

        def with_usearch(asked=asked):
            from usearch.index import search as exact

            return lambda: exact(rows, asked, K, "cos", exact=True)

        # threads of BLAS spin for a while after a product, so what is compared with reading follows it
        cases = {
            READ: rows.max,
            OURS: lambda asked=asked: held.search(asked, K),
            "NumPy product + argpartition": numpy_alone,
        }
        cases |= _try(missing, FAISS, with_faiss)
        if many == 1 or n * d <= 2e8:  # minutes otherwise
            cases |= _try(missing, USEARCH, with_usearch)
            cases |= _try(missing, "scikit-learn", with_sklearn)
        spent = interleaved(cases, rounds, clock=time.perf_counter)
        title = f"{many} exact quer{'y' if many == 1 else 'ies'}, {n:,} x {d}, k = {K}, wall"
        lines += table(title, "ms", _ms(spent), references=(READ, FAISS), targets=targets, missing=missing)
    return lines


def approximate(n: int, d: int, rounds: int) -> list[str]:
    import numpy as np

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

    rows = matrix(n, d)
    held = EmbeddingMatrix(rows)
    began = time.perf_counter()
    try:
        index = held.approximate()
    except ValueError as error:
        return [f"## Approximate search: {error}", ""]
    built = time.perf_counter() - began
    rng = np.random.default_rng(1)
    queries = rows[rng.integers(n, size=50)] + 0.02 * rng.standard_normal((50, d), dtype=np.float32)
    exact, near = held.search(queries, K).split(), index.search(queries, K).split()
    found = [np.isin(a.positions, b.positions).mean() for a, b in zip(exact, near, strict=True)]
    one = queries[0]
    cases = {
        "venice_nb exact": lambda: held.search(one, K),
        "venice_nb approximate": lambda: index.search(one, K),
    }
    spent = interleaved(cases, rounds, clock=time.perf_counter)
    lines = table(
        f"One approximate query, {n:,} x {d}, wall",
        "ms",
        _ms(spent),
        references=("venice_nb exact",),
        targets=APPROXIMATE,
    )
    recall = float(np.mean(found))
    verdict = "met" if recall >= 0.99 else "MISSED"
    told = f"target: recall@{K} >= 0.99; reached {recall:.3f} on 50 other queries: {verdict}"
    own = f"recall {index.recall:.3f} on rows of the matrix, {index.found.rescored} scored"
    more = f"built in {built:.1f} s; {own}"
    return [*lines[:-1], told, more, ""]


def dedup(n: int, d: int, rounds: int) -> list[str]:
    import numpy as np

    from venice_nb.results.matrix.matrix import EmbeddingMatrix

    rows = matrix(n, d)
    rng = np.random.default_rng(2)
    for _ in range(n // 10_000):  # a tenth are near-duplicates
        copies = rng.integers(n, size=1000)
        rows[rng.integers(n, size=1000)] = rows[copies] + 0.005 * rng.standard_normal(
            (1000, d), dtype=np.float32
        )
    held = EmbeddingMatrix(rows)
    tile = 2048

    def alone():
        for i in range(0, n, tile):
            for j in range(i, n, tile):
                rows[i : i + tile] @ rows[j : j + tile].T

    _ = rows[:tile] @ rows[:tile].T  # what BLAS allocates once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = held.dedup(0.95)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    spent = interleaved(
        {"blocked matmul alone": alone, OURS: lambda: held.dedup(0.95)},
        min(rounds, 3),
        clock=time.perf_counter,
    )
    lines = table(
        f"Near-duplicates at 0.95, {n:,} x {d}, {len(found):,} found, wall",
        "ms",
        _ms(spent),
        references=("blocked matmul alone",),
        targets=DEDUP,
    )
    verdict = "met" if grown <= SPARE else "MISSED"
    return [*lines[:-1], f"target: <= {SPARE} MB beside the matrix; reached {grown:.0f}: {verdict}", ""]


def _ms(spent: dict[str, float]) -> dict[str, float]:
    return {name: seconds * 1e3 for name, seconds in spent.items()}


def _sizes() -> tuple[tuple[str, int, int], ...]:
    """What is run; a machine with little free memory gets fewer rows, which the titles say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1e6
    except OSError:
        free = 16.0
    large = 1_000_000 if free >= 8 else 250_000
    return (
        ("search", 100_000, 1024),
        ("search", large, 384),
        ("approximate", large, 384),
        ("dedup", 100_000, 384),
    )


def main(rounds: int = 7) -> list[str]:
    clean = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    lines = []
    for name, n, d in _sizes():
        command = [sys.executable, "-m", "benchmarks.vectors", name, str(n), str(d), str(rounds)]
        done = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
        lines += (
            done.stdout.splitlines() if done.returncode == 0 else [f"## {name}: {done.stderr[-300:]}", ""]
        )
    return lines


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measured, *numbers = sys.argv[1:]
        tables = {"search": search, "approximate": approximate, "dedup": dedup}
        print("\n".join(tables[measured](*map(int, numbers))))
        print()
    else:
        print("\n".join(main()))
