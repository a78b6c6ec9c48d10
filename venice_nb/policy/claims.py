"""Who is paying for something at the moment, so that nobody else does so as well.

A run that pays writes its name beside what it pays for. The name means something as long as the run goes on,
its process lives, and for half an hour at most.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import TYPE_CHECKING, NamedTuple

from venice_nb.policy.store import alive

if TYPE_CHECKING:
    from typing import Self

PAYING = 1800.0  # seconds after which nobody is still waiting for an answer

_names: set[str] = set()  # the runs of this process, so that one with the number of a dead one is not it


class Claim(NamedTuple):
    """The columns `owner, pid, host, until` of a table of claims."""

    owner: str
    pid: int
    host: str
    until: float

    @classmethod
    def of(cls, owner: str) -> Self:
        """What a run of this process writes down."""
        return cls(owner, os.getpid(), socket.gethostname(), time.time() + PAYING)

    @property
    def over(self) -> bool:
        """Whether nobody pays for it any more: a process of another machine is believed until the time."""
        now = time.time()
        if not now < self.until <= now + PAYING:
            return True
        if self.host != socket.gethostname():
            return False
        return self.owner not in _names if self.pid == os.getpid() else not alive(self.pid)


def begin() -> str:
    """The name of a new run."""
    name = secrets.token_hex(8)
    _names.add(name)
    return name


def end(name: str) -> None:
    """The run of this name is over; so are its claims, for this process at once."""
    _names.discard(name)
