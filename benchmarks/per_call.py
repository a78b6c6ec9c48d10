"""CPU of one small chat call, sync and async: raw httpx, the openai SDK, venice_nb."""

import asyncio
from collections.abc import Callable

from benchmarks import clients
from benchmarks.measure import Target, interleaved, table
from benchmarks.server import running

CALLS = 100  # per round: the clock of CPU time ticks in milliseconds
SYNC = {
    "httpx.Client": clients.httpx_sync,
    "openai": clients.openai_sync,
    "venice_nb": clients.venice_sync,
}
ASYNC = {
    "httpx.AsyncClient": clients.httpx_async,
    "openai async": clients.openai_async,
    "venice_nb async": clients.venice_async,
}
# Targets 3 and 4.
SYNC_TARGETS = (Target("venice_nb", 1.3, "httpx.Client"), Target("venice_nb", 0.4, "openai"))
ASYNC_TARGETS = (
    Target("venice_nb async", 1.3, "httpx.AsyncClient"),
    Target("venice_nb async", 0.5, "openai async"),
)


def _repeated(ask: clients.Ask) -> clients.Ask:
    def many() -> None:
        for _ in range(CALLS):
            ask()

    return many


def _made(makers: dict[str, Callable], make: Callable) -> tuple[dict[str, clients.Ask], dict[str, str]]:
    made, missing = {}, {}
    for name, maker in makers.items():
        try:
            made[name] = make(maker)
        except (ImportError, AttributeError) as error:
            missing[name] = f"not importable: {error}"
    return made, missing


def main(rounds: int = 9) -> list[str]:
    loop = asyncio.new_event_loop()
    try:
        with running() as url:
            sync, sync_missing = _made(SYNC, lambda maker: _repeated(maker(url)))
            awaited, async_missing = _made(ASYNC, lambda maker: maker(url, loop, CALLS))
            spent = interleaved(sync | awaited, rounds)
    finally:
        loop.close()
    micros = {name: seconds / CALLS * 1e6 for name, seconds in spent.items()}
    return [
        *table(
            "One small chat call, sync, CPU",
            "us",
            {name: micros[name] for name in sync},
            references=("httpx.Client", "openai"),
            targets=SYNC_TARGETS,
            missing=sync_missing,
        ),
        *table(
            "One small chat call, async, CPU",
            "us",
            {name: micros[name] for name in awaited},
            references=("httpx.AsyncClient", "openai async"),
            targets=ASYNC_TARGETS,
            missing=async_missing,
        ),
    ]


if __name__ == "__main__":
    print("\n".join(main()))
