"""The pure core: a request and the sandbox's state in, a response out. No I/O, no waiting."""

from __future__ import annotations

import logging
import re
from codecs import BOM_UTF8 as BOM
from email.utils import formatdate
from math import inf
from typing import TYPE_CHECKING, Any

import orjson

from . import auth, downloads, faults, limits, money, photos
from .ask import Ask
from .exchange import Refusal, Response, compressed, inflated
from .forms import fields
from .routes.table import Route, match, methods, shape
from .schema import Issue, Path, issue, refusal, refused
from .state import VERSION, Asked, iso

if TYPE_CHECKING:
    from .exchange import Request
    from .state import State

LOG = logging.getLogger("venice_nb.sandbox")
BASE = "/api/v1"
# Paths whose answers may take longer than an event loop should wait: the doors compute them in a thread.
SLOW = (
    *(f"{BASE}/{path}" for path in ("image", "audio/", "video/", "augment/text-parser")),
    *(downloads.ROOT, photos.ROOT),
)
JSON = "application/json"
JSON_CAP = 35 * 1024 * 1024  # bytes
FORM_CAP = 26 * 1024 * 1024  # a 25 MB file and its frame

# On every reply, also over HTTP: nothing here is a page.
ALWAYS = {
    "x-venice-sandbox": "true",
    "x-venice-version": VERSION,
    "x-venice-host-name": "sandbox",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'",
}


def answer(request: Request, state: State) -> Response:
    """The response to a request; the state remembers both."""
    ask = Ask(state, request, state.serial(), state.clock())
    before = money.balance_headers(state)
    path = request.path.removeprefix(BASE)
    fault = faults.next_fault(state, request, path)
    if fault and not fault.after and (fault.replaces or fault.drop):
        response = faults.scripted(fault) if fault.replaces else Response(0, {})
    else:
        response = _handled(ask, path if request.path.startswith(BASE + "/") else "")
        if fault and fault.replaces:
            response = faults.scripted(fault)
    response = _finished(ask, response, before if ask.key else {})
    state.log(
        Asked(
            request.method,
            request.path,
            request.query,
            ask.body if ask.body is not None else request.body,
            response.status,
            ask.operation,
            ask.id,
            ask.key.id if ask.key else "",
            ask.size or len(request.body),
        )
    )
    return faults.strike(fault, response) if fault else response


def _finished(ask: Ask, response: Response, balances: dict[str, str]) -> Response:
    now = ask.state.clock()  # an answer bears the time it was given, not that of the question
    headers = {
        **ALWAYS,
        "date": formatdate(now, usegmt=True),
        "cf-ray": f"{ask.id}-SBX",
        "x-venice-timestamp": iso(now),
        **balances,
        **ask.headers,
        **response.headers,
    }
    if ask.request.method != "HEAD":
        return Response(response.status, headers, response.body)
    assert isinstance(response.body, bytes)  # no GET route streams
    return Response(response.status, {**headers, "content-length": str(len(response.body))})


def _handled(ask: Ask, path: str) -> Response:
    state, request = ask.state, ask.request
    if request.path.startswith(downloads.ROOT):
        ask.key = auth.caller(request, state, auth.OPEN, "")  # not needed, but remembered if it was sent
        return downloads.serve(ask)
    if request.path.startswith(photos.ROOT):
        return photos.serve(ask)
    found = match("GET" if request.method == "HEAD" else request.method, path)
    if found is None:
        return _nowhere(path).response()
    route, ask.params = found
    ask.operation = route.operation
    try:
        ask.key = auth.caller(request, state, route.auth, state.base_url + path)
        if route.handler is None:
            return Refusal(501, f"The sandbox does not serve {route.operation} yet").response()
        if request.method in ("POST", "PATCH"):
            ask.body = _body(ask, route)
        limits.check_budget(state, _bucket(ask))
        _validate(ask, route)
        response = compressed(_served(route, ask), request.headers.get("accept-encoding", ""))
    except Refusal as refused_:
        response = refused_.response()
        if ask.key is None and response.status == 401:  # strangers share one budget
            try:
                limits.check_budget(state, _bucket(ask))
            except Refusal as blocked:
                response = blocked.response()
        limits.count_failure(state, ask.key, _model(ask), response, ask.unsupported)
    if ask.key and route.auth != auth.OPEN:
        response = response.with_headers(limits.budget_headers(state, _bucket(ask)))
    return response


def _nowhere(path: str) -> Refusal:
    allowed = methods(path)
    return Refusal(405, "Method not allowed", {"allow": allowed}) if allowed else Refusal(404, "Not found")


def _served(route: Route, ask: Ask) -> Response:
    """What the handler answers. A mistake of the sandbox itself is a 500, as a mistake of production is."""
    assert route.handler is not None
    try:
        return route.handler(ask)
    except Refusal:
        raise
    except Exception:
        LOG.exception("%s failed inside the sandbox", route.operation)
        raise Refusal(500, "Inference processing failed") from None


def _model(ask: Ask) -> str:
    named = ask.body.get("model") if isinstance(ask.body, dict) else ""
    return ask.model or (named if isinstance(named, str) else "")


def _bucket(ask: Ask) -> tuple[str, ...]:
    return limits.bucket(ask.state, ask.key, _model(ask))


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _body(ask: Ask, route: Route) -> Any:
    request, known = ask.request, shape(route.operation)
    accepted, kind = known.bodies, _kind(request)
    cap = JSON_CAP if kind == JSON else FORM_CAP
    body = inflated(request.body, request.headers.get("content-encoding", ""), cap)
    ask.size = len(body)
    if kind not in accepted:
        wanted = " or ".join(f"'{name}'" for name in accepted)
        raise Refusal(415, f"'Content-Type' must be {wanted}")
    if kind != JSON:
        return fields(body, request.headers["content-type"], known.schemas[kind])
    try:
        return orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise refused([], f"Malformed JSON: {error.msg}", "Invalid JSON in request body") from None


def _validate(ask: Ask, route: Route) -> None:
    known = shape(route.operation)
    issues: list[Issue] = []
    if known.bodies:
        if route.rewrite and isinstance(ask.body, dict):
            ask.body = route.rewrite(ask.body)
        known.bodies[_kind(ask.request)](ask.body, (), issues)
    ask.query = _query(ask.request.pairs(), known.fields, issues)
    known.query(ask.query, (), issues)
    if issues:
        raise refusal(issues)


def _query(pairs: list[tuple[str, str]], fields: dict[str, Any], issues: list[Issue]) -> dict[str, Any]:
    """The query with numbers read as numbers, and lists from repeated or comma-separated values."""
    out: dict[str, Any] = {}
    for name, text in pairs:
        wanted = fields.get(name, {}).get("type")
        if wanted == "array":
            out.setdefault(name, []).extend(part.strip() for part in text.split(",") if part.strip())
        elif wanted in ("integer", "number"):
            _number(out, name, text, issues)
        elif name in fields:
            out[name] = text
    return out


SAFE = 2**53 - 1  # whole numbers beyond are not told apart by JavaScript
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)


def _number(out: dict[str, Any], name: str, text: str, issues: list[Issue]) -> None:
    path: Path = (name,)
    value = float(text) if _NUMBER.fullmatch(text) else inf
    if value in (inf, -inf):
        message = "Expected number, received nan"
        issues.append(issue("invalid_type", path, message, expected="number", received="nan"))
    elif abs(value) > SAFE:
        message = f"Number must be less than or equal to {SAFE}"
        issues.append(issue("too_big", path, message, maximum=SAFE, inclusive=True))
    else:
        out[name] = int(value) if value.is_integer() else value
