"""Plans for pictures in both worlds: what is asked, what is given, what can be done with it, what is kept."""

import copy
import json
import pickle
import re
from pathlib import Path

import httpx
import pybase64
import pytest

from tests.studio.pictures import KEY, PNG, WEBP, Studio, World, drawn, listed, picture
from venice_nb import errors
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.pictures.image import Image


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.fixture
def said(monkeypatch):
    """What the user is told."""
    notes = []
    monkeypatch.setattr("venice_nb.client.session.notice", notes.append)
    return notes


def test_a_gallery_comes_of_a_prompt_and_is_the_last_result(world):
    studio = Studio()
    gallery = world.open(studio).run(lambda v: v.images.generate("a gondola", seed=3))
    assert studio.bodies == [
        {"model": "z-image-turbo", "prompt": "a gondola", "seed": 3, "return_binary": True}
    ]
    assert isinstance(gallery, Gallery)
    assert gallery[0].data == PNG
    assert world.client.last is gallery
    assert world.client._session.cost == gallery.cost


def test_pictures_are_worked_on_by_the_client_that_made_them(world):
    studio = Studio()
    image = world.open(studio).run(lambda v: v.images.generate("a gondola"))[0]
    larger = world.run(lambda _: image.upscale(4, creativity=0.01))
    world.run(lambda _: larger.edit("make it snow", output_format="png"))
    world.run(lambda _: larger.remove_background())
    assert studio.paths == ["/image/generate", "/image/upscale", "/image/edit", "/image/background-remove"]
    assert studio.bodies[1]["scale"] == 4
    assert studio.bodies[2]["prompt"] == "make it snow"
    assert (larger.prompt, larger.model) == ("a gondola", "upscaler")


def test_an_option_that_an_action_does_not_have_is_told_with_the_nearest(world):
    studio = Studio()
    image = world.open(studio).run(lambda v: v.images.generate("a gondola"))[0]
    with pytest.raises(errors.InvalidInput, match="creativty") as told:
        image.upscale(2, creativty=0.01)
    assert "creativity" in told.value.do
    assert len(studio.paths) == 1


def test_a_picture_that_travels_leaves_its_client_behind(world):
    image = world.open().run(lambda v: v.images.generate("a gondola"))[0]
    there = pickle.loads(pickle.dumps(image))
    assert (there, there.actions) == (image, None)
    assert KEY.encode() not in pickle.dumps(image)
    assert copy.deepcopy(image.actions) is image.actions
    assert pickle.loads(pickle.dumps(image.actions)) is None


def test_animate_orders_a_film_that_starts_from_the_picture(world, monkeypatch):
    from venice_nb.studio import video

    asked = []

    def submit(session, /, prompt="", *, image_url=None, duration=None):
        asked.append((prompt, image_url, duration))
        return "a job"
        yield

    monkeypatch.setattr(video, "submit", submit)
    image = world.open().run(lambda v: v.images.generate("a gondola"))[0]
    assert world.run(lambda _: image.animate("drifts off", duration="5s")) == "a job"
    assert asked == [("drifts off", image, "5s")]


def test_the_other_routes_answer_too(world):
    studio = Studio(lambda request: listed(PNG) if "generations" in request.url.path else drawn(WEBP))
    world.open(studio)
    assert world.run(lambda v: v.images.generations("a canal", size="256x256"))[0].data == PNG
    assert world.run(lambda v: v.images.multi_edit([PNG, PNG], "together")).mime == "image/webp"
    assert world.run(lambda v: v.images.remove_background(image_url="https://example.org/a.png")).data == WEBP
    assert studio.bodies[0] == {"model": "z-image-turbo", "prompt": "a canal", "size": "256x256"}
    assert studio.bodies[2] == {"image_url": "https://example.org/a.png"}


def test_heavy_pictures_arrive_as_files(world):
    import numpy as np

    studio = Studio()
    pixels = np.random.default_rng(1).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    world.open(studio).run(lambda v: v.images.multi_edit([pixels, PNG], "together", safe_mode=False))
    body = studio.bodies[0]
    assert body.count(b'name="images"') == 2
    assert PNG in body
    assert b'name="safe_mode"\r\n\r\nfalse' in body


# --- models and styles -----------------------------------------------------------------------


