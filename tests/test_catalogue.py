"""The catalogue: snapshot, lenient reading of live lists, names, prices and limits. Sums are done by hand."""

# ruff: noqa: A001, A002  `id` is the word of the API

import doctest
import gzip
import importlib
import json
import subprocess
import sys
from importlib.resources import files

import pytest

from venice_nb.catalogue import (
    Catalogue,
    limits_for,
    price_of_edit,
    price_of_embedding,
    price_of_image,
    price_of_music,
    price_of_speech,
    price_of_transcription,
    price_of_upscale,
)
from venice_nb.catalogue.names import ALIASES, RETIRED, RETIRED_VISION
from venice_nb.errors import InvalidInput

SNAPSHOT = files("venice_nb").joinpath("data", "models.json.gz")


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.bundled()


def usage(prompt, completion, cached=0, written=0):
    details = {"cached_tokens": cached, "cache_creation_input_tokens": written}
    return {"prompt_tokens": prompt, "completion_tokens": completion, "prompt_tokens_details": details}


# The snapshot


def test_the_snapshot_has_328_models_of_nine_types_and_a_date(catalogue):
    counts = {kind: len(catalogue.of_type(kind)) for kind in {model.type for model in catalogue.models}}
    assert counts == {
        "text": 113,
        "image": 38,
        "inpaint": 21,
        "video": 116,
        "music": 14,
        "tts": 11,
        "embedding": 9,
        "asr": 5,
        "upscale": 1,
    }
    assert len(catalogue) == 328
    assert catalogue.date == "2026-08-21"


def test_the_snapshot_is_small():
    assert len(SNAPSHOT.read_bytes()) < 20_000


def test_the_snapshot_is_read_once():
    assert Catalogue.bundled() is Catalogue.bundled()


