"""The account panel, pressed and read as a person does, without a browser."""

import datetime as dt
import threading

import ipywidgets
import pytest

import venice_nb as vn
from tests.planted import assert_absent
from venice_nb.results.account.keys import KeyTable
from venice_nb.ui.money import account_panel, account_view

CAP = 100_000  # bytes of widget state in a saved notebook
PATIENCE = 60  # seconds; a loaded machine


@pytest.fixture
def client():
    return vn.Venice.sandbox(token_pause=0, tier="paid")


def opened(hand, client):
    panel = vn.ui.account(client)
    found = hand(panel)
    assert panel.wait(PATIENCE)
    return found


@pytest.fixture
def seen(hand, client):
    """A hand on the panel, once it has read the account."""
    return opened(hand, client)


def spend(client):
    client.images.generate("a gondola", width=256, height=256)
    client.chat("What is 2 + 2?", model="llama-3.3-70b", show=False)


# --- what is left and what it cost ---------------------------------------------------------------


def test_the_balance_and_the_tier_are_there_when_the_panel_is_opened(seen):
    assert "US dollars left$10.00" in seen.text
    assert "spent by this client$0.00" in seen.text
    assert "tierpaid" in seen.text
    assert "LOW" not in seen.text
    seen.press("Refresh")
    assert seen.panel.status == "$10.00 left."


def test_what_is_pressed_while_the_account_is_first_read_is_not_refused(hand, client, monkeypatch):
    read, go = client.account.balance, threading.Event()
    monkeypatch.setattr(client.account, "balance", lambda: go.wait(PATIENCE) and read())
    seen = hand(vn.ui.account(client))
    assert "has not been read yet" in seen.text
    seen.control("List keys").click()
    go.set()
    assert seen.panel.wait(PATIENCE)
    assert seen.panel.status == "2 keys."
    assert "$10.00" in seen.text


@pytest.mark.parametrize("by", ["model", "day", "family", "operation", "source"])
def test_bars_add_up_as_the_book_does(seen, client, by):
    spend(client)
    seen.press("Refresh")
    seen.control("Add up by").value = by
    wanted = client.spend.by(by)["usd"]
    found = account_view.sums(client.spend, by)
    assert found == pytest.approx({str(name): usd for name, usd in wanted.items()})
    assert all(name in seen.text for name, usd in found.items() if usd)
    assert "Spent by this client: $0.01 in" in seen.text


def test_what_another_cell_spends_is_seen_without_a_press(hand, client, monkeypatch):
    monkeypatch.setattr(account_panel, "EVERY", 0.01)
    seen = opened(hand, client)
    shown = threading.Event()
    seen.panel._sums.observe(lambda change: shown.set() if "z-image-turbo" in change.new else None, "value")
    spend(client)
    assert shown.wait(PATIENCE)


def test_what_was_spent_after_the_balance_was_read_is_told_beside_it(seen, client):
    spend(client)
    seen.panel._look()
    assert "US dollars left$10.00 when it was read; $0.01" in seen.text
    seen.press("Refresh")
    assert "US dollars left$9.99" in seen.text
    assert "spent since" not in seen.text.replace("Spent since the panel", "")


def test_what_is_turned_is_in_the_picture_that_is_saved(seen, client, kept):
    saved = kept(seen.panel)
    spend(client)
    seen.panel._look()
    seen.panel.by = "family"
    assert ">image<" in saved()
    seen.press("Set budget")
    assert "$1.00 left of $1.00" in saved()


def test_a_table_without_rows_is_its_caption_alone(hand):
    seen = opened(hand, vn.Venice.sandbox())
    seen.press("Reconcile")
    seen.press("Limits that were hit")
    shown = [seen.panel._agreed, seen.panel._calls, seen.panel._server._limits, seen.panel._server._hits]
    assert [each.value.count("<table") for each in shown] == [0, 0, 0, 0]
    assert all("</p>" in each.value for each in shown)
    assert "tells of no limit a minute for this key" in seen.panel._gauges.value


def test_each_call_is_listed_with_its_cost_and_how_that_is_known(seen, client):
    spend(client)
    seen.press("Refresh")
    seen.control("Calls").value = True
    calls = seen.panel._calls.value
    assert all(said in calls for said in ("generateImage", "z-image-turbo", "$0.01", "charged"))
    assert "getBillingBalance" not in calls


def test_little_that_is_left_is_warned_of(hand):
    seen = opened(hand, vn.Venice.sandbox(usd=0.5))
    assert "LOW" in seen.text
    assert "Less than $1.00 is left" in seen.text


def test_the_book_is_held_against_the_server_s(seen, client):
    spend(client)
    seen.press("Reconcile")
    assert seen.panel.status == "The books agree."
    assert "they agree" in seen.text
    assert seen.panel.code.splitlines()[-1] == "v.spend.reconcile()"


def test_the_calls_of_the_machine_can_be_chosen(seen, client):
    spend(client)
    seen.control("Whose calls").value = "week"
    assert seen.panel.wait(PATIENCE)
    assert len(seen.panel.spend) == len(client.spend)
    assert 'v.spend.machine(days=7).by("model")' in seen.panel.code


