"""Servers that give the same page again and again are not asked for ever."""

import httpx

import venice_nb as vn
from tests.scripted_client import Server

ADMIN = "VENICE_ADMIN_KEY_planted_0123456789"
BILL = {"data": [{"sku": "x", "amount": 1, "currency": "USD"}], "nextCursor": "again"}


def test_a_server_that_ignores_the_offset_is_not_asked_for_ever():
    server = Server({"data": [{"slug": f"number-{n}"} for n in range(100)]})
    with server.client() as v:
        assert len(v.characters(limit=300)) == 100
    assert len(server.paths) == 2


def test_a_cursor_that_comes_back_ends_the_bill_and_it_is_not_complete():
    server = Server(BILL)
    with vn.Venice(api_key=ADMIN, transport=httpx.MockTransport(server)) as v:
        bill = v.account.history()
    assert len(bill) == len(server.paths) == 2
    assert not bill.complete
