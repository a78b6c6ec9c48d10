"""Quotes: a price as the server told it, read whatever came, shown with the line that buys it."""

import json
import math

import pytest

from venice_nb.calls.call import Received
from venice_nb.calls.quote_replies import ReadQuote, code
from venice_nb.errors import UnreadableReply
from venice_nb.results.quotes import Quote

READ = ReadQuote("video", "m-text-to-video", {"duration": "5s", "audio": True}, 'v.video.submit("..."')


def answer(body, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Received(200, {"content-type": "application/json", **headers}, content)


def test_a_quote_is_a_price_in_dollars_unless_the_server_names_another_currency():
    quote = READ(answer({"quote": 0.39}))
    assert (quote.usd, quote.currency, quote.source, quote.binding) == (0.39, "USD", "quoted", True)
    assert (quote.kind, quote.model, quote.details["duration"]) == ("video", "m-text-to-video", "5s")
    other = READ(answer({"quote": 3, "currency": "diem"}))
    assert other.currency == "DIEM"
    assert "3 DIEM" in repr(other)


@pytest.mark.parametrize("body", [{"quote": "0.39"}, {"quote": {"usd": 0.39, "diem": 0.39}}, {"price": 0.39}])
def test_a_price_is_read_in_other_spellings_too(body):
    assert READ(answer(body)).usd == 0.39


@pytest.mark.parametrize(
    "body",
    [{}, {"quote": None}, {"quote": -1}, {"quote": "nan"}, b'{"quote": NaN}', {"quote": True}, {"quote": []}],
)
def test_what_no_price_can_be_is_no_price(body):
    quote = READ(answer(body))
    assert (quote.usd, quote.source, quote.binding) == (None, "unknown", False)
    assert math.isnan(float(quote))
    assert not quote <= 100
    assert "named no price" in quote._mimebundle()["text/plain"]


def test_a_missing_price_is_taken_from_the_price_list_where_there_is_one():
    quote = ReadQuote("music", "m", listed=0.69)(answer({}))
    assert (quote.usd, quote.source, quote.binding) == (0.69, "listed", True)
    assert "price list" in quote._mimebundle()["text/plain"]


def test_a_quote_of_nothing_is_no_price_to_rely_on():
    quote = READ(answer({"quote": 0}))
    assert quote.usd == 0
    assert not quote.binding
    assert "not a promise" in quote._mimebundle()["text/html"]


def test_an_answer_that_is_no_quote_keeps_its_bytes():
    with pytest.raises(UnreadableReply) as caught:
        READ(answer(b"<html>"))
    assert caught.value.content == b"<html>"


def test_a_quote_is_a_number_where_one_is_needed():
    quote = Quote(0.39)
    assert quote <= 0.5
    assert quote < Quote(0.4)
    assert quote > 0.1
    assert quote >= 0.39
    assert f"{quote:.1f} {quote}" == "0.4 $0.39"


def test_asking_for_a_price_is_not_booked_as_spending():
    assert not hasattr(Quote(0.39), "cost")


def test_both_displays_say_what_it_would_buy_and_how():
    shown = READ(answer({"quote": 0.39}, **{"x-venice-sandbox": "true"}))._mimebundle()
    for text in ("$0.39", "m-text-to-video", "5s", "SANDBOX", "max_usd=0.39"):
        assert text in shown["text/plain"]
        assert text in shown["text/html"]


def test_the_limit_in_the_line_is_never_below_the_price():
    assert READ(answer({"quote": 0.12341})).line.endswith("max_usd=0.1235)")
    assert READ(answer({"quote": 0.39})).line.endswith("max_usd=0.39)")
    assert READ(answer({"quote": 0.00092})).line.endswith("max_usd=0.001)")


def test_the_line_is_python():
    line = code("v.video.submit", '"..."', {"model": 'a"b', "duration": "5s", "audio": False}) + ")"
    assert line == 'v.video.submit("...", model="a\\"b", duration="5s", audio=False)'
    compile(line, "line", "eval")


def test_hostile_names_are_shown_as_text():
    quote = Quote(1.0, model="<script>x</script>", currency="<b>", details={"<i>": "</pre><script>"})
    shown = quote._mimebundle()
    assert "<script" not in shown["text/html"].replace("&lt;script", "")
    assert "<b>" not in shown["text/html"]


def test_a_quote_can_be_saved(tmp_path):
    path = READ(answer({"quote": 0.39})).save()
    assert json.loads(path.read_text())["usd"] == 0.39
