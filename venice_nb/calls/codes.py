"""Venice's error codes and the error class each stands for.

API reference: "Error codes". The wire often carries no code, only a status and a sentence; the code is then
derived from the two, so that users can rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from venice_nb import errors
from venice_nb.calls.call import Call, Received, Safety

# (status, what the sentence or the path says, code); the first that fits
_DERIVED: tuple[tuple[int, str, str], ...] = (
    (400, r"request id is invalid|queue_?id", "REQUEST_ID_NOT_FOUND"),
    (400, r"context (?:length|window)|too many (?:input )?tokens|maximum context", "TOO_MANY_TOKENS"),
    (400, r"(?:invalid|unknown|specified) model|model id|model \S+ (?:is )?not", "INVALID_MODEL"),
    (400, r"audio.{0,40}(?:format|decode|accepted)|(?:format|decode).{0,30}audio", "INVALID_AUDIO_FORMAT"),
    (400, r"video.{0,40}(?:format|decode|accepted)|(?:format|decode).{0,30}video", "INVALID_VIDEO_FORMAT"),
    (400, r"image.{0,40}(?:too small|at least|minimum)", "IMAGE_TOO_SMALL"),
    (400, r"image.{0,40}(?:decode|corrupt|invalid image)|corrupt.{0,30}image", "CORRUPTED_IMAGE"),
    (400, r"content-type", "INVALID_CONTENT_TYPE"),
    (400, r"", "INVALID_REQUEST"),
    (401, r"\badmin\b", ""),
    (401, r"\bpro\b|paid plan|upgrade|subscri\w+ to", "PRO_ONLY_MODEL"),
    (401, r"inactive|lapsed", "AUTHENTICATION_FAILED_INACTIVE_KEY"),
    (401, r"x402|sign.?in.with", "X402_INVALID_SIGN_IN"),
    (401, r"", "AUTHENTICATION_FAILED"),
    (402, r"diem.{0,60}limit|limit.{0,60}diem", "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED"),
    (402, r"usd.{0,60}limit|limit.{0,60}usd|spend(?:ing)? (?:limit|cap)", "API_KEY_USD_SPEND_LIMIT_EXCEEDED"),
    (402, r"", "INSUFFICIENT_BALANCE"),
    (403, r"\badmin\b|country|region|geograph|your location|jurisdiction", ""),
    (403, r"disabled|suspended|account (?:is )?blocked", "API_ACCESS_DISABLED"),
    (403, r"wallet", "X402_WALLET_MISMATCH"),
    (403, r"", "UNAUTHORIZED"),
    (404, r"character", "CHARACTER_NOT_FOUND"),
    (404, r"media|expired|/retrieve|/complete|/video/|/audio/", "MEDIA_NOT_FOUND"),
    (404, r"model", "MODEL_NOT_FOUND"),
    (409, r"consent", "needs_consent"),
    (413, r"", "PAYLOAD_TOO_LARGE"),
    (415, r"", "INVALID_CONTENT_TYPE"),
    (422, r"duration.{0,40}long|too long", "VIDEO_DURATION_TOO_LONG"),
    (422, r"duration.{0,40}short|too short", "VIDEO_DURATION_TOO_SHORT"),
    (422, r"aspect.?ratio", "IMAGE_ASPECT_RATIO_OUT_OF_BOUNDS"),
    (422, r"image.{0,40}too large|pixels", "IMAGE_TOO_LARGE"),
    (422, r"polic|violat|moderat|safety|prohibited|not allowed|sensitive", "CONTENT_POLICY_VIOLATION"),
    (422, r"/audio/transcriptions", "ASR_UPSTREAM_VALIDATION_FAILED"),
    (422, r"", "CONTENT_POLICY_VIOLATION"),
    (429, r"too many failed|unsupported feature", ""),
    (429, r"overload|at capacity|is busy|high demand", "MODEL_OVERLOADED"),
    (429, r"", "RATE_LIMIT_EXCEEDED"),
    (500, r"/image/upscale", "UPSCALE_FAILED"),
    (500, r"/image/(?:multi-)?edit|/image/background", "IMAGE_EDIT_ERROR"),
    (500, r"/chat/|/responses|/embeddings|/image|/audio/[st]|inference", "INFERENCE_FAILED"),
    (500, r"", "UNKNOWN_ERROR"),
    (502, r"attestation", "TEE_ATTESTATION_FAILED"),
    (502, r"signature", "TEE_SIGNATURE_FAILED"),
    (502, r"/audio/transcriptions", "ASR_UPSTREAM_FAILED"),
    (503, r"capacity", "MODEL_AT_CAPACITY"),
    (503, r"model|offline|/chat/|/embeddings|/image|/audio|/video", "MODEL_OFFLINE"),
    (504, r"", "REQUEST_TIMEOUT"),
)  # fmt: skip
_RULES = [(status, re.compile(pattern, re.IGNORECASE), code) for status, pattern, code in _DERIVED]

# Codes that say how a message is shaped, not what went wrong.
_SHAPES = frozenset(
    {"invalid_request_error", "server_error", "api_error", "rate_limit_error", "not_found_error"}
)
_ALIASES = {"context_length_exceeded": "TOO_MANY_TOKENS", "model_not_found": "MODEL_NOT_FOUND"}

_BY_CODE: dict[str, type[errors.APIError]] = {
    "TOO_MANY_TOKENS": errors.ContextTooLong,
    "PRO_ONLY_MODEL": errors.ProOnly,
    "AUTHENTICATION_FAILED": errors.BadKey,
    "AUTHENTICATION_FAILED_INACTIVE_KEY": errors.BadKey,
    "INSUFFICIENT_BALANCE": errors.InsufficientBalance,
    "PAYMENT_REQUIRED": errors.InsufficientBalance,
    "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED": errors.KeySpendLimit,
    "API_KEY_USD_SPEND_LIMIT_EXCEEDED": errors.KeySpendLimit,
    "API_ACCESS_DISABLED": errors.AccessDisabled,
    "MODEL_NOT_FOUND": errors.ModelNotFound,
    "CHARACTER_NOT_FOUND": errors.CharacterNotFound,
    "MEDIA_NOT_FOUND": errors.MediaExpired,
    "MODEL_OVERLOADED": errors.Overloaded,
}
_BY_STATUS: dict[int, type[errors.APIError]] = {
    400: errors.BadRequest,
    401: errors.AuthenticationError,
    402: errors.PaymentRequired,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.ConsentRequired,
    410: errors.Gone,
    413: errors.TooLarge,
    415: errors.UnsupportedMediaType,
    422: errors.ContentRefused,
    429: errors.RateLimited,
    501: errors.Unsupported,
    503: errors.AtCapacity,
    504: errors.GatewayTimeout,
}


def derived_code(
    received: Received, call: Call[Any], given: str | None, told: str, body: Any = None
) -> str | None:
    """Venice's code: as given, else from the status, the sentence and the path."""
    if given is not None and given not in _SHAPES:
        return _ALIASES.get(given, given)
    if is_discovery(received, body):
        return None
    text = f"{call.path}\n{told}"
    for status, pattern, code in _RULES:
        if status == received.status and pattern.search(text):
            return code or None
    return given


