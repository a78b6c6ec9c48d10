"""Random kills of a run that embeds 100,000 texts: is the matrix the same, and what was paid for twice?

Run: python -m benchmarks.embed_kills --kills 50 --seed 1

The sandbox serves on a port of this machine, in a process of its own, and keeps its books. A child that
embeds the whole column is killed with SIGKILL after a random time, again and again, until one comes through;
when that happens before the wanted number of kills, all begins anew with empty files. Each matrix is compared
bit by bit with that of an undisturbed run, and what was paid for is counted from the books: after a kill, the
texts paid for once more may be those of the requests that were under way, and no others.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

KEY = "VENICE_INFERENCE_KEY_sandbox_benchmark_000000"
AT_ONCE, BATCH = 8, 256


def texts(count: int) -> list[str]:
    """Short reviews, one in ten of them said twice."""
    numbers = (n % (count - count // 10) for n in range(count))
    return [f"Review {n}: the boat to island {n % 97} was {n % 7} minutes late." for n in numbers]


def serve(box_pipe) -> None:
    """A sandbox on a free port; tells its address, then on request which texts each answered request held."""
    from venice_nb.sandbox import Sandbox
    from venice_nb.sandbox.port import serve as on_port
    from venice_nb.sandbox.server import listening

    bound = listening("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1"
    box = Sandbox(tier="unlimited", inference_key=KEY, base_url=url, abuse="off")

    def answer() -> None:
        while True:
            start = box_pipe.recv()
            asked = [each for each in box.requests if each.path.endswith("/embeddings")]
            box_pipe.send([each.body["input"] if each.status == 200 else None for each in asked[start:]])

    threading.Thread(target=answer, daemon=True).start()
    threading.Timer(0.5, lambda: box_pipe.send(url)).start()
    on_port(box.app, bound, "")


class Books:
    """What the sandbox was paid for, request by request."""

    def __init__(self, context) -> None:
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        self.url = self._ours.recv()
        self._seen = 0

    def news(self) -> list[str]:
        """All texts paid for since the last look, once the sandbox has come to rest."""
        found: list[list[str] | None] = []
        while True:
            self._ours.send(self._seen)
            new = self._ours.recv()
            self._seen += len(new)
            found += new
            if not new and found is not None:
                return [text for batch in found if batch for text in batch]
            time.sleep(0.3)

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def embed(url: str, state: str, told: str, count: int) -> None:
    """A child: embed the column and write the matrix down."""
    os.environ["VENICE_STATE_DIR"] = state
    import venice_nb

    client = venice_nb.Venice(api_key=KEY, base_url=url)
    np.save(told, client.embed(texts(count), at_once=AT_ONCE).array)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng, children = random.Random(given.seed), multiprocessing.get_context("forkserver")
    children.set_forkserver_preload(
        ["numpy", "httpx", "pybase64", "venice_nb.client.connection", "venice_nb.embedding.plans"]
    )
    spawn = multiprocessing.get_context("spawn")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:

        def run(url: str, name: str, within: float | None = None) -> bool:
            """Run a child; kill it within so many seconds. Whether it was killed."""
            state, told = Path(folder, name), Path(folder, f"{name}.npy")
            child = children.Process(target=embed, args=(url, str(state), str(told), given.texts))
            child.start()
            if within is not None:
                child.join(within)
                child.kill()
            child.join()
            for counted in state.glob("failures-*"):
                counted.unlink()  # a killed request counts as failed for half a minute, and would hold us up
            return child.exitcode == -signal.SIGKILL

        calm = Books(spawn)
        begun = time.monotonic()
        if run(calm.url, "calm"):
            raise SystemExit("the undisturbed child was killed by somebody else")
        life = time.monotonic() - begun
        calm_bill = len(calm.news())
        calm.close()
        print(f"undisturbed: {life:.1f} s, {calm_bill:,} texts paid for", flush=True)
        right = Path(folder, "calm.npy").read_bytes()
        killed = early = worst = again = runs = 0
        whole = True
        while killed < given.kills:
            runs += 1
            books, paid = Books(spawn), set()
            # a run that is taken up has less and less to do
            while (left := given.kills - killed) and run(
                books.url, f"{runs}", rng.uniform(0.0, 3 * life / left)
            ):
                killed += 1
                twice, early = count(books.news(), paid), early + (not paid)
                again, worst = again + twice, max(worst, twice)
            if killed == given.kills and run(books.url, f"{runs}"):
                raise SystemExit("the last child was killed by somebody else")
            again += count(books.news(), paid)
            books.close()
            whole = whole and paid == set(texts(given.texts))
            whole = whole and Path(folder, f"{runs}.npy").read_bytes() == right
    most = AT_ONCE * BATCH
    print(f"{killed} kills in {runs} runs, {early} of them before anything was paid for; seed {given.seed}")
    print(f"texts paid for once more after a kill: {again:,}; most after one kill: {worst:,}")
    print(f"under way at once: {most:,}")
    print(f"the matrices are {'bit for bit the same' if whole else 'NOT ALL THE SAME'}")
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if whole and worst <= most else 1


def count(news: list[str], paid: set[str]) -> int:
    """How many of the texts were paid for before, or stand twice among them; from now on all of them were."""
    fresh = set(news) - paid
    paid |= fresh
    return len(news) - len(fresh)


if __name__ == "__main__":
    raise SystemExit(main())
