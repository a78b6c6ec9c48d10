"""Every result, whatever room it comes from: a repr, plain values, a file, and what the server sent."""

import importlib
import inspect
import pkgutil

import pytest

from tests.made_media import plain_picture
from venice_nb import jobs, results, talk
from venice_nb.errors import InvalidInput, RateLimited
from venice_nb.render.live import Displayed
from venice_nb.results.pictures.compare import compare
from venice_nb.results.pictures.image import Image
from venice_nb.results.pictures.styles import Styles
from venice_nb.results.sound.transcript import Transcript
from venice_nb.results.sound.transcripts import Transcripts

ROOMS = (results, jobs, talk)
# No server sent these, or what it sent stands in the results they are made of.
MADE_HERE = {
    "CallEstimate",
    "ChatPlan",
    "Comparison",
    "Conversation",
    "EmbeddingPlan",
    "Job",
    "JobTable",
    "Pages",
    "VoiceTable",
}
# What a call would cost: to be looked at and to decide by, not to be kept.
LOOKED_AT = {"CallEstimate", "ChatPlan", "EmbeddingPlan"}


def every():
    """The classes of the library that draw themselves and can be made."""
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    found, new = set(), [Displayed]
    while new:
        new = [each for kind in new for each in kind.__subclasses__() if each not in found]
        found.update(new)
    names = tuple(f"{room.__name__}." for room in ROOMS)
    ours = [each for each in found if each.__module__.startswith(names)]
    ours = [
        each
        for each in ours
        if not each.__module__.startswith(("venice_nb.results.matrix", "venice_nb.results.rag"))
    ]
    return sorted((each for each in ours if not inspect.isabstract(each)), key=lambda each: each.__name__)


EVERY = every()


def has(kind, name):
    return hasattr(kind, name) or name in getattr(kind, "__dataclass_fields__", {})


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_a_result_has_a_repr_of_its_own_and_gives_plain_values(kind):
    own = inspect.unwrap(kind.__repr__)
    assert own is not object.__repr__
    assert own.__module__.startswith("venice_nb."), "a dataclass's own repr lists its fields"
    assert has(kind, "to_dict")


@pytest.mark.parametrize(
    "kind", [each for each in EVERY if each.__name__ not in LOOKED_AT], ids=lambda k: k.__name__
)
def test_a_result_can_be_saved_and_tells_where(kind):
    assert inspect.signature(kind.save).return_annotation in {"Path", "list[Path]"}


@pytest.mark.parametrize(
    "kind", [each for each in EVERY if each.__name__ not in MADE_HERE], ids=lambda k: k.__name__
)
def test_a_result_of_the_server_has_what_it_sent(kind):
    assert has(kind, "raw")


def test_the_exceptions_are_results_that_exist():
    assert {each.__name__ for each in EVERY} >= MADE_HERE | LOOKED_AT


# --- those that had none ---------------------------------------------------------------------


def test_a_comparison_is_saved_as_one_picture_at_one_height(tmp_path):
    small, large = Image(plain_picture(60, 40)), Image(plain_picture(240, 120))
    both = compare(small, large)
    path = both.save(tmp_path / "both.png")
    assert Image.open(path).size == (180 + 16 + 240, 120)
    assert both.save(tmp_path / "both.jpg").read_bytes()[:2] == b"\xff\xd8"
    with pytest.raises(InvalidInput):
        compare(large, small).save(path)
    assert compare(small, large).save().name.startswith("comparison-")
    assert both.to_dict()[0]["width"] == 240
    assert repr(both.to_frame().to_dict("records")) == repr(both.to_dict())


def test_a_saved_comparison_is_never_larger_than_a_screen_can_bear(tmp_path):
    wide = Image(plain_picture(4000, 1000))
    width, height = compare(*[wide] * 10).picture.size
    assert width <= 16_000 + 9 * 16
    assert height <= 1024


def test_styles_are_plain_values():
    assert Styles(("3D Model", "Anime")).to_dict() == {"style": ["3D Model", "Anime"]}


def test_transcripts_keep_what_the_server_sent_for_each():
    heard = Transcript("hello", raw={"text": "hello", "new": 1})
    table = Transcripts(("a.mp3", "b.mp3"), (heard, RateLimited("later", do="wait")))
    assert table.raw == ({"text": "hello", "new": 1}, {})
