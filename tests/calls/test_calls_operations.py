"""Any operation by its id: the table is the official one; path, query, body and form are put together."""

import io

import pytest

from tests import spec
from venice_nb.calls.call import Safety
from venice_nb.calls.operations import OPERATIONS, raw

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\0" * 40


def test_the_table_has_the_49_official_operations():
    official = {each.id: (each.method, each.path) for each in spec.operations()}
    assert {each.id: (each.method, each.path) for each in OPERATIONS.values()} == official
    assert len(OPERATIONS) == 49


@pytest.mark.parametrize("official", spec.operations(), ids=lambda each: each.id)
def test_the_table_takes_the_content_that_the_official_file_takes(official):
    kinds = {"application/json": "json", "multipart/form-data": "form"}
    assert OPERATIONS[official.id].content.split() == [kinds[each] for each in official.request_types]


@pytest.mark.parametrize("official", spec.operations(), ids=lambda each: each.id)
def test_the_table_knows_which_operations_answer_with_json_alone(official):
    kinds = official.response_types(200)
    assert (OPERATIONS[official.id].reply == "json") == (set(kinds) <= {"application/json"})


def test_what_costs_money_is_never_a_free_read():
    free = {each.id for each in OPERATIONS.values() if not each.paid}
    assert {"listModels", "quoteVideo", "quoteAudio", "retrieveVideo", "getBillingBalance"} <= free
    assert not free & {"createChatCompletion", "generateImage", "queueVideo", "queueAudio", "webSearch"}
    assert {each.safety for each in OPERATIONS.values() if each.method == "GET"} == {Safety.READ}
    assert OPERATIONS["queueVideo"].safety is OPERATIONS["queueAudio"].safety is Safety.QUEUE
    assert OPERATIONS["createApiKey"].safety is OPERATIONS["deleteApiKey"].safety is Safety.KEYS
    assert OPERATIONS["editImage"].safety is OPERATIONS["createClonedVoice"].safety is Safety.MAKE


SENT = [  # id, arguments, (method, path, query)
    ("listModels", {"query": {"type": "image"}}, ("GET", "/models", (("type", "image"),))),
    ("getCharacterBySlug", {"path": {"slug": "a b/c"}}, ("GET", "/characters/a%20b%2Fc", ())),
    (
        "listCharacters",
        {"query": {"tags": ["a", "b"], "isAdult": False, "limit": 5, "search": None}},
        ("GET", "/characters", (("tags", "a"), ("tags", "b"), ("isAdult", "false"), ("limit", "5"))),
    ),
    ("deleteApiKey", {"query": {"id": "k"}}, ("DELETE", "/api_keys", (("id", "k"),))),
    ("updateApiKey", {"body": {"id": "k", "description": "d"}}, ("PATCH", "/api_keys", ())),
    (
        "cryptoRpcProxy",
        {"path": {"network": "base"}, "body": {"jsonrpc": "2.0", "method": "m"}},
        ("POST", "/crypto/rpc/base", ()),
    ),
    ("topUpX402Balance", {}, ("POST", "/x402/top-up", ())),
]


@pytest.mark.parametrize(("name", "arguments", "sent"), SENT)
def test_path_query_and_body_are_put_together(fits, name, arguments, sent):
    call = fits(raw(name, **arguments))
    assert (call.method, call.path, call.query) == sent
    assert (call.operation, call.body) == (name, arguments.get("body"))


def test_a_body_is_sent_with_nothing_added(fits):
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stop": None}
    call = fits(raw("createChatCompletion", body))
    assert call.body == body
    assert (call.model, call.family, call.safety, call.paid) == ("m", "text", Safety.INFER, True)
    assert call.accept == "application/json"
    assert raw("generateImage", {"model": "m", "prompt": "p"}).accept == "*/*"


@pytest.mark.parametrize("source", [PNG, io.BytesIO(PNG), ("cat.png", PNG, "image/png")])
def test_a_form_holds_texts_and_files(fits, source):
    fields = {"form": {"prompt": "snow", "enhance": True, "strength": 0.5, "left_out": None}}
    place = "form" if isinstance(source, tuple) else "files"
    fields.setdefault(place, {})["image"] = source
    call = raw("editImage", **fields)
    assert call.body is None
    assert {name: value for name, value in call.form.items() if name != "image"} == {
        "prompt": "snow",
        "enhance": "true",
        "strength": "0.5",
    }
    assert call.form["image"][1:] == (PNG, "image/png")
    fits(raw("editImage", form={"prompt": "snow"}, files={"image": PNG}))


@pytest.mark.parametrize(
    ("name", "arguments", "field", "fix"),
    [
        ("createChatCompletions", {}, "createChatCompletions", "createChatCompletion"),
        ("listmodels", {}, "listmodels", "listModels"),
        ("chat", {}, "chat", ""),
        (None, {}, None, ""),
        (["listModels"], {}, None, ""),
        ("getCharacterBySlug", {}, "path.slug", "path={'slug': ...}"),
        ("getCharacterBySlug", {"path": {"id": "a", "slug": "b"}}, "id", ""),
        ("getCharacterBySlug", {"path": {"slug": ""}}, "path.slug", ""),
        ("getCharacterBySlug", {"path": {"slug": ".."}}, "path.slug", ""),
        ("getCharacterBySlug", {"path": "a"}, "path", ""),
        ("listModels", {"path": {"id": "a"}}, "id", "no parts"),
        ("listModels", {"body": {}}, "body", "query="),
        ("listModels", {"form": {}}, "form", "query="),
        ("deleteApiKey", {"body": {"id": "k"}}, "body", "query="),
        ("createChatCompletion", {}, "body", "body="),
        ("createChatCompletion", {"form": {"model": "m"}}, "form", "body="),
        ("createTranscription", {"body": {}}, "body", "form="),
        ("createTranscription", {}, "form", "form="),
        ("editImage", {"body": {}, "form": {}}, "form", "not both"),
        ("createEmbedding", {"body": [1]}, "body", ""),
        ("createEmbedding", {"body": {"input": b"x"}}, "body.input", "decode"),
        ("createEmbedding", {"body": {"input": ["a", float("nan")]}}, "body.input[1]", ""),
        ("listModels", {"query": "type=image"}, "query", ""),
        ("listModels", {"query": {"type": {"a": 1}}}, "query.type", ""),
        ("createTranscription", {"form": {"file": b"x"}}, "form.file", "files="),
        ("createTranscription", {"form": {"file": ("a", "b")}}, "form.file", ""),
        ("createTranscription", {"files": {"file": "absent.wav"}}, "files.file", ""),
        ("createTranscription", {"files": {"file": b""}}, "files.file", ""),
        ("createTranscription", {"files": {"file": "https://a.com/b.wav"}}, "files.file", "Download"),
        ("createTranscription", {"files": [b"x"]}, "files", ""),
        ("createTranscription", {"form": {"file": "x"}, "files": {"file": b"x"}}, "files.file", ""),
    ],
)
def test_what_cannot_be_sent_is_refused(refused, name, arguments, field, fix):
    refused(lambda: raw(name, **arguments), field, fix)
