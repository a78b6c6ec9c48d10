"""Every shape of an error answer becomes the right error, with advice, and without anything private."""

from __future__ import annotations

import json
import pickle

import pytest

from venice_nb import errors
from venice_nb.calls.call import Call, Received, Safety
from venice_nb.calls.codes import derived_code
from venice_nb.calls.failures import failure, stream_failure

SECRET = "VENICE_INFERENCE_KEY_planted_0123456789"
PROMPT = "my grandmother's recipe for a very private soup"


def call(path="/chat/completions", **changes):
    values = {
        "operation": "op",
        "method": "POST",
        "path": path,
        "read": lambda received: received,
        "model": "llama-3.3-70b",
        "paid": True,
        "safety": Safety.INFER,
        "body": {"model": "llama-3.3-70b", "messages": [{"role": "user", "content": PROMPT}]},
    }
    return Call(**(values | changes))


def fail(status, body=b"", path="/chat/completions", headers=None, **options):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return failure(Received(status, headers or {}, content), call(path), **options)


CHAT, IMAGE, VIDEO, ASR = "/chat/completions", "/image/generate", "/video/queue", "/audio/transcriptions"

# (status, body, path, class, code)
SHAPES = [
    (400, {"error": "Invalid request parameters"}, CHAT, errors.BadRequest, "INVALID_REQUEST"),
    (400, {"error": "model is required"}, CHAT, errors.BadRequest, "INVALID_REQUEST"),
    (400, {"error": "Invalid model id"}, CHAT, errors.BadRequest, "INVALID_MODEL"),
    (400, {"error": "Request ID is invalid."}, "/video/retrieve", errors.BadRequest, "REQUEST_ID_NOT_FOUND"),
    (400, {"error": "Could not decode the audio file"}, ASR, errors.BadRequest, "INVALID_AUDIO_FORMAT"),
    (400, {"error": "rejected upstream", "request_id": "r-1"}, CHAT, errors.BadRequest, "INVALID_REQUEST"),
    (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 131,072 tokens.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        CHAT,
        errors.ContextTooLong,
        "TOO_MANY_TOKENS",
    ),
    (401, {"error": "Authentication failed"}, CHAT, errors.BadKey, "AUTHENTICATION_FAILED"),
    (401, {"error": "Admin API key required"}, "/api_keys", errors.AdminKeyRequired, None),
    (401, {"error": "This model is only available to Pro users"}, CHAT, errors.ProOnly, "PRO_ONLY_MODEL"),
    (
        401,
        {"error": "x", "code": "AUTHENTICATION_FAILED_INACTIVE_KEY"},
        CHAT,
        errors.BadKey,
        "AUTHENTICATION_FAILED_INACTIVE_KEY",
    ),
    (
        402,
        {"error": "Insufficient USD or Diem balance"},
        CHAT,
        errors.InsufficientBalance,
        "INSUFFICIENT_BALANCE",
    ),
    (
        402,
        {"error": "API key USD spend limit exceeded"},
        CHAT,
        errors.KeySpendLimit,
        "API_KEY_USD_SPEND_LIMIT_EXCEEDED",
    ),
    (
        402,
        {"error": "API key DIEM spend limit exceeded"},
        CHAT,
        errors.KeySpendLimit,
        "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED",
    ),
    (402, {"x402Version": 2, "accepts": [], "resource": {"url": "u"}}, CHAT, errors.NoKeySent, None),
    (
        402,
        {
            "error": "Payment required",
            "code": "PAYMENT_REQUIRED",
            "reason": "insufficient_balance",
            "message": "Top up",
        },
        CHAT,
        errors.InsufficientBalance,
        "PAYMENT_REQUIRED",
    ),
    (403, {"error": "Unauthorized"}, CHAT, errors.Forbidden, "UNAUTHORIZED"),
    (
        403,
        {"error": "Your key's privacy setting does not allow this model"},
        CHAT,
        errors.PrivacyForbidden,
        "UNAUTHORIZED",
    ),
    (403, {"error": "This model is not available in your country"}, CHAT, errors.RegionBlocked, None),
    (
        403,
        {"error": "API access has been disabled for this account"},
        CHAT,
        errors.AccessDisabled,
        "API_ACCESS_DISABLED",
    ),
    (404, {"error": "Specified model not found"}, CHAT, errors.ModelNotFound, "MODEL_NOT_FOUND"),
    (404, {"error": "Character not found"}, CHAT, errors.CharacterNotFound, "CHARACTER_NOT_FOUND"),
    (404, {"error": "Media could not be found"}, "/video/retrieve", errors.MediaExpired, "MEDIA_NOT_FOUND"),
    (404, {"error": "Not found"}, "/nothing", errors.NotFound, None),
    (
        409,
        {"error": {"code": "needs_consent", "message": "Consent needed"}, "consent": {"policy_text": "P"}},
        VIDEO,
        errors.ConsentRequired,
        "needs_consent",
    ),
    (410, {"error": "This endpoint is retired. Use POST /responses instead."}, "/old", errors.Gone, None),
    (413, {"code": "PAYLOAD_TOO_LARGE", "error": "too big"}, IMAGE, errors.TooLarge, "PAYLOAD_TOO_LARGE"),
    (415, {"error": "Unsupported"}, IMAGE, errors.UnsupportedMediaType, "INVALID_CONTENT_TYPE"),
    (
        422,
        {"error": "Violates the content policy", "suggested_prompt": "a calm sea"},
        "/audio/queue",
        errors.ContentRefused,
        "CONTENT_POLICY_VIOLATION",
    ),
    (
        422,
        {
            "error": {
                "message": "refused",
                "type": "provider_content_policy",
                "credits_refunded": True,
                "recommended_model": "wan",
            }
        },
        "/video/retrieve",
        errors.ContentRefused,
        "provider_content_policy",
    ),
    (422, {"error": "No speech was found"}, ASR, errors.ContentRefused, "ASR_UPSTREAM_VALIDATION_FAILED"),
    (429, {"error": "Rate limit exceeded"}, CHAT, errors.RequestLimit, "RATE_LIMIT_EXCEEDED"),
    (429, {"error": "Too many tokens per minute"}, CHAT, errors.TokenLimit, "RATE_LIMIT_EXCEEDED"),
    (429, {"error": "The model is overloaded"}, CHAT, errors.Overloaded, "MODEL_OVERLOADED"),
    (
        429,
        {"error": "Too many failed attempts (> 20) resulting in a non-success status code"},
        CHAT,
        errors.TooManyFailures,
        None,
    ),
    (500, {"error": "Inference processing failed"}, CHAT, errors.ServerError, "INFERENCE_FAILED"),
    (500, {"error": "x"}, "/image/upscale", errors.ServerError, "UPSCALE_FAILED"),
    (500, {"error": "x"}, "/models", errors.ServerError, "UNKNOWN_ERROR"),
    (501, {"error": "no"}, "/x402/balance", errors.Unsupported, None),
    (502, {"error": "attestation failed"}, "/tee/attestation", errors.ServerError, "TEE_ATTESTATION_FAILED"),
    (503, {"error": "The model is at capacity"}, CHAT, errors.AtCapacity, "MODEL_AT_CAPACITY"),
    (503, {"error": "Model is offline"}, CHAT, errors.AtCapacity, "MODEL_OFFLINE"),
    (504, {"error": "timed out"}, CHAT, errors.GatewayTimeout, "REQUEST_TIMEOUT"),
    (418, {"error": "teapot"}, CHAT, errors.APIError, None),
]


