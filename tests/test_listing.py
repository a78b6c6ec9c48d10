"""Plans for models and characters, fed by hand: what they send, and what they make of the answers."""

import json
from types import SimpleNamespace

import pytest

from venice_nb import characters, models
from venice_nb.calls.call import Received
from venice_nb.calls.listings import (
    ReadNames,
    read_character,
    read_characters,
    read_models,
    read_rate_limits,
    read_reviews,
)
from venice_nb.catalogue import Catalogue
from venice_nb.errors import BreakerOpen, InvalidInput, ModelNotFound, NotSent, ServerError, UnreadableReply
from venice_nb.policy.steps import Send

BUNDLED = Catalogue.bundled()


def received(value, **headers):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Received(200, {"content-type": "application/json", **headers}, content, 0.1)


class Server:
    """Answers the steps of a plan; an exception in the place of an answer is thrown into it."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def run(self, plan):
        try:
            step = next(plan)
            while True:
                assert isinstance(step, Send)
                self.asked.append((step.call.path, dict(step.call.query)))
                answer = self.answers.pop(0)
                if isinstance(answer, Exception):
                    step = plan.throw(answer)
                else:
                    step = plan.send(step.call.read(received(answer)))
        except StopIteration as stop:
            return stop.value


@pytest.fixture
def session():
    noted = []
    return SimpleNamespace(
        catalogue=BUNDLED,
        announce=noted.append,
        announce_choice=lambda found: noted.extend(filter(None, (found.note, found.farewell))),
        noted=noted,
    )


def model(ident, type="text", **spec):  # noqa: A002  the API's own name
    return {"id": ident, "type": type, "model_spec": {"privacy": "private", **spec}}


FRESH = {
    "object": "list",
    "data": [
        model("cheap", pricing={"input": {"usd": 0.1, "diem": 0.1}, "output": {"usd": 0.2, "diem": 0.2}}),
        model(
            "dear", pricing={"input": 9, "output": 9}, capabilities={"supportsVision": True}, name="The Dear"
        ),
        model("beta", pricing={"input": 0.01, "output": 0.01}, betaModel=True),
    ],
}


def test_the_list_is_fetched_and_brings_the_catalogue_up_to_date(session):
    server = Server(FRESH)
    table = server.run(models.models(session))
    assert server.asked == [("/models", {"type": "text"})]
    assert table.ids == ["cheap", "dear", "beta"]
    assert session.catalogue.get("cheap").price.input == 0.1
    assert session.catalogue.get("llama-3.3-70b") is None, "what the server no longer lists is gone"
    assert session.catalogue.get("tts-kokoro") is not None, "other types stay"
    assert table.note == ""


def test_without_refresh_nothing_is_sent(session):
    server = Server()
    assert len(server.run(models.models(session, refresh=False))) == 113
    assert server.asked == []


@pytest.mark.parametrize(
    "error",
    [NotSent("no connection"), ServerError("down"), BreakerOpen("held"), UnreadableReply("HTML")],
    ids=lambda error: type(error).__name__,
)
def test_without_a_server_the_bundled_list_serves_and_the_caption_says_so(session, error):
    table = Server(error).run(models.models(session))
    assert len(table) == 113
    assert f"({error.what}), so this is the one of 2026-08-21" in table._mimebundle()["text/plain"]
    assert session.catalogue is BUNDLED


def test_an_interruption_is_not_taken_for_a_missing_server(session):
    plan = models.models(session)
    next(plan)
    with pytest.raises(KeyboardInterrupt):
        plan.throw(KeyboardInterrupt())


def ids(session, **filters):
    return set(Server().run(models.models(session, refresh=False, **filters)).ids)


@pytest.mark.parametrize(
    ("filters", "test"),
    [
        ({"vision": True}, lambda each: each.supports("supportsVision")),
        ({"vision": False}, lambda each: not each.supports("supportsVision")),
        (
            {"functions": True, "schema": True},
            lambda each: each.supports("functions") and each.supports("schema"),
        ),
        ({"reasoning": False}, lambda each: not each.supports("reasoning")),
        ({"audio": True, "video": True}, lambda each: each.supports("audio") and each.supports("video")),
        (
            {"web_search": True, "vision": True},
            lambda each: each.supports("web_search") and each.supports("vision"),
        ),
        ({"logprobs": True}, lambda each: each.supports("logprobs")),
        ({"type": "code"}, lambda each: each.supports("code")),
        ({"code": True}, lambda each: each.supports("code")),
        ({"private": True}, lambda each: each.privacy == "private"),
        ({"private": False}, lambda each: each.privacy == "anonymized"),
        ({"uncensored": True}, lambda each: each.uncensored),
        ({"max_input_price": 0.2}, lambda each: each.price.input is not None and each.price.input <= 0.2),
        ({"max_output_price": 1}, lambda each: each.price.output is not None and each.price.output <= 1),
        ({"min_context": 500_000}, lambda each: (each.context or 0) >= 500_000),
        ({"search": "CLAUDE"}, lambda each: "claude" in each.id or "claude" in each.name.lower()),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_filters_keep_what_fits_and_nothing_else(session, filters, test):
    wanted = {each.id for each in BUNDLED.of_type("text") if test(each)}
    assert 0 < len(wanted) < 113
    assert ids(session, **filters) == wanted


def test_code_asks_for_the_whole_list_of_text_models(session):
    """Replacing the catalogue by the part that the server calls `code` would forget all other text models."""
    server = Server(FRESH)
    assert server.run(models.models(session, type="code")).ids == []
    assert server.asked == [("/models", {"type": "text"})]


def test_audio_is_speech_transcription_and_music_together(session):
    """The API refuses type=audio, which older tutorials use."""
    answers = [{"data": [model(f"new-{kind}", kind)]} for kind in ("tts", "asr", "music")]
    server = Server(*answers)
    table = server.run(models.models(session, type="audio"))
    assert [query["type"] for _, query in server.asked] == ["tts", "asr", "music"]
    assert table.ids == ["new-tts", "new-asr", "new-music"]


def test_all_is_one_request(session):
    server = Server(FRESH)
    server.run(models.models(session, type="all"))
    assert server.asked == [("/models", {"type": "all"})]


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("input", lambda each: each.price.input),
        ("price", lambda each: each.price.input + each.price.output),
        ("context", lambda each: -each.context),
        ("name", lambda each: each.name.lower()),
        ("newest", lambda each: -each.created),
    ],
)
def test_tables_are_sorted_as_asked(session, sort, key):
    found = Server().run(
        models.models(session, refresh=False, sort=sort, max_input_price=100, max_output_price=500)
    )
    keys = [key(each) for each in found]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("options", "field", "hint"),
    [
        ({"type": "txt"}, "type", "Did you mean 'text'"),
        ({"type": "decision"}, "type", "Use one of"),
        ({"sort": "prise"}, "sort", "Did you mean 'price'"),
    ],
)
def test_an_unknown_word_is_refused_before_anything_is_sent(session, options, field, hint):
    server = Server()
    with pytest.raises(InvalidInput) as caught:
        server.run(models.models(session, **options))
    assert caught.value.field == field
    assert hint in caught.value.do
    assert "embedding" in caught.value.allowed or "newest" in caught.value.allowed
    assert server.asked == []


def test_the_cheapest_model_is_one_that_can_simply_be_called(session):
    card = Server(FRESH).run(models.cheapest(session))
    assert card.id == "cheap", "a beta model is passed over"


@pytest.mark.parametrize(
    ("kind", "filters", "found"),
    [
        ("text", {}, "qwen3-5-9b"),
        ("text", {"code": True, "private": True}, "deepseek-v4-flash-0731"),
        ("tts", {}, "tts-kokoro"),
        ("asr", {}, "stt-xai-v1"),
        ("upscale", {}, "upscaler"),
        ("embedding", {"search": "bge"}, "text-embedding-bge-en-icl"),
    ],
)
def test_the_cheapest_of_each_kind(session, kind, filters, found):
    assert Server(NotSent("offline")).run(models.cheapest(session, kind, **filters)).id == found


@pytest.mark.parametrize("kind", ["video", "music", "audio", "all"])
def test_prices_that_cannot_be_compared_have_no_cheapest(session, kind):
    with pytest.raises(InvalidInput, match="no prices that can be compared"):
        Server().run(models.cheapest(session, kind))


def test_no_model_that_fits_is_said_with_the_filters(session):
    with pytest.raises(InvalidInput, match="No text model fits") as caught:
        Server(FRESH).run(models.cheapest(session, max_input_price=0.0001))
    assert "max_input_price" in caught.value.value


def test_a_model_is_found_by_id_or_role_without_asking(session):
    assert Server().run(models.get(session, "llama-3.3-70b")).id == "llama-3.3-70b"
    assert Server().run(models.get(session, "default_vision")).id == "qwen-3-8-27b"
    assert Server().run(models.get(session, "tts-kokoro")).type == "tts"


def test_a_new_model_is_looked_up_once(session):
    server = Server({"data": [model("brand-new")]})
    assert server.run(models.get(session, "brand-new")).id == "brand-new"
    assert server.asked == [("/models", {"type": "all"})]


def test_a_model_nobody_knows_comes_with_suggestions(session):
    with pytest.raises(ModelNotFound) as caught:
        Server(NotSent("offline")).run(models.get(session, "llama-3.3-7b"))
    assert "llama-3.3-70b" in caught.value.suggestions
    assert "llama-3.3-70b" in caught.value.do


def test_prices_of_one_kind_are_fetched(session):
    table = Server(FRESH).run(models.pricing(session))
    assert list(table["model"]) == ["beta", "cheap", "dear"]
    with pytest.raises(InvalidInput):
        Server().run(models.pricing(session, "pictures"))


def test_prices_without_a_common_unit_each_say_their_own(session):
    """Speech costs by the character, transcription by the second."""
    speech = model("voice", "tts", pricing={"input": 3.5})
    hearing = model("ear", "asr", pricing={"per_audio_second": 0.0001})
    answers = [{"data": [each]} for each in (speech, hearing, model("tune", "music"))]
    table = Server(*answers).run(models.pricing(session, "audio"))
    assert list(table["price"])[:2] == ["$3.50 per 1M characters", "$0.0001 per second"]
    assert "each per its own unit" in table._mimebundle()["text/plain"]


@pytest.mark.parametrize(
    "reply",
    [{"object": "list", "type": "text", "data": {"default": "a"}}, {"default": "a"}],
    ids=["wrapped", "flat"],
)
def test_traits_are_read_wrapped_or_flat(session, reply):
    server = Server(reply)
    assert dict(server.run(models.traits(session))) == {"default": "a"}
    assert server.asked == [("/models/traits", {"type": "text"})]


def test_without_a_server_traits_and_aliases_come_from_the_catalogue(session):
    found = Server(NotSent("offline")).run(models.traits(session))
    assert found["default_vision"] == "qwen-3-8-27b"
    assert "2026-08-21" in found.note
    assert Server(NotSent("offline")).run(models.aliases(session))["gpt-4o"] == "llama-3.3-70b"


def test_aliases_are_remembered_for_the_next_chat(session):
    Server({"data": {"gpt-9": "llama-3.3-70b"}}).run(models.aliases(session))
    assert session.catalogue.resolve("gpt-9").id == "llama-3.3-70b"


def people(start, count):
    return {
        "object": "list",
        "data": [{"slug": f"c{n}", "name": f"C{n}"} for n in range(start, start + count)],
    }


def test_more_than_a_hundred_characters_take_several_requests(session):
    server = Server(people(0, 100), people(100, 100), people(200, 50))
    table = server.run(characters.characters(session, limit=250, search="x", adult=False))
    assert len(table) == 250
    pages = [(query["limit"], query["offset"]) for _, query in server.asked]
    assert pages == [("100", "0"), ("100", "100"), ("50", "200")]
    assert all(query["search"] == "x" and query["isAdult"] == "false" for _, query in server.asked)


def test_a_short_page_is_the_last(session):
    server = Server(people(0, 30))
    assert len(server.run(characters.characters(session, limit=200))) == 30
    assert len(server.asked) == 1


def test_a_character_that_shifts_onto_the_next_page_is_listed_once(session):
    server = Server(people(0, 100), people(99, 20), people(119, 1))
    table = server.run(characters.characters(session, limit=120))
    assert [each.slug for each in table] == [f"c{n}" for n in range(120)]


@pytest.mark.parametrize(
    "bad", [{"limit": 0}, {"limit": "many"}, {"offset": -1}, {"sort_by": "name"}, {"search": "x" * 201}]
)
def test_values_the_server_would_refuse_are_refused_here(session, bad):
    server = Server()
    with pytest.raises(InvalidInput):
        server.run(characters.characters(session, **bad))
    assert server.asked == []


def test_one_character_and_its_reviews(session):
    found = Server({"object": "character", "data": {"slug": "a", "name": "A"}}).run(
        characters.get(session, "a")
    )
    assert found.name == "A"
    review = {"rating": 5, "message": "m", "username": "u"}
    paging = {"pagination": {"page": 1, "pageSize": 100, "total": 130, "totalPages": 2}}
    summary = {"summary": {"averageRating": 4.5, "totalReviews": 130}}
    server = Server(
        {"data": [review] * 100, **paging, **summary}, {"data": [review] * 30, **paging, **summary}
    )
    table = server.run(characters.reviews(session, "a", limit=120))
    assert (len(table), table.total, table.average) == (120, 130, 4.5)
    assert [(query["page"], query["pageSize"]) for _, query in server.asked] == [("1", "100"), ("2", "100")]
    assert server.asked[0][0] == "/characters/a/reviews"


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (read_models, b"<html>"),
        (read_models, b'{"data": 5}'),
        (read_models, b'"x"'),
        (read_characters, b'{"error": "No."}'),
        (read_character, b"{}"),
        (read_character, b"[]"),
        (read_reviews, b'{"data": null}'),
        (ReadNames("trait", "text"), b"[]"),
        (read_rate_limits, b"null"),
    ],
)
def test_a_list_that_is_none_is_refused_with_its_bytes_kept(read, content):
    with pytest.raises(UnreadableReply) as caught:
        read(received(content))
    assert caught.value.content == content


def test_odd_entries_of_a_list_are_passed_over():
    found = read_models(received({"data": [None, 3, {}, {"id": ""}, model("fine")]}))
    assert [each.id for each in found.models] == ["fine"]
    assert read_models(received([model("bare")])).get("bare") is not None


def test_a_page_of_reviews_may_tell_its_total_in_a_header():
    reply = Received(200, {"x-pagination-total": "7", "x-pagination-total-pages": "2"}, b'{"data": []}')
    found = read_reviews(reply)
    assert (found.total, found.pages) == (7, 2)
