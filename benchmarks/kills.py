"""Random kills between the quote and the saved film: what was billed, and what the journal knows of it.

Run: python benchmarks/kills.py --kills 200 --seed 1 --world async

Each round orders a film in a child process and kills it with SIGKILL after a random time; one round in three
kills the child that resumes as well. All rounds share one journal and one folder. At the end a last child
resumes everything, and every id that the server billed must be in the journal, or its order as unknown.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "jobs"))

KEY = "VENICE_INFERENCE_KEY_benchmark_0000000000"


def main() -> int:
    from films import film
    from killing import FilmServer, account, buy, nursery, resume

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", choices=("sync", "async"), default="sync", help="which client orders")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    server, children = FilmServer(film()), nursery()
    began, killed, late = time.monotonic(), Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        state, out, told = Path(folder, "state"), Path(folder, "out"), Path(folder, "told.json")

        def run(act, extra, within=None):
            """Run a child; kill it within so many seconds of its start. Whether it was killed."""
            child = children.Process(target=act, args=(server.base_url, state, out, KEY, extra, given.world))
            child.start()
            if within is not None:
                child.join(rng.uniform(0.0, within))
                child.kill()
            child.join()
            if child.exitcode not in (0, -signal.SIGKILL):
                raise SystemExit("a child failed by itself")
            for counted in state.glob("failures-*"):
                counted.unlink()  # a killed request counts as failed for half a minute, and would hold us up
            return child.exitcode == -signal.SIGKILL

        run(buy, "")  # loads what children are forked from
        begun = time.monotonic()
        run(buy, "")
        life = time.monotonic() - begun
        while killed.total() < given.kills:
            if run(buy, "", within=life):
                killed["ordering"] += 1
            else:
                late += 1
            if rng.random() < 1 / 3 and killed.total() < given.kills and run(resume, told, within=life / 2):
                killed["resuming"] += 1
        if run(resume, told):
            raise SystemExit("the last child was killed by somebody else")
        found = account(server, told, out, film())
        states = Counter(each["status"] for each in found["jobs"])
        with sqlite3.connect(state / "jobs.sqlite3") as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
    server.close()
    print(f"{killed.total()} kills ({dict(killed)}), {late} orders came through; seed {given.seed}")
    print(
        f"{len(server.billed)} billed, {len(server.billed) - len(found['lost'])} in the journal by id, ",
        end="",
    )
    print(f"{len(found['lost'])} as orders of unknown outcome, {len(found['unaccounted'])} unaccounted for")
    print(f"journal: {dict(states)}, integrity {sound}")
    whole, torn, left = (len(found[name]) for name in ("films", "torn", "left"))
    print(f"films: {whole} whole, {torn} torn, {left} parts left behind")
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if found["unaccounted"] or found["torn"] or sound != "ok" else 0


if __name__ == "__main__":
    raise SystemExit(main())
