"""Money and files under attack: no answer earns money, no name is trusted, nothing that was paid is lost."""

import contextlib
import datetime as dt
import json
import pickle
import stat
from pathlib import Path

import httpx
import pytest

from tests.studio.pictures import KEY, PNG, Studio, World, drawn, listed, picture
from venice_nb import errors
from venice_nb.results.pictures.image import Image
from venice_nb.studio import image_map, keeping


@pytest.fixture(params=["sync", "async"])
def world(request):
    return World(request.param)


@pytest.mark.parametrize("lie", [-1, -1e300, "-5", float("1e400"), "nan", True, [], {"usd": -3, "diem": 1}])
def test_no_answer_earns_money(world, lie):
    """A cost below nothing would make room under a limit."""
    body = json.dumps({"cost": lie}).replace("Infinity", "1e400")
    answer = listed(PNG).json() | json.loads(body.replace("1e400", '"1e400"'))
    gallery = world.open(Studio(lambda _: httpx.Response(200, json=answer))).run(
        lambda v: v.images.generate("x")
    )
    assert gallery.cost.usd is None or gallery.cost.usd > 0


def test_a_blocked_picture_costs_nothing_on_its_card(world):
    """Fault 42: the whole gallery of a map counts what was drawn, not what was blocked."""

    def answer(request):
        blocked = json.loads(request.content)["prompt"] == "blocked"
        return drawn(x_venice_is_content_violation="true") if blocked else drawn()

    gallery = world.open(Studio(answer)).run(lambda v: v.images.map(["fine", "blocked"]))
    one = world.run(lambda v: v.images.generate("fine"))
    assert gallery.cost.usd == pytest.approx(one.cost.usd)
    assert gallery.errors[0].error.charged == "no"


def test_no_more_is_asked_for_when_the_balance_is_gone(world):
    """Fault 20, for pictures: what is finished stays, and the rest is not tried."""
    studio = Studio(
        lambda _: (
            drawn() if len(studio.paths) <= 2 else httpx.Response(402, json={"error": "INSUFFICIENT_BALANCE"})
        )
    )
    gallery = world.open(studio).run(lambda v: v.images.map([f"p{n}" for n in range(12)], at_once=1))
    assert len(gallery) == 2
    assert len(gallery.errors) == 10
    assert len(studio.paths) == 3


def test_one_broken_variant_of_four_is_one_error(world):
    """Fault 41."""
    answer = listed(PNG, picture(color=1), "!!not base64!!", picture(color=3))
    world.open(Studio(lambda _: answer), out=Path("kept"))
    gallery = world.run(lambda v: v.images.generate("x", variants=4))
    assert len(gallery) == 3
    assert [one.position for one in gallery.errors] == [2]
    assert len(list(Path("kept").glob("*.png"))) == 3


def planted(data, folder, monkeypatch, act):
    """Something stands where the picture's file would be."""
    seen = []
    write = keeping.saving.write

    def first(target, *rest, **more):
        seen.append(target)
        raise OSError(28, "full")

    monkeypatch.setattr(keeping.saving, "write", first)
    with pytest.raises(OSError, match="full"):
        keeping.store(Image(data, model="m"), folder)
    monkeypatch.setattr(keeping.saving, "write", write)
    act(seen[0])
    return seen[0]


@pytest.mark.parametrize("trap", ["link", "dangling", "folder", "other", "part"])
def test_what_stands_in_the_way_of_a_paid_picture_is_neither_trusted_nor_harmed(tmp_path, monkeypatch, trap):
    """A file of the same name counted as the picture, whatever was in it."""
    monkeypatch.setattr(keeping, "dt", _Still)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")

    def act(target):
        {
            "link": lambda: target.symlink_to(precious),
            "dangling": lambda: target.symlink_to(tmp_path / "nowhere"),
            "folder": target.mkdir,
            "other": lambda: target.write_bytes(b"another"),
            "part": lambda: target.write_bytes(PNG[:50]),
        }[trap]()

    target = planted(PNG, tmp_path / "out", monkeypatch, act)
    before = target.read_bytes() if target.is_file() else None
    path = keeping.store(Image(PNG, model="m"), tmp_path / "out")
    assert path != target
    assert path.read_bytes() == PNG
    assert not path.is_symlink()
    assert json.loads(path.with_suffix(".json").read_text())["file"] == path.name
    assert precious.read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()
    assert before is None or target.read_bytes() == before


