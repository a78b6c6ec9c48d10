"""What a handler gets to see of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .exchange import Request
    from .state import Key, State


@dataclass(slots=True)
class Ask:
    """One request on its way: who asks, what was validated, and which headers the reply will carry.

    `id` is unique in the sandbox and the start of the CF-RAY header; `size` counts the bytes of the body,
    inflated. A handler adds headers in `headers`,
    says which model it serves in `model`, and sets `unsupported` when it refuses a feature the model lacks.
    """

    state: State
    request: Request
    id: str
    now: float
    operation: str = ""
    key: Key | None = None
    params: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    size: int = 0
    model: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    unsupported: bool = False

    @property
    def caller(self) -> Key:
        """The key of a route that needs one."""
        assert self.key is not None  # such a route is only reached with a key
        return self.key
