"""A picture shows itself small, gives its original whole, and tells where it came from."""

import io
import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_media import encoded, photo, plain_picture
from PIL import Image as Pillow

from venice_nb.errors import InvalidInput, VeniceError
from venice_nb.media.loading import load
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost
from venice_nb.results.pictures.image import Image, slug

RED = plain_picture()
SANDBOX = Headers({"x-venice-sandbox": "true"})


def image(data=RED, mime="image/png", **about):
    known = {"prompt": "a red wall", "model": "flux-dev", "seed": 7, "cost": Cost(0.01, "charged")}
    return Image(data, mime, **(known | about))


def shown(result):
    bundle = result._mimebundle()
    return bundle["text/html"], bundle["text/plain"]


def pictures(page):
    import base64

    found = re.findall(r'<img src="data:image/(\w+);base64,([^"]+)" alt="([^"]*)"', page)
    return [(kind, Pillow.open(io.BytesIO(base64.b64decode(data))), alt) for kind, data, alt in found]


def test_a_picture_is_shown_small_with_alt_text_and_caption():
    page, text = shown(image(photo(width=800, height=600)))
    [(kind, small, alt)] = pictures(page)
    assert (kind, small.size, alt) == ("webp", (384, 288), "a red wall")
    for told in ("a red wall", "800 x 600 PNG", "seed 7", "flux-dev", "$0.01 charged"):
        assert told in page
        assert told in text
    assert "<figure" in page
    assert "<figcaption" in page
    assert "SANDBOX" not in page + text
    assert "SANDBOX" in shown(image(headers=SANDBOX))[0]


def test_the_same_picture_is_drawn_the_same_twice():
    assert shown(image()) == shown(image(elapsed=9.0, headers=Headers({"date": "today"})))


def test_a_picture_with_every_field_stays_small():
    page, _ = shown(image(photo(), enhanced_prompt="x" * 500))
    assert len(page) < 90_000


def test_blurring_and_rewriting_are_told_plainly():
    page, text = shown(image(blurred=True, enhanced_prompt="a wall, red, at dawn"))
    assert "Blurred by safe mode" in page
    assert "blurred by safe mode" in text
    assert "a wall, red, at dawn" in page
    assert "a wall, red, at dawn" in text
    assert "rewrote" not in shown(image(enhanced_prompt="a red wall"))[0]


def test_a_long_prompt_is_cut_and_whole_in_the_title():
    prompt = "a wall " * 40
    page, _ = shown(image(prompt=prompt))
    assert f'title="{prompt.strip()}"' in page
    assert "…" in page


def test_words_for_those_who_do_not_see_it():
    assert image().alt == ""
    assert pictures(shown(image(alt="a wall"))[0])[0][2] == "a wall"
    assert pictures(shown(Image(RED))[0])[0][2] == "picture of 100 x 80 pixels"


def test_what_it_is_comes_from_the_bytes_not_from_the_server():
    mislabelled = Image(plain_picture(kind="JPEG"), "image/png")
    assert (mislabelled.mime, mislabelled.format) == ("image/jpeg", "JPEG")
    assert (mislabelled.width, mislabelled.height, mislabelled.size) == (100, 80, (100, 80))
    assert Image(b"\xfe\xff\0\1", "image/png").mime != ""


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no bytes"),
        (photo(width=64, height=64)[:900], "cut off"),
        (b"<html><script>alert(1)</script></html>", "no picture but text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cannot be decoded"),
    ],
)
def test_what_cannot_be_decoded_is_told_in_a_sentence(data, why):
    broken = Image(data, "image/png", prompt="a cat")
    page, text = shown(broken)
    assert "This picture cannot be shown: " in page
    assert why in page
    assert "alert" not in page
    assert "a cat" in page
    assert "a cat" in text
    assert broken.size == (0, 0)
    assert "<Image " in repr(broken)
    with pytest.raises(VeniceError, match=why):
        _ = broken.pil


def test_it_is_an_array():
    data = encoded(Pillow.fromarray(np.arange(24, dtype=np.uint8).reshape(2, 4, 3)))
    array = np.asarray(Image(data))
    assert (array.shape, array.dtype) == ((2, 4, 3), np.uint8)
    assert array.ravel().tolist() == list(range(24))
    assert np.asarray(Image(data), dtype=np.float32).dtype == np.float32
    assert np.asarray(Image(plain_picture(mode="RGBA", colour=(1, 2, 3, 4)))).shape == (80, 100, 4)
    assert np.asarray(Image(plain_picture(mode="L", colour=9))).shape == (80, 100, 3)
    with pytest.raises(ValueError, match="copy"):
        np.array(Image(data), copy=False)


def test_pil_gives_a_new_picture_each_time():
    found = image()
    found.pil.paste((0, 0, 0), (0, 0, 50, 50))
    assert found.pil.getpixel((0, 0)) == (200, 30, 30)


def test_pictures_are_equal_when_their_bytes_are():
    assert image() == image(prompt="other")
    assert image() != image(plain_picture(colour=(0, 0, 0)))
    assert image() != "a"
    assert len({image(), image(seed=1), image(plain_picture(9, 9))}) == 2
    assert image().sha == image(seed=3).sha


def test_it_survives_pickle_without_its_client():
    class Client:
        def __reduce__(self):
            raise AssertionError("the client must not be pickled")

    found = image(actions=Client())
    found._mimebundle()
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    assert (copy.prompt, copy.seed, copy.cost, copy.actions) == ("a red wall", 7, Cost(0.01, "charged"), None)
    assert len(pickle.dumps(found)) < len(RED) + 1500, "no copies made for displays"


