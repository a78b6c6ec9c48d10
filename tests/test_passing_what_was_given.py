"""What one call gives can be passed to the next: models, characters, replies, columns of tables."""

import logging
import pickle

import httpx
import pandas as pd
import pytest

import venice_nb as vn
from tests.scripted_client import MODEL, Server, chat_answer

LOOKING = "qwen-3-8-27b"


def picture(folder, name="a.png"):
    from PIL import Image

    path = folder / name
    Image.new("RGB", (80, 80), "red").save(path)
    return path


@pytest.mark.parametrize("kind", ["card", "model", "row"])
def test_a_model_stands_for_its_name_wherever_one_is_asked_for(kind):
    v = vn.Venice.sandbox(show=False)
    card = v.models.cheapest(vision=True)
    given = {"card": card, "model": card.model, "row": v.models.get(card).model}[kind]
    assert v.chat("Hi", model=given).model == card.id
    assert v.conversation(model=given)("Hi").model == card.id
    assert v.extract("Ada was born in 1815", {"year": int}, model=given) == {"year": 1815}
    assert v.last.model == card.id
    assert v.responses("Hi", model=given).model == card.id
    assert vn.Venice.sandbox(default_model=given, show=False).chat("Hi").model == card.id
    with v.chat.stream("Hi", model=given) as pieces:
        list(pieces)
    assert v.last.model == card.id
    assert v.embed(["a"], model=v.models.get("text-embedding-bge-m3")).dims == 1024


def test_a_model_of_a_list_can_be_passed_on():
    v = vn.Venice.sandbox(show=False)
    [first, *_] = v.models(reasoning=True, sort="price")
    assert v.chat("Hi", model=first).model == first.id


@pytest.mark.parametrize("wrong", [7, object(), ["llama-3.3-70b"], {"id": "x"}])
def test_what_is_neither_a_name_nor_a_model_is_refused(wrong):
    server = Server()
    with pytest.raises(vn.InvalidInput, match="model"):
        server.client().chat("hi", model=wrong)
    assert server.paths == []


def test_a_character_stands_for_its_slug_and_brings_its_model_along():
    person = {"slug": "ada", "name": "Ada", "modelId": "qwen3-5-9b"}
    server = Server({"object": "character", "data": person}, chat_answer())
    v = server.client()
    ada = v.characters.get("ada")
    v.chat("hi", character=ada)
    assert server.body["venice_parameters"] == {"character_slug": "ada"}
    assert server.body["model"] == "qwen3-5-9b"
    assert len(server.paths) == 2  # its advice is known: nobody is asked for it again
    v.conversation(character=ada)("hi")
    v.chat("hi", character_slug="ada")
    assert server.body["model"] == "qwen3-5-9b"
    assert len(server.paths) == 4


def test_a_conversation_with_a_character_and_a_model_can_be_saved(tmp_path):
    v = vn.Venice.sandbox(show=False)
    c = v.conversation(character=v.characters.get("alan-watts"), model=v.models.get(MODEL))
    c("Hi")
    back = v.conversation().load(c.save(tmp_path / "c.json"))
    assert (back.character, back.model, len(back)) == ("alan-watts", MODEL, 1)


