"""The reduced official file still says what the official file says, and the judges built on it judge."""

import json

import pytest

from tests import spec
from tests.spec_file import DATA, document

CHAT = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
REPLY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": "x"},
        }
    ],
    "usage": USAGE,
}
CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}


def chat(**fields):
    return spec.validate_request("POST", "/chat/completions", body=CHAT | fields)


def schemas(node):
    """Every schema of the file, wherever it hides."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                for each in value.values():
                    yield from schemas(each)
            elif key in {"schema", "items", "additionalProperties"}:
                yield value
                yield from schemas(value)
            elif key in {"anyOf", "oneOf", "allOf"}:
                yield from value
                yield from schemas(value)
            else:
                yield from schemas(value)
    elif isinstance(node, list):
        for each in node:
            yield from schemas(each)


# The data


def test_there_are_49_operations_with_distinct_ids():
    assert len({each.id for each in spec.operations()}) == len(spec.operations()) == 49


def test_the_file_is_the_version_of_21_august_2026():
    assert document()["info"]["version"] == "20260821.193530"


def test_the_packed_file_is_small():
    assert (DATA / "spec.json.gz").stat().st_size < 20_000


def test_the_operation_without_an_id_got_one():
    assert spec.operation("listImageStyles").path == "/image/styles"


def test_no_prose_is_left():
    prose = {"description", "summary", "example", "examples", "title", "tags", "externalDocs"}
    for each in [*schemas(document()), *(each.node for each in spec.operations())]:
        assert not isinstance(each, dict) or not {
            key for key in each if key in prose or key.startswith("x-")
        }, each


def test_a_property_called_description_is_not_prose():
    body = spec.operation("createApiKey").node["requestBody"]["content"]["application/json"]["schema"]
    assert "description" in body["properties"]


def test_limits_survive():
    fields = document()["components"]["schemas"]["ChatCompletionRequest"]["properties"]
    assert fields["temperature"]["maximum"] == 2
    image = document()["components"]["schemas"]["GenerateImageRequest"]
    assert image["properties"]["width"]["exclusiveMinimum"] is True
    assert image["properties"]["width"]["maximum"] == 1280
    assert image["additionalProperties"] is False


def test_ratios_are_text_and_not_numbers_of_base_sixty():
    assert (
        "16:9"
        in document()["components"]["schemas"]["QuoteVideoRequest"]["properties"]["aspect_ratio"]["enum"]
    )
    for each in schemas(document()):
        if isinstance(each, dict) and each.get("type") == "string":
            assert all(isinstance(value, str) for value in each.get("enum", [])), each


def test_response_headers_statuses_and_types_are_kept():
    generate = spec.operation("generateImage")
    assert "x-venice-is-blurred" in generate.response_headers(200)
    assert generate.response_types(200) == ("application/json", "image/jpeg", "image/png", "image/webp")
    assert generate.statuses == (200, 400, 401, 402, 415, 429, 500, 503)


def test_public_operations_are_known():
    assert spec.operation("listModels").public
    assert spec.operation("getBillingUsage").public
    assert not spec.operation("createChatCompletion").public


@pytest.mark.parametrize("each", spec.operations(), ids=lambda each: each.id)
def test_every_schema_of_every_operation_is_a_valid_schema(each):
    from tests import spec_file

    judges = [spec_file.request_validator(each.id, mime) for mime in each.request_types]
    judges += [
        spec_file.response_validator(each.id, status, mime)
        for status in each.statuses
        for mime in each.response_types(status)
    ]
    for judge in judges:
        judge.check_schema(judge.schema)


# Paths


def test_a_literal_path_wins_over_a_template():
    assert spec.match("GET", "/api_keys/rate_limits")[0].id == "getApiKeyRateLimits"
    assert spec.match("get", "/api/v1/api_keys/abc?x=1")[1] == {"id": "abc"}
    assert spec.match("POST", "/models") is None


# Requests


def test_a_plain_chat_is_fine():
    assert chat(temperature=0.5, seed=1, stop=None) == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"temperature": 2.1}, "body.temperature: 2.1 is greater than the maximum of 2"),
        ({"seed": 0}, "body.seed: 0 is less than or equal to the minimum of 0"),
        ({"messages": []}, "body.messages: [] should be non-empty"),
        ({"reasoning_effort": "huge"}, "body.reasoning_effort: 'huge' is not one of"),
        ({"fun": 1}, "body: Additional properties are not allowed ('fun' was unexpected)"),
        ({"stop": 5}, "body.stop: 5 is not of type 'string'"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "cat"}}]}]},
            "body.messages[0].content[0].image_url.url: 'cat' is not a 'uri'",
        ),
        ({"messages": [{"role": "tool", "content": "4"}]}, "body.messages[0]: 'tool_call_id' is a required"),
    ],
)
def test_a_wrong_chat_is_told_what_is_wrong(fields, error):
    assert [each[: len(error)] for each in chat(**fields)] == [error]


def test_an_exclusive_minimum_is_no_bound_of_one():
    """A validator for a later draft would refuse 1."""
    image = {"model": "m", "prompt": "p"}
    assert spec.validate_request("POST", "/image/generate", body=image | {"width": 1}) == []
    assert spec.validate_request("POST", "/image/generate", body=image | {"width": 0}) != []


def test_a_null_inside_any_of_means_null_only():
    create = {"apiKeyType": "INFERENCE", "description": "d"}
    for limit, good in [(None, True), (5, True), ("5", False)]:
        errors = spec.validate_request(
            "POST", "/api_keys", body=create | {"consumptionLimit": {"usd": limit}}
        )
        assert (errors == []) is good


def test_an_uploaded_file_is_not_json():
    assert spec.validate_request("POST", "/image/upscale", body={"image": "iVBORw0K"}) == []
    assert spec.validate_request("POST", "/image/upscale", body={"image": 5}) != []
    assert spec.validate_request("POST", "/image/upscale", headers=None, body={}) != []


def test_credentials_and_content_type_are_checked_if_headers_are_given():
    def judge(**headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return spec.validate_request(
            "POST", "/chat/completions", headers=sent, body=json.dumps(CHAT).encode()
        )

    assert judge(Authorization="Bearer k", Content_Type="application/json; charset=utf-8") == []
    assert judge(Content_Type="application/json") == [
        "headers: no credentials, and this operation wants them"
    ]
    assert judge(Authorization="Bearer k", Content_Type="text/plain") == [
        "headers.content-type: 'text/plain' is not one of ['application/json']"
    ]


def test_queries_are_read_as_the_types_they_stand_for():
    assert spec.validate_request("GET", "/characters", {"limit": "50", "tags": ["a", "b"]}) == []
    assert spec.validate_request("GET", "/characters?limit=0") == [
        "query.limit: 0 is less than or equal to the minimum of 0"
    ]
    assert spec.validate_request("GET", "/characters", "limit=many") == [
        "query.limit: 'many' is not of type 'integer'"
    ]
    assert spec.validate_request("GET", "/models", {"kind": "text"}) == ["query.kind: unknown parameter"]
    assert spec.validate_request("GET", "/models", {"type": "audio"}) != []


def test_forms_are_parsed_and_files_must_be_files():
    def judge(*parts):
        body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"
        headers = {"content-type": "multipart/form-data; boundary=B", "authorization": "Bearer k"}
        return spec.validate_request("POST", "/audio/transcriptions", None, headers, body)

    field = b'Content-Disposition: form-data; name="%s"\r\n\r\n%s'
    file = b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\x00\xff'
    assert judge(file, field % (b"timestamps", b"true"), field % (b"response_format", b"json")) == []
    assert judge(field % (b"file", b"RIFF")) == ["body.file: 'RIFF' is not a 'binary'"]
    assert judge(file, field % (b"timestamps", b"yes")) == ["body.timestamps: 'yes' is not of type 'boolean'"]
    assert judge(file, file) == ["body.file: sent more than once"]


def test_a_mapping_with_bytes_is_a_form():
    form = {"images": [b"1", b"2"], "prompt": "p", "modelId": "firered-image-edit"}
    assert spec.validate_request("POST", "/image/multi-edit", body=form) == []
    assert spec.validate_request("POST", "/image/multi-edit", body={"prompt": "p"} | {"image": b"1"}) == [
        "body: 'images' is a required property"
    ]


def test_an_unknown_operation_is_an_error():
    assert spec.validate_request("GET", "/video/retrieve") == ["GET /video/retrieve: no such operation"]


# Replies


def test_a_good_reply_passes_parsed_or_raw():
    assert spec.validate_response("POST", "/chat/completions", 200, "application/json", REPLY) == []
    raw = json.dumps(REPLY).encode()
    assert (
        spec.validate_response("POST", "/chat/completions", 200, "application/json; charset=utf-8", raw) == []
    )


def test_a_reply_without_usage_is_wrong():
    reply = {key: value for key, value in REPLY.items() if key != "usage"}
    errors = spec.validate_response("POST", "/chat/completions", 200, "application/json", reply)
    assert errors == ["body: 'usage' is a required property"]


def test_embeddings_may_be_numbers_or_base64():
    def judge(vector):
        data = [{"object": "embedding", "index": 0, "embedding": vector}]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        reply = {"object": "list", "model": "m", "data": data, "usage": usage}
        return spec.validate_response("POST", "/embeddings", 200, "application/json", reply)

    assert judge([0.5, 1]) == []
    assert judge("AAAAAA==") == []
    assert judge([0.5, "1"]) == ["body.data[0].embedding[1]: '1' is not of type 'number'"]
    assert judge(None) != []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (
            400,
            {"error": "Invalid request parameters", "details": {"_errors": []}, "issues": [{"message": "m"}]},
        ),
        (400, {"issues": [{"code": "too_big", "path": ["a"], "message": "m"}]}),
        (
            400,
            {"error": {"message": "m", "type": "invalid_request_error", "param": "messages", "code": None}},
        ),
        (402, {"error": "Insufficient balance"}),
        (404, {"error": "Specified model not found"}),
        (429, {"error": "Rate limit exceeded"}),
    ],
)
def test_documented_error_shapes_pass_on_chat(status, body):
    """404 is not in the file for a chat, and an issues list alone fits none of its schemas."""
    assert spec.validate_response("POST", "/chat/completions", status, "application/json", body) == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {}),
        (404, {"error": {"message": "m"}}),
        (404, {"detail": "Not Found"}),
        (404, {"error": ""}),
        (400, "no"),
    ],
)
def test_other_error_shapes_do_not_pass(status, body):
    assert spec.validate_response("POST", "/chat/completions", status, "application/json", body) != []


def test_errors_must_be_json():
    errors = spec.validate_response("POST", "/chat/completions", 500, "text/html", b"<h1>no</h1>")
    assert errors == ["content-type: 'text/html' is not one of ['application/json']"]


def test_binary_replies_need_a_listed_type_and_bytes():
    assert spec.validate_response("POST", "/video/retrieve", 200, "video/mp4", b"\x00") == []
    assert spec.validate_response("POST", "/video/retrieve", 200, "video/mp4", b"") == ["body: empty"]
    assert spec.validate_response("POST", "/video/retrieve", 200, "video/webm", b"\x00") != []


def test_an_unlisted_success_is_an_error():
    assert spec.validate_response("GET", "/models", 206, "application/json", {}) == [
        "status: 206 is not one of [200, 500]"
    ]


def test_streams_are_judged_event_by_event():
    def judge(*events):
        body = "".join(
            f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n" for event in events
        )
        return spec.validate_response("POST", "/chat/completions", 200, "text/event-stream", body.encode())

    assert judge(CHUNK, CHUNK | {"usage": USAGE}, "[DONE]") == []
    assert judge({"error": {"message": "m", "code": "upstream_error"}}, "[DONE]") == []
    assert judge(CHUNK) == ["stream: does not end with [DONE]"]
    assert judge(CHUNK | {"object": "chat.completion"}, "[DONE]") == [
        "stream[0].object: 'chat.completion' is not one of ['chat.completion.chunk']"
    ]
