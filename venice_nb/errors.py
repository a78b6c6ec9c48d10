"""Every failure of the toolkit, in one tree.

VeniceError                       anything that went wrong; says what, what to do, and whether it was charged
├── InvalidInput (ValueError)     refused before anything was sent; names the field, the value and the fix
├── APIError                      the server answered, and the answer was no
│   ├── BadRequest                400: the server refused the request's content
│   │   └── ContextTooLong        400: more tokens than the model can read
│   ├── AuthenticationError       401: the key was not accepted
│   │   ├── BadKey                the key is wrong, revoked or expired
│   │   ├── AdminKeyRequired      the route needs an ADMIN key
│   │   └── ProOnly               the model needs a paid plan
│   ├── PaymentRequired           402: no money for this
│   │   ├── InsufficientBalance   the account has no credit left
│   │   ├── KeySpendLimit         this key's own cap is reached; the account may be fine
│   │   └── NoKeySent             the server saw no key at all
│   ├── Forbidden                 403: this key may not do that
│   │   ├── RegionBlocked         the model is not offered in this country
│   │   ├── PrivacyForbidden      the key's privacy setting forbids the model
│   │   └── AccessDisabled        API access is switched off for the account
│   ├── NotFound                  404: no such thing
│   │   ├── ModelNotFound         no model of that name; carries suggestions
│   │   ├── CharacterNotFound     no character of that slug
│   │   └── MediaExpired          the media was deleted or has expired
│   ├── ConsentRequired           409: a policy must be accepted first
│   ├── Gone                      410: retired for good; may name a successor
│   ├── TooLarge                  413: more bytes than the server takes
│   ├── UnsupportedMediaType      415: wrong content type
│   ├── ContentRefused            422, or 200 with a black picture: the content was refused
│   ├── RateLimited               429: too much at once; carries the time to try again
│   │   ├── RequestLimit          requests per minute or day
│   │   ├── TokenLimit            tokens per minute
│   │   ├── Overloaded            the model is overloaded, the quota is fine
│   │   └── TooManyFailures       the server blocks after many failed requests
│   ├── ServerError               5xx: the server failed
│   │   ├── AtCapacity            503: the model is offline or full
│   │   └── GatewayTimeout        504: too slow for a reply in one piece
│   ├── Unsupported               501: this server does not offer the operation
│   └── UnreadableReply           a success that is not what it says it is; keeps the bytes
├── TransportError                no complete answer arrived
│   ├── NotSent                   the request never left; nothing was charged
│   └── UnknownOutcome            it left, the answer was lost: it may have been done and charged
├── StreamFailure                 a stream ended too early; keeps what had arrived
│   ├── StreamInterrupted         the connection was cut
│   └── StreamError               the server reported an error inside the stream
├── LocalLimit                    held back here, nothing was sent
│   ├── BreakerOpen               too many recent failures; the server would block this address
│   └── BudgetExceeded            the call would pass the budget
├── JobError                      a queued job failed
├── StillRunning (TimeoutError)   a job was not ready within the time given; it goes on
├── ToolError                     a tool could not be run (only raised when asked for)
├── ExtractionError               the reply does not fit the wanted shape; keeps the reply
└── UnsafeContent                 content that is not safe to open or to hold in memory
"""

from __future__ import annotations

import re
from typing import Any, Literal

Charged = Literal["yes", "no", "unknown"]

_CONTROL = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?"  # ANSI and OSC sequences
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # controls
    "|[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"  # bidi, unseen
    "|[\ud800-\udfff]"  # half a character, which no message of the kernel can carry
)
_KEY = re.compile(r"VENICE_(?:INFERENCE|ADMIN)_KEY_[\w-]+|(?i:Bearer)\s+[\x21-\x7e]{8,}")
_CAP = 2048  # characters of server text that are kept in a message
_LISTED = 200  # characters of what is allowed that a message lists


def plain(text: object, cap: int = _CAP) -> str:
    """`text` without control characters, escapes and keys, at most `cap` characters long."""
    cleaned = _KEY.sub("<key>", _CONTROL.sub("", str(text)))
    return cleaned if len(cleaned) <= cap else f"{cleaned[: cap - 1]}…"


