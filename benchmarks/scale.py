"""A Dask frame embedded by one and by two worker processes, and searched: target 16.

Run: python -m benchmarks.scale --rows 40000 --rounds 3

Wall time, including reading the partitions and writing the parts. The server, the scheduler and the workers
share this machine, so a second worker can only show what it is for where the time is not spent on its cores:
with a server that takes half a second for an answer, as one across a network does. The same without latency
is what two cores do for three processes, and has no target. The server's rate limits are out of reach; under
the published 500 requests a minute one worker is enough, and two take as long.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.ingest import texts
from benchmarks.measure import KEY, Target, interleaved, table

DIMS, MODEL = 1024, "text-embedding-bge-m3"
LATENCY = 0.5  # seconds
PARTITIONS = 8
ONE, TWO = "one worker", "two workers"
TARGETS = (Target(TWO, 1 / 1.7, ONE),)  # two workers >= 1.7 x one


def embedding(url: str, rows: int, rounds: int) -> dict[str, float]:
    """Median wall seconds of one and of two workers, in turn."""
    import dask.dataframe as dd
    import pandas as pd
    from distributed import Client, LocalCluster

    import venice_nb
    from venice_nb import scale

    v = venice_nb.Venice(api_key=KEY, base_url=url, show=False)
    ddf = dd.from_pandas(pd.DataFrame({"text": texts(rows)}), npartitions=PARTITIONS)
    options = {"threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": ":0", "memory_limit": None}
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(n_workers=1, **options) as single,
        LocalCluster(n_workers=2, **options) as double,
        Client(single) as one,
        Client(double) as two,
    ):

        def run(client: Client) -> None:
            to = Path(folder, "vectors")
            embedded = scale.embed(ddf, "text", to=to, venice=v, client=client, progress=False)
            assert embedded.vectors == rows
            shutil.rmtree(to)

        return interleaved({ONE: lambda: run(one), TWO: lambda: run(two)}, rounds, clock=time.perf_counter)


def searching(rows: int, dims: int, parts: int, rounds: int) -> list[str]:
    """One query over a folder of parts, beside one matrix in memory and the reading of the parts alone."""
    import numpy as np
    import pandas as pd

    from venice_nb import scale
    from venice_nb.results.matrix.matrix import EmbeddingMatrix
    from venice_nb.scale.parts import Folder, Part, blocks, matrix_of, table_of

    rng = np.random.default_rng(0)
    whole = rng.standard_normal((rows, dims), dtype=np.float32)
    query = rng.standard_normal(dims, dtype=np.float32)
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place, "parts"))
        folder.begin({"model": MODEL, "column": "text", "format": "parquet", "partitions": parts})
        step = rows // parts
        for number in range(parts):
            some = whole[number * step : (number + 1) * step]
            frame = pd.DataFrame({"text": texts(len(some))})
            made = Part(number=number, file="", rows=step, vectors=step, model=MODEL, dims=dims)
            folder.write(made, table_of(frame, some, {}))
        held = EmbeddingMatrix(whole)
        found = scale.search(folder.path, query, 10)
        assert np.array_equal(found.positions, held.search(query, 10).positions)

        def reading() -> None:
            for part in folder.records():
                for block in blocks(folder.path / part.file):
                    matrix_of(block.column("vector"))[0].max()

        cases = {
            "reading the parts, one after the other": reading,
            "scale.search, threads of one process": lambda: scale.search(folder.path, query, 10),
            "one matrix in memory": lambda: held.search(query, 10),
        }
        spent = interleaved(cases, rounds, clock=time.perf_counter)
    title = f"one exact query over {rows:,} x {dims} in {parts} parts, wall"
    medians = {name: 1000 * seconds for name, seconds in spent.items()}
    return table(title, "ms", medians, references=("reading the parts, one after the other",))


def main(rounds: int = 3, rows: int = 40_000) -> list[str]:
    from benchmarks.vectors_server import running

    lines = []
    for latency in (LATENCY, 0.0):
        with running(DIMS, MODEL, latency) as url:
            spent = embedding(url, rows, rounds)
        title = f"{rows:,} rows x {DIMS:,} in {PARTITIONS} parts, {latency:g} s a request, wall"
        lines += table(title, "s", spent, references=(ONE,), targets=TARGETS if latency else ())
    return lines + searching(200_000, 384, 8, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print("\n".join(main(given.rounds, given.rows)))
