"""A column of prompts to one gallery: aligned, nothing lost or sent in vain, memory that does not grow."""

import io
import threading

import httpx
import numpy as np
import pandas as pd
import pytest

from tests.studio.pictures import PNG, WEBP, Studio, World, drawn, listed, picture
from venice_nb import errors
from venice_nb.studio import image_map


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


def by_prompt(pictures):
    """A server that answers each prompt with its own picture, or with what is no success."""

    def answer(request):
        import json

        found = pictures[json.loads(request.content)["prompt"]]
        return drawn(found) if isinstance(found, bytes) else found

    return Studio(answer)


RED, GREEN, BLUE = (picture(color=color) for color in ("red", "green", "blue"))
ALL = {"red": RED, "green": GREEN, "blue": BLUE}


def test_pictures_stand_in_the_order_of_the_prompts_with_their_index(world):
    prompts = pd.Series(["blue", "red", "green"], index=["x", "y", "x"])
    gallery = world.open(by_prompt(ALL)).run(lambda v: v.images.map(prompts, at_once=3, safe_mode=False))
    assert [image.data for image in gallery] == [BLUE, RED, GREEN]
    assert gallery.index == ("x", "y", "x")
    assert float(gallery.cost) == pytest.approx(0.03)
    assert list(gallery.to_frame().index) == ["x", "y", "x"]
    assert world.client.last is gallery


@pytest.mark.parametrize(
    "column", [list, tuple, np.array, iter, pd.Index, lambda texts: pd.Series(texts, dtype="string").array]
)
def test_any_column_of_texts_is_taken(world, column):
    prompts = column(["red", "blue"])
    gallery = world.open(by_prompt(ALL)).run(lambda v: v.images.map(prompts))
    assert [image.data for image in gallery] == [RED, BLUE]
    assert gallery.index == ()


def test_a_row_that_fails_is_listed_and_costs_no_other(world):
    pictures = ALL | {"green": httpx.Response(422, json={"error": "against the rules"})}
    prompts = pd.Series(["red", "green", "blue"], index=[10, 20, 30])
    gallery = world.open(by_prompt(pictures)).run(lambda v: v.images.map(prompts))
    assert [image.data for image in gallery] == [RED, BLUE]
    assert gallery.index == (10, 30)
    failed = gallery.errors[0]
    assert (failed.position, failed.label, failed.prompt) == (1, 20, "green")
    assert isinstance(failed.error, errors.ContentRefused)
    frame = gallery.to_frame()
    assert list(frame.index) == [10, 20, 30]
    assert frame["image"].isna().tolist() == [False, True, False]
    assert float(gallery.cost) == pytest.approx(0.02)


def test_a_blocked_row_is_a_failure_too(world):
    pictures = ALL | {"red": drawn(x_venice_is_content_violation="true")}
    gallery = world.open(by_prompt(pictures)).run(lambda v: v.images.map(["red", "blue"]))
    assert [failed.error.charged for failed in gallery.errors] == ["no"]


def test_when_every_row_fails_the_error_is_raised(world):
    studio = Studio(lambda _: httpx.Response(401, json={"error": "Authentication failed"}))
    with pytest.raises(errors.BadKey):
        world.open(studio).run(lambda v: v.images.map(["red", "blue", "green"] * 20, at_once=2))
    assert len(studio.paths) <= 2, "and a refused key is not tried sixty times"


def test_variants_and_broken_ones_keep_their_places(world):
    answers = {
        "a": listed(RED, "%%%"),
        "b": httpx.Response(422, json={"error": "no"}),
        "c": listed(BLUE, GREEN),
    }
    prompts = pd.Series(["a", "b", "c"], index=["A", "B", "C"])
    gallery = world.open(by_prompt(answers)).run(lambda v: v.images.map(prompts, variants=2))
    assert gallery.index == ("A", "C", "C")
    assert [(failed.position, failed.label) for failed in gallery.errors] == [(1, "A"), (2, "B")]
    assert list(gallery.to_frame().index) == ["A", "A", "B", "C", "C"]


@pytest.mark.parametrize(
    ("prompts", "options", "field", "words"),
    [
        ([], {}, "prompts", "one prompt or more"),
        ("one", {}, "prompts", "generate"),
        (None, {}, "prompts", "list of texts"),
        (pd.DataFrame({"a": ["x"]}), {}, "prompts", "df['column']"),
        (["a", "", None, float("nan"), pd.NA, " "], {}, "prompts", "rows 1, 2, 3, 4, 5 are missing or blank"),
        (pd.Series(["a", None], index=["p", "q"]), {}, "prompts", "row q is missing"),
        (["a", "x" * 7501], {}, "prompts", "row 1 is too long"),
        (["a", "half \ud83d"], {}, "prompts", "row 1 is too long or not text"),
        (["a"], {"at_once": 0}, "at_once", "1 to 16"),
        (["a"], {"at_once": 17}, "at_once", "1 to 16"),
        (["a"], {"progress": "yes"}, "progress", "True or False"),
        (["a"], {"varaints": 2}, "varaints", "variants"),
        (["a"], {"prompt": "x"}, "prompt", "Unknown"),
        (["a"], {"width": 5000}, "width", "1280"),
        (["a"], {"aspect_ratio": "16:9"}, "aspect_ratio", "width="),
    ],
)
def test_nothing_is_sent_when_anything_is_wrong(world, prompts, options, field, words):
    studio = Studio()
    with pytest.raises(errors.InvalidInput) as told:
        world.open(studio).run(lambda v: v.images.map(prompts, **options))
    assert told.value.field == field
    assert words in f"{told.value} {told.value.allowed}"
    assert studio.paths == []


