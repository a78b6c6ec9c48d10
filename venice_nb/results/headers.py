"""What the server says beside an answer: balance, limits, deprecation, request id.

API reference: "Rate limits" and "Response headers". Header values are text on the wire, whatever the
specification types them as.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from venice_nb.results.reading import flag, number

# Never kept: they let someone act in the owner's name, and results are pickled and saved.
_SECRET = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization", "sign-in-with-x"})


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account held before the request: US dollars and DIEM (worth 1 dollar each); None: not told."""

    usd: float | None = None
    diem: float | None = None

    @property
    def total(self) -> float | None:
        """Both together; None when neither was told."""
        told = [part for part in (self.usd, self.diem) if part is not None]
        return sum(told) if told else None


@dataclass(frozen=True, slots=True)
class Limit:
    """One rate limit: how many, how many are left, and in how many seconds it starts anew."""

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The rate limits an answer tells about; `type` says whose they are: user, api_key or global."""

    requests: Limit = Limit()
    tokens: Limit = Limit()
    failures: Limit = Limit()
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A model on its way out: what the server warns of, when it goes, and what replaces it."""

    warning: str = ""
    date: str | None = None
    replacement: str | None = None


class Headers(Mapping[str, str]):
    """The headers of an answer, found by name in any case. Cookies and credentials are dropped."""

    __slots__ = ("_received", "_values")

    def __init__(self, values: Mapping[str, str] | None = None, *, received: float | None = None) -> None:
        self._values = {
            str(name).lower(): str(value)
            for name, value in (values or {}).items()
            if str(name).lower() not in _SECRET
        }
        self._received = received  # Unix time of the answer; None asks the server's clock, then ours

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._values, self._received)

    @property
    def balance(self) -> Balance:
        """US dollars and DIEM before the request."""
        return Balance(
            number(self.get("x-venice-balance-usd")),
            number(self.get("x-venice-balance-diem")),
        )

    @property
    def limits(self) -> Limits:
        """Requests and tokens of the model, and the failures left before the server blocks the caller."""
        return Limits(
            requests=self._limit("-requests"),
            tokens=self._limit("-tokens"),
            failures=Limit(
                None, self._whole("x-ratelimit-remaining"), self._seconds(self.get("x-ratelimit-resets"))
            ),
            type=self.get("x-ratelimit-type"),
        )

    @property
    def deprecation(self) -> Deprecation | None:
        """The warning that the model will be retired, or None."""
        warning = self.get("x-venice-model-deprecation-warning", "")
        date = self.get("x-venice-model-deprecation-date")
        replacement = self.get("x-venice-deprecated-replacement")
        if not (warning or date or replacement or flag(self.get("x-venice-deprecated"))):
            return None
        return Deprecation(warning, date, replacement)

    @property
    def request_id(self) -> str | None:
        """The id to quote to support."""
        return self.get("cf-ray") or self.get("x-request-id")

    @property
    def model(self) -> str | None:
        """The model that answered."""
        return self.get("x-venice-model-id")

    @property
    def blurred(self) -> bool:
        """Safe mode blurred the image."""
        return flag(self.get("x-venice-is-blurred"))

    @property
    def content_violation(self) -> bool:
        """The content was held back: against the rules, against the adult rules, or showing a minor."""
        return any(
            flag(self.get(name))
            for name in (
                "x-venice-is-content-violation",
                "x-venice-is-adult-model-content-violation",
                "x-venice-contains-minor",
            )
        )

    @property
    def enhanced_prompt(self) -> str | None:
        """The prompt as the server rewrote it."""
        found = self.get("x-venice-enhanced-prompt")
        return None if found is None else unquote(found)

    @property
    def sandbox(self) -> bool:
        """The answer comes from the sandbox."""
        return flag(self.get("x-venice-sandbox"))

    def _limit(self, suffix: str) -> Limit:
        return Limit(
            self._whole(f"x-ratelimit-limit{suffix}"),
            self._whole(f"x-ratelimit-remaining{suffix}"),
            self._seconds(self.get(f"x-ratelimit-reset{suffix}")),
        )

    def _whole(self, name: str) -> int | None:
        found = number(self.get(name))
        return None if found is None else int(found)

    def _seconds(self, value: str | None) -> float | None:
        """Seconds until a reset, whose unit the sources disagree on, so its size decides.

        At least 1e11 is a Unix time in milliseconds, at least 1e8 one in seconds, less is a duration.
        """
        found = number(value)
        if found is None:
            return None
        if found >= 1e8:
            found = (found / 1000 if found >= 1e11 else found) - self._now()
        return max(found, 0.0)

    def _now(self) -> float:
        if self._received is not None:
            return self._received
        from email.utils import parsedate_to_datetime  # noqa: PLC0415  only when a reset time is asked for

        try:
            return parsedate_to_datetime(self._values["date"]).timestamp()
        except (KeyError, ValueError, TypeError, OverflowError):
            return time.time()


def _rebuild(values: dict[str, str], received: float | None) -> Headers:
    return Headers(values, received=received)
