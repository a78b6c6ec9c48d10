"""What the policy costs per successful call: limiter, ledger and generator, in memory and in the shared file.

Run: python benchmarks/guard.py
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from venice_nb.calls.call import Call, Received, Safety
from venice_nb.policy.flow import Answered, attempts
from venice_nb.policy.ledger import MemoryLedger
from venice_nb.policy.limits import Guard
from venice_nb.policy.rates import RateLimiter, Seat
from venice_nb.policy.store import SharedLedger, Store

CALL = Call(
    operation="createChatCompletion",
    method="POST",
    path="/chat/completions",
    read=lambda received: received,
    safety=Safety.INFER,
    model="llama-3.3-70b",
    family="text",
    tokens=100,
    price=0.001,
    paid=True,
    body={},
)
HEADERS = {
    "date": "Sun, 06 Nov 1994 08:49:37 GMT",
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "400",
    "x-ratelimit-limit-tokens": "1000000",
    "x-ratelimit-remaining-tokens": "900000",
}
ANSWER = Answered(Received(200, HEADERS, b"{}"))


def no_limit(*_):
    return 10**9, 10**12


def one_call(guard):
    flow = attempts(CALL, guard)
    next(flow)
    try:
        flow.send(ANSWER)
    except StopIteration as stop:
        stop.value.settle(77)


def cost(act, count=5000):
    """Microseconds of CPU per run: the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(count):
            act()
        best = min(best, time.process_time() - start)
    return best / count * 1e6


def pair(ledger):
    ledger.succeeded(ledger.admit(time.monotonic(), 60.0))


def take(limiter):
    seat = Seat(("m", "text"), 100)
    limiter.take(seat, time.monotonic())
    limiter.landed(seat)


def threads(guard, count=16, calls=500):
    """Calls per second of wall time through one guard."""

    def work():
        for _ in range(calls):
            one_call(guard)

    workers = [threading.Thread(target=work) for _ in range(count)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count * calls / (time.perf_counter() - start)


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = SharedLedger(Store(Path(folder) / "failures.sqlite3"), b"key")
        limiter, memory = RateLimiter(no_limit), MemoryLedger()
        inside, outside = Guard(limits_for=no_limit), Guard(ledger=file, limits_for=no_limit)
        rows = [
            ("limiter: take and land", cost(lambda: take(limiter))),
            ("ledger in memory: admit and release", cost(lambda: pair(memory))),
            ("ledger in the file: admit and release", cost(lambda: pair(file))),
            ("whole call, in memory", cost(lambda: one_call(inside))),
            ("whole call, file", cost(lambda: one_call(outside))),
        ]
        for name, microseconds in rows:
            print(f"{name:40} {microseconds:7.1f} us CPU")
        print(f"{'16 threads, file':40} {threads(outside):7.0f} calls/s")


if __name__ == "__main__":
    main()
