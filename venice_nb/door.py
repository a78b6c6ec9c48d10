"""Where calls go: the real API, or the embedded sandbox. The only room that imports the sandbox."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from venice_nb.config import Settings, find_key, flag, settings
from venice_nb.errors import InvalidInput
from venice_nb.secrets import Secret

if TYPE_CHECKING:
    from venice_nb.policy.budget import Purse
    from venice_nb.policy.limits import Guard
    from venice_nb.sandbox import Sandbox

HELP = (
    "pass api_key=..., set VENICE_API_KEY, or write VENICE_API_KEY=... into a .env file; "
    "keys are made at https://venice.ai/settings/api. Without a key use Venice.sandbox() or connect()"
)


CLIENTS = ("timeout", "max_retries", "show", "default_model", "out")  # options that a sandbox's client takes


@dataclass(frozen=True, slots=True)
class Door:
    """One way to an API: its address, its key, and the transports where they are not the usual ones."""

    settings: Settings
    key: Secret | None
    live: bool
    transport: Any = None  # httpx.BaseTransport; None opens sockets
    async_transport: Any = None  # httpx.AsyncBaseTransport; None opens sockets
    sandbox: Sandbox | None = None
    paced: bool = True  # the other side has rate limits
    guard: Guard | None = None  # where limits and failures are counted elsewhere; None is the usual place
    purse: Purse | None = None  # likewise for the budgets


def to_live(api_key: str | Secret | None = None, *, transport: Any = None, **options: Any) -> Door:
    """The door to the real API, or to whatever `base_url` names. Raises InvalidInput when there is no key."""
    key = find_key(api_key)
    if key is None:
        raise InvalidInput("there is no Venice API key", field="api_key", allowed="a key", do=HELP)
    given = {"transport": transport, "async_transport": transport}
    return Door(settings(**options), key, live=True, **given)


def to_sandbox(sandbox: Sandbox | None = None, *, kind: str = "ADMIN", **options: Any) -> Door:
    """The door to an embedded sandbox: in this process, no port, no thread, no key of yours, no cost.

    Options of the client are taken out; the rest go to the new sandbox.
    """
    from venice_nb.sandbox import Sandbox as Box  # noqa: PLC0415  loads only where it is wanted

    mine = {name: options.pop(name) for name in CLIENTS if name in options}
    # Nobody shares this sandbox, so it sets no pace unless asked to; the server of its own has a paid tier's.
    options = {"tier": "unlimited", "usd": 10.0, **options}
    box = Box(**options) if sandbox is None else sandbox
    key = Secret(box.admin_key if kind == "ADMIN" else box.inference_key)
    where = settings(base_url=box.base_url, **mine)
    return Door(
        where,
        key,
        live=False,
        transport=box.transport(),
        async_transport=box.async_transport(),
        sandbox=box,
        paced=box.state.tier != "unlimited",
    )


def choose(api_key: str | Secret | None = None, *, ask: bool = False, **options: Any) -> Door:
    """The real API where there is a key, else the sandbox; VENICE_SANDBOX=1 is always the sandbox."""
    if flag("VENICE_SANDBOX"):
        return to_sandbox(**_of_client(options))
    key = find_key(api_key)
    if key is None and ask:
        key = _ask()
    if key is None:
        return to_sandbox(**_of_client(options))
    return to_live(key, **options)


def _of_client(options: dict[str, Any]) -> dict[str, Any]:
    """The options that mean something for a sandbox as well."""
    return {name: options[name] for name in CLIENTS if name in options}


def _ask() -> Secret:
    """Ask for a key without showing it; only where somebody can answer."""
    import getpass  # noqa: PLC0415  only when asked for

    where = sys.modules.get("IPython")
    shell = where.get_ipython() if where is not None else None
    kernel = getattr(shell, "kernel", None)
    possible = getattr(kernel, "_allow_stdin", False) if kernel is not None else sys.stdin.isatty()
    if not possible:
        raise InvalidInput(
            "nobody can be asked for a key here: there is no live input", field="ask", value=True, do=HELP
        )
    return Secret(getpass.getpass("Venice API key (input hidden): "))