@pytest.mark.parametrize(("status", "body", "path", "kind", "code"), SHAPES)
def test_each_shape_of_body_becomes_its_error(status, body, path, kind, code):
    error = fail(status, body, path, {"cf-ray": "ray-1"}, attempts=2, elapsed=1.5)
    assert type(error) is kind
    assert error.code == code
    assert error.status == status
    assert error.what.strip()
    assert error.do or kind is errors.APIError
    assert error.request_id == "ray-1"
    assert (error.attempts, error.elapsed) == (2, 1.5)
    assert "llama-3.3-70b" in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (kind, str(error))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b'"text"',
        b'{"error": 3}',
        b'{"error": null}',
        b'{"error": {"message": []}}',
        b'{"error": {}}',
        b'{"error": [], "code": 7}',
        b'{"details": 3, "issues": 4}',
        b'{"issues": [3, {}]}',
        b'{"details": {"_errors": 3, "a": {"_errors": [[]]}}}',
        b"\xff\xfe\x00",
        b"[" * 5000,
        b"\n\n  <html>",
    ],
)
def test_no_answer_however_odd_breaks_the_reader(body):
    for status in (*range(300, 309), *range(400, 452), *range(500, 531)):
        error = fail(status, body, headers={"retry-after": "x", "location": "::", "link": "<"})
        assert isinstance(error, errors.APIError)
        assert error.what.strip()
        assert str(status) in str(error)