def test_saving_writes_the_original_under_the_suffix_of_its_content(tmp_path):
    path = image().save()
    assert path.name == f"a-red-wall-7-{image().sha[:8]}.png"
    assert path.read_bytes() == RED
    assert image(plain_picture(kind="JPEG")).save("b").name == "b.jpg"
    assert image(plain_picture(kind="JPEG")).save("c.jpeg").name == "c.jpeg"
    assert image().save("wall.jpg").read_bytes()[:3] == b"\xff\xd8\xff", "the name says JPEG"
    with pytest.raises(InvalidInput, match=r"\.gif"):
        image().save("wall.gif")
    assert image().save(tmp_path / "wall.PNG").name == "wall.PNG"


def test_saving_the_same_again_changes_nothing_and_another_is_refused():
    path = image().save("a.png")
    before = path.stat()
    assert image().save("a.png") == path
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    other = image(plain_picture(9, 9))
    with pytest.raises(InvalidInput, match="exists"):
        other.save("a.png")
    assert path.read_bytes() == RED
    assert other.save("a.png", overwrite=True).read_bytes() == other.data


def test_a_link_is_never_written_through(tmp_path):
    target = tmp_path / "real.png"
    target.write_bytes(RED)
    (tmp_path / "a.png").symlink_to(target)
    with pytest.raises(InvalidInput, match="exists"):
        image().save("a.png")


def test_names_are_made_of_letters_digits_and_hyphens():
    assert slug("A Gondola, at dusk!") == "a-gondola-at-dusk"
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("日本") == ""
    assert len(slug("word " * 100)) <= 40
    assert len(slug("w" * 100)) == 40
    assert Image(RED, prompt="日本").save().name.startswith("image-")
    assert Image(RED, prompt="con").save().is_file()


def test_a_file_is_opened_as_a_picture(tmp_path):
    path = tmp_path / "wall.png"
    path.write_bytes(RED)
    found = Image.open(path)
    assert (found.data, found.mime, found.path, found.name) == (RED, "image/png", path, "wall.png")
    assert "wall.png" in shown(found)[1]
    with pytest.raises(InvalidInput, match="existing file"):
        Image.open(tmp_path / "gone.png")


def test_a_kept_picture_is_read_when_it_is_needed(tmp_path):
    path = tmp_path / "wall.png"
    path.write_bytes(photo(width=64, height=64))
    found = Image.kept(path, prompt="a wall", seed=3)
    assert "data" not in found.__dict__
    assert (found.mime, found.size, found.seed) == ("image/png", (64, 64), 3)
    assert found.data == path.read_bytes()
    assert "data" not in found.__dict__, "the bytes do not stay in memory"
    assert found == Image(path.read_bytes())
    assert pictures(shown(found)[0])
    assert pickle.loads(pickle.dumps(found)).data == path.read_bytes()
    assert replace(found, seed=4).data == path.read_bytes()


def test_a_kept_picture_whose_file_is_gone_says_so(tmp_path):
    path = tmp_path / "wall.png"
    path.write_bytes(RED)
    found = Image.kept(path, prompt="a wall")
    path.unlink()
    with pytest.raises(InvalidInput, match=r"wall\.png.*No such file"):
        _ = found.data
    page, text = shown(found)
    assert "cannot be shown" in page
    assert "a wall" in text
    with pytest.raises(AttributeError):
        _ = found.colour


def test_it_is_an_input_like_any_other():
    media = load(image(), "image")
    assert (media.data, media.mime) == (RED, "image/png")
    assert media.name == image().name_to_save


class Client:
    def __init__(self):
        self.asked = []

    def __getattr__(self, name):
        return lambda *given, **options: self.asked.append((name, given, options)) or name


def test_what_can_be_done_with_a_picture_is_done_by_its_client():
    client = Client()
    found = image(actions=client)
    assert found.upscale(4, creativity=0.1) == "upscale"
    assert found.edit("snow", model="m") == "edit"
    assert found.remove_background() == "remove_background"
    assert found.animate(duration="5s") == "animate"
    assert [(name, given[1:], options) for name, given, options in client.asked] == [
        ("upscale", (4,), {"creativity": 0.1}),
        ("edit", ("snow",), {"model": "m"}),
        ("remove_background", (), {}),
        ("animate", ("",), {"duration": "5s"}),
    ]
    assert all(given[0] is found for _, given, _ in client.asked)


@pytest.mark.parametrize("verb", ["upscale", "edit", "remove_background", "animate"])
def test_without_a_client_it_says_whom_to_ask(verb):
    given = ("snow",) if verb == "edit" else ()
    with pytest.raises(InvalidInput, match=r"did not come from a client(.|\n)*v\.(images|video)\."):
        getattr(image(), verb)(*given)


def test_shown_at_full_size_the_original_is_in_the_page(monkeypatch):
    from venice_nb.results.pictures import image_view

    page = image_view.full_bundle(image())["text/html"]
    [(kind, whole, alt)] = pictures(page)
    assert (kind, whole.size, alt) == ("png", (100, 80), "a red wall")
    monkeypatch.setattr(image_view, "_FULL", 10)
    assert pictures(image_view.full_bundle(image())["text/html"])[0][0] == "webp"


def test_outside_of_a_notebook_showing_prints_the_words(capsys):
    image().show()
    assert "a red wall" in capsys.readouterr().out
    image().show(full=False)
    assert "100 x 80 PNG" in capsys.readouterr().out


def test_what_is_known_can_be_had_as_plain_values():
    import json

    known = json.loads(json.dumps(image(path=Path("a.png")).to_dict()))
    assert (known["width"], known["seed"], known["sha256"]) == (100, 7, image().sha)
    assert repr(image()) == '<Image 100 x 80 PNG, "a red wall", flux-dev, seed 7>'