class _Still:
    """A clock that stands, so that a name can be foreseen."""

    UTC = dt.UTC

    class datetime:
        @staticmethod
        def now(zone):
            return dt.datetime(2026, 1, 1, tzinfo=zone)


def test_a_link_in_place_of_the_sidecar_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "dt", _Still)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    planted(PNG, tmp_path / "out", monkeypatch, lambda at: at.with_suffix(".json").symlink_to(precious))
    assert keeping.store(Image(PNG, model="m"), tmp_path / "out").read_bytes() == PNG
    assert precious.read_bytes() == b"precious"


def test_a_large_map_whose_files_were_exchanged_keeps_its_own_bytes(world, monkeypatch, tmp_path):
    """Bytes leave the memory only when they are on the disk."""
    monkeypatch.setattr(keeping, "dt", _Still)
    monkeypatch.setattr(image_map, "HELD", 0)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    out = tmp_path / "out"
    planted(PNG, out, monkeypatch, lambda at: at.symlink_to(precious))
    gallery = world.open(Studio(), out=out).run(lambda v: v.images.map(["a", "b"], model="z-image-turbo"))
    assert [image.data for image in gallery] == [PNG, PNG]
    assert precious.read_bytes() == b"precious"


def test_a_folder_that_cannot_be_one_loses_no_picture(world, tmp_path, monkeypatch):
    out = tmp_path / "venice_out"
    out.write_bytes(b"a file")
    with pytest.raises(errors.InvalidInput):
        world.open(Studio(), out=out)
    out.unlink()
    notes = []
    monkeypatch.setattr("venice_nb.client.session.notice", notes.append)
    world.open(Studio(), out=out)
    out.write_bytes(b"a file")  # it came later
    gallery = world.run(lambda v: v.images.generate("x"))
    assert (gallery[0].data, gallery[0].path) == (PNG, None)
    assert any("NOT KEPT" in note for note in notes)
    assert out.read_bytes() == b"a file"


def test_the_key_is_in_nothing_that_is_kept_shown_or_sent_on(world, tmp_path, caplog):
    """A server that repeats the key in every header and field brings it nowhere."""
    caplog.set_level("DEBUG")
    out = tmp_path / "out"
    repeated = drawn(x_venice_model_name=KEY, cf_ray=KEY, x_venice_enhanced_prompt=f"Bearer {KEY}")
    world.open(Studio(lambda _: repeated), out=out)
    gallery = world.run(lambda v: v.images.generate("x"))
    image = gallery[0]
    seen = [repr(gallery), repr(image), str(gallery._mimebundle()), str(image._mimebundle()), caplog.text]
    seen += [str(image.headers), str(image.raw), str(image.to_dict()), image.name_to_save]
    seen += [path.read_bytes().decode("latin-1") + path.name for path in out.iterdir()]
    seen += [pickle.dumps(each).decode("latin-1") for each in (gallery, image)]
    assert not [each for each in seen if KEY in each or KEY[-16:] in each]


def test_no_error_of_a_picture_holds_the_key(world, tmp_path):
    world.open(Studio(lambda _: httpx.Response(422, json={"error": f"no, {KEY}", "details": {KEY: KEY}})))
    with pytest.raises(errors.VeniceError) as told:
        world.run(lambda v: v.images.generate("x"))
    error = told.value
    assert KEY not in str(error) + repr(error) + repr(vars(error)) + pickle.dumps(error).decode("latin-1")


def test_the_state_folder_is_the_users_alone(world, tmp_path, monkeypatch):
    monkeypatch.setenv("VENICE_STATE_DIR", str(tmp_path / "mine"))
    world.open(Studio(lambda _: httpx.Response(200, json={"quote": 0.35, "model": "m", "queue_id": "0" * 8})))
    order = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9"}
    with contextlib.suppress(errors.VeniceError):
        world.run(lambda v: v.video.submit("fog", **order))
    folder = tmp_path / "mine"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        assert KEY.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "quote", ["nan", "-1", -0.35, 0, None, "", [], {}, "free", True, "1e400", "0x1", "\u0661"]
)
def test_a_quote_that_is_no_price_orders_nothing_above_what_the_list_says(world, quote):
    """Row 48: neither a lie nor a joke counts as a price."""
    paths = []

    def answer(request):
        paths.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json={"quote": quote})

    world.open(answer)
    order = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9"}
    with pytest.raises(errors.BudgetExceeded) as told:
        world.run(lambda v: v.video.submit("fog", **order))
    assert paths == ["quote"]
    assert told.value.charged == "no"
