"""Whatever strangers write into prompts, names and files, pictures and films run nothing and load nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_media import film, plain_picture
from test_untrusted_results import PAYLOADS

from venice_nb.errors import ContentRefused
from venice_nb.results.films.video import Video
from venice_nb.results.headers import Headers
from venice_nb.results.pictures.compare import compare
from venice_nb.results.pictures.gallery import Failed, Gallery
from venice_nb.results.pictures.image import Image
from venice_nb.results.pictures.image_view import full_bundle

ELEMENTS = {"style", "div", "figure", "figcaption", "img", "video", "p", "a", "strong", "details", "summary"}
NAMES = {"class", "title", "alt", "src", "poster", "controls", "preload", "width", "height", "href", "style"}
EMBEDDED = re.compile(r"data:(image/(webp|png)|video/mp4);base64,[A-Za-z0-9+/=]+")
BESIDE = re.compile(r"[A-Za-z0-9._%~/-]+")
FILM = film(seconds=0.25, sound=False)


class Judge(HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in ELEMENTS, tag
        for name, value in attrs:
            assert name in NAMES, name
            if name in {"src", "poster", "href"}:
                assert EMBEDDED.fullmatch(value) or BESIDE.fullmatch(value), value
                assert not value.startswith("/"), value
            if name == "style":
                assert re.fullmatch(r"flex:[\d.]+ 1 0", value)

    def handle_decl(self, decl):
        raise AssertionError(decl)

    def handle_comment(self, data):
        raise AssertionError(data)


def results(evil):
    headers = Headers({"cf-ray": evil, "x-venice-sandbox": evil})
    about = {"prompt": evil, "model": evil, "alt": evil, "enhanced_prompt": evil + "!", "headers": headers}
    image = Image(plain_picture(), evil, blurred=True, **about)
    other = Image(plain_picture(9, 9), path=Path(evil.replace("\ud800", "")), **about)
    script = Image(f"<svg>{evil}</svg>".encode("utf-8", "replace"), evil, **about)
    yield "image", image
    yield "kept elsewhere", other
    yield "no picture", script
    refused = Failed(ContentRefused(evil), evil, position=1, label=evil)
    yield "gallery", Gallery((image, other, script), errors=(refused,), index=(evil, evil, evil))
    yield "strange error", Gallery((image,), errors=(Failed(ValueError(evil), evil, label=evil),))
    yield "comparison", compare(image, other, script)
    name = re.sub("[/\0\ud800]", "_", evil)[:60]
    Path("deep").mkdir(exist_ok=True)
    path = Path("deep", f"{name}.mp4")
    path.write_bytes(FILM)
    yield "film", Video(path, prompt=evil, model=evil, job=evil, headers=headers)
    yield "no film", Video(Path(f"{evil}.mp4"), prompt=evil, model=evil)


KINDS = ["image", "kept elsewhere", "no picture", "gallery", "strange error", "comparison", "film", "no film"]


def test_every_kind_is_tried():
    assert [name for name, _ in results("x")] == KINDS


@pytest.mark.parametrize("evil", PAYLOADS, ids=range(len(PAYLOADS)))
def test_media_show_foreign_text_without_running_or_loading_anything(evil):
    """Fault row 50."""
    for _, result in results(evil):
        bundles = [result._mimebundle(), *([full_bundle(result)] if isinstance(result, Image) else [])]
        for shown in bundles:
            judge = Judge()
            judge.feed(shown["text/html"])
            judge.close()
            assert shown["text/html"].count("<style") == 1
            assert not set(shown["text/plain"]) & set("\x1b\x07\u202e\ud800")
            shown["text/html"].encode()
            shown["text/plain"].encode()
        assert "\x1b" not in repr(result)
        repr(result).encode()


@pytest.mark.parametrize("evil", PAYLOADS, ids=range(len(PAYLOADS)))
def test_files_named_after_foreign_prompts_stay_where_they_belong(evil):
    image = Image(plain_picture(), prompt=evil)
    for path in (image.save(), *Gallery((image,)).save("out"), Video(_film(), prompt=evil).save()):
        assert path.resolve().is_relative_to(Path.cwd())
        assert re.fullmatch(r"[a-z0-9-]+\.(png|mp4)", path.name)


def _film():
    path = Path("source.mp4")
    path.write_bytes(FILM)
    return path
