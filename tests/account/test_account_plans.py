"""The account and its keys through a client of either kind: what is asked, paged, refused and told."""

import asyncio
import inspect

import httpx
import pandas as pd
import pytest

import venice_nb as vn
from tests.scripted_client import KEY, Server
from venice_nb import errors
from venice_nb.results.account.keys import Revealed

PICTURE = {"width": 64, "height": 64}
LATER = "2040-05-01"


def spend(v, pictures=1):
    for n in range(pictures):
        v.images.generate(f"a gondola, number {n}", **PICTURE)


def paths(v):
    return [asked.path.removeprefix("/api/v1") for asked in v.box.requests]


# --- needs an ADMIN key ----------------------------------------------------------------------------

FOR_ADMINS = {
    "account.limit_log": (),
    "account.usage": (),
    "account.history": (),
    "keys": (),
    "keys.get": ("k",),
    "keys.create": ("ci",),
    "keys.update": ("k",),
    "keys.delete": ("k",),
}
FOR_ALL = ("account.balance", "account.limits")


def reach(client, name):
    for part in name.split("."):
        client = getattr(client, part)
    return client


def test_the_lists_here_name_every_method_of_both_rooms():
    from venice_nb.rooms import account

    found = {
        f"{room.__name__.lower()}.{name}".removesuffix(".__call__")
        for room in (account.Account, account.Keys)
        for name, method in vars(room).items()
        if inspect.isfunction(method)
    }
    assert found == {*FOR_ADMINS, *FOR_ALL}


@pytest.mark.parametrize("name", FOR_ADMINS)
def test_an_inference_key_is_told_before_anything_is_sent(make, name):
    v, a = make(kind="INFERENCE"), make(kind="INFERENCE", client=vn.AsyncVenice)
    arguments = FOR_ADMINS[name]
    with pytest.raises(vn.InvalidInput, match="Only an ADMIN key") as refused:
        reach(v, name)(*arguments)
    assert refused.value.field == "api_key"
    assert "settings/api" in refused.value.do
    with pytest.raises(vn.InvalidInput, match="Only an ADMIN key"):
        asyncio.run(reach(a, name)(*arguments))
    assert len(v.box.requests) == len(a.box.requests) == 0


@pytest.mark.parametrize("name", FOR_ALL)
def test_every_kind_of_key_may_ask_for_balance_and_limits(make, name):
    admin, other = make(tier="paid"), make(tier="paid", kind="INFERENCE")
    assert reach(admin, name)().to_dict() is not None
    assert reach(other, name)().to_dict() is not None


def test_a_key_that_does_not_tell_its_kind_is_asked_for_and_taken_as_it_is():
    v = vn.Venice.sandbox(sandbox=vn.Sandbox(), kind="INFERENCE", show=False)
    box = v._session.sandbox
    secret = "no-kind-in-this-0123456789"
    box.state.add_key(secret, "INFERENCE")
    odd = vn.Venice(secret, base_url=box.base_url, transport=box.transport(), show=False)
    assert odd.account.balance().usd == 10.0
    with pytest.raises(errors.AdminKeyRequired):
        odd.keys()


# --- both worlds -----------------------------------------------------------------------------------

SAME = {
    "balance": lambda c: c.account.balance(),
    "limits": lambda c: c.account.limits(),
    "limit_log": lambda c: c.account.limit_log(),
    "usage": lambda c: c.account.usage(days=1),
    "history": lambda c: c.account.history(),
    "keys": lambda c: c.keys(),
    "create": lambda c: c.keys.create("ci", limit_usd=5, expires=LATER),
}


@pytest.mark.parametrize("name", SAME)
def test_both_clients_give_the_same(make, name):
    fixed = {"seed": 5, "clock": lambda: 1_785_585_600.0, "diem": 3.0, "tier": "paid"}
    one = SAME[name](make(**fixed))
    other = asyncio.run(SAME[name](make(client=vn.AsyncVenice, **fixed)))
    assert type(one) is type(other)
    assert one._mimebundle() == other._mimebundle()


# --- keys ------------------------------------------------------------------------------------------


def test_a_key_lives_from_create_to_delete(v):
    made = v.keys.create("ci", limit_usd=5, period="MONTH", privacy="PRIVATE_ONLY", expires=LATER)
    assert (made.kind, made.description, made.limit_usd) == ("INFERENCE", "ci", 5)
    assert isinstance(made.reveal(), Revealed)
    found = v.keys.get(made)
    assert (found.limit_usd, found.period, found.privacy) == (5, "MONTH", "PRIVATE_ONLY")
    assert found.expires.startswith(LATER)
    changed = v.keys.update(made, description="nightly", limit_usd="none", expires="never")
    assert (changed.description, changed.limit_usd, changed.expires) == ("nightly", None, "")
    assert changed.period == "MONTH"
    assert v.keys().df["description"].tolist()[-1] == "nightly"
    assert v.keys.delete(made) is True
    with pytest.raises(errors.BadRequest, match="could not be found"):
        v.keys.get(made)