def test_a_retired_model_is_exchanged_and_told(world, said):
    studio = Studio()
    world.open(studio).run(lambda v: v.images.generate("x", model="hidream"))
    assert studio.bodies[0]["model"] == "z-image-turbo"
    assert any("hidream is retired" in note for note in said)
    world.run(lambda v: v.images.edit(PNG, "x", model="qwen-edit"))
    assert studio.bodies[1]["model"] == "qwen-edit-uncensored"
    assert any("qwen-edit" in note for note in said)


def test_an_unknown_model_is_looked_up_once_and_then_refused(world):
    models = {
        "object": "list",
        "type": "image",
        "data": [{"id": "brand-new", "type": "image", "model_spec": {}}],
    }
    studio = Studio(lambda request: httpx.Response(200, json=models) if request.method == "GET" else drawn())
    world.open(studio)
    assert world.run(lambda v: v.images.generate("x", model="brand-new"))
    with pytest.raises(errors.ModelNotFound) as told:
        world.run(lambda v: v.images.generate("x", model="brand-nwe"))
    assert "brand-new" in told.value.do
    assert studio.paths == ["/models", "/image/generate", "/models"]


def test_a_name_is_sent_as_it_stands_when_there_is_no_list_to_be_had(world, said):
    studio = Studio(
        lambda request: httpx.Response(404, json={"error": "no"}) if request.method == "GET" else drawn()
    )
    assert world.open(studio).run(lambda v: v.images.edit(PNG, "x", model="of-tomorrow"))
    assert studio.bodies[-1]["model"] == "of-tomorrow"
    assert any("of-tomorrow" in note for note in said)


def test_styles_of_the_server_are_known_once_they_were_asked_for(world):
    studio = Studio(
        lambda request: (
            httpx.Response(200, json={"data": ["Ukiyo-e"]}) if request.method == "GET" else drawn()
        )
    )
    world.open(studio)
    with pytest.raises(errors.InvalidInput):
        world.run(lambda v: v.images.generate("x", style_preset="ukiyo e"))
    styles = world.run(lambda v: v.images.styles())
    assert (list(styles), styles[0], styles == ["Ukiyo-e"]) == (["Ukiyo-e"], "Ukiyo-e", True)
    world.run(lambda v: v.images.generate("x", style_preset="ukiyo e"))
    assert studio.bodies[-1]["style_preset"] == "Ukiyo-e"


def test_what_is_changed_or_may_be_is_told(world, said):
    world.open().run(lambda v: v.images.generate("x", model="venice-sd35", width=1000, steps=90))
    assert any("1000" in note for note in said)
    assert any("steps=90" in note for note in said)
    world.run(lambda v: v.images.upscale(picture(size=(3000, 2000)), 4))
    assert any("16,777,216" in note for note in said)


# --- what goes wrong -------------------------------------------------------------------------


def test_a_blocked_picture_is_an_error_and_nothing_is_kept_or_booked(world, tmp_path):
    """Fault 42."""
    studio = Studio(lambda _: drawn(x_venice_is_content_violation="true"))
    with pytest.raises(errors.ContentRefused) as told:
        world.open(studio, out=tmp_path / "out").run(lambda v: v.images.generate("x"))
    assert told.value.charged == "no"
    assert not (tmp_path / "out").exists()
    assert world.client._session.cost is None
    assert len(studio.paths) == 1


def test_one_broken_picture_of_four_leaves_three_and_a_word(world, said, tmp_path):
    """Fault 41."""
    studio = Studio(lambda _: listed(PNG, "%%%", WEBP, picture("JPEG")))
    gallery = world.open(studio, out=tmp_path).run(lambda v: v.images.generate("x", variants=4))
    assert (len(gallery), len(gallery.errors)) == (3, 1)
    assert any("1 of 4" in note for note in said)
    assert len(list(tmp_path.glob("*.json"))) == 3, "the three are kept"


@pytest.mark.parametrize("status", [504, 500])
def test_a_lost_or_failed_picture_is_not_drawn_twice_unasked(world, status):
    """Fault 9: a 504 may have been charged; a 500 is tried once more at most, and here not at all."""
    studio = Studio(lambda _: httpx.Response(status, json={"error": "no"}))
    with pytest.raises(errors.APIError) as told:
        world.open(studio).run(lambda v: v.images.generate("x"))
    assert told.value.charged == "unknown"
    assert len(studio.paths) == 1


