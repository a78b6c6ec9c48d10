"""A key goes into requests and nowhere else."""

import copy
import json
import pickle

import pytest

from venice_nb.errors import InvalidInput
from venice_nb.secrets import Secret


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
