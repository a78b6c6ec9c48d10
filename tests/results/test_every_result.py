"""Every result, whatever room it comes from: a repr, plain values, a file, and what the server sent."""

import importlib
import inspect
import pkgutil

import pytest

from tests.made_media import plain_picture
from venice_nb import results
from venice_nb.errors import InvalidInput, RateLimited
from venice_nb.jobs.job import Job
from venice_nb.jobs.table import JobTable
from venice_nb.render.live import Displayed
from venice_nb.results.pictures.compare import compare
from venice_nb.results.pictures.image import Image
from venice_nb.results.pictures.styles import Styles
from venice_nb.results.sound.transcript import Transcript
from venice_nb.results.sound.transcripts import Transcripts
from venice_nb.talk.conversation import Conversation

# What a call would cost, a tool of a matrix, a piece of the user's own documents: to be looked at, not kept.
LOOKED_AT = {"CallEstimate", "ChatPlan", "Document", "EmbeddingPlan", "Hit", "Index", "Passage"}


def every():
    """The results that draw themselves and can be made."""
    for module in pkgutil.walk_packages(results.__path__, f"{results.__name__}."):
        importlib.import_module(module.name)
    found, new = {Conversation, Job, JobTable}, [Displayed]
    while new:
        new = [each for kind in new for each in kind.__subclasses__()]
        found.update(each for each in new if each.__module__.startswith(f"{results.__name__}."))
    return sorted((each for each in found if not inspect.isabstract(each)), key=lambda each: each.__name__)


EVERY = every()
KEPT = [each for each in EVERY if each.__name__ not in LOOKED_AT]
ANSWERS = [each for each in EVERY if "headers" in vars(each).get("__annotations__", {})]


def has(kind, name):
    return hasattr(kind, name) or name in getattr(kind, "__dataclass_fields__", {})


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_a_result_has_a_repr_of_its_own(kind):
    """A dataclass's own lists all of its fields."""
    assert inspect.unwrap(kind.__repr__).__module__.startswith("venice_nb.")


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_a_result_can_be_saved_and_tells_where(kind):
    assert inspect.signature(kind.save).return_annotation in {"Path", "list[Path]"}


@pytest.mark.parametrize("kind", KEPT, ids=lambda kind: kind.__name__)
def test_a_result_gives_plain_values(kind):
    assert has(kind, "to_dict")


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_an_answer_has_what_the_server_sent(kind):
    assert has(kind, "raw")


def test_there_are_many_and_the_exceptions_are_among_them():
    assert len(EVERY) > 30
    assert len(ANSWERS) > 10
    assert {each.__name__ for each in EVERY} >= LOOKED_AT


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