class VeniceError(Exception):
    """Anything that went wrong, told in three parts: what happened, what was asked, what to do.

    Attributes:
        what: what happened, one sentence.
        asked: what was being asked, such as `POST /chat/completions (model llama-3.3-70b)`.
        do: what to try next.
        status: HTTP status, or None when no answer arrived.
        code: Venice's error code such as `RATE_LIMIT_EXCEEDED`, given by the server or derived from it.
        request_id: the id to quote to support (the `CF-RAY` header), or None.
        charged: "yes", "no" or "unknown".
        attempts: how many requests were sent.
        elapsed: seconds from the first attempt to the failure.

    """

    def __init__(
        self,
        what: str,
        *,
        asked: str = "",
        do: str = "",
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        charged: Charged = "no",
        attempts: int = 0,
        elapsed: float = 0.0,
        **details: Any,
    ) -> None:
        self.what = plain(what)
        super().__init__(self.what)
        self.asked = plain(asked)
        self.do = plain(do)
        self.status = status
        self.code = None if code is None else plain(code, 100)
        self.request_id = None if request_id is None else plain(request_id, 100)
        self.charged: Charged = charged
        self.attempts = attempts
        self.elapsed = elapsed
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        asked = self.asked and f"{self.asked}{self._effort()}"
        told = {"asked": asked, "allowed": self._allowed(), "do": self.do, "": self._facts()}
        lines = [f"{name}: {said}" if name else said for name, said in told.items() if said]
        return "\n  ".join([self.what, *lines])

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))

    def _allowed(self) -> str:
        """What is allowed, where it is short and neither sentence says it."""
        given = self.details.get("allowed")
        if not isinstance(given, str) or given.startswith("absent") or given in self.what + self.do:
            return ""
        return plain(given) if len(given) <= _LISTED else ""

    def _effort(self) -> str:
        return f", {self.attempts} attempts in {self.elapsed:.1f} s" if self.attempts > 1 else ""

    def _facts(self) -> str:
        facts = [f"status {self.status}"] if self.status is not None else []
        if self.code:
            facts.append(f"code {self.code}")
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        if self.asked:
            facts.append(f"charged: {self.charged}")
        return ", ".join(facts)

    def _render_traceback_(self) -> list[str]:
        """One screen for a notebook: the user's own line, then the message. No locals, no library frames."""
        return [*_own_frames(self), f"{type(self).__name__}: {self}"]


def _rebuild(kind: type[VeniceError], args: tuple[Any, ...], state: dict[str, Any]) -> VeniceError:
    error = kind.__new__(kind, *args)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


def _own_frames(error: BaseException) -> list[str]:
    import traceback  # noqa: PLC0415  only when something failed

    package = __file__.rsplit("/", 1)[0].rsplit("\\", 1)[0]
    foreign = ("/site-packages/", "\\site-packages\\", "/IPython/")
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(package) and not any(part in frame.filename for part in foreign)
    ]
    return [plain(f"line {frame.lineno}: {frame.line}", 300) for frame in frames[-2:] if frame.line]


class InvalidInput(VeniceError, ValueError):
    """Refused before anything was sent: names the field, the value, what is allowed and the fix.

    `field`, `value` and `allowed` are attributes.
    """

    def __init__(
        self, what: str, *, field: str = "", value: object = None, allowed: object = None, **more: Any
    ) -> None:
        super().__init__(what, field=field, value=value, allowed=allowed, **more)


class APIError(VeniceError):
    """The server answered with an error. `body` is what it sent (parsed, or text), `headers` its headers."""

    body: Any = None
    headers: Any = None


class BadRequest(APIError):
    """400. `issues` lists what the server named, each with a `path` and a `message`."""

    issues: tuple[Any, ...] = ()


class ContextTooLong(BadRequest):
    """400: more tokens than the model can read."""


class AuthenticationError(APIError):
    """401: the key was not accepted."""


class BadKey(AuthenticationError):
    """401: the key is wrong, revoked or expired."""


class AdminKeyRequired(AuthenticationError):
    """401 or 403: the route needs an ADMIN key."""


class ProOnly(AuthenticationError):
    """401: the model needs a paid plan."""


class PaymentRequired(APIError):
    """402: no money for this."""


class InsufficientBalance(PaymentRequired):
    """402: the account has no credit left."""


class KeySpendLimit(PaymentRequired):
    """402: this key's own spending cap is reached; the account may be fine."""


class NoKeySent(PaymentRequired):
    """402 with payment instructions: the server saw no key at all."""


