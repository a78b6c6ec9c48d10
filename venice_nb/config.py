"""Settings of a client: where to send, how long to wait, what to show. Read once, then frozen."""

from __future__ import annotations

import math
import os
import re
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from venice_nb.errors import InvalidInput, plain
from venice_nb.secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_URL = "https://api.venice.ai/api/v1"
YEAR = 31_536_000.0  # seconds; nobody waits longer
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_VISIBLE = re.compile(
    r"[\x21-\x5b\x5d-\x7e]+"
)  # no spaces, no backslash, nothing that looks like another letter
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]+")
_INDEX = 64 << 20  # bytes of a git index that are worth reading


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
        out: the folder for what was made: films, music, and pictures and speech that were paid for.

    """

    base_url: str = BASE_URL
    timeout: float | None = None
    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    max_retries: int | None = None
    show: bool | None = None
    default_model: str = ""
    out: Path = Path("venice_out")


def flag(name: str, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the environment variable `name` says yes (1, true, yes, on)."""
    return (environment or os.environ).get(name, "").strip().lower() in _TRUE


def check_base_url(url: str) -> str:
    """`url` without a trailing slash.

    Raises InvalidInput for plain http to another machine (the key would travel in the clear), a user name or
    password in the URL, a query or a fragment.
    """
    parts = _split(url)
    problem = ""
    if parts.scheme not in {"https", "http"}:
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
            value=f"{parts.scheme}://{host}" if host else "<hidden>" if "@" in str(url) else repr(url)[:40],
            allowed="https://host/path, or http:// for localhost, 127.0.0.1 and ::1",
            do=f"leave it out for {BASE_URL}, or give a URL such as https://proxy.example.org/api/v1",
        )
    return url.strip().rstrip("/")


def _split(url: Any) -> SplitResult:
    """The parts of a URL; empty ones when it is none, or when two readers could read it differently."""
    nothing = urlsplit("")
    if not isinstance(url, str) or not _VISIBLE.fullmatch(url.strip()):
        return nothing
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return nothing
    return parts if _HOST.fullmatch(host) and port != 0 else nothing


def check_proxy(url: str | None) -> str | None:
    """`url` when it is the URL of a proxy or None; InvalidInput, never showing a password, otherwise."""
    if url is None:
        return None
    scheme = _split(url).scheme
    known = ["http", "https", *(["socks5", "socks5h"] if find_spec("socksio") else [])]
    if scheme in known:
        return url.strip()
    socks = scheme.startswith("socks")
    raise InvalidInput(
        "a SOCKS proxy needs the package socksio" if socks else "proxy is not the URL of a proxy",
        field="proxy",
        value=f"{scheme}://…" if scheme else "<hidden>",
        allowed=" or ".join(f"{each}://host:port" for each in known),
        do="pip install 'httpx[socks]'" if socks else "give a URL such as http://proxy.example.org:8080",
    )


def check_seconds(field: str, value: float | None) -> float | None:
    """`value` when it is a positive finite number of seconds or None; InvalidInput otherwise."""
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf or value > YEAR:
        raise InvalidInput(
            f"{field}={plain(repr(value), 40)} is not a waiting time",
            field=field,
            value=plain(repr(value), 40),
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
    default_model: Any = "",
    out: Any = None,
) -> Settings:
    """Checked settings; `base_url` falls back to VENICE_BASE_URL, then to the official address.

    `default_model` is a name, or a model with an `id`. `out` falls back to VENICE_OUT, then to `venice_out`.
    """
    if show is not None and not isinstance(show, bool):
        raise InvalidInput(
            f"show={plain(repr(show), 40)} is neither True nor False",
            field="show",
            value=plain(repr(show), 40),
            allowed="True, False or None",
            do="leave it out to show replies where there is a notebook",
        )
    default_model = getattr(default_model, "id", default_model)
    if not isinstance(default_model, str):
        raise InvalidInput(
            f"default_model is a {type(default_model).__name__}",
            field="default_model",
            value=plain(repr(default_model), 40),
            allowed="the id, trait or alias of a model",
            do='leave it out for the server\'s default, or give a name such as "fastest"',
        )
    return Settings(
        base_url=check_base_url(base_url or os.environ.get("VENICE_BASE_URL") or BASE_URL),
        timeout=check_seconds("timeout", timeout),
        proxy=check_proxy(proxy),
        max_retries=check_retries(max_retries),
        show=show,
        default_model=default_model.strip(),
        out=check_folder(out if out is not None else os.environ.get("VENICE_OUT") or "venice_out"),
    )


def check_folder(value: Any) -> Path:
    """The folder for what is made; it is only created when something is to be written there."""
    if not isinstance(value, str | os.PathLike) or isinstance(value, bytes) or "\0" in str(value):
        raise InvalidInput(
            f"out is a {type(value).__name__}, not a folder",
            field="out",
            value=plain(repr(value), 40),
            allowed="the path of a folder",
            do="leave it out for venice_out in the working folder",
        )
    folder = Path(value).expanduser()
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(
            f"{plain(folder.name, 60)} is a file, not a folder",
            field="out",
            value=plain(folder, 120),
            allowed="the path of a folder",
            do="give another name",
        )
    return folder


def find_key(api_key: str | Secret | None = None) -> Secret | None:
    """The key from the argument, VENICE_API_KEY, or the nearest `.env`; None when there is none.

    The environment is never changed, and a blank variable counts as none. Warns when others can read the
    file or git has it in its index.
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
        if file.is_file() and (place == folder or _ours(file)):
            from dotenv import dotenv_values  # noqa: PLC0415  only when there is a file to read

            value = (dotenv_values(file, interpolate=False).get("VENICE_API_KEY") or "").strip()
            if value:
                _warn_of(file)
            return value
        if place == home:
            break
    return ""


def _ours(file: Path) -> bool:
    """Whether a file further up belongs to this user or to the system: nobody else chooses our key."""
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return True
    return file.stat().st_uid in {os.geteuid(), 0}


def _warn_of(file: Path) -> None:
    """Say so when a key lies open."""
    trouble = []
    if os.name == "posix" and file.stat().st_mode & 0o077:
        trouble.append("other users of this machine can read it (chmod 600 .env)")
    if tracked(file):
        trouble.append("git keeps it (git rm --cached .env, add it to .gitignore, and make a new key)")
    if trouble:
        warnings.warn(
            f"The .env file in {file.parent.name or '/'} holds a key and " + "; ".join(trouble), stacklevel=2
        )


def tracked(file: Path) -> bool:
    """Whether git's index names the file; git itself is not run, as it runs what the folder configures."""
    for place in file.parents:
        index = place / ".git" / "index"
        if not (place / ".git").exists():
            continue
        try:
            if index.stat().st_size > _INDEX:
                return False
            content = index.read_bytes()
        except OSError:
            return False
        # Versions 2 and 3 spell each path out after its length and end it with NUL; 4 shares beginnings.
        path = file.relative_to(place).as_posix().encode()
        entry = len(path).to_bytes(2, "big") + path + b"\0"
        return content[4:8] in {b"\0\0\0\2", b"\0\0\0\3"} and entry in content
    return False
