"""All 49 operations of the API as a table, and a way to call any of them by its id.

Source: the official OpenAPI file of August 2026. `GET /image/styles` has no id there: `listImageStyles` is
ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from venice_nb.calls.call import Call, Safety, Timeouts
from venice_nb.calls.check import flag, json_value, mapping, refuse, sound, unknown
from venice_nb.calls.raw_replies import MAKES_KEYS, read_any, read_secret
from venice_nb.media import load

if TYPE_CHECKING:
    from venice_nb.results.raw import RawReply

Auth = Literal["none", "any", "admin", "wallet"]
Content = Literal["", "json", "form", "json form"]

READ, POLL, INFER, MAKE, QUEUE, KEYS = Safety


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where it lives, which key it wants, what it takes, and what a repetition may do.

    `auth` is the least that is needed: no key, any key, an ADMIN key, or a wallet's signature. `reply` is
    "json" when it answers with nothing else.
    """

    id: str
    method: str
    path: str
    auth: Auth
    content: Content
    safety: Safety
    family: str = ""
    reply: str = "json"
    total: float = 120.0  # seconds

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the parts of the path that the caller fills in."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def paid(self) -> bool:
        """Whether a success costs money."""
        return self.safety in {INFER, MAKE, QUEUE}


_TABLE = (
    # chat and text
    Operation("createChatCompletion", "POST", "/chat/completions", "any", "json", INFER, "text", total=600),
    Operation("createResponse", "POST", "/responses", "any", "json", INFER, "text", total=600),
    Operation("createEmbedding", "POST", "/embeddings", "any", "json", INFER, "embedding"),
    # pictures
    Operation("generateImage", "POST", "/image/generate", "any", "json", MAKE, "image", "any", 300),
    Operation("simpleGenerateImage", "POST", "/images/generations", "any", "json", MAKE, "image", total=300),
    Operation("listImageStyles", "GET", "/image/styles", "none", "", READ, total=30),
    Operation("upscaleImage", "POST", "/image/upscale", "any", "json form", MAKE, "image", "any", 300),
    Operation("editImage", "POST", "/image/edit", "any", "json form", MAKE, "image", "any", 300),
    Operation("multiEditImage", "POST", "/image/multi-edit", "any", "json form", MAKE, "image", "any", 300),
    Operation(
        "backgroundRemoveImage",
        "POST",
        "/image/background-remove",
        "any",
        "json form",
        MAKE,
        "image",
        "any",
        300,
    ),
    # speech and sound
    Operation("createSpeech", "POST", "/audio/speech", "any", "json", INFER, "audio", "any", 180),
    Operation(
        "createTranscription", "POST", "/audio/transcriptions", "any", "form", INFER, "audio", "any", 600
    ),
    Operation("createClonedVoice", "POST", "/audio/voices", "any", "form", MAKE, "audio", total=300),
    Operation("quoteAudio", "POST", "/audio/quote", "none", "json", READ, total=30),
    Operation("queueAudio", "POST", "/audio/queue", "any", "json", QUEUE, "music"),
    Operation("retrieveAudio", "POST", "/audio/retrieve", "any", "json", POLL, "music_retrieve", "any", 900),
    Operation("completeAudio", "POST", "/audio/complete", "any", "json", POLL),
    # films
    Operation("quoteVideo", "POST", "/video/quote", "none", "json", READ, total=30),
    Operation("queueVideo", "POST", "/video/queue", "any", "json", QUEUE, "video"),
    Operation("retrieveVideo", "POST", "/video/retrieve", "any", "json", POLL, "video_retrieve", "any", 900),
    Operation("completeVideo", "POST", "/video/complete", "any", "json", POLL),
    Operation(
        "createVideoTranscription", "POST", "/video/transcriptions", "any", "json", INFER, "", "any", 600
    ),
    # models and characters
    Operation("listModels", "GET", "/models", "none", "", READ, total=30),
    Operation("listModelTraits", "GET", "/models/traits", "none", "", READ, total=30),
    Operation(
        "listModelCompatibilityMapping", "GET", "/models/compatibility_mapping", "none", "", READ, total=30
    ),
    Operation("listCharacters", "GET", "/characters", "any", "", READ, total=30),
    Operation("getCharacterBySlug", "GET", "/characters/{slug}", "any", "", READ, total=30),
    Operation("getCharacterReviews", "GET", "/characters/{slug}/reviews", "any", "", READ, total=30),
    # keys and money
    Operation("getApiKeys", "GET", "/api_keys", "admin", "", READ, total=30),
    Operation("createApiKey", "POST", "/api_keys", "admin", "json", KEYS, "keys", total=30),
    Operation("updateApiKey", "PATCH", "/api_keys", "admin", "json", KEYS, total=30),
    Operation("deleteApiKey", "DELETE", "/api_keys", "admin", "", KEYS, total=30),
    Operation("getApiKeyById", "GET", "/api_keys/{id}", "admin", "", READ, total=30),
    Operation("getApiKeyRateLimits", "GET", "/api_keys/rate_limits", "any", "", READ, total=30),
    Operation("getApiKeyRateLimitLogs", "GET", "/api_keys/rate_limits/log", "admin", "", READ, total=30),
    Operation("getApiKeyGenerateWeb3Key", "GET", "/api_keys/generate_web3_key", "none", "", READ, total=30),
    Operation(
        "postApiKeyGenerateWeb3Key", "POST", "/api_keys/generate_web3_key", "none", "json", KEYS, total=30
    ),
    Operation("getBillingBalance", "GET", "/billing/balance", "admin", "", READ, total=30),
    Operation("getBillingUsage", "GET", "/billing/usage", "none", "", READ, total=30),
    Operation("getBillingUsageAnalytics", "GET", "/billing/usage-analytics", "admin", "", READ, total=60),
    Operation("getBillingUsageHistory", "GET", "/billing/usage-history", "admin", "", READ, "", "any", 60),
    # the web
    Operation("webSearch", "POST", "/augment/search", "any", "json", INFER, "search"),
    Operation("webScrape", "POST", "/augment/scrape", "any", "json", MAKE, "scrape"),
    Operation("createTextParser", "POST", "/augment/text-parser", "any", "form", INFER, "parse", "any", 300),
    # chains and wallets; a transaction or a payment must never be sent twice
    Operation("listCryptoRpcNetworks", "GET", "/crypto/rpc/networks", "none", "", READ, total=30),
    Operation("cryptoRpcProxy", "POST", "/crypto/rpc/{network}", "any", "json", MAKE),
    Operation("getX402Balance", "GET", "/x402/balance/{walletAddress}", "wallet", "", READ, total=30),
    Operation("topUpX402Balance", "POST", "/x402/top-up", "none", "json", QUEUE),
    Operation(
        "getX402Transactions", "GET", "/x402/transactions/{walletAddress}", "wallet", "", READ, total=30
    ),
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType({each.id: each for each in _TABLE})


def raw(
    operation_id: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    path: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
) -> Call[RawReply]:
    """The call of any operation, with nothing added to what is given.

    Args:
        operation_id: such as "createChatCompletion"; `OPERATIONS` lists them.
        body: the JSON body.
        query: query parameters; a list repeats its name, None leaves one out.
        path: values for the parts of the path in braces, such as `{"slug": "alan-watts"}`.
        form: fields of a multipart form: texts, numbers, flags, or (file name, bytes, content type).
        files: files of a multipart form: whatever `venice_nb.media.load` takes.

    Raises InvalidInput for what cannot be sent: an unknown id, a missing part of the path, a body where none
    belongs, or something JSON cannot carry. Values are not checked any further; the server does that.

    """
    target = OPERATIONS.get(operation_id) if isinstance(operation_id, str) else None
    if target is None:
        unknown(operation_id, OPERATIONS, kind="operation id")
    fields = _form(form, files)
    _check_content(target, body, fields)
    checked = mapping("body", body) if body is not None else None
    place = target.path
    values = _path_values(target, path)
    for name, value in values.items():
        place = place.replace(f"{{{name}}}", value)
    model = (checked or fields or {}).get("model")
    return Call(
        operation=target.id,
        method=target.method,
        path=place,
        query=_query(query),
        body=checked,
        form=fields,
        read=read_secret if target.id in MAKES_KEYS else read_any,
        accept="application/json" if target.reply == "json" else "*/*",
        safety=target.safety,
        timeouts=Timeouts(read=min(300.0, target.total), total=target.total),
        model=model if isinstance(model, str) else "",
        family=target.family,
        paid=target.paid,
    )


def _check_content(target: Operation, body: Any, form: Mapping[str, Any] | None) -> None:
    """A body or a form where one belongs, and nothing where none does."""
    takes = target.content.split()
    if body is not None and form is not None:
        refuse(
            "form", None, "given alone", "Pass body or form, not both.", what="body and form are both given."
        )
    for name, given, word in (("body", body, "json"), ("form", form, "form")):
        if given is not None and word not in takes:
            other = {"": "no body", "json": "body={...}", "form": "form={...} and files={...}"}
            allowed = f"absent: {target.method} {target.path} takes {other[' '.join(takes)]}"
            do = "Pass query={...} for parameters." if not takes else f"Pass {other[takes[0]]} instead."
            refuse(name, given, allowed, do)
    if takes and body is None and form is None and target.id != "topUpX402Balance":
        word = "body" if "json" in takes else "form"
        refuse(word, None, "given", f"Pass {word}={{...}}.", what=f"{target.id} needs {word}={{...}}.")


def _path_values(target: Operation, path: Any) -> dict[str, str]:
    given = {} if path is None else path
    if not isinstance(given, Mapping):
        refuse("path", path, "a dict", "Pass path={'name': value}.")
    values = {}
    for name in given:
        if name not in target.places:
            places = ", ".join(target.places)
            do = f"{target.path} has {places or 'no parts to fill in'}."
            unknown(name, target.places, kind="part of the path", do=do)
    for name in target.places:
        value = given.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value.strip() or value.strip() in {".", ".."}:
            do = f"Pass path={{{name!r}: ...}}."
            refuse(f"path.{name}", value, "a text that is not blank", do)
        values[name] = quote(sound(f"path.{name}", value.strip()), safe="")
    return values


def _query(query: Any) -> tuple[tuple[str, str], ...]:
    if query is None:
        return ()
    return tuple(
        (name, _word(f"query.{name}", each))
        for name, value in mapping("query", query).items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    )


def _form(form: Any, files: Any) -> dict[str, Any] | None:
    if form is None and files is None:
        return None
    fields: dict[str, Any] = {}
    for source, given in (("form", form), ("files", files)):
        if given is None:
            continue
        if not isinstance(given, Mapping):
            refuse(source, given, "a dict", f"Pass {source}={{'name': value}}.")
        for name, value in given.items():
            where = f"{source}.{name}"
            if name in fields:
                refuse(where, value, "given once", f"Remove {name!r} from form or from files.")
            if value is not None:
                fields[name] = _file(where, value) if source == "files" else _field(where, value)
    return fields


def _file(where: str, value: Any) -> tuple[str, bytes, str]:
    media = load(value, "any", where)
    return media.name, media.data or b"", media.mime


def _field(where: str, value: Any) -> Any:
    if isinstance(value, tuple):
        layout = "(file name, bytes, content type)"
        if [type(each) for each in value] != [str, bytes, str]:
            refuse(where, value, layout, f"Pass {layout}, or put the file into files={{...}}.")
        return value
    if isinstance(value, bytes | bytearray):
        refuse(where, value, "a text", "Put it into files={...}.")
    return _word(where, value)


def _word(where: str, value: Any) -> str:
    """A text, number or flag the way queries and forms write it."""
    if isinstance(value, str):
        return sound(where, value)
    if type(value) is bool:
        return "true" if flag(where, value) else "false"
    checked = json_value(where, value)
    if not isinstance(checked, int | float):
        refuse(where, value, "a text, a number or a flag", "Turn it into text: json.dumps(value).")
    return str(checked)
