"""The sandbox as a server: python -m venice_nb.sandbox --port 8765."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .box import Sandbox
from .faults import load
from .server import is_loopback, listening
from .state import TIERS

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN_PAUSE = 0.02  # seconds between two pieces of a stream with --real-time


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m venice_nb.sandbox",
        description="A local stand-in for the Venice API. It prints one line when it is ready.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free port (default: 8765)")
    parser.add_argument("--key", default="", help="the ADMIN key to accept (default: a random one)")
    parser.add_argument(
        "--inference-key", default="", help="the INFERENCE key to accept (default: a random one)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same answers (default: 0)")
    parser.add_argument("--faults", type=Path, help="a JSON file with scripted failures")
    parser.add_argument("--tier", choices=TIERS, default="paid", help="the account's limits (default: paid)")
    parser.add_argument("--reset-units", choices=("s", "ms"), default="s", help="how reset headers count")
    parser.add_argument(
        "--abuse",
        choices=("docs", "live", "off"),
        default="docs",
        help="failed requests in 30 s until a block: 20 (docs, the default), 50 (live), or any number",
    )
    parser.add_argument(
        "--semantic",
        action=argparse.BooleanOptionalAction,
        help="embeddings use word vectors; where neither is said, when they are installed",
    )
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--real-time", action="store_true", help="streams and jobs take their time")
    pace.add_argument("--fast", dest="real_time", action="store_false", help="nothing waits (default)")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Serves until interrupted."""
    asked = arguments(given)
    if not is_loopback(asked.host):
        sys.stderr.write(f"{asked.host} is not a loopback address; the sandbox serves this machine only\n")
        return 2
    try:
        bound = listening(asked.host, asked.port)
        host = f"[{asked.host}]" if ":" in asked.host else asked.host
        box = Sandbox(
            seed=asked.seed,
            tier=asked.tier,
            faults=load(asked.faults) if asked.faults else (),
            reset_units=asked.reset_units,
            abuse=asked.abuse,
            token_pause=TOKEN_PAUSE if asked.real_time else 0.0,
            real_time=asked.real_time,
            semantic=asked.semantic,
            admin_key=asked.key,
            inference_key=asked.inference_key,
            base_url=f"http://{host}:{bound.getsockname()[1]}/api/v1",
        )
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        from .port import serve  # noqa: PLC0415  (uvicorn: the extra `server`)
    except ImportError:
        sys.stderr.write("uvicorn is missing; install venice-nb[server]\n")
        return 2
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has already shut down in order
        serve(box.app, bound, f"Sandbox ready: {box.base_url} key={box.admin_key}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
