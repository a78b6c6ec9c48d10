"""The table of routes: one line per operation of the official API.

To serve another operation, write a function `handler(ask) -> Response` and name it here. The body and the
query have been checked against `data/requests.json.gz` before it is called: `ask.body` is the JSON value, or
the fields of a form with its files as `forms.Upload`; `ask.query` has numbers as numbers; `ask.params` is
from the path. Raise `Refusal` for any answer that is an error. `choose` finds the model, `limits.admit`
counts, `money.settle` bills.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from venice_nb.sandbox.auth import ADMIN, ANY, INFERENCE, OPEN
from venice_nb.sandbox.rules import video as video_rules
from venice_nb.sandbox.schema import Check, compiled

from . import account as account_routes
from . import audio as audio_routes
from . import augment, billing, chat, embeddings, keys, responses
from . import characters as character_routes
from . import edits as edit_routes
from . import images as image_routes
from . import jobs as job_routes
from . import models as model_routes

if TYPE_CHECKING:
    from venice_nb.sandbox.ask import Ask
    from venice_nb.sandbox.exchange import Response

Handler = Callable[["Ask"], "Response"]
# Repairs a body before it is validated, as production does for known misspellings.
Rewrite = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. Without a handler it answers 501."""

    operation: str
    method: str
    path: str
    auth: str
    handler: Handler | None = None
    rewrite: Rewrite | None = None


TABLE = (
    Route("createChatCompletion", "POST", "/chat/completions", INFERENCE, chat.completions, chat.rewritten),
    Route("createResponse", "POST", "/responses", INFERENCE, responses.create),
    Route("generateImage", "POST", "/image/generate", INFERENCE, image_routes.generate),
    Route("simpleGenerateImage", "POST", "/images/generations", INFERENCE, image_routes.generations),
    Route("listImageStyles", "GET", "/image/styles", OPEN, image_routes.styles),
    Route("upscaleImage", "POST", "/image/upscale", INFERENCE, edit_routes.upscale),
    Route("editImage", "POST", "/image/edit", INFERENCE, edit_routes.edit),
    Route("multiEditImage", "POST", "/image/multi-edit", INFERENCE, edit_routes.multi_edit),
    Route(
        "backgroundRemoveImage",
        "POST",
        "/image/background-remove",
        INFERENCE,
        edit_routes.remove_background,
    ),
    Route("listModels", "GET", "/models", OPEN, model_routes.listed),
    Route("listModelTraits", "GET", "/models/traits", OPEN, model_routes.trait_map),
    Route(
        "listModelCompatibilityMapping",
        "GET",
        "/models/compatibility_mapping",
        OPEN,
        model_routes.compatibility_map,
    ),
    Route("getApiKeys", "GET", "/api_keys", ADMIN, keys.listed),
    Route("deleteApiKey", "DELETE", "/api_keys", ADMIN, keys.delete),
    Route("createApiKey", "POST", "/api_keys", ADMIN, keys.create),
    Route("updateApiKey", "PATCH", "/api_keys", ADMIN, keys.update),
    Route("getApiKeyRateLimits", "GET", "/api_keys/rate_limits", ANY, account_routes.rate_limits),
    Route("getApiKeyRateLimitLogs", "GET", "/api_keys/rate_limits/log", ADMIN, account_routes.limit_log),
    Route("getApiKeyGenerateWeb3Key", "GET", "/api_keys/generate_web3_key", OPEN),
    Route("postApiKeyGenerateWeb3Key", "POST", "/api_keys/generate_web3_key", OPEN),
    Route("getApiKeyById", "GET", "/api_keys/{id}", ADMIN, keys.one),
    Route("listCharacters", "GET", "/characters", ANY, character_routes.listed),
    Route("getCharacterBySlug", "GET", "/characters/{slug}", ANY, character_routes.one),
    Route("getCharacterReviews", "GET", "/characters/{slug}/reviews", ANY, character_routes.reviews),
    Route("createEmbedding", "POST", "/embeddings", INFERENCE, embeddings.create),
    Route("createSpeech", "POST", "/audio/speech", INFERENCE, audio_routes.speech),
    Route("createTranscription", "POST", "/audio/transcriptions", INFERENCE, audio_routes.transcription),
    Route("createClonedVoice", "POST", "/audio/voices", INFERENCE, audio_routes.clone),
    Route("completeVideo", "POST", "/video/complete", INFERENCE, job_routes.complete_video),
    Route("queueVideo", "POST", "/video/queue", INFERENCE, job_routes.queue_video, video_rules.rewritten),
    Route("quoteVideo", "POST", "/video/quote", OPEN, job_routes.quote_video),
    Route("retrieveVideo", "POST", "/video/retrieve", INFERENCE, job_routes.retrieve_video),
    Route(
        "createVideoTranscription", "POST", "/video/transcriptions", INFERENCE, job_routes.transcribe_video
    ),
    Route("createTextParser", "POST", "/augment/text-parser", INFERENCE, augment.parse),
    Route("completeAudio", "POST", "/audio/complete", INFERENCE, job_routes.complete_audio),
    Route("queueAudio", "POST", "/audio/queue", INFERENCE, job_routes.queue_audio),
    Route("quoteAudio", "POST", "/audio/quote", OPEN, job_routes.quote_audio),
    Route("retrieveAudio", "POST", "/audio/retrieve", INFERENCE, job_routes.retrieve_audio),
    Route("getBillingBalance", "GET", "/billing/balance", ADMIN, account_routes.balance),
    Route("getBillingUsage", "GET", "/billing/usage", OPEN, account_routes.retired_usage),
    Route("getBillingUsageAnalytics", "GET", "/billing/usage-analytics", ADMIN, billing.analytics),
    Route("getBillingUsageHistory", "GET", "/billing/usage-history", ADMIN, billing.history),
    Route("listCryptoRpcNetworks", "GET", "/crypto/rpc/networks", OPEN),
    Route("cryptoRpcProxy", "POST", "/crypto/rpc/{network}", INFERENCE),
    Route("getX402Balance", "GET", "/x402/balance/{walletAddress}", INFERENCE),
    Route("topUpX402Balance", "POST", "/x402/top-up", OPEN),
    Route("getX402Transactions", "GET", "/x402/transactions/{walletAddress}", INFERENCE),
    Route("webScrape", "POST", "/augment/scrape", INFERENCE, augment.scrape),
    Route("webSearch", "POST", "/augment/search", INFERENCE, augment.search),
)

