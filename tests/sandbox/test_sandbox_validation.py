"""Bodies and queries: what production would refuse is refused, with the same words in the same places."""

import pytest

from tests import spec

MESSAGES = [{"role": "user", "content": "Hi"}]


def chat(**fields):
    return {"model": "llama-3.3-70b", "messages": MESSAGES, **fields}


def test_a_broken_limit_is_told_flat_and_as_a_tree(desk):
    reply = desk.post("/chat/completions", chat(temperature=3))
    assert reply.status_code == 400
    assert reply.json() == {
        "error": "Invalid request parameters",
        "details": {"_errors": [], "temperature": {"_errors": ["Number must be less than or equal to 2"]}},
        "issues": [
            {
                "code": "too_big",
                "maximum": 2,
                "inclusive": True,
                "path": ["temperature"],
                "message": "Number must be less than or equal to 2",
            }
        ],
    }


def test_an_unknown_key_is_named(desk):
    message = "Unrecognized key(s) in object: 'queueid'"
    assert desk.post("/chat/completions", chat(queueid=1)).json() == {
        "error": "Invalid request parameters",
        "details": {"_errors": [message]},
        "issues": [{"code": "unrecognized_keys", "keys": ["queueid"], "path": [], "message": message}],
    }


def test_a_missing_field_is_required(desk):
    issues = desk.post("/chat/completions", {}).json()["issues"]
    assert [(each["code"], each["path"], each["message"]) for each in issues] == [
        ("invalid_type", ["messages"], "Required"),
        ("invalid_type", ["model"], "Required"),
    ]


EFFORTS = "'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'"
CASES = [
    ({"temperature": "1"}, "invalid_type", ["temperature"], "Expected number, received string"),
    ({"temperature": True}, "invalid_type", ["temperature"], "Expected number, received boolean"),
    ({"temperature": -1}, "too_small", ["temperature"], "Number must be greater than or equal to 0"),
    ({"seed": 0}, "too_small", ["seed"], "Number must be greater than 0"),
    ({"seed": 1.5}, "invalid_type", ["seed"], "Expected integer, received float"),
    ({"stream": "yes"}, "invalid_type", ["stream"], "Expected boolean, received string"),
    ({"user": None}, "invalid_type", ["user"], "Expected string, received null"),
    ({"messages": []}, "too_small", ["messages"], "Array must contain at least 1 element(s)"),
    ({"messages": "Hi"}, "invalid_type", ["messages"], "Expected array, received string"),
    ({"stop": []}, "too_small", ["stop"], "Array must contain at least 1 element(s)"),
    ({"stop": ["a"] * 5}, "too_big", ["stop"], "Array must contain at most 4 element(s)"),
    ({"fallbacks": [{}]}, "invalid_type", ["fallbacks", 0, "model"], "Required"),
    ({"metadata": {"a": 1}}, "invalid_type", ["metadata", "a"], "Expected string, received number"),
    (
        {"reasoning_effort": "huge"},
        "invalid_enum_value",
        ["reasoning_effort"],
        f"Invalid enum value. Expected {EFFORTS}, received 'huge'",
    ),
    (
        {"response_format": {"type": "xml"}},
        "invalid_union_discriminator",
        ["response_format", "type"],
        "Invalid discriminator value. Expected 'json_schema' | 'json_object' | 'text'",
    ),
    (
        {"venice_parameters": {"enable_web_search": "maybe"}},
        "invalid_enum_value",
        ["venice_parameters", "enable_web_search"],
        "Invalid enum value. Expected 'auto' | 'off' | 'on', received 'maybe'",
    ),
]


@pytest.mark.parametrize(("fields", "code", "path", "message"), CASES)
def test_each_mistake_has_its_issue(desk, fields, code, path, message):
    reply = desk.post("/chat/completions", chat(**fields))
    assert reply.status_code == 400
    (issue,) = reply.json()["issues"]
    assert (issue["code"], issue["path"], issue["message"]) == (code, path, message)


def test_a_message_of_no_known_kind_lists_what_each_kind_would_need(desk):
    reply = desk.post("/chat/completions", chat(messages=[{"role": "boss", "content": "Hi"}])).json()
    (issue,) = reply["issues"]
    assert issue["code"] == "invalid_union_discriminator"
    assert "'user'" in issue["message"]


def test_a_union_without_names_reports_every_branch(desk):
    reply = desk.post("/chat/completions", chat(stop=3)).json()
    (issue,) = reply["issues"]
    assert issue["code"] == "invalid_union"
    assert [branch["issues"][0]["message"] for branch in issue["unionErrors"]] == [
        "Expected string, received number",
        "Expected array, received number",
        "Expected null, received number",
    ]
    assert reply["details"]["stop"]["_errors"] == [
        "Expected string, received number",
        "Expected array, received number",
        "Expected null, received number",
    ]