def kind_of(
    received: Received, call: Call[Any], code: str | None, told: str, body: Any
) -> type[errors.APIError]:
    """The class of errors.py that fits."""
    status = received.status
    if status == 402 and is_discovery(received, body):
        return errors.NoKeySent
    if status == 429:
        return _limited(received, code, told)
    if status in (401, 403) and re.search(r"\badmin\b", told, re.IGNORECASE):
        return errors.AdminKeyRequired
    if status == 403:
        if re.search(r"country|region|geograph|your location|jurisdiction", told, re.IGNORECASE):
            return errors.RegionBlocked
        if code == "UNAUTHORIZED" and re.search(r"privacy|private|anonymi[sz]ed", told, re.IGNORECASE):
            return errors.PrivacyForbidden
    if status == 404 and code is None and call.safety is Safety.POLL:
        return errors.MediaExpired
    fits = _BY_STATUS.get(status) or (errors.ServerError if status >= 500 else errors.APIError)
    special = _BY_CODE.get(code or "", fits)
    return special if issubclass(special, fits) else fits


def is_discovery(received: Received, body: Any) -> bool:
    """Whether a 402 explains how to pay without a key: the server saw none."""
    if received.status != 402:
        return False
    told = isinstance(body, Mapping) and "x402Version" in body and "reason" not in body
    return told or "payment-required" in received.headers


def _limited(received: Received, code: str | None, told: str) -> type[errors.RateLimited]:
    headers = received.headers
    if re.search(r"too many failed|unsupported feature", told, re.IGNORECASE):
        return errors.TooManyFailures
    if code == "MODEL_OVERLOADED":
        return errors.Overloaded
    if headers.get("x-ratelimit-remaining-requests") == "0":
        return errors.RequestLimit
    if headers.get("x-ratelimit-remaining-tokens") == "0" or re.search(
        r"\btokens?\b|\bTPM\b", told, re.IGNORECASE
    ):
        return errors.TokenLimit
    if "x-ratelimit-remaining-requests" in headers and "retry-after" in headers:
        return errors.Overloaded  # the quota is not used up, yet the model asks to wait
    return errors.RequestLimit
