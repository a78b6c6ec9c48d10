"""Settings of a client: where to send, how long to wait, what to show. Read once, then frozen."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from venice_nb.errors import InvalidInput
from venice_nb.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://api.venice.ai/api/v1"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client was told.

    Attributes:
        base_url: without a trailing slash; https, or http for this machine only.
        timeout: seconds for one attempt, overriding the per-endpoint values; None keeps those.
        proxy: URL of a proxy; nothing is taken from the environment.
        max_retries: how often a refused or failed request is tried again; None follows the policy.
        show: True streams replies into the notebook, False never, None where there is a notebook.
        default_model: used by chat where no model is named; empty means the server's default trait.

    """

    base_url: str = BASE_URL
    timeout: float | None = None
    proxy: str | None = None
    max_retries: int | None = None
    show: bool | None = None
    default_model: str = ""


def flag(name: str, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the environment variable `name` says yes (1, true, yes, on)."""
    return (environment or os.environ).get(name, "").strip().lower() in _TRUE


def check_base_url(url: str) -> str:
    """`url` without a trailing slash.

    Raises InvalidInput for plain http to another machine (the key would travel in the clear), a user name or
    password in the URL, a query or a fragment.
    """
    parts = urlsplit(url.strip()) if isinstance(url, str) else urlsplit("")
    problem = ""
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        problem = "base_url is not an http(s) URL"
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        problem = "base_url is plain http to another machine, so the key would travel in the clear"
    elif parts.username is not None or parts.password is not None:
        problem = "base_url holds a user name or password"
    elif parts.query or parts.fragment:
        problem = "base_url holds a query or a fragment"
    if problem:
        host = parts.hostname or ""
        raise InvalidInput(
            problem,
            field="base_url",
            value=f"{parts.scheme}://{host}" if host else repr(url)[:40],
            allowed="https://host/path, or http:// for localhost, 127.0.0.1 and ::1",
            do=f"leave it out for {BASE_URL}, or give a URL such as https://proxy.example.org/api/v1",
        )
    return url.strip().rstrip("/")


def check_seconds(field: str, value: float | None) -> float | None:
    """`value` when it is a positive finite number of seconds or None; InvalidInput otherwise."""
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise InvalidInput(
            f"{field}={value!r} is not a waiting time",
            field=field,
            value=value,
            allowed="a positive number of seconds, or None",
            do=f"give seconds such as {field}=30, or leave it out",
        )
    return float(value)


def check_retries(value: int | None) -> int | None:
    """`value` when it is a whole number from 0 to 10 or None; InvalidInput otherwise."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10:
        raise InvalidInput(
            f"max_retries={value!r} is not a number of retries",
            field="max_retries",
            value=value,
            allowed="a whole number from 0 to 10, or None",
            do="0 never tries again; leave it out for the policy per endpoint",
        )
    return value


def settings(
    *,
    base_url: str | None = None,
    timeout: float | None = None,
    proxy: str | None = None,
    max_retries: int | None = None,
    show: bool | None = None,
    default_model: str = "",
) -> Settings:
    """Checked settings; `base_url` falls back to VENICE_BASE_URL, then to the official address."""
    return Settings(
        base_url=check_base_url(base_url or os.environ.get("VENICE_BASE_URL") or BASE_URL),
        timeout=check_seconds("timeout", timeout),
        proxy=proxy,
        max_retries=check_retries(max_retries),
        show=show,
        default_model=default_model,
    )


def find_key(api_key: str | Secret | None = None) -> Secret | None:
    """The key from the argument, VENICE_API_KEY, or the nearest `.env`; None when there is none.

    The environment is never changed, and a blank variable counts as none.
    """
    if isinstance(api_key, Secret):
        return api_key
    if api_key is not None:
        return Secret(api_key)
    if os.environ.get("VENICE_API_KEY", "").strip():
        return Secret(os.environ["VENICE_API_KEY"])
    value = _from_dotenv(Path.cwd())
    return Secret(value) if value else None


def _from_dotenv(folder: Path) -> str:
    """VENICE_API_KEY out of `.env` in `folder` or the nearest parent that has one, stopping at home."""
    home = Path.home()
    for place in (folder, *folder.parents):
        file = place / ".env"
        if file.is_file():
            from dotenv import dotenv_values  # noqa: PLC0415  only when there is a file to read

            return (dotenv_values(file, interpolate=False).get("VENICE_API_KEY") or "").strip()
        if place == home:
            break
    return ""