def test_a_504_is_final_however_many_retries_there_are(world):
    """Fault 9."""
    studio = Studio(lambda _: httpx.Response(504, json={"error": "slow"}))
    with pytest.raises(errors.VeniceError) as told:
        world.open(studio, max_retries=5).run(lambda v: v.images.edit(PNG, "x"))
    assert told.value.charged == "unknown"
    assert len(studio.paths) == 1


def test_a_cut_connection_is_never_sent_again(world):
    studio = Studio(lambda _: httpx.ReadError("cut"))
    with pytest.raises(errors.UnknownOutcome):
        world.open(studio, max_retries=5).run(lambda v: v.images.upscale(PNG))
    assert len(studio.paths) == 1


def test_an_upload_the_server_finds_too_large_is_told(world):
    """Fault 49."""
    studio = Studio(lambda _: httpx.Response(413, json={"code": "PAYLOAD_TOO_LARGE", "error": "too large"}))
    with pytest.raises(errors.TooLarge) as told:
        world.open(studio).run(lambda v: v.images.edit(PNG, "x"))
    assert told.value.charged == "no"


def test_a_redirect_is_not_followed_with_a_picture(world):
    """Fault 43."""
    studio = Studio(lambda _: httpx.Response(307, headers={"location": "https://evil.example/x"}))
    with pytest.raises(errors.APIError, match="redirect"):
        world.open(studio).run(lambda v: v.images.edit(PNG, "x"))
    assert studio.paths == ["/image/edit"]


# --- keeping ---------------------------------------------------------------------------------


def test_a_paid_original_is_on_disk_before_it_is_given(world, tmp_path):
    out = tmp_path / "deep" / "out"
    answer = drawn(WEBP, cf_ray="abc", x_venice_enhanced_prompt="better")
    image = world.open(Studio(lambda _: answer), out=out).run(lambda v: v.images.generate("a canal", seed=5))[
        0
    ]
    assert image.path.parent == out
    assert re.fullmatch(r"\d{8}T\d{6}Z-z-image-turbo-[0-9a-f]{8}\.webp", image.path.name)
    assert image.path.read_bytes() == WEBP
    about = json.loads(image.path.with_suffix(".json").read_text("utf-8"))
    assert about["prompt"] == "a canal"
    assert (about["model"], about["seed"], about["enhanced_prompt"]) == ("z-image-turbo", 5, "better")
    assert about["sha256"] == image.sha
    assert (about["request_id"], about["bytes"], about["mime"]) == ("abc", len(WEBP), "image/webp")
    assert about["cost"] == {"usd": 0.05, "source": "priced"}
    assert KEY not in "".join(path.read_text("latin-1") for path in out.iterdir())


def test_edits_are_kept_as_well(world, tmp_path):
    world.open(out=tmp_path).run(lambda v: v.images.edit(PNG, "x", model="flux-2-max-edit"))
    world.run(lambda v: v.images.upscale(PNG))
    names = sorted(path.name.split("Z-")[1].rsplit("-", 1)[0] for path in tmp_path.glob("*.png"))
    assert names == ["flux-2-max-edit", "upscaler"]


