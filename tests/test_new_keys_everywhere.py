"""A key that was just made, and the client's own on the routes of money and of the web, are seen nowhere."""

import asyncio
import copy
import io
import json
import logging
import os
import pickle
import traceback
from pathlib import Path

import pytest

import venice_nb as vn
from tests.planted import KEYS, assert_absent, kernel, reachable, repeated
from venice_nb.results.account.keys import KeyTable

from wire import Wire, error, reply  # isort: skip  found by tests.planted

FRESH = ["VENICE_INFERENCE_KEY_fresh_9876543210abcdef", "of-no-shape-anybody-knows-9876543210"]


@pytest.fixture(params=FRESH, ids=["usual", "odd"])
def fresh(request):
    return request.param


@pytest.fixture
def wire():
    opened = []

    def start(*script):
        opened.append(Wire(*script))
        return opened[-1]

    yield start
    for server in opened:
        server.close()


def answer(secret):
    told = {"id": "k1", "apiKey": secret, "apiKeyType": "INFERENCE", "description": "ci", "echo": [secret]}
    return reply({"success": True, "data": told}, headers=[("x-venice-balance-usd", "5")])


def state():
    return [file.read_bytes() for file in Path(os.environ["VENICE_STATE_DIR"]).rglob("*") if file.is_file()]


def test_a_fresh_key_is_in_nothing_but_what_reveals_it(fresh, wire, tmp_path):
    server = wire(answer(fresh))
    v = vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=server.base_url, show=False)
    with v:
        k = v.keys.create("ci")
    assert k.reveal() == fresh
    table = KeyTable((k,))
    assert_absent(fresh, repr(k), str(k), f"{k}", *k._mimebundle().values(), k.to_dict(), k.raw, k.headers)
    assert_absent(fresh, table, *table._mimebundle().values(), table.raw, table.to_dict(), table.df.to_csv())
    assert_absent(fresh, pickle.dumps(k), pickle.dumps(table), repr(vars(k)), k.secret, f"{k.secret!r:>9}")
    assert_absent(fresh, pickle.dumps(copy.copy(k)), vars(copy.deepcopy(k)), repr(k.reveal()))
    for path in (
        k.save(tmp_path / "k.json"),
        table.save(tmp_path / "k.csv"),
        v.spend.save(tmp_path / "s.csv"),
    ):
        assert_absent(fresh, path.read_bytes())
    assert_absent(fresh, v.last, v.spend, pickle.dumps(v.spend), v._mimebundle(), repr(vars(v._session)))
    assert_absent(fresh, *state())
    for found in reachable([v, k, table, v.spend]):
        if not isinstance(found, str | bytes):
            assert_absent(fresh, repr(found))


@pytest.mark.parametrize("moment", ["made", "unreadable", "lost"])
def test_no_logger_and_no_event_tells_a_fresh_key(fresh, wire, moment):
    script = {
        "made": answer(fresh),
        "unreadable": answer(fresh)[:-9] + b"xxxxxxxxx",
        "lost": error(500, fresh),
    }
    told, written, root = [], io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        server = wire(script[moment])
        v = vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=server.base_url, on_event=told.append)
        try:
            with v:
                v.keys.create("ci")
        except vn.VeniceError as problem:
            assert_absent(fresh, repr(problem), vars(problem), pickle.dumps(problem))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert_absent(fresh, written.getvalue(), told)


def test_a_key_made_by_its_operation_is_in_nothing_but_what_reveals_it(fresh, wire, tmp_path):
    body = {"apiKeyType": "INFERENCE", "description": "ci"}
    with vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=wire(answer(fresh)).base_url, show=False) as v:
        r = v.raw("createApiKey", body)
    assert r.reveal() == fresh
    assert_absent(fresh, repr(r), *r._mimebundle().values(), r.data, r.raw, r.content, r.text, r.to_dict())
    assert_absent(
        fresh, pickle.dumps(r), repr(vars(copy.deepcopy(r))), r.save(tmp_path / "r.json").read_bytes()
    )
    assert_absent(fresh, r.headers, r.to_frame().to_csv(), v.last, *state())
    with pytest.raises(vn.InvalidInput, match="not known"):
        pickle.loads(pickle.dumps(r)).reveal()


def test_an_answer_that_tells_a_key_where_nobody_expects_it_does_not_show_it(fresh, wire):
    script = [
        reply({"success": True, "key": fresh}),
        error(400, "no"),
        reply({"row": {"secret": fresh}}, 500),
    ]
    with vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=wire(*script).base_url, max_retries=0) as v:
        r = v.raw("createApiKey", {"description": "ci"})
        assert_absent(fresh, r, *r._mimebundle().values(), r.content)
        for _ in script[1:]:
            with pytest.raises(vn.VeniceError) as caught:
                v.keys.create("ci")
            assert_absent(fresh, caught.value, vars(caught.value), pickle.dumps(caught.value))


def test_a_key_made_here_is_hidden_in_what_the_account_s_own_client_hears_later(fresh, wire):
    server = wire(answer(fresh), error(404, f"no {fresh}", [("X-Seen", fresh)]))
    with vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=server.base_url, max_retries=0) as v:
        k = v.keys.create("ci")
        with pytest.raises(vn.VeniceError) as caught:
            v.keys.delete(k.id)
    assert_absent(fresh, caught.value, vars(caught.value), k.headers)
    assert k.reveal() == fresh


