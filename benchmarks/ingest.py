"""A column of texts to a matrix: CPU, time and peak memory, beside httpx by hand, openai, langchain-openai.

Run: python -m benchmarks.ingest --texts 100000 --rounds 3

Every case runs in a process of its own, against one server on this machine that answers at once with vectors
of 1,024 numbers. Peak memory is what the process needed beyond what it had before the first text was sent, as
a multiple of the matrix. Targets 7, 8 and 9.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import KEY, Target, cpu, table

DIMS, BATCH, AT_ONCE = 1024, 256, 8
MODEL = "text-embedding-bge-m3"
BY_HAND = "httpx threads x 8"
TARGETS = (
    Target("venice_nb", 1.2, BY_HAND),
    Target("venice_nb", 0.2, "openai"),
    Target("venice_nb", 0.2, "langchain-openai"),
    Target("venice_nb, kept", 2.5, BY_HAND),
    Target("venice_nb, all kept before", 0.5, "venice_nb"),
)
LARGEST = 1.3  # times the matrix


def texts(count: int) -> list[str]:
    """Short reviews, all different."""
    return [
        f"Review {n}: the boat was {n % 7} minutes late, the canal was calm and the guide knew it all."
        for n in range(count)
    ]


def by_hand(url: str, rows: list[str]):
    """What a careful user writes: 8 threads, base64 straight into the matrix."""
    from concurrent.futures import ThreadPoolExecutor

    import httpx
    import numpy as np
    import orjson
    import pybase64

    client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"})

    def run():
        matrix = np.empty((len(rows), DIMS), np.float32)

        def batch(start: int) -> None:
            body = {"model": MODEL, "input": rows[start : start + BATCH], "encoding_format": "base64"}
            answer = client.post(
                "/embeddings", content=orjson.dumps(body), headers={"content-type": "application/json"}
            )
            answer.raise_for_status()
            for row in orjson.loads(answer.content)["data"]:
                matrix[start + row["index"]] = np.frombuffer(pybase64.b64decode(row["embedding"]), "<f4")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(batch, range(0, len(rows), BATCH)))
        return matrix

    return run


def openai(url: str, rows: list[str]):
    import numpy as np
    from openai import OpenAI

    client = OpenAI(api_key=KEY, base_url=url)

    def run():
        found = []
        for start in range(0, len(rows), BATCH):
            answer = client.embeddings.create(model=MODEL, input=rows[start : start + BATCH])
            found += [row.embedding for row in answer.data]
        return np.array(found, np.float32)

    return run


def langchain(url: str, rows: list[str]):
    import numpy as np
    from langchain_openai import OpenAIEmbeddings

    client = OpenAIEmbeddings(
        api_key=KEY, base_url=url, model=MODEL, check_embedding_ctx_length=False, chunk_size=BATCH
    )
    return lambda: np.array(client.embed_documents(rows), np.float32)


def venice(url: str, rows: list[str], *, cache: bool = False):
    import venice_nb

    client = venice_nb.Venice(api_key=KEY, base_url=url)
    client.embed(["warm"], cache=False)
    return lambda: client.embed(rows, cache=cache).array


def venice_kept(url: str, rows: list[str]):
    return venice(url, rows, cache=True)


def venice_async(url: str, rows: list[str]):
    import asyncio

    import venice_nb

    client = venice_nb.AsyncVenice(api_key=KEY, base_url=url)

    async def run():
        return (await client.embed(rows, cache=False)).array

    return lambda: asyncio.run(run())


CASES = {
    BY_HAND: by_hand,
    "venice_nb": venice,
    "venice_nb async": venice_async,
    "venice_nb, kept": venice_kept,
    "venice_nb, all kept before": venice_kept,
    "openai": openai,
    "langchain-openai": langchain,
}


def resident(field: str) -> int:
    """Bytes of this process now (VmRSS) or at most so far (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {field} here")


def child(name: str, url: str, count: int) -> None:
    """One case, once, in this process; prints what it took."""
    rows = texts(count)
    run = CASES[name](url, rows)
    before, began, spent = resident("VmRSS"), time.perf_counter(), cpu()
    matrix = run()
    took = {"cpu": cpu() - spent, "wall": time.perf_counter() - began}
    assert matrix.shape == (count, DIMS)
    assert matrix[0, 0] != matrix[1, 0]
    print(json.dumps(took | {"memory": (resident("VmHWM") - before) / (count * DIMS * 4)}))


def measured(url: str, count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of each case, the rounds of all cases interleaved."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CASES}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as state:
            for name in CASES:
                command = [sys.executable, "-m", "benchmarks.ingest", "--case", name, "--url", url]
                command += ["--texts", str(count)]
                environment = os.environ | {"VENICE_STATE_DIR": state}
                done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        name: {what: statistics.median(each[what] for each in runs) for what in runs[0]}
        for name, runs in found.items()
    }


def main(rounds: int = 3, count: int = 100_000) -> list[str]:
    from benchmarks.vectors_server import running

    with running(DIMS, MODEL) as url:
        found = measured(url, count, rounds)
    seconds = {name: each["cpu"] for name, each in found.items()}
    title = f"{count:,} texts to {DIMS:,} numbers each, {BATCH} a request, CPU"
    lines = table(title, "s", seconds, references=(BY_HAND, "openai"), targets=TARGETS)
    for name, each in found.items():
        lines.append(f"{name:<28}  {each['wall']:6.1f} s  peak memory {each['memory']:5.2f} x the matrix")
    reached = found["venice_nb"]["memory"]
    verdict = "met" if reached <= LARGEST else "MISSED"
    return [*lines, f"target: peak memory <= {LARGEST} x the matrix; reached {reached:.2f}: {verdict}", ""]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=tuple(CASES))
    parser.add_argument("--url")
    given = parser.parse_args()
    if given.case:
        child(given.case, given.url, given.texts)
    else:
        print("\n".join(main(given.rounds, given.texts)))
