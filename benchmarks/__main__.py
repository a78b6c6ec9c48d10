"""All tables: `python -m benchmarks`, or some of them: `python -m benchmarks streaming --rounds 15`."""

import argparse
import importlib
import platform
import sys

TABLES = ("import_time", "first_answer", "per_call", "streaming", "media", "ingest", "vectors", "scale")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="CPU, ratios and targets")
    parser.add_argument("tables", nargs="*", metavar="table", help=", ".join(TABLES))
    parser.add_argument("--rounds", type=int, help="interleaved rounds; medians are shown")
    arguments = parser.parse_args()
    if unknown := set(arguments.tables) - set(TABLES):
        parser.error(f"no table is called {min(unknown)!r}; there are {', '.join(TABLES)}")
    print(f"Python {platform.python_version()}, {platform.machine()}. A ratio under 1.25 is a tie.\n")
    for name in arguments.tables or TABLES:
        module = importlib.import_module(f"benchmarks.{name}")
        print("\n".join(module.main(**({"rounds": arguments.rounds} if arguments.rounds else {}))))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