def test_issues_are_listed_with_path_and_message():
    body = {
        "error": "Invalid request parameters",
        "details": {"_errors": [], "temperature": {"_errors": ["Too big"]}},
        "issues": [
            {"code": "too_big", "path": ["messages", 0, "content"], "message": "must not be empty"},
            {"code": "unrecognized_keys", "path": [], "message": "Unrecognized key(s) in object: 'foo'"},
        ],
    }
    error = fail(400, body)
    assert [(issue.path, issue.message) for issue in error.issues] == [
        ("messages.0.content", "must not be empty"),
        ("", "Unrecognized key(s) in object: 'foo'"),
    ]
    assert error.what == (
        "Invalid request parameters: messages.0.content: must not be empty; "
        "Unrecognized key(s) in object: 'foo'"
    )


def test_a_tree_of_details_is_read_as_issues_and_a_sentence_is_added():
    tree = fail(400, {"error": "Bad", "details": {"_errors": [], "n": {"_errors": ["Too small"]}}})
    assert tree.issues == (("n", "Too small", ""),)
    assert fail(400, {"error": "Bad.", "details": "width must be even"}).what == "Bad: width must be even"
    assert fail(400, {"issues": [{"path": ["n"], "message": "Required"}]}).what.endswith("n: Required")


def test_a_page_that_is_no_json_becomes_at_most_300_characters_without_tags():
    page = (
        b"<html><head><title>t</title></head><script>alert(1)</script><h1>502 Bad&nbsp;Gateway</h1>"
        + b"<p>x </p>" * 999
    )
    error = fail(502, page, headers={"content-type": "text/html", "cf-ray": "ray-2"})
    assert type(error) is errors.ServerError
    assert "502 Bad Gateway" in error.what
    assert "<" not in error.what
    assert "alert" not in error.what
    assert len(error.what) < 340


def test_suggestions_come_from_the_servers_sentence_and_from_close_names():
    error = fail(404, {"error": "Specified model not found. Did you mean llama-3.3-70b-instruct?"})
    assert error.suggestions == ("llama-3.3-70b-instruct",)
    assert "llama-3.3-70b-instruct" in error.do
    error = fail(404, {"error": "Specified model not found"}, models=["llama-3.2-3b", "flux-dev", "qwen3-4b"])
    assert error.suggestions[0] == "llama-3.2-3b"


def test_what_is_gone_names_its_successor():
    link = {"link": '</api/v1/responses>; rel="successor-version"'}
    assert fail(410, {"error": "gone"}, headers=link).successor == "/api/v1/responses"
    assert fail(410, {"error": "Retired. Use POST /video/queue instead."}).successor == "/video/queue"
    assert fail(410, {"error": "gone"}).successor is None
    assert "/video/queue" in fail(410, {"error": "Retired. Use POST /video/queue instead."}).do


def test_what_a_refusal_offers_is_kept_and_never_applied():
    error = fail(422, {"error": "no", "suggested_prompt": "a calm sea"})
    assert error.suggested_prompt == "a calm sea"
    assert ".suggested_prompt" in error.do
    error = fail(422, {"error": {"message": "no", "credits_refunded": False, "recommended_model": "wan-2"}})
    assert (error.credits_refunded, error.charged, error.recommended_model) == (False, "yes", "wan-2")
    assert fail(422, {"error": "no", "credits_refunded": True}).charged == "no"


def test_consent_carries_the_policy_to_read():
    body = {
        "error": {"code": "needs_consent", "message": "m"},
        "consent": {"policy_text": "Be kind", "consent_version": "2"},
    }
    error = fail(409, body, VIDEO)
    assert error.policy_text == "Be kind"
    assert error.consent_version == "2"


def test_consent_tells_exactly_what_to_pass_once_it_is_read():
    body = {
        "error": {"code": "needs_consent", "message": "m"},
        "consent_flow": "seedance",
        "face_media_roles": ["image", "reference_image"],
        "consent": {"policy_text": "Be kind", "consent_version": "2"},
    }
    error = fail(409, body, VIDEO)
    assert error.face_media_roles == ("image", "reference_image")
    assert set(error.consents["seedance"].values()) == {True}
    assert f"consents={error.consents}" in error.do
    assert ".policy_text" in error.do
    assert fail(409, body | {"consent_flow": "other"}, VIDEO).consents is None