@pytest.mark.parametrize("act", ["get", "delete", "update"])
def test_a_secret_in_the_place_of_an_id_is_refused_and_not_sent(fresh, wire, act):
    server = wire(answer(fresh))
    with vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=server.base_url) as v:
        k = v.keys.create("ci")
    for given in (k.reveal(), str(k.reveal()), "VENICE_ADMIN_KEY_0123456789"):
        with pytest.raises(vn.InvalidInput, match="not its id") as caught:
            getattr(v.keys, act)(given, **({"limit_usd": 1} if act == "update" else {}))
        assert_absent(given[:], caught.value, vars(caught.value))
    assert len(server.requests) == 1


def test_a_key_that_is_made_twice_is_told_twice(fresh, wire):
    """As by two sandboxes of one seed."""
    with vn.Venice("VENICE_ADMIN_KEY_0123456789", base_url=wire(answer(fresh)).base_url) as v:
        first, second = v.keys.create("ci"), v.keys.create("ci")
    assert first.reveal() == second.reveal() == fresh


def test_the_end_of_a_key_is_in_no_result():
    v = vn.Venice.sandbox()
    made = v.keys.create("ci")
    for k in (*v.keys(), v.keys.get(made.id), v.keys.update(made, limit_usd=1)):
        assert "last6Chars" not in k.raw
    assert made.reveal()[-6:] not in repr(v.keys().raw)


OWN = {
    "keys": lambda c: c.keys(),
    "create": lambda c: c.keys.create("ci"),
    "update": lambda c: c.keys.update("k", description="x"),
    "delete": lambda c: c.keys.delete("k"),
    "balance": lambda c: c.account.balance(),
    "limits": lambda c: c.account.limits(),
    "log": lambda c: c.account.limit_log(),
    "usage": lambda c: c.account.usage(),
    "history": lambda c: c.account.history(),
    "search": lambda c: c.web.search("funicular"),
    "scrape": lambda c: c.web.scrape("https://news.example.org/a"),
}


@pytest.mark.parametrize("kind", [vn.Venice, vn.AsyncVenice])
@pytest.mark.parametrize("which", ["refusal", "structured", "page", "success page", "other json"])
@pytest.mark.parametrize("name", OWN)
def test_a_server_that_repeats_the_client_s_key_does_not_bring_it_to_the_user(name, which, kind, wire):
    planted = KEYS[1]
    server = wire(repeated(planted)[which])
    client = kind(planted, base_url=server.base_url, max_retries=0, show=False)

    async def awaited():
        async with client:
            return await OWN[name](client)

    try:
        if kind is vn.AsyncVenice:
            found = asyncio.run(awaited())
        else:
            with client:
                found = OWN[name](client)
    except vn.VeniceError as problem:
        found = problem
        rendered = "".join(traceback.format_exception(problem)) + "".join(problem._render_traceback_())
        assert_absent(planted, rendered, getattr(problem, "content", b""), getattr(problem, "body", ""))
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {planted}"
    assert_absent(planted, repr(found), pickle.dumps(found), client.spend, repr(client), client.limits)
    for attribute in ("raw", "headers"):
        assert_absent(planted, getattr(found, attribute, ""))
    assert_absent(planted, *state())


SETUP = """
import os, pickle, venice_nb as vn
%xmode Verbose
v = vn.Venice.sandbox()
k = v.keys.create("ci", limit_usd=5)
with open(os.environ["WHERE"], "w") as out: _ = out.write(k.reveal())
other = vn.Venice(k.reveal(), base_url="http://127.0.0.1:9", max_retries=0)
def fails(secret, key): raise ValueError("no")
"""
CELLS = {
    "the key": "k",
    "its secret": "k.reveal()",
    "in a list": "[k.reveal()], {'k': k.reveal()}",
    "the field": "k.secret, vars(k), k.raw, k.to_dict()",
    "the table": "v.keys()",
    "asked again": "v.keys.get(k)",
    "last": "v.last, _, v.spend, v.limits",
    "passed on": "os.environ['PASSED_ON'] = k.reveal()",
    "a frame": "v.keys().to_frame()",
    "a traceback of the user's": "fails(k.reveal(), k)",
    "a traceback of ours": "vn.Venice(k.reveal(), timeout='soon')",
    "no network": "other.chat('hi', show=False)",
    "a pickle": "pickle.dumps(k.reveal())",
    "no such attribute": "k.reveal().nothing",
    "no secret": "v.keys.get(k).reveal()",
    "a wrong change": "v.keys.update(k, limit_usd='much')",
    "a history": "In[-3:], Out",
}
FAIL = {name for name, cell in CELLS.items() if "traceback" in name} | {
    "no network",
    "a pickle",
    "no such attribute",
    "no secret",
    "a wrong change",
}


def test_no_cell_of_a_real_kernel_shows_a_fresh_key_unless_it_is_printed(tmp_path):
    where = tmp_path / "secret"
    with kernel(WHERE=str(where)) as run:
        assert "error" not in [message["msg_type"] for message in run(SETUP)]
        shown = {name: run(cell) for name, cell in CELLS.items()}
        printed = run("print(k.reveal())")
    secret = where.read_text("utf-8")
    assert secret.startswith("VENICE_INFERENCE_KEY_")
    for name in CELLS:
        kinds = [message["msg_type"] for message in shown[name]]
        assert ("error" in kinds) == (name in FAIL), (name, shown[name])
        assert_absent(secret, json.dumps([message["content"] for message in shown[name]]))
    assert printed[0]["content"]["text"] == f"{secret}\n"  # this is what the user asked for
