"""Event loops in notebooks: the beat that lets Ctrl-C through, and the one place that knows nest-asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from venice_nb.errors import VeniceError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")
_BEAT = 0.2  # seconds; a waiting loop notices an interrupt at the next beat (ipykernel issue 881)


@contextlib.contextmanager
def heartbeat() -> Iterator[None]:
    """Keep the loop waking up while something is awaited, so that Ctrl-C in a notebook ends it at once.

    Outside a notebook kernel this does nothing.
    """
    if "ipykernel" not in sys.modules:
        yield
        return
    loop = asyncio.get_running_loop()
    handles: list[asyncio.TimerHandle] = []

    def beat() -> None:
        handles[:] = [loop.call_later(_BEAT, beat)]

    beat()
    try:
        yield
    finally:
        handles[0].cancel()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, also inside a notebook whose event loop is already running.

    In a notebook prefer `await`. Without a running loop this is `asyncio.run`. With one, the loop is made
    re-entrant: by nest_asyncio2 where it is installed, by nest_asyncio only where that is sound
    (ipykernel < 7.1 and Python < 3.14: elsewhere it silently loses queued cells or breaks httpx).
    Neither is imported before this is called inside a running loop.

    >>> import venice_nb as vn
    >>> a = vn.AsyncVenice.sandbox()
    >>> vn.run(a.chat("What is 2 + 2?", show=False)).text
    '2 + 2 = 4'

    Raises VeniceError, with the reason, when no sound way to nest is installed.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    try:
        _make_reentrant(loop)
    except BaseException:
        coroutine.close()
        raise
    return loop.run_until_complete(coroutine)


def _make_reentrant(loop: asyncio.AbstractEventLoop) -> None:
    problem = ""
    try:
        import nest_asyncio2  # noqa: PLC0415  never imported otherwise
    except ImportError:
        problem = "nest-asyncio2 is not installed"
    else:
        nest_asyncio2.apply(loop)
        return
    if sys.version_info >= (3, 14):
        problem += "; nest-asyncio breaks asyncio on Python 3.14"
    elif _ipykernel() >= (7, 1):
        problem += "; nest-asyncio loses queued cells on ipykernel 7.1 and later"
    else:
        try:
            import nest_asyncio  # noqa: PLC0415  never imported otherwise
        except ImportError:
            problem += " and neither is nest-asyncio"
        else:
            nest_asyncio.apply(loop)
            return
    raise VeniceError(
        f"the running event loop cannot be entered again: {problem}",
        do="use `await` instead of run(...), use Venice, or pip install 'nest-asyncio2>=1.7.3'",
    )


def _ipykernel() -> tuple[int, ...]:
    module = sys.modules.get("ipykernel")
    version = getattr(module, "version_info", None)
    return tuple(int(part) for part in version[:2]) if version else (0,)