def test_a_made_key_is_a_key_and_its_limit_bites(v):
    made = v.keys.create("ci", limit_usd=0.015)
    other = vn.Venice(made.reveal(), base_url=v.box.base_url, transport=v.box.transport(), show=False)
    other.images.generate("a gondola", **PICTURE)
    other.images.generate("a bridge", **PICTURE)
    with pytest.raises(errors.KeySpendLimit):
        other.images.generate("a canal", **PICTURE)
    assert v.keys.get(made).period_usd == pytest.approx(0.02)
    assert v.keys.get(made).week_usd == pytest.approx(0.02)
    v.keys.delete(made)
    with pytest.raises(errors.BadKey):
        other.account.limits()


def test_a_revealed_key_with_the_prompt_of_a_cell_is_not_needed_to_use_it(v):
    made = v.keys.create("ci")
    other = vn.Venice(made.secret, base_url=v.box.base_url, transport=v.box.transport(), show=False)
    assert other.account.balance().usd == 10.0


def test_a_lost_answer_to_a_new_key_is_never_sent_again_and_says_where_to_look(make):
    v = make(faults=[vn.Fault(path="/api_keys", drop=True, after=True)])
    with pytest.raises(errors.UnknownOutcome) as lost:
        v.keys.create("ci")
    assert paths(v).count("/api_keys") == 1
    assert "v.keys()" in lost.value.do
    assert lost.value.charged == "no"
    assert v.keys().df["description"].tolist().count("ci") == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_failed_is_not_asked_twice_for_a_key(make, status):
    v = make(faults=[vn.Fault(path="/api_keys", status=status)])
    with pytest.raises(vn.APIError):
        v.keys.create("ci")
    assert paths(v) == ["/api_keys"]


def test_a_refused_making_is_tried_again_when_there_were_too_many(make):
    v = make(faults=[vn.Fault(path="/api_keys", status=429, headers={"retry-after": "0.01"})])
    assert v.keys.create("ci").description == "ci"


# --- the bill --------------------------------------------------------------------------------------


@pytest.fixture
def paged(v, monkeypatch):
    """A client whose pages have ten lines, and that bought 25 pictures."""
    monkeypatch.setattr("venice_nb.calls.account.billing.PAGE", 10)
    spend(v, 25)
    return v


def pages(v):
    return paths(v).count("/billing/usage-history")


def test_all_pages_of_a_bill_are_read(paged):
    found = paged.account.history()
    assert len(found) == 25
    assert found.complete
    assert pages(paged) == 3
    assert found.total == pytest.approx(0.25)
    assert found.df["time"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("limit", "asked", "complete"), [(5, 1, False), (10, 1, False), (20, 2, False), (25, 3, True)]
)
def test_a_limit_ends_the_paging_and_is_told(paged, limit, asked, complete):
    found = paged.account.history(limit=limit)
    assert (len(found), found.complete, pages(paged)) == (limit, complete, asked)
    assert ("there are more" in found._mimebundle()["text/plain"]) is not complete


@pytest.mark.parametrize("limit", [0, -1, 1.5, "all", True])
def test_a_limit_is_a_whole_number_above_zero(paged, limit):
    with pytest.raises(vn.InvalidInput, match="limit"):
        paged.account.history(limit=limit)
    assert pages(paged) == 0


def test_a_bill_is_the_same_in_whatever_zone_it_is_asked_for(make):
    v = make(clock=lambda: 1_785_625_200.0)  # 2026-08-01 23:00 UTC, 2 August in Rome
    spend(v)
    day = pd.Timestamp("2026-08-02", tz="Europe/Rome")
    assert len(v.account.history(start=day, end=day + pd.Timedelta(days=1))) == 1
    assert len(v.account.history(start="2026-08-02")) == 0
    assert len(v.account.history(end="2026-08-02")) == 1
    assert v.account.usage(start="2026-08-01", end="2026-08-01").total == pytest.approx(0.01)


def test_a_bill_in_diem_is_told_apart(make):
    v = make(diem=0.015)
    spend(v, 3)
    found = v.account.history()
    assert found.df["currency"].tolist() == ["DIEM", "USD", "USD"]
    assert len(v.account.history(currency="DIEM")) == 1


