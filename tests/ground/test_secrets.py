"""A key goes into requests and nowhere else."""

import copy
import html
import json
import pickle
import threading
from urllib.parse import quote

import pytest

from venice_nb.errors import InvalidInput
from venice_nb.secrets import Secret, hidden


def test_no_view_of_a_secret_shows_any_part_of_it(key):
    secret = Secret(key)
    views = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", repr({"k": secret}), repr([secret])]
    assert all(key[:6] not in view and key[-4:] not in view for view in views)


def test_a_secret_is_never_pickled_copied_or_turned_into_json(key):
    for act in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, hash):
        with pytest.raises(TypeError) as told:
            act(Secret(key))
        assert key not in str(told.value)


def test_white_space_and_a_bearer_prefix_are_taken_off(key):
    assert Secret(f"  Bearer {key}\n").reveal() == key


def test_the_kind_is_read_from_the_prefix():
    assert Secret("VENICE_ADMIN_KEY_abcdefgh").kind == "ADMIN"
    assert Secret("VENICE_INFERENCE_KEY_abcdefgh").kind == "INFERENCE"
    assert Secret("something-else").kind == ""


@pytest.mark.parametrize(
    "value",
    [
        "",
        "   ",
        "short",
        "key with spaces in",
        "line\nbreak-in-it",
        "zero\u200bwidth-key",
        "ключ-не-ascii",
        "x" * 513,
        None,
        5,
    ],
)
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(value):
    with pytest.raises(InvalidInput) as told:
        Secret(value)
    message = str(told.value)
    assert told.value.field == "api_key"
    assert told.value.allowed
    assert told.value.do
    assert not (isinstance(value, str) and len(value.strip()) > 5 and value.strip() in message)


ODD = "odd\"quote\\back/slash&and'more<0123456789"


@pytest.mark.parametrize(
    "shape",
    [
        str,
        quote,
        lambda key: quote(key, safe=""),
        lambda key: json.dumps({"error": f"bad {key}"}),
        lambda key: json.dumps(key).replace("/", "\\/"),
        lambda key: json.dumps(key).replace("<", "\\u003c").replace("&", "\\u0026").replace("'", "\\u0027"),
        html.escape,
        lambda key: repr(key.encode()),
    ],
)
def test_a_key_that_comes_back_is_hidden_however_it_is_written(shape):
    secret = Secret(ODD)
    told = shape(ODD)
    for said in (secret.hide(told), secret.hide(told.encode()).decode(), hidden(told)):
        assert "<key>" in said
        assert "0123456789" not in said


def test_any_key_that_is_alive_is_hidden_and_one_that_is_gone_is_not_kept_for_it():
    first, second = Secret("first-key-12345"), Secret("second-key-12345")
    assert hidden("first-key-12345 second-key-12345") == "<key> <key>"
    assert first != second
    del first
    assert hidden("first-key-12345 second-key-12345") == "first-key-12345 <key>"


def test_keys_may_be_made_while_others_are_hidden():
    stop = threading.Event()

    def make():
        while not stop.is_set():
            [Secret(f"some-key-{n:08}") for n in range(100)]

    thread = threading.Thread(target=make)
    thread.start()
    try:
        for _ in range(300):
            hidden("nothing")
    finally:
        stop.set()
        thread.join()
