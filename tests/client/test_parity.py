"""`Venice` and `AsyncVenice` are the same thing, said twice."""

import asyncio
import inspect
import re

import pytest

import venice_nb as vn
from venice_nb.binding import Room
from venice_nb.rooms import account, media, rag, text, web

TIME = re.compile(r"\d+(\.\d+)? m?s\b")
PAIRS = [
    (kind, getattr(module, f"Async{name}"))
    for module in (text, media, web, rag, account)
    for name, kind in vars(module).items()
    if inspect.isclass(kind) and issubclass(kind, Room) and kind is not Room
]
PAIRS += [(vn.Venice, vn.AsyncVenice)]
ENDINGS = {"close": "aclose", "__enter__": "__aenter__", "__exit__": "__aexit__"}


def methods(kind):
    own = {name: value for name, value in vars(kind).items() if inspect.isfunction(value)}
    return {name: value for name, value in own.items() if not name.startswith("_") or name == "__call__"}


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_both_have_the_same_methods_with_the_same_signature_and_docstring(sync, other):
    ours, theirs = methods(sync), methods(other)
    assert {ENDINGS.get(name, name) for name in ours} == set(theirs)
    for name, method in ours.items():
        if name in ENDINGS:
            continue
        twin = theirs[name]
        assert str(inspect.signature(method)) == str(inspect.signature(twin)), name
        if name != "conversation":
            assert inspect.getdoc(method) == inspect.getdoc(twin), name
        assert inspect.getdoc(method), name


def test_the_rooms_are_the_same():
    v, a = vn.Venice.sandbox(), vn.AsyncVenice.sandbox()
    assert {name for name in dir(v) if not name.startswith("_")} - {"close"} == {
        name for name in dir(a) if not name.startswith("_")
    } - {"aclose"}


def test_a_method_presents_itself_as_the_plan_it_runs():
    method = vn.Venice.extract
    assert next(iter(inspect.signature(method).parameters)) == "self"
    assert "session" not in inspect.signature(method).parameters
    assert "DataFrame" in inspect.getdoc(method)


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda v: v.models(visoin=True), "vision"),
        (lambda v: v.models.pricing(typ="image"), "type"),
        (lambda v: v.chat("hi", temprature=1), "temperature"),
        (lambda v: v.embed(["a"], dimension=3), "dimensions"),
        (lambda v: v.raw("createChatCompletion", quary={}), "query"),
        (lambda v: v.keys.create("ci", limit=5), "limit_usd"),
        (lambda v: v.account.usage(day=5), "days"),
    ],
)
def test_a_misspelt_argument_is_refused_with_the_right_one_before_anything_is_sent(call, right):
    box = vn.Sandbox()
    with pytest.raises(vn.InvalidInput, match=right):
        call(vn.Venice.sandbox(sandbox=box))
    assert len(box.requests) == 0


def test_a_missing_argument_is_a_type_error_that_names_it():
    with pytest.raises(TypeError, match="operation"):
        vn.Venice.sandbox().raw()


SAME = [
    lambda c: c.chat("What is 12 times 7?", show=False),
    lambda c: c.chat("What is 12 times 7?", stream=True, show=False),
    lambda c: c.chat("Name three colours", n=2, model="llama-3.3-70b", show=False),
    lambda c: c.embed(["a boat", "a canal"]),
    lambda c: c.models(type="embedding"),
    lambda c: c.models.traits(),
    lambda c: c.models.pricing("image"),
    lambda c: c.characters(limit=3),
    lambda c: c.responses("What is 2 + 2?"),
    lambda c: c.extract("Ada lives in London", {"name": str, "city": str}),
    lambda c: c.raw("listModelTraits"),
    lambda c: c.estimate(c.images.generate, "a gondola", variants=2),
    lambda c: c.account.balance(),
    lambda c: c.keys(),
]


@pytest.mark.parametrize("call", SAME)
def test_both_give_the_same_result_for_the_same_question(call):
    fixed = {"seed": 5, "clock": lambda: 1_760_000_000.0}
    one = call(vn.Venice.sandbox(**fixed))
    other = asyncio.run(call(vn.AsyncVenice.sandbox(**fixed)))
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one == other
        return
    left, right = one._mimebundle(), other._mimebundle()
    timeless = [{kind: TIME.sub("", text) for kind, text in bundle.items()} for bundle in (left, right)]
    assert timeless[0] == timeless[1]