def test_what_was_used_is_summed_up_by_day_model_and_key(v):
    spend(v, 2)
    v.embed(["a gondola"])
    found = v.account.usage(days=2)
    assert len(found.by("day")) == 2
    assert found.by("day")["usd"].sum() == pytest.approx(found.total)
    assert set(found.by("model")["model"]) == {"Z-Image Turbo", "BGE-M3"}
    assert found.by("key")["usd"].sum() == pytest.approx(found.total)


def test_a_limit_that_was_hit_is_in_the_log(make):
    v = make(tier="paid")
    made = v.keys.create("ci")
    raw = httpx.Client(transport=v.box.transport(), base_url=v.box.base_url)
    body = {"model": "z-image-turbo", "prompt": "x", **PICTURE}
    for _ in range(21):
        raw.post("/image/generate", json=body, headers={"Authorization": f"Bearer {made.reveal()}"})
    log = v.account.limit_log()
    assert log.df[["model", "limit", "key_id"]].to_dict("records") == [
        {"model": "z-image-turbo", "limit": "RPM", "key_id": made.id}
    ]


# --- what a client shows ---------------------------------------------------------------------------


def test_what_is_left_of_the_limits_asks_nothing(make):
    v = make(tier="paid")
    assert len(v.limits) == 0
    v.chat("Hi", model="llama-3.3-70b")
    asked = len(v.box.requests)
    left = v.limits
    assert len(v.box.requests) == asked
    row = left.to_dict()[0]
    assert (row["model"], row["requests_left"], row["requests_limit"]) == ("llama-3.3-70b", 49, 50)
    # a minute, told as a whole second rounded up and set against a Date cut to one: 0.5 s more at most
    assert 0 < row["requests_reset"] <= 60.5
    assert row["tokens_left"] < row["tokens_limit"] == 750_000
    assert left.failures == 20


def test_a_refusal_tells_of_limits_as_well(make):
    headers = {
        "retry-after": "0.01",
        "x-ratelimit-limit-requests": "20",
        "x-ratelimit-remaining-requests": "3",
        "x-ratelimit-reset-requests": "40",
    }
    v = make(faults=[vn.Fault(status=400, headers=headers)])
    with pytest.raises(errors.BadRequest):
        v.images.generate("a gondola", **PICTURE)
    assert v.limits.df["requests_left"].tolist() == [3]


def test_the_card_of_a_client_tells_budget_balance_and_the_tightest_limit(make, monkeypatch):
    v = make(tier="paid", diem=2.0)
    assert "budget" not in v._mimebundle()["text/plain"]
    assert "limits" not in v._mimebundle()["text/plain"]
    spend(v)
    v.budget = 0.5
    for form in v._mimebundle().values():
        assert "$10.00 and 2 DIEM" in form
        assert "$0.50 left of $0.50" in form
        assert "z-image-turbo: 19 of 20 requests left in this minute" in form
    monkeypatch.setenv("VENICE_STATIC", "1")
    assert "requests left" not in v._mimebundle()["text/plain"]


def test_little_left_is_told_once_of_a_live_account_and_never_of_the_embedded_sandbox(caplog):
    box = vn.Sandbox(usd=0.5)
    play = vn.Venice.sandbox(sandbox=box, show=False)
    play.chat("Hi")
    assert "is left on this account" not in caplog.text
    live = vn.Venice(box.inference_key, base_url=box.base_url, transport=box.transport(), show=False)
    live.chat("Hi")
    live.chat("Hi again")
    assert caplog.text.count("is left on this account") == 1


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"x-venice-balance-usd": "0.5"}, True),
        ({"x-venice-balance-usd": "0", "x-venice-balance-diem": "40"}, False),
        ({"x-venice-balance-diem": "0.2"}, True),
        ({"x-venice-balance-usd": "1.5"}, False),
        ({}, False),
    ],
)
def test_diem_count_as_much_when_little_is_left(caplog, headers, told):
    server = Server(httpx.Response(200, headers=headers, json={"data": []}))
    server.client().models()
    assert ("is left on this account" in caplog.text) is told


def test_no_answer_about_keys_is_the_last_reply_of_a_client(v):
    secret = v.keys.create("ci").reveal()
    assert secret not in repr(v.last)
    assert secret not in repr(vars(v._session))
    assert KEY not in repr(v.last)


@pytest.mark.parametrize("act", ["get", "delete", "update"])
def test_an_id_that_no_key_has_is_told_with_where_ids_are(make, act):
    options = {"limit_usd": 1} if act == "update" else {}
    with pytest.raises(errors.BadRequest) as caught:
        getattr(make().keys, act)("nobody", **options)
    assert "v.keys()" in caught.value.do


def test_limits_of_keys_are_numbers_also_where_no_key_has_one(v):
    frame = v.keys().df
    assert {str(frame[name].dtype) for name in frame if name.endswith(("_usd", "_diem"))} == {"float64"}