class Forbidden(APIError):
    """403: this key may not do that."""


class RegionBlocked(Forbidden):
    """403: the model is not offered in this country."""


class PrivacyForbidden(Forbidden):
    """403: the key's privacy setting forbids the model."""


class AccessDisabled(Forbidden):
    """403: API access is switched off for the account."""


class NotFound(APIError):
    """404: no such thing."""


class ModelNotFound(NotFound):
    """404, or known before sending: no model of that name. `suggestions` holds close names."""

    suggestions: tuple[str, ...] = ()


class CharacterNotFound(NotFound):
    """404: no character of that slug."""


class MediaExpired(NotFound):
    """404: the media was deleted or has expired."""


class ConsentRequired(APIError):
    """409: a policy must be accepted first. Its text is `policy_text`, and is shown with the error."""

    def __str__(self) -> str:
        first, *rest = super().__str__().split("\n")
        roles, policy = self.details.get("face_media_roles"), self.details.get("policy_text")
        faces = f" (a face in: {', '.join(roles)})" if roles else ""
        told = f"\n  the policy: {plain(policy, 4000)}" if policy else ""
        return "\n".join([first + faces + told, *rest])


class Gone(APIError):
    """410: retired for good. `successor` names what to use instead, when the server tells."""

    successor: str | None = None


class TooLarge(APIError):
    """413: more bytes than the server takes."""


class UnsupportedMediaType(APIError):
    """415: wrong content type."""


class ContentRefused(APIError):
    """422, or 200 with a black picture: the content was refused.

    `suggested_prompt` and `credits_refunded` are set when told, `images` when pictures came all the same.
    """

    suggested_prompt: str | None = None
    recommended_model: str | None = None
    credits_refunded: bool | None = None
    images: tuple[Any, ...] = ()


class RateLimited(APIError):
    """429. `retry_after` is in seconds, `retry_at` a Unix time; None when the server gave no hint."""

    retry_after: float | None = None
    retry_at: float | None = None


class RequestLimit(RateLimited):
    """429: requests per minute or per day."""


class TokenLimit(RateLimited):
    """429: tokens per minute."""


class Overloaded(RateLimited):
    """429: the model is overloaded; the quota is fine."""


class TooManyFailures(RateLimited):
    """429: the server blocks this caller for a while after many failed requests."""


class ServerError(APIError):
    """5xx: the server failed."""


class AtCapacity(ServerError):
    """503: the model is offline or full."""


class GatewayTimeout(ServerError):
    """504: too slow for a reply in one piece."""


class Unsupported(APIError):
    """501: this server does not offer the operation."""


class UnreadableReply(APIError):
    """A success that is not what it says it is. `content` keeps the bytes, so that nothing paid is lost."""

    content: bytes = b""


class TransportError(VeniceError):
    """No complete answer arrived."""


class NotSent(TransportError):
    """The request never left this machine or was never accepted; nothing was charged."""


class UnknownOutcome(TransportError):
    """It was sent and the answer was lost: it may have been done and charged. Never sent again by itself."""


class StreamFailure(VeniceError):
    """A stream ended too early. `partial` is the reply so far; `text` its text."""

    partial: Any = None

    @property
    def text(self) -> str:
        """The text that had arrived."""
        return str(getattr(self.partial, "text", ""))


class StreamInterrupted(StreamFailure):
    """The connection was cut in mid-stream."""


class StreamError(StreamFailure):
    """The server reported an error inside the stream. `retry_after` is in seconds when it gave one."""

    retry_after: float | None = None


class LocalLimit(VeniceError):
    """Held back on this side; nothing was sent."""


class BreakerOpen(LocalLimit):
    """Too many recent failures: the server would block this address. `retry_after` is in seconds."""

    retry_after: float | None = None


class BudgetExceeded(LocalLimit):
    """The call would pass the budget that was set."""


class JobError(VeniceError):
    """A queued job failed."""


class StillRunning(VeniceError, TimeoutError):
    """A job was not ready within the time given. It goes on at the server."""


class ToolError(VeniceError):
    """A tool could not be run. Only raised when asked for; otherwise the model is told."""


class ExtractionError(VeniceError):
    """The reply does not fit the wanted shape, also after one repair. `reply` holds what came."""

    reply: Any = None


class UnsafeContent(VeniceError):
    """Content that is not safe to open or to hold in memory."""
