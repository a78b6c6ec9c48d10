"""A film plays from its file, shows a poster frame, and embeds itself only where nothing else works."""

import base64
import pickle
import re
import sys

import pytest
from made_media import film

from venice_nb.errors import InvalidInput, VeniceError
from venice_nb.media.loading import load
from venice_nb.results.films import video_view
from venice_nb.results.films.video import Video
from venice_nb.results.headers import Headers
from venice_nb.results.money import Cost

FILM = film()


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """The notebook's folder, which is the working folder."""
    folder = tmp_path / "notebook"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return folder


def video(path, **about):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FILM)
    return Video(path, prompt="fog over a canal", model="kling", cost=Cost(0.35, "priced"), **about)


def shown(found):
    bundle = found._mimebundle()
    return bundle["text/html"], bundle["text/plain"]


def source(page):
    found = re.search(r'<video src="([^"]*)"', page)
    return found and found[1]


def test_a_film_tells_what_it_is(notebook):
    found = video(notebook / "fog.mp4", job="job-1")
    assert (found.width, found.height, found.fps, found.codec, found.has_audio) == (128, 72, 12, "h264", True)
    assert found.duration == pytest.approx(1, rel=0.05)
    assert found.data == bytes(found) == FILM
    assert repr(found) == '<Video fog.mp4: 128 x 72, 1.0 s, "fog over a canal", kling>'
    known = found.to_dict()
    assert (known["job"], known["codec"], known["duration"]) == ("job-1", "h264", found.duration)


def test_it_plays_from_the_file_beside_the_notebook(notebook):
    page, text = shown(video(notebook / "out" / "fog.mp4"))
    assert source(page) == "out/fog.mp4"
    assert '<a href="out/fog.mp4">out/fog.mp4</a>' in page
    for needed in ("controls", 'preload="metadata"', 'poster="data:image/webp;base64,'):
        assert needed in page
    for told in (
        "128 x 72",
        "1.0 s",
        "12 fps",
        "h264, aac",
        "fog over a canal",
        "$0.35 priced",
        "out/fog.mp4",
    ):
        assert told in page
        assert told in text
    assert len(page) < 20_000


def test_nothing_of_the_machine_is_in_the_page(notebook):
    page, text = shown(video(notebook / "fog.mp4"))
    outside, words = shown(video(notebook.parent / "far.mp4"))
    assert str(notebook.parent) not in page + text + outside + words
    assert "file: far.mp4" in words


def test_strange_names_are_percent_encoded(notebook):
    page, _ = shown(video(notebook / "sub dir" / "(ü) #1?%20&\"'.mp4"))
    assert source(page) == "sub%20dir/%28%C3%BC%29%20%231%3F%2520%26%22%27.mp4"
    assert source(shown(video(notebook / "(1).mp4"))[0]) == "./%281%29.mp4"
    page, _ = shown(video(notebook / "javascript:alert(1).mp4"))
    assert source(page) == "javascript%3Aalert%281%29.mp4"


def test_the_notebook_is_found_after_the_working_folder_was_changed(notebook, monkeypatch):
    found = video(notebook / "fog.mp4")
    (notebook / "a.ipynb").write_text("{}")
    (notebook / "deep").mkdir()
    monkeypatch.chdir(notebook / "deep")
    assert source(shown(found)[0]).startswith("data:video/mp4;base64,")
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook / "a.ipynb"))
    assert source(shown(found)[0]) == "fog.mp4"
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    assert source(shown(found)[0]).startswith("data:")


def test_a_small_film_from_elsewhere_is_embedded_and_a_large_one_is_not(notebook, monkeypatch):
    found = video(notebook.parent / "far.mp4")
    page, _ = shown(found)
    assert base64.b64decode(source(page).removeprefix("data:video/mp4;base64,")) == FILM
    monkeypatch.setattr(video_view, "CAP", len(FILM) - 1)
    page, text = shown(found)
    assert source(page) is None
    assert '<img src="data:image/webp' in page
    assert "outside the notebook" in page
    assert "far.mp4" in text


def test_hidden_files_are_not_served_so_they_are_embedded(notebook):
    assert source(shown(video(notebook / ".cache" / "fog.mp4"))[0]).startswith("data:")


