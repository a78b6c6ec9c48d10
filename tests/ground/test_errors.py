"""An error says what happened, what was asked, what to do, and whether it was charged."""

import inspect
import pickle

import pytest

from venice_nb import errors

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.VeniceError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_at_the_top_of_the_file_names_every_class(kind):
    assert kind.__name__ in errors.__doc__
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_a_pickle(kind):
    error = kind("it broke", asked="POST /x", do="wait", status=429, request_id="ray", charged="unknown")
    error.extra = {"a": 1}
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert again.extra == {"a": 1}


def test_the_message_has_its_three_parts_and_the_facts():
    error = errors.RateLimited(
        "too many requests",
        asked="POST /chat/completions (model m)",
        do="wait 3 s",
        status=429,
        code="RATE_LIMIT_EXCEEDED",
        request_id="abc",
        attempts=3,
        elapsed=4.25,
    )
    assert str(error).splitlines() == [
        "too many requests",
        "  asked: POST /chat/completions (model m), 3 attempts in 4.2 s",
        "  do: wait 3 s",
        "  status 429, code RATE_LIMIT_EXCEEDED, request id abc, charged: no",
    ]


def test_a_refusal_says_what_is_allowed_where_its_sentences_do_not():
    error = errors.InvalidInput("k is 0", field="k", allowed="a whole number of 1 or more", do="pass k=5")
    assert str(error) == "k is 0\n  allowed: a whole number of 1 or more\n  do: pass k=5"


@pytest.mark.parametrize(
    "allowed", [None, "a number", "one of a, b", "absent for this model", "x" * 201, ["a", "b"]]
)
def test_a_refusal_says_nothing_twice_and_lists_nothing_long(allowed):
    error = errors.InvalidInput("x must be a number, not 'c'.", allowed=allowed, do="Pass one of a, b.")
    assert str(error) == "x must be a number, not 'c'.\n  do: Pass one of a, b."


@pytest.mark.parametrize(
    "text", ["VENICE_ADMIN_KEY_abcdef", "Authorization: Bearer sk-abcdefghijk", "\x1b[31mred", "a\u202eb"]
)
def test_a_message_holds_no_key_and_no_control_characters(text):
    said = str(errors.APIError(text, do=text))
    assert "abcdef" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_long_server_text_is_cut():
    assert len(str(errors.APIError("x" * 100_000))) < 3000


def test_in_a_notebook_it_takes_one_screen_and_shows_the_users_own_line():
    try:
        raise errors.BadRequest("no", asked="POST /x")  # noqa: TRY301  this very line is shown
    except errors.BadRequest as error:
        lines = error._render_traceback_()
    assert any("raise errors.BadRequest" in line for line in lines)
    assert len("\n".join(lines).splitlines()) < 20


def test_bad_input_is_a_value_error_too():
    assert issubclass(errors.InvalidInput, ValueError)