def test_an_interruption_leaves_what_is_finished(world, tmp_path):
    """The first two rows are done when the third meets Ctrl-C."""

    def answer(request):
        import json

        prompt = json.loads(request.content)["prompt"]
        if prompt == "green":
            raise KeyboardInterrupt
        return drawn(ALL[prompt])

    world.open(Studio(answer), out=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        world.run(lambda v: v.images.map(["red", "blue", "green", "red", "blue"], at_once=1))
    assert [image.data for image in world.client.last] == [RED, BLUE]
    assert len(list(tmp_path.glob("*.png"))) == 2, "and on disk"


def test_no_more_requests_are_under_way_than_asked_for(world):
    lock, most, now = threading.Lock(), [0], [0]
    barrier = threading.Barrier(2)

    def answer(_):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        if world.kind.__name__ == "Venice":
            barrier.wait(5)  # two must be here at the same time, or this raises
        with lock:
            now[0] -= 1
        return drawn()

    world.open(Studio(answer)).run(lambda v: v.images.map(["a"] * 6, at_once=2))
    assert most[0] <= 2


@pytest.mark.parametrize("live", [True, False])
def test_large_maps_hold_their_pictures_on_disk(world, tmp_path, monkeypatch, live):
    monkeypatch.setattr(image_map, "HELD", 2 * len(PNG))
    world.open(Studio(lambda _: drawn(PNG)), out=tmp_path)
    world.client._session.live = live
    gallery = world.run(lambda v: v.images.map(["a", "b", "c", "d"], at_once=1))
    held = [image for image in gallery if "data" in vars(image)]
    assert len(held) == 2, "the others are read when they are looked at"
    assert [image.data for image in gallery] == [PNG] * 4
    assert [image.prompt for image in gallery] == ["a", "b", "c", "d"]
    assert all(image.actions is not None for image in gallery)
    kept = len(list(tmp_path.glob("*.png")))
    assert kept >= 1


def test_a_full_disk_keeps_a_large_map_in_memory(world, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(image_map, "HELD", 0)
    monkeypatch.setattr("venice_nb.results.saving.write", full)
    gallery = world.open(Studio(lambda _: drawn(WEBP)), out=tmp_path).run(lambda v: v.images.map(["a", "b"]))
    assert [image.data for image in gallery] == [WEBP, WEBP]


def test_progress_is_silent_in_scripts_and_in_saved_notebooks_unless_asked(world, monkeypatch, capfd):
    world.open(Studio())
    world.run(lambda v: v.images.map(["a"]))
    monkeypatch.setattr("venice_nb.render.progress.environment", lambda: "notebook")
    monkeypatch.setenv("VENICE_STATIC", "1")
    world.run(lambda v: v.images.map(["a"]))
    monkeypatch.delenv("VENICE_STATIC")
    world.run(lambda v: v.images.map(["a"], progress=False))
    assert capfd.readouterr().err == ""
    world.run(lambda v: v.images.map(["a", "b"], progress=True))
    assert "2/2" in capfd.readouterr().err


def test_failures_show_in_the_progress(world, monkeypatch):
    out = io.StringIO()
    from tqdm import std

    monkeypatch.setattr("tqdm.auto.tqdm", lambda **options: std.tqdm(file=out, **options))
    pictures = ALL | {"green": httpx.Response(422, json={"error": "no"})}
    world.open(by_prompt(pictures)).run(lambda v: v.images.map(["green", "red"], at_once=1, progress=True))
    assert "failed=1" in out.getvalue()
    assert "cost=$0.01" in out.getvalue()


def test_the_sandbox_maps_a_column(world):
    prompts = pd.Series(["a canal", "a bridge", "a gondola"], index=list("abc"))
    gallery = world.sandbox().run(lambda v: v.images.map(prompts, width=128, height=128, seed=1))
    assert [image.prompt for image in gallery] == prompts.tolist()
    assert gallery.index == ("a", "b", "c")
    assert all(image.size == (128, 128) for image in gallery)


def test_style_references_are_loaded_once_for_all_rows(world, tmp_path, monkeypatch):
    """A hundred rows share one text of base64, or a column would fill the memory."""
    (tmp_path / "style.png").write_bytes(RED)
    sent = []
    monkeypatch.setattr(image_map, "Send", lambda call: sent.append(call) or original(call))
    from venice_nb.policy.steps import Send as original

    world.open(Studio())
    with (tmp_path / "style.png").open("rb") as file:
        world.run(lambda v: v.images.map(["a", "b", "c"], model="krea-v2-large", style_references=[file]))
    assert len({id(call.body["style_references"]) for call in sent}) == 1
    assert sorted(call.body["prompt"] for call in sent) == ["a", "b", "c"]
