"""From an answer that says no to the error that tells why: every body shape, one tree.

API reference: "Error codes". The wire mostly carries a status and a sentence, so the status decides first,
then a code when there is one, then the sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from venice_nb import errors
from venice_nb.calls.advice import advice
from venice_nb.calls.codes import derived_code, is_discovery, kind_of
from venice_nb.calls.films.words import CONSENTS, example_of
from venice_nb.calls.raw_replies import MAKES_KEYS, without_secrets
from venice_nb.errors import APIError, StreamError, plain

if TYPE_CHECKING:
    from venice_nb.calls.call import Call, Received

TEXT_CAP = 300  # characters kept of a page that is not JSON
JSON_CAP = 1 << 20  # bytes of an error body that are looked at
ECHO = 24  # characters; a text of the request this long is cut out of the server's sentence

_TAGS = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_SUGGESTED = re.compile(
    r"(?:did you mean|similar(?: models?)?|use|try|replaced by|replacement)\b:?\s*(.{1,300})", re.IGNORECASE
)
_MODEL_ID = re.compile(r"[A-Za-z0-9]+(?:[._:/-][A-Za-z0-9]+)+")


class Issue(NamedTuple):
    """One thing the server found wrong with a request: where, and what."""

    path: str
    message: str
    code: str = ""


def failure(
    received: Received,
    call: Call[Any],
    *,
    attempts: int = 1,
    elapsed: float = 0.0,
    wait: float | None = None,
    server_time: float | None = None,
    models: Iterable[str] = (),
) -> APIError:
    """The error of an answer that is no success. Holds neither the key nor the text of the request.

    Args:
        received: the answer.
        call: what was asked.
        attempts: how many requests were sent.
        elapsed: seconds from the first of them.
        wait: seconds the server asks to wait, when it does.
        server_time: Unix time at the server, for `RateLimited.retry_at`.
        models: ids to look for close names in, when the model is unknown.

    """
    if call.operation in MAKES_KEYS:  # whoever made a key may tell it although something failed then
        received = replace(received, content=without_secrets(received.content[:JSON_CAP]))
    body = body_of(received)
    told = message_of(body) if isinstance(body, Mapping) else ""
    issues = issues_of(body)
    given = code_of(body)
    told = _without_echo(told, call)
    code = derived_code(received, call, given, told, body)
    kind = kind_of(received, call, code, told, body)
    details: dict[str, Any] = {"body": body, "headers": received.headers}
    if issubclass(kind, errors.BadRequest):
        details["issues"] = issues
    details.update(
        _particulars(kind, received, call, body, told, wait=wait, server_time=server_time, models=models)
    )
    return kind(
        _what(received, body, told, issues, call),
        asked=call.asked,
        do=advice(kind, code, details),
        status=received.status,
        code=code,
        request_id=_request_id(received, body),
        charged=_charged(received.status, call, body),
        attempts=attempts,
        elapsed=elapsed,
        **details,
    )


def stream_failure(
    error: Mapping[str, Any] | str,
    partial: Any,
    *,
    call: Call[Any] | None = None,
    request_id: str | None = None,
    attempts: int = 1,
    elapsed: float = 0.0,
) -> StreamError:
    """The error a stream carried inside. `error` is the object under "error"; `partial` what had arrived.

    Without the `call` it is taken for a paid one, and texts of the request cannot be told from the server's.
    """
    body = error if isinstance(error, Mapping) and "error" in error else {"error": error}
    told = _without_echo(message_of(body), call) or "the model stopped with an error"
    seconds = body.get("retry_after")
    inner = body["error"]
    if isinstance(inner, Mapping):
        seconds = inner.get("retry_after", seconds)
    retry_after = None
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 <= seconds < 1e9:
        retry_after = float(seconds)
    later = f"wait {retry_after:g} s, then ask again" if retry_after else "ask again"
    return StreamError(
        f"The stream ended with an error: {told}",
        asked=call.asked if call is not None else "",
        do=f"{later}; what had arrived is in .partial and .text",
        code=code_of(body),
        request_id=request_id,
        charged="unknown" if call is None or call.paid else "no",
        attempts=attempts,
        elapsed=elapsed,
        partial=partial,
        retry_after=retry_after,
    )


def body_of(received: Received) -> Any:
    """The parsed JSON of an answer; its text when it is something else."""
    content = received.content[:JSON_CAP]
    if content[:1].isspace():
        content = content.lstrip()
    if content[:1] in (b"{", b"["):
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            pass
    return content.decode("utf-8", "replace")


def readable(text: str) -> str:
    """At most 300 characters of a page, without its tags."""
    from html import unescape  # noqa: PLC0415  only for answers that are no JSON

    return plain(" ".join(unescape(_TAGS.sub(" ", text[:65_536])).split()), TEXT_CAP)


def message_of(body: Any) -> str:
    """The sentence of an error body: `error`, `error.message`, `message`, `detail`; empty without one."""
    if not isinstance(body, Mapping):
        return ""
    error = body.get("error")
    if isinstance(error, Mapping):
        error = error.get("message")
    said = (error, body.get("message"), body.get("detail"))
    found = [text.strip() for text in said if isinstance(text, str) and text.strip()]
    if len(found) > 1 and re.fullmatch(r"[A-Z0-9_]+|Payment required", found[0]):
        return found[1]  # a code stands where the sentence belongs
    return found[0] if found else ""


def code_of(body: Any) -> str | None:
    """The code of an error body: `code`, `error.code`, `error.type`, or an `error` spelled like a code."""
    if not isinstance(body, Mapping):
        return None
    error = body.get("error")
    inner = error if isinstance(error, Mapping) else {}
    for found in (body.get("code"), inner.get("code"), inner.get("type"), error):
        if isinstance(found, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{2,80}", found) and ("_" in found):
            return found
    return None


def issues_of(body: Any) -> tuple[Issue, ...]:
    """What the server found wrong, from `issues`, else from the tree in `details`.

    `detail` with `loc` and `msg`, and `errors`, are how other servers that speak this API write it.
    """
    if not isinstance(body, Mapping):
        return ()
    lists = (body.get(name) for name in ("issues", "detail", "errors"))
    found = [
        Issue(
            _path(row.get("path", row.get("loc"))),
            plain(row.get("message", row.get("msg", "")), 300),
            plain(row.get("code", row.get("type", "")), 60),
        )
        for row in next((rows for rows in lists if isinstance(rows, list)), [])[:50]
        if isinstance(row, Mapping)
    ]
    return tuple(found or list(_tree(body.get("details"), ()))[:50])


def _path(path: object) -> str:
    parts = path if isinstance(path, list) else [path] if path is not None else []
    return plain(".".join(str(part) for part in parts), 200)


def _tree(node: object, path: tuple[str, ...]) -> Iterator[Issue]:
    if not isinstance(node, Mapping) or len(path) > 20:
        return
    messages = node.get("_errors")
    for text in messages if isinstance(messages, list) else []:
        yield Issue(".".join(path), plain(text, 300))
    for name, child in node.items():
        if name != "_errors":
            yield from _tree(child, (*path, plain(name, 100)))


def _what(received: Received, body: Any, told: str, issues: tuple[Issue, ...], call: Call[Any]) -> str:
    if 300 <= received.status < 400:
        host = urlsplit(received.headers.get("location", "")).hostname
        where = f" to {host}" if host else ""
        return (
            f"The server answered with a redirect{where}; redirects are never followed, so nothing was done."
        )
    if isinstance(body, str):
        text = _without_echo(readable(body), call)
        name = _NAMES.get(received.status, "an answer that is no JSON")
        return f"The server answered {received.status}: {text or name}"
    if is_discovery(received, body):
        return "No key reached the server: it answered with how to pay without one."
    if not told:
        told = _NAMES.get(received.status, f"the server answered {received.status}")
    detail = body.get("details") if isinstance(body, Mapping) else None
    if issues:
        listed = [f"{issue.path}: {issue.message}" if issue.path else issue.message for issue in issues[:4]]
        more = f"; and {len(issues) - 4} more" if len(issues) > 4 else ""
        told = f"{told.rstrip('.')}: {_without_echo('; '.join(listed), call)}{more}"
    elif isinstance(detail, str) and detail.strip() and detail.strip() not in told:
        told = f"{told.rstrip('.')}: {_without_echo(plain(detail, 500), call)}"
    return told


_NAMES = {
    400: "the request was refused",
    401: "the key was not accepted",
    402: "payment required",
    403: "not allowed",
    404: "not found",
    408: "the server gave up waiting for the request",
    409: "a policy must be accepted first",
    410: "gone for good",
    413: "the request is too large",
    415: "the content type is not supported",
    422: "the content was refused",
    429: "too many requests",
    500: "the server failed",
    501: "the server does not offer this",
    502: "the server behind the gateway failed",
    503: "the service is not available",
    504: "the gateway gave up waiting for the model",
}


def _particulars(
    kind: type[APIError],
    received: Received,
    call: Call[Any],
    body: Any,
    told: str,
    *,
    wait: float | None,
    server_time: float | None,
    models: Iterable[str],
) -> dict[str, Any]:
    """The attributes that only some errors have."""
    inner = body.get("error") if isinstance(body, Mapping) else None
    fields = {**body, **inner} if isinstance(inner, Mapping) else body if isinstance(body, Mapping) else {}
    if issubclass(kind, errors.RateLimited):
        at = None if wait is None or server_time is None else server_time + wait
        return {"retry_after": wait, "retry_at": at}
    if kind is errors.ContentRefused:
        refunded = fields.get("credits_refunded")
        return {
            "suggested_prompt": _text(fields.get("suggested_prompt")),
            "recommended_model": _text(fields.get("recommended_model")),
            "credits_refunded": refunded if isinstance(refunded, bool) else None,
        }
    if kind is errors.ConsentRequired:
        consent = fields.get("consent")
        policy = consent if isinstance(consent, Mapping) else {}
        roles = fields.get("face_media_roles")
        return {
            "policy_text": _text(policy.get("policy_text")),
            "consent_version": policy.get("consent_version"),
            "face_media_roles": tuple(map(plain, roles)) if isinstance(roles, list) else (),
            "consents": _consents(fields.get("consent_flow")),
        }
    if kind is errors.ModelNotFound:
        return {"suggestions": _suggestions(told, call.model, models)}
    if kind is errors.Gone:
        return {"successor": _successor(received, told, call.model)}
    if kind is errors.ContextTooLong:
        found = re.search(r"(?:maximum|limit|context)\D{0,60}?(\d[\d,]{2,12})", told, re.IGNORECASE)
        return {"context_length": int(found[1].replace(",", "")) if found else None}
    return {}


def _consents(flow: object) -> dict[str, dict[str, bool]] | None:
    """What to send once everything in the policy is agreed to; None for a provider that is not known here."""
    return example_of(flow) if isinstance(flow, str) and flow in CONSENTS else None


def _text(value: object) -> str | None:
    return plain(value) if isinstance(value, str) and value.strip() else None


def _suggestions(told: str, model: str, models: Iterable[str]) -> tuple[str, ...]:
    import difflib  # noqa: PLC0415  only for a model that was not found

    found = _SUGGESTED.search(told)
    named = [name.rstrip(".") for name in _MODEL_ID.findall(found[1])] if found else []
    close = difflib.get_close_matches(model, list(models), n=3, cutoff=0.5) if model else []
    return tuple(dict.fromkeys(name for name in (*named, *close) if name != model))[:5]


def _successor(received: Received, told: str, model: str) -> str | None:
    linked = re.search(
        r'<([^<>\s]{1,300})>\s*;[^,]*\brel="?[^",;]*successor',
        received.headers.get("link", ""),
        re.IGNORECASE,
    )
    if linked:
        return plain(linked[1], 300)
    published = received.headers.get("x-venice-deprecated-replacement")
    if published:
        return plain(published, 200)
    path = re.search(
        r"(?:use|moved to|replaced by|instead)\D{0,20}?(?:GET|POST)?\s*(/[\w/.{}-]{2,100})",
        told,
        re.IGNORECASE,
    )
    if path:
        return plain(path[1].rstrip("."), 200)
    return next(iter(_suggestions(told, model, ())), None)


def _request_id(received: Received, body: Any) -> str | None:
    inside = body.get("request_id") if isinstance(body, Mapping) else None
    headers = received.headers
    return (
        headers.get("cf-ray") or headers.get("x-request-id") or (inside if isinstance(inside, str) else None)
    )


def _charged(status: int, call: Call[Any], body: Any) -> errors.Charged:
    refunded = body.get("credits_refunded") if isinstance(body, Mapping) else None
    inner = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(inner, Mapping):
        refunded = inner.get("credits_refunded", refunded)
    if isinstance(refunded, bool):
        return "no" if refunded else "yes"
    if call.per_success and status in (500, 502):
        return "no"
    if call.paid and (status == 408 or (status >= 500 and status not in (501, 503, 505))):
        return "unknown"
    return "no"


def _without_echo(told: str, call: Call[Any] | None) -> str:
    """The server's sentence without texts of the request, which may be private."""
    if not told or call is None:
        return told
    for text in sorted((*_texts(call.body, 0), *_texts(call.form, 0)), key=len, reverse=True):
        told = told.replace(text, "<your text>")
    return told


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= ECHO:
            yield value
    elif depth < 6 and isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in ("model", "modelId"):
                yield from _texts(inner, depth + 1)
    elif depth < 6 and isinstance(value, (list, tuple)):
        for inner in value[:256]:
            yield from _texts(inner, depth + 1)
