"""What `?` and Tab show of a client is what its methods take and give."""

import inspect
import json
import re
import subprocess
import sys

import pytest
from IPython.core.oinspect import Inspector

import venice_nb as vn

ROOMS = ["chat", "models", "characters", "embed", "rag", "keys"]
METHODS = [
    "chat.stream",
    "models.pricing",
    "models.get",
    "models.cheapest",
    "models.traits",
    "models.aliases",
]
METHODS += ["characters.get", "characters.photo", "characters.reviews"]
METHODS += ["embed.plan", "embed.load", "extract", "raw", "responses"]
METHODS += ["conversation", "estimate", "keys.get", "keys.create", "keys.update", "keys.delete"]
METHODS += [f"account.{name}" for name in ("balance", "limits", "limit_log", "usage", "history")]


def reach(client, name):
    for part in name.split("."):
        client = getattr(client, part)
    return client


@pytest.mark.parametrize("world", [vn.Venice, vn.AsyncVenice])
@pytest.mark.parametrize("name", [*ROOMS, *METHODS])
def test_a_question_mark_shows_arguments_result_and_docstring(world, name):
    info = Inspector(theme_name="nocolor").info(reach(world.sandbox(), name), oname=name)
    signature = info["definition"].partition("->")
    assert "self" not in signature[0]
    assert "session" not in signature[0]
    assert not re.search(r": '", signature[0])  # annotations stand without quotes
    assert signature[2].strip()
    assert "Plan[" not in info["definition"]
    told = info["call_docstring"] or info["docstring"]
    assert len(told.splitlines()) > 1


@pytest.mark.parametrize("name", [*ROOMS, *METHODS])
def test_every_method_has_an_example_that_a_test_runs(name):
    thing = reach(vn.Venice.sandbox(), name)
    described = type(thing).__call__ if name in ROOMS else thing
    assert ">>>" in inspect.getdoc(described)


def test_a_room_says_what_it_is_for():
    v = vn.Venice.sandbox()
    assert "v.chat(" in repr(v.chat)
    assert " at 0x" not in repr(v.models)


TYPED = ["v.", "v.models.ch", "v.models(vi", "v.conversation(sy", "v.models(te"]
ASKING = f"""
import json, warnings, venice_nb as vn
from IPython.core.interactiveshell import InteractiveShell
warnings.simplefilter("ignore")
shell = InteractiveShell()
shell.user_ns["v"] = vn.Venice.sandbox()
shell.Completer.use_jedi = False
print(json.dumps({{line: shell.complete(None, line)[1] for line in {TYPED}}}))
"""


def test_tab_offers_what_there_is():
    """In a process of its own, as a shell changes where everything after it believes to be."""
    told = subprocess.run([sys.executable, "-c", ASKING], capture_output=True, text=True, check=True).stdout
    offered = {line: {each.rpartition(".")[2] for each in found} for line, found in json.loads(told).items()}
    assert {name.split(".")[0] for name in (*ROOMS, *METHODS)} <= offered["v."]
    assert offered["v.models.ch"] == {"cheapest"}
    assert "vision=" in offered["v.models(vi"]
    assert "system=" in offered["v.conversation(sy"]
    assert "temperature=" not in offered["v.models(te"]
