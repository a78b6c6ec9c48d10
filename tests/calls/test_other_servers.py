"""Errors of servers that speak this API but write their refusals in their own way."""

import json

import pytest

from venice_nb.calls.call import Call, Received
from venice_nb.calls.failures import failure

BODIES = {
    "a sentence as detail": {"detail": "Too many texts"},
    "problem details": {"type": "about:blank", "title": "Bad", "status": 400, "detail": "Too many texts"},
    "FastAPI": {"detail": [{"loc": ["body", "input"], "msg": "Too many texts", "type": "too_long"}]},
    "a list of errors": {"errors": [{"message": "Too many texts"}]},
}


def told(status, body):
    call = Call(operation="op", method="POST", path="/embeddings", read=lambda received: received)
    return str(failure(Received(status, {}, json.dumps(body).encode()), call))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_reason_is_told_however_a_server_writes_it(body):
    assert "Too many texts" in told(400, body)


def test_the_place_that_fastapi_names_is_told_too():
    assert "body.input: Too many texts" in told(422, BODIES["FastAPI"])
