"""The catalogue: what is listed, and which names find which model."""

import itertools

import pytest

from venice_nb.catalogue import Catalogue, price_of_edit, price_of_image


def ids(reply):
    return [model["id"] for model in reply.json()["data"]]


def test_all_328_models_are_listed_and_fit_the_official_shape(desk):
    assert len(set(ids(desk.get("/models?type=all")))) == 328


@pytest.mark.parametrize(("kind", "price"), [("image", price_of_image), ("inpaint", price_of_edit)])
def test_every_size_and_quality_that_is_listed_has_a_price(desk, kind, price):
    for model in Catalogue.from_reply(desk.get(f"/models?type={kind}").json()).of_type(kind):
        tiers = model.constraints.get("resolutions") or [None]
        levels = model.constraints.get("qualities") or [None]
        for tier, level in itertools.product([None, *tiers], [None, *levels]):
            assert price(model, resolution=tier, quality=level), (model.id, tier, level)


COUNTS = [
    ("video", 116),
    ("text", 113),
    ("image", 38),
    ("inpaint", 21),
    ("music", 14),
    ("tts", 11),
    ("embedding", 9),
    ("asr", 5),
    ("upscale", 1),
]


@pytest.mark.parametrize(("kind", "count"), COUNTS)
def test_a_type_lists_its_models(desk, kind, count):
    reply = desk.get(f"/models?type={kind}").json()
    assert (reply["type"], len(reply["data"])) == (kind, count)
    assert {model["type"] for model in reply["data"]} == {kind}


def test_without_a_type_text_models_are_listed(desk):
    assert ids(desk.get("/models")) == ids(desk.get("/models?type=text"))


def test_code_lists_text_models_made_for_code(desk):
    data = desk.get("/models?type=code").json()["data"]
    assert 0 < len(data) < 113
    assert all(model["model_spec"]["capabilities"]["optimizedForCode"] for model in data)


def test_audio_is_no_type(desk):
    reply = desk.get("/models?type=audio")
    assert reply.status_code == 400
    assert "type" in reply.json()["details"]


def test_text_models_say_how_much_they_read_and_write(desk):
    models = {model["id"]: model for model in desk.get("/models").json()["data"]}
    assert models["kimi-k3"]["model_spec"]["maxCompletionTokens"] == 131072
    assert models["llama-3.3-70b"]["context_length"] == 128000
    assert models["llama-3.3-70b"]["model_spec"]["constraints"]["temperature"] == {"default": 0.6}


def test_traits_and_aliases_point_at_listed_models(desk):
    listed = set(ids(desk.get("/models?type=all")))
    for kind, _ in COUNTS:
        for route in ("traits", "compatibility_mapping"):
            assert set(desk.get(f"/models/{route}?type={kind}").json()["data"].values()) <= listed
    assert desk.get("/models/traits").json()["data"]["default_vision"] == "qwen-3-8-27b"
    assert desk.get("/models/traits?type=image").json()["data"]["fastest"] == "z-image-turbo"


NAMES = [
    ("llama-3.3-70b", "llama-3.3-70b"),
    ("default", "zai-org-glm-5-2"),
    ("most_uncensored", "venice-uncensored-1-2"),
    ("gpt-4o", "llama-3.3-70b"),
    ("llama.3.3 70b", "llama-3.3-70b"),
    ("zai_org_glm_5_2", "zai-org-glm-5-2"),
    ("venice-llama-3.3-70b", "llama-3.3-70b"),
    ("llama-3.3-70b:enable_web_search=on&disable_thinking=true", "llama-3.3-70b"),
    ("default:enable_web_citations=true", "zai-org-glm-5-2"),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_name_finds_its_model_and_the_reply_tells_the_id(desk, name, expected):
    reply = desk.chat(model=name)
    assert reply.json()["model"] == expected
    assert reply.headers["x-venice-model-id"] == expected
    assert "x-venice-model-deprecation-warning" not in reply.headers


RETIRED = [
    ("venice-uncensored", "venice-uncensored-1-2"),
    ("mistral-31-24b", "mistral-small-3-2-24b-instruct"),
    ("qwen3-4b", "qwen3-5-9b"),
    ("qwen3-235b", "qwen3-235b-a22b-thinking-2507"),
    ("deepseek-ai-DeepSeek-R1", "deepseek-v3.2"),
    ("qwen3-coder-480b", "qwen3-coder-480b-a35b-instruct-turbo"),
    ("grok-code-fast", "grok-build-0-1"),
    ("qwen-2.5-vl", "qwen3-vl-235b-a22b"),
    ("claude-opus-45", "claude-opus-4-5"),
]


@pytest.mark.parametrize(("old", "new"), RETIRED)
def test_a_retired_id_is_answered_by_its_successor_with_a_warning(desk, old, new):
    reply = desk.chat(model=old)
    assert reply.json()["model"] == new
    assert old in reply.headers["x-venice-model-deprecation-warning"]
    assert reply.headers["x-venice-model-deprecation-date"].endswith("Z")
    assert new in reply.headers["x-venice-model-deprecation-warning"]


def test_a_picture_for_a_retired_model_that_could_see_goes_to_one_that_sees(desk):
    parts = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    reply = desk.chat(parts, model="mistral-31-24b")
    assert (reply.status_code, reply.json()["model"]) == (200, "qwen-3-8-27b")
    assert "qwen-3-8-27b" in reply.headers["x-venice-model-deprecation-warning"]


def test_an_unknown_model_is_404_with_a_suggestion(desk):
    assert desk.refused(model="llama-3.3-71b", status=404)["error"].startswith(
        "Specified model not found. Did you mean llama-3.3-70b"
    )
    assert desk.refused(model="zzzz", status=404) == {"error": "Specified model not found"}


def test_fastest_is_no_trait_of_text_models(desk):
    assert desk.chat(model="fastest").status_code == 404


def test_a_family_name_is_404_and_names_a_full_id(desk):
    assert "veo3-fast-text-to-video" in desk.refused(model="veo3-fast", status=404)["error"]


def test_a_model_of_another_type_is_400(desk):
    body = desk.refused(model="z-image-turbo")
    assert body["error"] == "Invalid model id"
    assert body["issues"][0]["path"] == ["model"]


def test_an_offline_model_is_503_and_listed_as_such(desk):
    desk.box.state.offline.add("llama-3.3-70b")
    assert desk.chat().status_code == 503
    models = {model["id"]: model["model_spec"]["offline"] for model in desk.get("/models").json()["data"]}
    assert models["llama-3.3-70b"] is True
    assert models["kimi-k3"] is False


def test_a_model_warns_until_its_removal_and_is_410_after(desk, clock):
    reply = desk.chat(model="e2ee-gemma-4-31b")
    assert reply.headers["x-venice-model-deprecation-date"] == "2026-08-27T13:00:00.000Z"
    clock.now += 40 * 86400
    assert desk.chat(model="e2ee-gemma-4-31b").status_code == 410