_EXACT = {(route.method, route.path): route for route in TABLE if "{" not in route.path}
_TEMPLATES = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path) + "$"), route)
    for route in TABLE
    if "{" in route.path
]


def match(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route for a path below /api/v1 and the values of its placeholders."""
    if (method, path) in _EXACT:
        return _EXACT[method, path], {}
    for pattern, route in _TEMPLATES:
        found = pattern.match(path) if route.method == method else None
        if found:
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def methods(path: str) -> str:
    """The methods a path serves, as the `Allow` header lists them; empty if there is no such path."""
    served = {method for method in ("DELETE", "GET", "PATCH", "POST") if match(method, path)}
    return ", ".join(sorted(served | {"HEAD"} if "GET" in served else served))


@dataclass(frozen=True, slots=True)
class Shape:
    """What an operation accepts: a check per content type of the body, and the query's fields."""

    bodies: dict[str, Check]
    schemas: dict[str, dict[str, Any]]
    query: Check
    fields: dict[str, dict[str, Any]]


@cache
def _requests() -> dict[str, Any]:
    raw = (files("venice_nb.sandbox") / "data" / "requests.json.gz").read_bytes()
    found: dict[str, Any] = orjson.loads(gzip.decompress(raw))["operations"]
    return found


@cache
def shape(operation: str) -> Shape:
    """The compiled request shape of an operation."""
    entry = _requests()[operation]
    bodies = {kind: compiled(schema) for kind, schema in entry["body"].items()}
    return Shape(bodies, entry["body"], compiled(entry["query"]), entry["query"]["properties"])
