"""CPU of one streamed piece of text, from socket to delta: `iter_lines` by hand, openai SDK, venice_nb."""

from benchmarks import clients
from benchmarks.measure import Target, interleaved, table
from benchmarks.server import CHUNKS, running

STREAMS = 5  # per round
MAKERS = {
    "httpx iter_lines + json": clients.httpx_stream,
    "openai": clients.openai_stream,
    "venice_nb": clients.venice_stream,
}
# Target 5.
TARGETS = (Target("venice_nb", 1.0, "httpx iter_lines + json"), Target("venice_nb", 0.2, "openai"))


def _repeated(ask: clients.Ask) -> clients.Ask:
    def many() -> None:
        for _ in range(STREAMS):
            ask()

    return many


def main(rounds: int = 9) -> list[str]:
    cases, missing = {}, {}
    with running() as url:
        for name, maker in MAKERS.items():
            try:
                cases[name] = _repeated(maker(url))
            except (ImportError, AttributeError) as error:
                missing[name] = f"not importable: {error}"
        spent = interleaved(cases, rounds)
    micros = {name: seconds / (STREAMS * CHUNKS) * 1e6 for name, seconds in spent.items()}
    title = f"One streamed piece ({CHUNKS} a stream, the call included), CPU"
    references = ("httpx iter_lines + json", "openai")
    return table(title, "us", micros, references=references, targets=TARGETS, missing=missing)


if __name__ == "__main__":
    print("\n".join(main()))
