"""What Tab offers in the lines of the magics, as a kernel asks for it."""

from typing import TypedDict

import pytest

import venice_nb as vn
from tests.scripted_client import Server
from venice_nb.catalogue import Catalogue


class Place(TypedDict):
    city: str


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("%%venice --sch", {"--schema": "option"}),
        ("%%venice -m llama-3.3", {"llama-3.3-70b": "model"}),
        ("%%venice --model llama-3.3", {"llama-3.3-70b": "model"}),
        ("%%venice --model=llama-3.3", {"llama-3.3-70b": "model"}),
        ("%%venice -s 'Be brief' -m default_vis", {"default_vision": "model"}),
        ("%%venice -m gpt-4o", {"gpt-4o": "model"}),
        ("%%venice --web --no", {"--no-stream": "option"}),
        ("%venice mo", {"models": "word"}),
        ("%venice models --ty", {"--type": "option"}),
        ("%venice models --type im", {"image": "type"}),
        ("%venice connect --", {"--ask": "option"}),
        ("before = 1\n%venice sp", {"spend": "word"}),
    ],
)
def test_tab_completes(cells, line, offered):
    assert cells.complete(line) == offered


def test_every_option_and_every_word_is_offered(cells):
    every = {
        "--model",
        "--system",
        "--temperature",
        "--conversation",
        "--to",
        "--schema",
        "--web",
        "--no-stream",
    }
    assert every <= set(cells.complete("%%venice --"))
    assert set(cells.complete("%venice ")) == {"models", "spend", "connect"}


def test_every_text_model_is_offered_and_no_other(cells):
    offered = set(cells.complete("%%venice -m "))
    assert {model.id for model in Catalogue.bundled().of_type("text")} <= offered
    assert "tts-kokoro" not in offered


def test_models_are_those_the_client_knows_and_none_is_asked_for(cells):
    server = Server({"object": "list", "data": [{"id": "brand-new", "type": "text", "model_spec": {}}]})
    cells.ns["v"] = server.client()
    assert "brand-new" not in cells.complete("%%venice -m ")
    assert server.paths == []
    cells.run("v.models()")
    assert cells.complete("%%venice -m bra") == {"brand-new": "model"}


def test_conversations_and_schemas_are_the_notebooks_own(cells):
    cells.ns.update(talk=vn.Venice.sandbox().conversation(), Place=Place, fields={"city": str}, number=3)
    assert cells.complete("%%venice -c ") == {"talk": "conversation"}
    assert cells.complete("%%venice --schema ") == {"Place": "class", "fields": "class"}


def test_a_name_in_braces_is_completed_by_the_shell_itself(cells):
    cells.run("population = 3")
    assert "population" in cells.complete("%%venice -m llama-3.3-70b\nHow large is {popu")


@pytest.mark.parametrize("code", ["popu", "%%time\n-", "venice -m ll", "%%venicex -", "%matplotlib in"])
def test_other_lines_are_left_alone(cells, code):
    cells.run("population = 3")
    assert not {"option", "model", "word"} & set(cells.complete(code).values())


def test_an_older_shell_completes_by_its_hook(cells, monkeypatch):
    """IPython before 8.6, as Colab has it, knows no matchers."""
    from IPython.core import completer

    cells.run("%unload_ext venice_nb")
    assert cells.complete("%%venice -m llama-3.3") == {}
    monkeypatch.delattr(completer, "context_matcher")
    cells.run("%load_ext venice_nb")
    assert set(cells.complete("%%venice -m llama-3.3")) == {"llama-3.3-70b"}
    assert set(cells.complete("%venice sp")) == {"spend"}