@pytest.mark.parametrize(
    ("status", "paid", "charged"),
    [
        *((status, True, "no") for status in (400, 401, 402, 404, 413, 422, 429, 503, 501, 307)),
        *((status, True, "unknown") for status in (500, 502, 504, 408, 522, 524)),
        *((status, False, "no") for status in (500, 502, 504, 408)),
    ],
)
def test_it_says_whether_money_may_have_gone(status, paid, charged):
    assert failure(Received(status, {}, b"{}"), call(paid=paid)).charged == charged


@pytest.mark.parametrize(
    ("status", "charged"), [(500, "no"), (502, "no"), (504, "unknown"), (408, "unknown")]
)
def test_where_only_a_success_is_charged_a_failure_that_was_told_is_free(status, charged):
    assert failure(Received(status, {}, b"{}"), call(per_success=True)).charged == charged


def test_a_limit_tells_when_to_come_back():
    error = fail(429, {"error": "Rate limit exceeded"}, wait=12.0, server_time=1000.0)
    assert (error.retry_after, error.retry_at) == (12.0, 1012.0)
    assert "12 s" in error.do
    assert "12 days" in fail(429, {"error": "x"}, wait=1e6, server_time=0.0).do


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"x-ratelimit-remaining-requests": "0"}, errors.RequestLimit),
        ({"x-ratelimit-remaining-requests": "9", "x-ratelimit-remaining-tokens": "0"}, errors.TokenLimit),
        ({"x-ratelimit-remaining-requests": "9", "retry-after": "30"}, errors.Overloaded),
        ({}, errors.RequestLimit),
    ],
)
def test_the_headers_of_a_429_tell_what_ran_out(headers, kind):
    assert type(fail(429, {"error": "Slow down"}, headers=headers)) is kind


def test_neither_key_nor_prompt_is_ever_told():
    told = f"Refused: {PROMPT} with Bearer {SECRET} and {SECRET}\x1b[31m\u202e"
    for body in (
        {"error": told},
        {"error": {"message": told}},
        {"error": "x", "details": told},
        told.encode(),
    ):
        for status in (400, 401, 422, 500):
            text = str(fail(status, body))
            assert PROMPT not in text
            assert SECRET not in text
            assert "\x1b" not in text
            assert "\u202e" not in text
    issue = {"error": "Bad", "issues": [{"path": ["messages"], "message": f"cannot read {PROMPT}"}]}
    assert PROMPT not in str(fail(400, issue))


def test_the_name_of_a_model_is_not_taken_for_a_private_text():
    long = "a-model-with-a-name-longer-than-most"
    received = Received(404, {}, json.dumps({"error": f"Specified model not found: {long}"}).encode())
    assert long in failure(received, call(model=long, body={"model": long})).what


def test_a_request_id_in_the_body_is_used_when_no_header_has_one():
    assert fail(400, {"error": "x", "request_id": "r-9"}).request_id == "r-9"
    assert fail(400, {"error": "x", "request_id": "r-9"}, headers={"cf-ray": "c"}).request_id == "c"


def test_a_code_given_by_the_server_is_believed_before_the_sentence():
    received = Received(400, {}, b"")
    assert derived_code(received, call(), "IMAGE_TOO_SMALL", "Invalid model") == "IMAGE_TOO_SMALL"
    assert derived_code(received, call(), "invalid_request_error", "Invalid model") == "INVALID_MODEL"


@pytest.mark.parametrize(
    ("error", "code", "retry_after", "told"),
    [
        (
            {"message": "overloaded", "type": "server_error", "code": "MODEL_OVERLOADED", "retry_after": 7},
            "MODEL_OVERLOADED",
            7.0,
            "overloaded",
        ),
        ({"error": {"message": "m", "code": "INFERENCE_FAILED"}}, "INFERENCE_FAILED", None, "m"),
        ("Stream error", None, None, "Stream error"),
        ({}, None, None, "the model stopped"),
        ({"message": PROMPT, "retry_after": "soon"}, None, None, "<your text>"),
        ({"message": "m", "retry_after": float("nan")}, None, None, "m"),
    ],
)
def test_an_error_inside_a_stream_keeps_what_had_arrived(error, code, retry_after, told):
    class Partial:
        text = "Half an ans"

    failed = stream_failure(error, Partial(), call=call(), request_id="ray")
    assert failed.text == "Half an ans"
    assert (failed.code, failed.retry_after, failed.request_id) == (code, retry_after, "ray")
    assert failed.charged == "unknown"
    assert told in failed.what
    assert PROMPT not in str(failed)