FINE = [
    {"stop": None},
    {"stop": "END"},
    {"tools": None},
    {"n": 2.0},
    {"max_tokens": 0},
    {"temperature": 2},
    {"metadata": {"a": "b"}},
    {"venice_parameters": {"no_such_setting": 1, "enable_web_search": "auto"}},
    {"anon_user_id": "reader-17"},
    {"web_search": True},
    {"promptCacheKey": "k"},
    {"max_output_tokens": 50},
    {"user": "u", "store": True, "include": ["x"], "verbosity": "low", "text": {"verbosity": "auto"}},
]


@pytest.mark.parametrize("fields", FINE)
def test_what_production_accepts_is_accepted(desk, fields):
    assert desk.post("/chat/completions", chat(**fields)).status_code == 200


def test_input_is_read_as_messages(desk):
    body = {"model": "llama-3.3-70b", "input": MESSAGES, "max_output_tokens": 2}
    choice = desk.post("/chat/completions", body).json()["choices"][0]
    assert choice["finish_reason"] == "length"


BODIES = [
    {"model": "m"},
    {"model": "m", "messages": []},
    {"model": 1, "messages": MESSAGES},
    {"model": "m", "messages": [{"role": "user"}]},
    {"model": "m", "messages": [{"role": "tool", "content": "x"}]},
    {"model": "m", "messages": [{"role": "tool", "content": "x", "tool_call_id": "c"}]},
    {"model": "m", "messages": [{"role": "system", "content": [{"type": "text", "text": "x"}]}]},
    {"model": "m", "messages": [{"role": "system", "content": [{"type": "text", "text": ""}]}]},
    {"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [{}]}]},
    {"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
    {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": [{"type": "input_audio", "input_audio": {"data": "x", "format": "mid"}}],
            }
        ],
    },
    chat(response_format={"type": "json_schema"}),
    chat(response_format={"type": "json_schema", "json_schema": {}, "extra": 1}),
    chat(response_format={"type": "text"}),
    chat(tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]),
    chat(tools=[{"type": "function", "function": {"description": "f"}}]),
    chat(tools=[{"type": "web_search"}]),
    chat(tool_choice={"type": "function"}),
    chat(tool_choice="auto"),
    chat(top_p=1.01),
    chat(top_k=-1),
    chat(repetition_penalty=-0.1),
    chat(prompt_cache_retention="24h"),
    chat(prompt_cache_retention="1h"),
    chat(stream_options={"include_usage": 1}),
    chat(stop_token_ids=["a"]),
]


@pytest.mark.parametrize("body", BODIES)
def test_the_sandbox_and_the_official_file_agree_on_chat_bodies(body):
    from venice_nb.sandbox.routes.table import shape

    issues = []
    shape("createChatCompletion").bodies["application/json"](body, (), issues)
    assert bool(issues) == bool(spec.validate_request("POST", "/chat/completions", body=body))


def test_malformed_json_is_400(desk):
    reply = desk(
        "POST", "/chat/completions", content=b'{"model": ', headers={"Content-Type": "application/json"}
    )
    assert reply.status_code == 400
    assert reply.json()["error"] == "Invalid JSON in request body"


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_415(desk, kind):
    reply = desk("POST", "/chat/completions", content=b"{}", headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()) == (415, {"error": "'Content-Type' must be 'application/json'"})


def test_a_charset_beside_the_content_type_is_fine(desk):
    head = {"Content-Type": "application/json; charset=utf-8"}
    content = b'{"model":"llama-3.3-70b","messages":[{"role":"user","content":"Hi"}]}'
    assert desk("POST", "/chat/completions", content=content, headers=head).status_code == 200


def test_a_json_body_beyond_35_mb_is_413(desk):
    content = b" " * (35 * 1024 * 1024 + 1)
    reply = desk("POST", "/chat/completions", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert reply.json()["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize("content", [b"null", b"[]", b"3", b'{"metadata":{"_errors":1}}', b'{"seed":1e999}'])
def test_odd_json_is_400_like_any_mistake(desk, content):
    reply = desk("POST", "/chat/completions", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["issues"]


def test_a_query_is_checked_like_a_body(desk):
    assert desk.get("/characters?limit=0").json()["issues"][0]["message"] == "Number must be greater than 0"
    assert desk.get("/characters?limit=ten").json()["issues"][0]["received"] == "nan"
    assert desk.get("/characters?sortBy=luck").json()["issues"][0]["code"] == "invalid_enum_value"