@pytest.mark.parametrize("several", [list, tuple, pd.Series, iter])
def test_pictures_come_in_any_kind_of_row(tmp_path, several):
    server = Server()
    paths = [picture(tmp_path, "a.png"), picture(tmp_path, "b.png")]
    server.client().chat("see", images=several([str(path) for path in paths]))
    parts = server.body["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "image_url"]


def test_an_open_file_is_one_piece_of_media(tmp_path):
    server = Server()
    with picture(tmp_path).open("rb") as file:
        server.client().chat("see", images=file)
    assert len(server.body["messages"][0]["content"]) == 2


@pytest.mark.parametrize(
    ("media", "ability"),
    [
        ({"images": "https://e.org/a.png"}, "vision"),
        ({"video": "https://e.org/a.mp4"}, "video"),
        ({}, "functions"),
    ],
)
def test_a_default_that_cannot_take_in_what_is_sent_gives_way_to_one_that_can(caplog, media, ability):
    caplog.set_level(logging.WARNING, "venice_nb")
    server = Server()
    v = server.client()
    v.chat("hi", **media)
    assert v.models.get(server.body["model"]).supports(ability)
    said = [record.getMessage() for record in caplog.records if "using" in record.getMessage()]
    assert bool(said) is bool(media)


def test_sound_goes_to_a_model_that_hears(tmp_path):
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(b"\0\0" * 8_000)
    server = Server()
    v = server.client()
    v.chat("hear", audio=tmp_path / "a.wav")
    assert v.models.get(server.body["model"]).supports("audio")


def test_a_character_whose_model_cannot_see_answers_about_pictures_through_one_that_can():
    blind = {"slug": "ada", "name": "Ada", "modelId": MODEL}
    server = Server({"data": blind}, chat_answer())
    server.client().chat("see", character="ada", images="https://e.org/a.png")
    assert server.body["model"] == LOOKING


def test_a_model_that_leaves_is_announced_once_whoever_tells(caplog):
    caplog.set_level(logging.WARNING, "venice_nb")
    leaving = {"x-venice-model-deprecation-date": "2026-12-01", "x-venice-deprecated-replacement": "new-one"}
    server = Server(httpx.Response(200, headers=leaving, json=chat_answer()))
    v = server.client()
    for _ in range(2):
        v.chat("hi", model=MODEL)
        v.responses("hi", model=MODEL)
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"{MODEL} is announced to be removed on 2026-12-01; use new-one."]


def test_what_the_catalogue_says_of_a_departure_is_not_said_again_by_the_answer(caplog):
    caplog.set_level(logging.WARNING, "venice_nb")
    spec = {
        "privacy": "private",
        "deprecation": {"removesAt": "2027-05-05T00:00:00Z", "replacementModelId": "b"},
    }
    listed = {"data": [{"id": MODEL, "type": "text", "model_spec": spec}]}
    leaving = {"x-venice-model-deprecation-date": "2027-05-05", "x-venice-model-id": MODEL}
    server = Server(listed, httpx.Response(200, headers=leaving, json=chat_answer()))
    v = server.client()
    v.models()
    v.chat("hi", model=MODEL)
    assert [record.getMessage() for record in caplog.records] == [
        f"{MODEL} is announced to be removed on 2027-05-05; use b."
    ]


RESULTS = {
    "reply": lambda v: v.chat("What is 2 + 2?"),
    "models": lambda v: v.models(),
    "card": lambda v: v.models.get(MODEL),
    "prices": lambda v: v.models.pricing("image"),
    "traits": lambda v: v.models.traits(),
    "aliases": lambda v: v.models.aliases(),
    "characters": lambda v: v.characters(),
    "character": lambda v: v.characters.get("alan-watts"),
    "reviews": lambda v: v.characters.reviews("alan-watts"),
    "vectors": lambda v: v.embed(["a"]),
    "responses": lambda v: v.responses("Hi"),
    "raw": lambda v: v.raw("listModels"),
}


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_every_result_can_be_saved_tabled_pickled_and_traced(name, tmp_path):
    v = vn.Venice.sandbox(show=False)
    v.models()
    found = RESULTS[name](v)
    assert found.request_id
    assert found.headers["x-venice-sandbox"] == "true"
    assert found.raw
    assert found.save(tmp_path).stat().st_size
    assert len(found.to_frame()) >= 1
    assert found.to_dict()
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)
    assert again.request_id == found.request_id
    assert b"VENICE_" not in pickle.dumps(found)


def test_files_of_a_raw_operation_are_whatever_media_may_be(tmp_path):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, content=b"ok")

    v = vn.Venice(api_key="VENICE_INFERENCE_KEY_planted_0123456789", transport=httpx.MockTransport(answer))
    v.raw("createTranscription", form={"model": "x"}, files={"file": picture(tmp_path)})
    assert b"PNG" in seen[0].content