def test_a_disk_that_takes_nothing_loses_nothing_and_says_so(world, said, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("venice_nb.results.saving.write", full)
    gallery = world.open(out=tmp_path).run(lambda v: v.images.generate("x"))
    assert gallery[0].data == PNG
    assert gallery[0].path is None
    assert any("No space left" in note and "NOT KEPT" in note for note in said)


def test_a_folder_that_cannot_be_made_loses_nothing(world, said, tmp_path):
    world.open(out=tmp_path / "out")
    (tmp_path / "out").write_text("a file stands there")
    assert world.run(lambda v: v.images.generate("x"))[0].data == PNG
    assert any("NOT KEPT" in note for note in said)


def test_the_sandbox_leaves_no_files(world, tmp_path):
    image = world.sandbox().run(lambda v: v.images.generate("a canal", width=128, height=128))[0]
    assert image.path is None
    assert list(Path.cwd().iterdir()) == []


def test_pictures_kept_within_one_second_have_files_of_their_own(world, tmp_path):
    studio = Studio(lambda _: listed(PNG, WEBP, PNG))
    gallery = world.open(studio, out=tmp_path).run(lambda v: v.images.generate("x", variants=3))
    paths = [image.path for image in gallery]
    assert len(set(paths)) == 2, "and the same picture is kept once"
    assert all(path.read_bytes() == image.data for path, image in zip(paths, gallery, strict=True))


# --- against the sandbox ---------------------------------------------------------------------


def test_the_sandbox_draws_what_is_asked(world):
    world.sandbox()
    gallery = world.run(
        lambda v: v.images.generate("a canal", width=256, height=128, variants=2, format="png")
    )
    assert [image.size for image in gallery] == [(256, 128)] * 2
    again = world.run(lambda v: v.images.generate("a canal", width=256, height=128, seed=9, format="png"))[0]
    same = world.run(lambda v: v.images.generate("a canal", width=256, height=128, seed=9, format="png"))[0]
    assert again == same
    assert isinstance(again, Image)
    assert len(world.run(lambda v: v.images.styles())) == 76


@pytest.mark.parametrize("model", [None, "flux-2-max-edit", "of-tomorrow"])
def test_an_open_file_is_read_once_and_sent_whole(world, tmp_path, model):
    (tmp_path / "a.png").write_bytes(PNG)
    studio = Studio(
        lambda request: httpx.Response(404, json={"error": "no"}) if request.method == "GET" else drawn()
    )
    world.open(studio)
    with (tmp_path / "a.png").open("rb") as file:
        world.run(lambda v: v.images.edit(file, "x", model=model))
    with (tmp_path / "a.png").open("rb") as file:
        world.run(lambda v: v.images.multi_edit([file], "x", modelId=model))
    sent = pybase64.b64encode(PNG).decode()
    posted = [body for body in studio.bodies if isinstance(body, dict)]
    assert posted[0]["image"] == f"data:image/png;base64,{sent}"
    assert posted[1]["images"] == [f"data:image/png;base64,{sent}"]


def test_what_is_wrong_is_told_before_an_unknown_model_is_looked_up(world):
    studio = Studio()
    world.open(studio)
    for act in (
        lambda v: v.images.generate("x", model="of-tomorrow", width=0),
        lambda v: v.images.edit("no-such-file.png", "x", model="of-tomorrow"),
        lambda v: v.images.map(["x", "y" * 8000], model="of-tomorrow"),
    ):
        with pytest.raises(errors.InvalidInput):
            world.run(act)
    assert studio.paths == []


# --- the examples of older tutorials ---------------------------------------------------------


def test_the_examples_of_older_tutorials_work_as_they_stand(world):
    """Their request bodies as keyword arguments: venice-sd35, base64, scale 4, an edit without a model."""
    world.sandbox()
    gallery = world.run(
        lambda v: v.images.generate(
            model="venice-sd35", prompt="A sunset over mountains", width=256, height=256, steps=30
        )
    )
    image_base64 = pybase64.b64encode(gallery[0].data).decode("utf-8")
    assert world.run(lambda v: v.images.upscale(image=image_base64, scale=4)).size == (1024, 1024)
    edited = world.run(lambda v: v.images.edit(prompt="Change the sky to a sunset", image=image_base64))
    assert edited.size == (256, 256)
    assert float(edited.cost) == pytest.approx(0.04)
    assert edited.model == "firered-image-edit"


def test_a_chain_of_actions_runs_through_the_sandbox(world):
    image = world.sandbox().run(lambda v: v.images.generate("a gondola", width=256, height=256))[0]
    image = world.run(lambda _: image.upscale(2))
    image = world.run(lambda _: image.edit("make it snow"))
    image = world.run(lambda _: image.remove_background())
    assert (image.size, image.pil.mode, image.mime) == ((512, 512), "RGBA", "image/png")
    both = world.run(lambda v: v.images.multi_edit([image, image], "side by side"))
    assert both.prompt == "side by side"


def test_sound_is_kept_like_pictures(world, tmp_path):
    from venice_nb.results.sound.audio import Audio
    from venice_nb.studio.keeping import keep

    world.open(out=tmp_path)
    sound = Audio(b"ID3\x04" + bytes(60), "audio/mpeg", text="Benvenuti", voice="af_sky", model="tts-kokoro")
    kept = world.run(lambda v: v._driver.run(keep(v._session, sound)))
    assert kept.path.read_bytes() == sound.data
    assert kept.path.suffix == ".mp3"
    about = json.loads(kept.path.with_suffix(".json").read_text("utf-8"))
    assert (about["text"], about["voice"]) == ("Benvenuti", "af_sky")
