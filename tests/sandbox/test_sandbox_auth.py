"""Keys: who may call what, and what a stranger is told."""

import base64
import json

import pytest

from venice_nb.sandbox import Sandbox
from venice_nb.sandbox.routes.table import TABLE

PUBLIC = ["/models", "/models/traits", "/models/compatibility_mapping"]
ADMIN = ["/billing/balance", "/api_keys/rate_limits/log", "/api_keys", "/billing/usage-history"]


def test_without_credentials_the_answer_is_402_with_the_way_to_get_some(desk):
    reply = desk.post("/chat/completions", {}, key="")
    assert reply.status_code == 402
    body = reply.json()
    assert body["x402Version"] == 2
    assert set(body["authOptions"]) == {"apiKey", "x402Wallet"}
    assert json.loads(base64.b64decode(reply.headers["payment-required"])) == body


@pytest.mark.parametrize("path", ["/characters", "/billing/balance", "/api_keys/rate_limits"])
def test_every_route_that_needs_a_key_says_so_with_402(desk, path):
    assert desk.get(path, key="").status_code == 402


def test_a_wrong_key_is_401(desk):
    reply = desk.chat(key="VENICE_INFERENCE_KEY_real")
    assert (reply.status_code, reply.json()) == (401, {"error": "Authentication failed"})


def test_a_header_that_is_no_bearer_is_401(desk):
    assert desk.get("/characters", headers={"Authorization": desk.key}, key="").status_code == 401


def test_an_expired_key_is_401(desk, clock):
    key = desk.box.state.add_key("sandbox-expiring", "INFERENCE", expires_at=clock.now + 10)
    assert desk.get("/characters", key=key.secret).status_code == 200
    clock.now += 10
    assert desk.get("/characters", key=key.secret).status_code == 401


@pytest.mark.parametrize("path", ADMIN)
def test_an_inference_key_is_refused_on_admin_routes(desk, path):
    reply = desk.get(path, key=desk.box.inference_key)
    assert (reply.status_code, reply.json()) == (401, {"error": "Admin API key required"})


def test_an_inference_key_may_chat_and_see_its_limits(desk):
    assert desk.chat(key=desk.box.inference_key).status_code == 200
    assert desk.get("/api_keys/rate_limits", key=desk.box.inference_key).status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_the_catalogue_is_open_and_a_bad_key_is_ignored(desk, path):
    assert desk.get(path, key="").status_code == 200
    assert desk.get(path, key="nonsense").status_code == 200


def test_a_wallet_header_is_refused(desk):
    reply = desk.post("/chat/completions", {}, key="", headers={"SIGN-IN-WITH-X": "e30="})
    assert reply.status_code == 401
    assert reply.json()["code"] == "X402_INVALID_SIGN_IN"


@pytest.mark.parametrize(
    ("privacy", "hidden", "shown"),
    [("PRIVATE_ONLY", "flux-2-pro", "z-image-turbo"), ("PRIVATE_TEXT", "claude-opus-5", "flux-2-pro")],
)
def test_a_keys_privacy_hides_models_from_its_catalogue(desk, privacy, hidden, shown):
    key = desk.box.state.add_key("sandbox-private", "INFERENCE", model_privacy=privacy)
    ids = {model["id"] for model in desk.get("/models?type=all", key=key.secret).json()["data"]}
    assert hidden not in ids
    assert shown in ids


def test_a_model_that_the_key_may_not_use_is_403(desk):
    key = desk.box.state.add_key("sandbox-private", "INFERENCE", model_privacy="PRIVATE_ONLY")
    assert desk.chat(model="claude-opus-5", key=key.secret).status_code == 403


def test_the_table_names_all_operations_of_the_official_file():
    from tests import spec

    official = {(each.id, each.method, each.path) for each in spec.operations()}
    assert {(route.operation, route.method, route.path) for route in TABLE} == official


def test_an_operation_not_served_yet_is_501_after_the_key_was_checked(desk):
    body = {"model": "z-image-turbo", "prompt": "a cat"}
    route = next(route for route in TABLE if route.handler is None and route.auth == "inference")
    path = route.path.replace("{", "").replace("}", "")
    assert desk(route.method, path, json=body, key="").status_code == 402
    reply = desk(route.method, path, json=body)
    assert reply.status_code == 501
    assert route.operation in reply.json()["error"]


@pytest.mark.parametrize("path", ["/nowhere", "/models/llama-3.3-70b", "/chat"])
def test_an_unknown_route_is_404(desk, path):
    assert desk.get(path, judged=False).status_code == 404


def test_a_path_outside_the_base_is_404(desk):
    assert desk.client.get("https://sandbox.invalid/models").status_code == 404


def test_keys_are_random_unless_given_and_a_real_looking_one_is_refused():
    assert Sandbox().admin_key != Sandbox().admin_key
    assert Sandbox(admin_key="local").admin_key == "local"
    with pytest.raises(ValueError, match="real Venice key"):
        Sandbox(inference_key="VENICE_INFERENCE_KEY_abcdef")


def test_no_key_shows_in_a_repr(desk):
    box = desk.box
    assert box.admin_key not in repr(box) + repr(list(box.state.keys.values()))