def test_a_link_that_leads_elsewhere_counts_as_elsewhere(notebook):
    video(notebook.parent / "far.mp4")
    (notebook / "near.mp4").symlink_to(notebook.parent / "far.mp4")
    assert source(shown(Video(notebook / "near.mp4"))[0]).startswith("data:")


def test_the_whole_film_is_embedded_when_asked_for_up_to_a_cap(notebook, monkeypatch, capsys):
    found = video(notebook / "fog.mp4")
    assert source(video_view.bundle(found, embed=True)["text/html"]).startswith("data:video/mp4;base64,")
    found.show(embed=True)
    assert "fog over a canal" in capsys.readouterr().out
    monkeypatch.setattr(video_view, "ASKED", len(FILM) - 1)
    with pytest.raises(InvalidInput, match="too many to embed"):
        found.show(embed=True)


def test_the_poster_is_the_first_frame(notebook):
    found = video(notebook / "fog.mp4")
    assert (found.poster.size, found.poster.format) == ((128, 72), "PNG")
    assert found.poster == found.frame(0)
    assert found.frame(0.9) != found.poster
    assert found.poster.prompt == found.poster.alt == found.prompt == "fog over a canal"
    assert found.frame(0.9).alt.startswith("frame at 0.90 s of fog")


def test_a_large_film_has_a_player_that_fits(notebook):
    path = notebook / "wide.mp4"
    film(path, width=1280, height=720, seconds=0.25, sound=False)
    page, _ = shown(Video(path))
    assert 'width="640" height="360"' in page
    film(path, width=360, height=640, seconds=0.25, sound=False)
    assert 'width="270" height="480"' in shown(Video(path))[0]


BROKEN = {
    "gone": None,
    "empty": b"",
    "cut": FILM[:400],
    "a page": b"<html><script>alert(1)</script></html>",
    "a playlist": b"#EXTM3U\nhttp://127.0.0.1:9/x.ts",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_played_is_told(notebook, name):
    path = notebook / "x.mp4"
    if BROKEN[name] is not None:
        path.write_bytes(BROKEN[name])
    found = Video(path, prompt="a cat")
    page, text = shown(found)
    assert "cannot be decoded" in page
    assert "cannot be decoded" in text
    assert "a cat" in page
    assert "alert" not in page
    assert source(page) is None
    assert "unreadable" in repr(found)
    assert ("<a href" in page) == (name not in {"gone", "empty"})
    with pytest.raises(VeniceError):
        _ = found.duration


def test_a_kind_no_browser_plays_has_its_poster_and_a_sentence(notebook):
    path = notebook / "a.mkv"
    film(path, kind="matroska")
    page, _ = shown(Video(path))
    assert source(page) is None
    assert '<img src="data:image/webp' in page
    assert "Browsers do not play this kind" in page


def test_saving_copies_the_file_under_its_own_suffix(notebook):
    found = video(notebook / "fog.mp4")
    path = found.save()
    assert (path.name, path.read_bytes()) == ("fog-over-a-canal.mp4", FILM)
    assert found.save() == path
    with pytest.raises(InvalidInput, match=r"\.avi"):
        found.save("a.avi")
    (notebook / "b.mp4").write_bytes(b"mine")
    with pytest.raises(InvalidInput, match="exists"):
        found.save("b.mp4")
    assert found.save("b.mp4", overwrite=True).read_bytes() == FILM
    film(notebook / "w.webm", kind="webm")
    assert Video(notebook / "w.webm").save("c").suffix == ".webm"
    (notebook / "fog.mp4").unlink()
    with pytest.raises(InvalidInput, match=r"fog\.mp4.*No such file"):
        found.save("d.mp4")


def test_a_film_is_an_input_and_survives_pickle(notebook):
    found = video(notebook / "fog.mp4", headers=Headers({"x-venice-sandbox": "true"}))
    media = load(found, "video")
    assert (media.data, media.mime, media.name) == (FILM, "video/mp4", "fog.mp4")
    shown(found)
    copy = pickle.loads(pickle.dumps(found))
    assert (copy.path, copy.prompt, copy.duration) == (found.path, found.prompt, found.duration)
    assert "_poster" not in found.__getstate__()
    assert "SANDBOX" in shown(copy)[0]


def test_making_a_film_result_loads_no_decoder(notebook):
    import subprocess

    code = "import sys; from venice_nb.results.films.video import Video; Video('a.mp4')\n"
    code += "print({'av', 'numpy', 'PIL', 'pandas'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"