def test_the_usage_of_the_whole_account_is_drawn_by_day_model_and_key(seen, client):
    spend(client)
    seen.control("Days").value = 3
    seen.press("Read usage")
    assert seen.panel.status == "The whole account used $0.01."
    for by, said in (("day", f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"), ("model", "Z-Image Turbo")):
        seen.control("Bars by").value = by
        assert said in seen.panel._server._used.value
    assert 'v.account.usage(days=3).by("model")' in seen.panel.code


# --- limits and budget ---------------------------------------------------------------------------


def test_gauges_tell_what_is_left_in_this_minute(seen, client):
    assert "No answer has told of a limit yet" in seen.text
    spend(client)
    seen.press("Refresh")
    gauges = seen.panel._gauges.value
    assert '<meter title="requests left in this minute" min="0" max="50" value="49"' in gauges
    assert "49 of 50" in gauges
    assert "anew in" in gauges


def test_limits_of_all_models_are_there_to_search_with_the_log_of_hits(seen):
    assert "RPM" in seen.panel._server._limits.value
    seen.control("Limits of").value = "llama-3.3"
    assert "llama-3.3-70b" in seen.panel._server._limits.value
    assert "750,000" in seen.panel._server._limits.value
    seen.press("Limits that were hit")
    assert seen.panel.status == "0 limits hit lately."


def test_a_budget_is_set_bites_and_is_lifted(seen, client):
    seen.control("Budget").value = 0.005
    seen.press("Set budget")
    assert client.budget.limit == 0.005
    assert "$0.005 left of $0.005" in seen.text
    assert seen.panel.code.splitlines()[-1] == "v.budget = 0.005"
    with pytest.raises(vn.BudgetExceeded):
        client.images.generate("a gondola")
    seen.press("Lift budget")
    assert client.budget.limit is None
    assert "No budget is set" in seen.text


# --- keys ----------------------------------------------------------------------------------------


def ids(client):
    return [key.id for key in client.keys().keys]


def make(seen, name="ci", **fields):
    seen.control("New key").value = name
    for label, value in fields.items():
        seen.control(label).value = value
    seen.press("Make key")


def test_a_key_is_made_as_the_form_says_and_as_the_copied_code_would(seen, client):
    day = dt.date(2040, 1, 31)
    make(seen, **{"US dollars": 5.0, "Period": "MONTH", "May use": "PRIVATE_ONLY", "Expires": day})
    made = seen.panel.new_key
    assert (made.description, made.limit_usd, made.period) == ("ci", 5.0, "MONTH")
    assert (made.kind, made.privacy, made.expires[:10]) == ("INFERENCE", "PRIVATE_ONLY", "2040-01-31")
    scope = {"v": client}
    exec(seen.panel.code, scope)
    twin = scope["key"]
    told = [name for name in made.to_dict() if name not in {"id", "created"}]
    assert [twin.to_dict()[name] for name in told] == [made.to_dict()[name] for name in told]


def test_a_key_needs_a_name_before_anything_is_sent(seen, client):
    before = len(client.spend)
    seen.press("Make key")
    assert seen.panel.status == "Give the new key a name first."
    assert len(client.spend) == before


def test_a_key_is_revoked_by_a_second_press_alone(seen, client):
    make(seen)
    ident = seen.panel.new_key.id
    seen.control("Key").value = ident
    seen.press("Revoke")
    assert "Press once more" in seen.panel.status
    assert ident in ids(client)
    seen.press("Yes, revoke 'ci' for ever")
    assert seen.panel.status == "The key 'ci' is gone."
    assert ident not in ids(client)
    assert seen.panel.new_key is None, "its secret is of no use any more"
    assert f'v.keys.delete("{ident}")' in seen.panel.code


def test_the_client_s_own_key_is_revoked_and_that_is_said(seen):
    seen.press("List keys")
    own = next(key for key in seen.panel._keys.table.keys if key.kind == "ADMIN")
    seen.control("Key").value = own.id
    seen.press("Revoke")
    seen.press("Yes, revoke 'sandbox admin key' for ever")
    assert seen.panel.status == "The key 'sandbox admin key' is gone."
    assert seen.panel._keys._list.value.count("ADMIN") == 0
    assert f'v.keys.delete("{own.id}")' in seen.panel.code
    seen.press("List keys")
    assert seen.panel.status.startswith("Authentication failed")


@pytest.mark.parametrize("how", ["Keep it", "another"])
def test_a_key_that_was_asked_about_can_be_spared(seen, client, how):
    make(seen)
    seen.control("Key").value = seen.panel.new_key.id
    seen.press("Revoke")
    sure = seen.control("Yes, revoke 'ci' for ever")
    if how == "Keep it":
        seen.press(how)
    else:
        seen.control("Key").value = seen.panel._keys.table.keys[0].id
    assert seen.panel._keys._sure.layout.display == "none"
    sure.click()
    assert seen.panel.wait(PATIENCE)
    assert len(client.keys()) == 3


def test_keys_are_listed(seen):
    seen.press("List keys")
    assert seen.panel.status == "2 keys."
    assert "INFERENCE" in seen.panel._keys._list.value


@pytest.mark.parametrize("press", ["List keys", "Read usage", "Limits that were hit"])
def test_what_needs_an_admin_key_says_so_before_anything_is_sent(hand, press):
    client = vn.Venice.sandbox(kind="INFERENCE")
    seen = opened(hand, client)
    assert "needs an ADMIN key, and this client has an INFERENCE key" in seen.text
    before = len(client.spend)
    seen.press(press)
    assert "Only an ADMIN key may see" in seen.panel.status
    assert len(client.spend) == before


# --- secrets -------------------------------------------------------------------------------------


def everything(seen):
    """All that a panel puts anywhere: widget state with every trait, text, picture, code."""
    for widget in seen.all():
        yield {name: getattr(widget, name) for name in widget.trait_names()}
        yield widget.get_state()
    panel = seen.panel
    yield from (panel.status, panel.code, panel.price, panel.spent, repr(panel), seen.text)
    yield from panel.snapshot().values()
    yield from panel.snapshot(still=True).values()
    yield panel._code_area.value
    yield from ([repr(line) for line in panel.client.spend.lines], repr(panel.new_key))


def test_the_secret_of_a_new_key_is_nowhere_but_where_it_is_asked_for(seen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    changes = []
    for widget in seen.all():
        widget.observe(lambda change: changes.append(repr(change.new)))
    seen.panel.observe(lambda change: changes.append(repr(change.new)))
    seen.control("Copy as code").value = True
    make(seen)
    secret = seen.panel.new_key.reveal()
    assert secret.startswith("VENICE_INFERENCE_KEY_")
    assert_absent(secret, *everything(seen))
    seen.press("Save secret")
    assert seen.panel.status.startswith("The secret is in .env.")
    assert secret in (tmp_path / ".env").read_text()
    seen.press("List keys")
    assert_absent(secret, *everything(seen), *changes)
    seen.press("Forget secret")
    assert seen.panel.new_key is None
    assert seen.panel._keys._keep.layout.display == "none"


def test_a_file_that_holds_a_key_already_keeps_it(seen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("VENICE_API_KEY=mine\n")
    make(seen)
    seen.press("Save secret")
    assert "holds a key already" in seen.panel.status
    assert seen.panel.new_key.reveal(), "it can still be saved elsewhere"


def test_a_closed_panel_has_let_go_of_the_secret_and_follows_nothing(seen):
    make(seen)
    seen.panel.close()
    assert seen.panel.new_key is None
    assert seen.panel._watch.wait(PATIENCE)


# --- as every panel ------------------------------------------------------------------------------


def test_an_account_that_cannot_be_read_is_one_sentence(hand):
    fault = vn.Fault(status=403)
    seen = opened(hand, vn.Venice.sandbox(faults=[fault], max_retries=0))
    assert "request id" in seen.panel.status
    assert "press Refresh" in seen.text
    seen.press("Refresh")
    assert seen.panel.status == "$10.00 left."


def test_stop_ends_what_waits_for_the_server(hand):
    fault = vn.Fault("/billing/usage-analytics", status=429, headers={"Retry-After": "50"})
    seen, waits = opened(hand, vn.Venice.sandbox(faults=[fault])), threading.Event()
    seen.panel.observe(lambda change: waits.set() if "Waiting" in change.new else None, "status")
    seen.control("Read usage").click()
    assert waits.wait(PATIENCE)
    seen.press("Stop")
    assert seen.panel.status == "Stopped."
    seen.press("Read usage")
    assert seen.panel.status == "The whole account used $0.00."


def test_the_state_stays_small_and_every_control_is_labelled(seen, client):
    offered = [model.id for model in client.models(refresh=False) if not (model.offline or model.deprecation)]
    for model in offered[:30]:
        client.chat("Hi", model=model, show=False)
    for press in ("Refresh", "Reconcile", "Read usage", "Limits that were hit"):
        seen.press(press)
    make(seen, "x" * 64)
    seen.panel._keys._listed(KeyTable((client.keys().keys[-1],) * 40))
    assert seen.size < CAP
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea, ipywidgets.DatePicker)
    assert all(each.description and each.tooltip for each in seen.all(kinds))
    assert all(each.tooltip for each in seen.all(ipywidgets.Button))


def test_the_picture_is_complete_at_once_and_the_same_again_where_notebooks_are_compared(hand, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")

    def picture():
        client = vn.Venice.sandbox(token_pause=0, tier="paid")
        spend(client)
        panel = vn.ui.account(client)
        seen = hand(panel)
        seen.control("Add up by").value = "day"
        seen.press("Reconcile")
        seen.press("List keys")
        return panel._repr_mimebundle_()

    first = picture()
    assert first == picture()
    assert first["text/plain"] == "<Account panel: $9.99 left, $0.01 spent>"
    for said in ("$9.99", "49 of 50", "day 1", "they agree", "INFERENCE"):
        assert said in first["text/html"]