def test_importing_the_catalogue_reads_nothing_and_loads_nothing_heavy():
    code = (
        "import sys, venice_nb.catalogue as c; from venice_nb.catalogue import models;"
        "heavy = {'orjson', 'httpx', 'pandas', 'numpy', 'difflib', 'gzip'} & set(sys.modules);"
        "print(sorted(heavy), models._bundled.cache_info().currsize)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[] 0"


def test_every_price_of_the_snapshot_is_a_plain_number():
    def leaves(value):
        return (
            [each for part in value.values() for each in leaves(part)] if isinstance(value, dict) else [value]
        )

    for model in json.loads(gzip.decompress(SNAPSHOT.read_bytes()))["data"]:
        for leaf in leaves(model["model_spec"].get("pricing", {})):
            assert isinstance(leaf, (int, float)), model["id"]
            assert leaf == round(leaf, 12)


def test_a_text_model_is_read_in_full(catalogue):
    glm = catalogue.get("zai-org-glm-5-2")
    assert (glm.name, glm.type, glm.privacy, glm.context, glm.max_output) == (
        "GLM 5.2",
        "text",
        "private",
        1_000_000,
        131_072,
    )
    assert (glm.price.input, glm.price.output, glm.price.cache_input, glm.price.cache_write) == (
        1.4,
        4.4,
        0.26,
        None,
    )
    assert glm.effort_options == ("none", "high", "max")
    assert glm.default_effort == "max"
    assert glm.traits == ("default", "function_calling_default")
    assert glm.capabilities >= {
        "functions",
        "schema",
        "web_search",
        "reasoning",
        "effort",
        "code",
        "optimizedForCode",
    }
    assert not glm.supports("vision")
    assert glm.supports("supportsReasoning")


def test_flags_of_the_snapshot_are_kept(catalogue):
    assert sum(model.uncensored for model in catalogue.models) == 55
    assert {model.id for model in catalogue.models if model.beta} >= {"qwen-3-8-27b"}
    assert sum(model.beta for model in catalogue.models) == 3
    assert sum(model.private for model in catalogue.models) == 111
    assert catalogue.get("sora-2-text-to-video").deprecation.removes_at.startswith("2026-09-24")


def test_a_word_that_means_no_capability_is_an_error_and_not_a_no(catalogue):
    with pytest.raises(InvalidInput, match="visoin"):
        catalogue.get("llama-3.3-70b").supports("visoin")


def test_documented_facts_that_the_list_lacks_are_there(catalogue):
    assert catalogue.get("claude-opus-4-5").max_output == 32_768
    assert catalogue.get("claude-opus-5").max_output == 128_000
    assert catalogue.get("llama-3.3-70b").max_output is None
    bge, qwen = catalogue.get("text-embedding-bge-m3"), catalogue.get("text-embedding-qwen3-8b")
    assert (bge.dims, bge.max_input_tokens, bge.custom_dimensions) == (1024, 8192, False)
    assert (qwen.dims, qwen.max_input_tokens, qwen.custom_dimensions) == (4096, None, True)
    kokoro = catalogue.get("tts-kokoro")
    assert kokoro.formats == ("mp3", "opus", "aac", "flac", "wav", "pcm")
    assert (kokoro.default_voice, len(kokoro.voices)) == ("af_sky", 54)
    sd35 = catalogue.get("venice-sd35")
    assert (sd35.sizing, sd35.constraints["widthHeightDivisor"]) == ("pixels", 16)
    assert sd35.constraints["promptCharacterLimit"] == 1500
    assert catalogue.get("flux-2-pro").sizing == "ratio"
    assert catalogue.get("qwen-image").sizing is None  # the sources contradict each other
    kling = catalogue.get("kling-2.5-turbo-pro-text-to-video").constraints
    assert kling["durations"] == ["5s", "10s"]
    assert (kling["resolutions"], kling["audio"]) == ([], False)


def test_every_default_voice_is_one_of_the_voices(catalogue):
    for model in catalogue.of_type("tts"):
        assert model.default_voice in model.voices


# Live lists


def test_a_live_list_is_read_with_both_kinds_of_prices_and_unknown_keys_kept():
    reply = {
        "object": "list",
        "data": [
            {
                "id": "new",
                "type": "text",
                "context_length": 9,
                "shine": 1,
                "model_spec": {
                    "pricing": {"input": 0.5, "output": {"usd": 2, "diem": 2}},
                    "capabilities": {
                        "supportsVision": True,
                        "supportsDreams": True,
                        "supportsLogProbs": False,
                    },
                    "offline": True,
                },
            },
            {"id": "bare"},
            {"type": "text"},
            "junk",
        ],
    }
    live = Catalogue.from_reply(reply, date="2026-11-01")
    new, bare = live.get("new"), live.get("bare")
    assert (len(live), live.date) == (2, "2026-11-01")
    assert (new.price.input, new.price.output, new.context, new.offline) == (0.5, 2.0, 9, True)
    assert new.capabilities == {"vision", "supportsVision", "supportsDreams"}
    assert new.raw["shine"] == 1
    assert (bare.type, bare.name, bare.privacy, bare.price.input) == ("text", "bare", "unknown", None)


@pytest.mark.parametrize("reply", [None, {}, {"data": None}, [], {"error": "no"}])
def test_a_reply_without_a_list_is_an_empty_catalogue(reply):
    assert len(Catalogue.from_reply(reply)) == 0


def test_odd_values_do_not_break_reading():
    odd = {
        "id": "x",
        "type": 5,
        "model_spec": {"pricing": [1], "capabilities": None, "voices": "a", "traits": [3]},
    }
    model = Catalogue.from_reply([odd]).get("x")
    assert (model.type, model.voices, model.traits, model.price.input) == ("text", (), (), None)


def bare(source):
    """A model as the API lists it: without what only its guides say."""
    spec = {key: value for key, value in source["model_spec"].items() if not key.endswith("_speed")}
    return {**source, "model_spec": {**spec, "constraints": {}}}


@pytest.mark.parametrize("way", ["replace", "merge"])
def test_a_list_from_the_server_takes_nothing_away_that_only_the_guides_say(catalogue, way):
    live = Catalogue.from_reply([bare(each.raw) for each in catalogue.models])
    fresh = getattr(catalogue, way)(live)
    again = getattr(fresh.with_aliases("tts", {}), way)(live)
    for found in (fresh, again):
        assert {each.id: each.sizing for each in found.of_type("image") if each.sizing} == {
            each.id: each.sizing for each in catalogue.of_type("image") if "sizing" in each.constraints
        }
        assert found.get("tts-kokoro").constraints["accepts"] == ["speed"]
        assert found.get("tts-xai-v1").constraints["max_speed"] == 1.5
        assert found.get("elevenlabs/scribe-v2").constraints["timestamps"] == ["word"]
        assert found.get("tts-kokoro").raw["model_spec"]["constraints"] == {}


def test_what_the_server_says_comes_before_what_its_guides_say(catalogue):
    said = {
        "id": "tts-kokoro",
        "type": "tts",
        "model_spec": {"constraints": {"accepts": ["speed", "prompt"]}},
    }
    fresh = catalogue.merge(Catalogue.from_reply([said]))
    assert fresh.get("tts-kokoro").constraints == {"accepts": ["speed", "prompt"]}


def test_replace_exchanges_whole_types_and_merge_only_the_same_ids(catalogue):
    live = Catalogue.from_reply([{"id": "new", "type": "asr"}], date="2026-11-01")
    replaced, merged = catalogue.replace(live), catalogue.merge(live)
    assert [model.id for model in replaced.of_type("asr")] == ["new"]
    assert len(merged.of_type("asr")) == 6
    assert len(replaced) == 328 - 5 + 1
    assert replaced.date == merged.date == "2026-11-01"
    assert len(catalogue) == 328


def test_aliases_from_the_server_take_the_place_of_the_bundled_ones(catalogue):
    known = catalogue.with_aliases("text", {"gpt-9": "kimi-k3"})
    assert known.resolve("gpt-9").id == "kimi-k3"
    assert known.resolve("claude-3-5-sonnet-20241022").model is None
    assert catalogue.resolve("claude-3-5-sonnet-20241022").model is not None


def test_a_catalogue_says_where_it_is_from(catalogue):
    assert catalogue.origin == "the bundled list of 2026-08-21"
    assert Catalogue.from_reply([], date="2026-11-01").origin == "the list of 2026-11-01"


# Names


def test_ids_mean_themselves_and_nothing_is_said(catalogue):
    for model in catalogue.models:
        found = catalogue.resolve(model.id, model.type)
        assert found.id == model.id
        assert found.note is None or "announced to be removed" in found.note


@pytest.mark.parametrize(
    ("trait", "kind", "id"),
    [
        ("default", "text", "zai-org-glm-5-2"),
        ("function_calling_default", "text", "zai-org-glm-5-2"),
        ("default_vision", "text", "qwen-3-8-27b"),
        ("default_reasoning", "text", "kimi-k3"),
        ("default_code", "text", "deepseek-v4-pro-0813"),
        ("most_intelligent", "text", "grok-4-6"),
        ("most_uncensored", "text", "venice-uncensored-1-2"),
        ("default", "image", "z-image-turbo"),
        ("fastest", "image", "z-image-turbo"),
        ("highest_quality", "image", "qwen-image"),
        ("most_uncensored", "image", "lustify-v8"),
        ("eliza-default", "image", "venice-sd35"),
    ],
)
def test_traits_are_the_documented_ones_and_need_no_note(catalogue, trait, kind, id):
    found = catalogue.resolve(trait, kind)
    assert (found.id, found.via, found.note) == (id, trait, None)


def test_fastest_text_is_the_cheapest_private_model_that_can_simply_be_called(catalogue):
    """qwen3-5-9b: 0.10 + 0.15 = 0.25; the next ones are google-gemma-3-27b-it with 0.32 and
    mistral-small-3-2-24b-instruct with 0.34375. Cheaper encrypted ones (e2ee) need a key exchange."""
    found = catalogue.resolve("fastest")
    assert found.id == "qwen3-5-9b"
    assert found.note == "No text model has the trait fastest; using qwen3-5-9b, the cheapest private one."


def test_fastest_passes_over_offline_models_and_yields_to_a_real_trait():
    def model(id, price, **spec):
        pricing = {"input": price, "output": price}
        return {"id": id, "type": "text", "model_spec": {"privacy": "private", "pricing": pricing, **spec}}

    models = [model("down", 0.1, offline=True), model("up", 0.2), model("dear", 0.3)]
    assert Catalogue.from_reply(models).resolve("fastest").id == "up"
    assert Catalogue.from_reply([*models, model("t", 9, traits=["fastest"])]).resolve("fastest").id == "t"


def test_uncensored_is_the_trait_most_uncensored(catalogue):
    found = catalogue.resolve("uncensored")
    assert found.id == "venice-uncensored-1-2"
    assert "most_uncensored" in found.note


def test_every_alias_leads_to_a_listed_model(catalogue):
    for kind, aliases in ALIASES.items():
        for alias, id in aliases.items():
            found = catalogue.resolve(alias, kind)
            assert (found.id, found.via) == (id, alias)
            assert found.note == f"{alias} is another name of {id}."


@pytest.mark.parametrize("name", [name for name in RETIRED if not name.startswith("sora-2")])
def test_every_retired_id_leads_to_a_listed_model_and_says_so(catalogue, name):
    found = catalogue.resolve(name, None)
    assert found.model is not None
    assert found.note == f"{name} is retired; using {found.id}."


def test_a_retired_model_that_could_see_has_a_successor_that_can(catalogue):
    assert not catalogue.resolve("mistral-31-24b").model.supports("vision")
    assert catalogue.resolve("mistral-31-24b", vision=True).model.supports("vision")
    assert set(RETIRED_VISION) <= set(RETIRED)


def test_sora_is_a_family_with_a_last_day_until_it_is_gone(catalogue, monkeypatch):
    monkeypatch.setattr("venice_nb.catalogue.names._today", lambda: "2026-09-23")
    found = catalogue.resolve("sora-2", "video")
    assert found.id == "sora-2-text-to-video"
    assert "2026-09-24" in found.farewell
    assert "is announced" in found.farewell
    monkeypatch.setattr("venice_nb.catalogue.names._today", lambda: "2026-09-24")
    assert catalogue.resolve("sora-2", "video", image=True).id == "veo3.1-fast-image-to-video"
    assert "was to be removed" in catalogue.resolve("sora-2-text-to-video", "video").farewell
    later = Catalogue.from_reply([m.raw for m in catalogue.of_type("video") if not m.id.startswith("sora")])
    assert later.resolve("sora-2", "video", image=True).id == "veo3.1-fast-image-to-video"


@pytest.mark.parametrize("family", ["kling-2.5-turbo-pro", "wan-2.5-preview", "veo3-fast", "ltx-2-full"])
def test_a_video_family_becomes_the_member_for_what_is_given(catalogue, family):
    assert catalogue.resolve(family, "video").id.endswith("-text-to-video")
    assert catalogue.resolve(family, "video", image=True).id.endswith("-image-to-video")
    assert catalogue.resolve(family, "video").note


@pytest.mark.parametrize(
    ("suffix", "features"),
    [
        ("enable_web_search=on", {"enable_web_search": "on"}),
        (
            "enable_web_search=on&enable_web_citations=true",
            {"enable_web_search": "on", "enable_web_citations": True},
        ),
        (
            "enable_web_search=on:disable_thinking=false",
            {"enable_web_search": "on", "disable_thinking": False},
        ),
        ("web", {"enable_web_search": "on"}),
        ("character_slug=alan%20watts", {"character_slug": "alan watts"}),
        ("", {}),
    ],
)
def test_a_feature_suffix_is_taken_off_and_read(catalogue, suffix, features):
    found = catalogue.resolve(f"llama-3.3-70b:{suffix}")
    assert (found.id, found.suffix, found.note) == ("llama-3.3-70b", features, None)


def test_a_feature_that_cannot_stand_in_a_name_is_named(catalogue):
    found = catalogue.resolve("default:enable_e2ee=true&web")
    assert (found.id, found.suffix) == ("zai-org-glm-5-2", {"enable_web_search": "on"})
    assert "enable_e2ee" in found.note


def test_only_chats_have_suffixes(catalogue):
    assert catalogue.resolve("z-image-turbo:web", "image").suffix == {}


@pytest.mark.parametrize("name", ["llama3:8b", "some/new-model:free"])
def test_a_colon_in_the_name_of_an_unknown_model_belongs_to_it(catalogue, name):
    found = catalogue.resolve(name)
    assert (found.model, found.id, found.suffix, found.note) == (None, name, {}, None)


def test_a_suffix_survives_an_unknown_model(catalogue):
    found = catalogue.resolve("brand-new-model:web")
    assert (found.model, found.id, found.suffix) == (None, "brand-new-model", {"enable_web_search": "on"})


@pytest.mark.parametrize(
    "name",
    [
        "llama-3-3-70b",
        "llama 3.3 70b",
        "LLAMA_3.3_70B",
        "venice-llama-3.3-70b",
        "Llama 3.3 70B",
        " llama-3.3-70b ",
    ],
)
def test_other_spellings_are_understood(catalogue, name):
    assert catalogue.resolve(name).id == "llama-3.3-70b"


def test_another_spelling_of_a_retired_id_is_still_told_as_retired(catalogue):
    found = catalogue.resolve("Qwen3 4B")
    assert (found.id, found.note) == ("qwen3-5-9b", "qwen3-4b is retired; using qwen3-5-9b.")


def test_an_unknown_name_brings_what_looks_like_it(catalogue):
    found = catalogue.resolve("lama-3.3-70b")
    assert (found.model, found.id) == (None, "lama-3.3-70b")
    assert found.candidates[0] == "llama-3.3-70b"
    assert len(found.candidates) <= 5
    assert catalogue.resolve("kokoro", "tts").candidates == ("tts-kokoro",)
    assert catalogue.resolve("").candidates == ()


def test_a_model_of_another_type_is_not_taken_but_explained(catalogue):
    found = catalogue.resolve("z-image-turbo", "text")
    assert found.model is None
    assert found.note == "z-image-turbo is a model of type image, not text."
    assert catalogue.resolve("z-image-turbo", None).model is not None


# Prices


@pytest.mark.parametrize(
    ("id", "used", "usd"),
    [
        # 1,000 x 0.7 + 500 x 2.8 = 2,100 millionths
        ("llama-3.3-70b", usage(1000, 500), 0.0021),
        # no cache price of its own: cached tokens cost as much as the others
        ("llama-3.3-70b", usage(1000, 500, cached=800), 0.0021),
        # 600,000 x 1.4 + 400,000 x 0.26 + 500,000 x 4.4 = 840,000 + 104,000 + 2,200,000
        ("zai-org-glm-5-2", usage(1_000_000, 500_000, cached=400_000), 3.144),
        # 1,000 x 6 + 2,000 x 0.6 + 3,000 x 7.5 + 100 x 30 = 6,000 + 1,200 + 22,500 + 3,000
        ("claude-opus-4-5", usage(6000, 100, cached=2000, written=3000), 0.0327),
        # 200,000 is not above the threshold: 200,000 x 2.5 + 1,000 x 15
        ("gemini-3-1-pro-preview", usage(200_000, 1000), 0.515),
        # one more is: 200,001 x 5 + 1,000 x 22.5
        ("gemini-3-1-pro-preview", usage(200_001, 1000), 1.022505),
        # extended, with cache: 200,000 x 12.5 + 100,000 x 1.25 + 1,000 x 56.25
        ("openai-gpt-55", usage(300_000, 1000, cached=100_000), 2.68125),
        # embeddings bill their input only: 1,000,000 x 0.15
        ("text-embedding-bge-m3", {"prompt_tokens": 1_000_000, "total_tokens": 1_000_000}, 0.15),
        # free
        ("stealth-ox-alpha", usage(1000, 1000), 0.0),
    ],
)
def test_a_reply_costs_what_its_usage_says(catalogue, id, used, usd):
    assert catalogue.cost(id, used) == pytest.approx(usd, abs=1e-12)


def test_usage_without_details_or_with_null_details_is_fine(catalogue):
    bare = {"prompt_tokens": 1000, "completion_tokens": 500, "prompt_tokens_details": None}
    assert catalogue.cost("llama-3.3-70b", bare) == pytest.approx(0.0021)
    assert catalogue.cost("llama-3.3-70b", {"input_tokens": 1000, "output_tokens": 500}) == pytest.approx(
        0.0021
    )


@pytest.mark.parametrize(
    ("id", "used"),
    [
        ("no-such-model", usage(1, 1)),
        ("llama-3.3-70b", None),
        ("llama-3.3-70b", {}),
        ("z-image-turbo", usage(1, 1)),
    ],
)
def test_what_cannot_be_known_costs_none_and_not_zero(catalogue, id, used):
    assert catalogue.cost(id, used) is None


def test_image_prices(catalogue):
    get = catalogue.get
    assert price_of_image(get("z-image-turbo"), variants=4) == pytest.approx(0.04)
    assert price_of_image(get("nano-banana-pro")) == pytest.approx(0.18)  # the lowest resolution
    assert price_of_image(get("nano-banana-pro"), resolution="4K", variants=2) == pytest.approx(0.70)
    assert price_of_image(get("nano-banana-pro"), resolution="9K") is None
    assert price_of_image(get("gpt-image-2")) == pytest.approx(0.26)  # quality high is its default
    assert price_of_image(get("gpt-image-2"), resolution="2K", quality="low") == pytest.approx(0.03)
    assert price_of_image(get("gpt-image-2"), quality="ultra") is None
    assert price_of_image(get("tts-kokoro")) is None


def test_edit_prices_count_the_pictures_beyond_the_included(catalogue):
    get = catalogue.get
    assert price_of_edit(get("firered-image-edit"), inputs=3) == pytest.approx(0.04)
    assert price_of_edit(get("flux-2-max-edit")) == pytest.approx(0.12)  # one is included
    assert price_of_edit(get("flux-2-max-edit"), inputs=3) == pytest.approx(0.189)  # 0.12 + 2 x 0.0345
    assert price_of_edit(get("grok-imagine-edit"), resolution="2K") == pytest.approx(0.0423)  # 0.04 + 0.0023
    assert price_of_edit(get("gpt-image-2-edit"), quality="medium", resolution="4K") == pytest.approx(0.22)


def test_upscale_prices_change_above_a_factor_of_two(catalogue):
    upscaler = catalogue.get("upscaler")
    assert [price_of_upscale(upscaler, scale) for scale in (2, 2.1, 4)] == [0.02, 0.08, 0.08]


def test_speech_transcription_and_embedding_prices(catalogue):
    get = catalogue.get
    assert price_of_speech(get("tts-kokoro"), 2000) == pytest.approx(0.007)  # 3.5 per million characters
    assert price_of_transcription(get("nvidia/parakeet-tdt-0.6b-v3"), 90) == pytest.approx(0.009)
    assert price_of_embedding(get("text-embedding-bge-m3"), 2_000_000) == pytest.approx(0.30)


def test_music_prices_follow_the_models_layout(catalogue):
    get = catalogue.get
    assert price_of_music(get("lyria-3-pro")) == pytest.approx(0.1)
    assert price_of_music(get("mmaudio-v2-text-to-audio"), seconds=10) == pytest.approx(0.0092)
    assert price_of_music(get("elevenlabs-tts-v3"), characters=500) == pytest.approx(0.0575)
    assert price_of_music(get("elevenlabs-tts-v3"), seconds=5) is None
    steps = {3: 0.69, 60: 0.69, 60.5: 1.38, 61: 1.38, 600: 6.9}
    assert {s: price_of_music(get("elevenlabs-music"), seconds=s) for s in steps} == pytest.approx(steps)
    assert price_of_music(get("elevenlabs-music"), seconds=601) is None
    assert price_of_music(get("elevenlabs-music")) is None


# Limits


@pytest.mark.parametrize(
    ("id", "tier"),
    [
        ("llama-3.2-3b", "XS"),  # named
        ("llama-3.3-70b", "M"),  # named; its price of 0.7 alone would say S
        ("zai-org-glm-4.7", "L"),  # named; its price of 0.55 alone would say S
        ("qwen3-5-9b", "XS"),  # 0.1
        ("venice-uncensored-1-2", "XS"),  # 0.2 is still XS
        ("qwen-3-8-27b", "S"),  # 0.45
        ("zai-org-glm-5-2", "M"),  # 1.4
        ("claude-opus-5", "L"),  # 6
        ("no-such-model", "L"),
    ],
)
def test_tiers_are_the_documented_ones_or_follow_the_price(catalogue, id, tier):
    assert catalogue.tier(id) == tier


@pytest.mark.parametrize(
    ("what", "default", "partner"),
    [
        ("XS", (500, 1_000_000), (500, 2_000_000)),
        ("S", (75, 750_000), (150, 1_500_000)),
        ("M", (50, 750_000), (100, 1_500_000)),
        ("L", (20, 500_000), (60, 1_000_000)),
        ("image", (20, None), (60, None)),
        ("inpaint", (20, None), (60, None)),
        ("tts", (60, None), (120, None)),
        ("asr", (60, None), (120, None)),
        ("embedding", (500, None), (500, None)),
        ("video", (40, None), (40, None)),
        ("video_retrieve", (120, None), (120, None)),
        ("augment", (20, None), (20, None)),
        ("something else", (20, 500_000), (60, 1_000_000)),
    ],
)
def test_limits_are_the_published_ones(what, default, partner):
    found, special = limits_for(what), limits_for(what, partner=True)
    assert ((found.rpm, found.tpm), (special.rpm, special.tpm)) == (default, partner)


def test_a_model_has_the_limits_of_its_tier_or_type(catalogue):
    assert limits_for(catalogue.get("llama-3.3-70b")).rpm == 50
    assert limits_for(catalogue.get("tts-kokoro")).rpm == 60


@pytest.mark.parametrize("room", ["limits", "model", "models", "names", "prices"])
def test_the_examples_in_the_docstrings_are_true(room):
    result = doctest.testmod(importlib.import_module(f"venice_nb.catalogue.{room}"))
    assert result.failed == 0
