"""Lists of models and characters, and the limits of a key: filters are checked and written for the API."""

import pytest

from venice_nb.calls import characters, models
from venice_nb.calls.account import limits
from venice_nb.calls.call import Safety


@pytest.mark.parametrize(
    ("build", "field", "fix"),
    [
        (lambda: models.list_models("audio"), "type", "'tts', 'asr', 'music'"),
        (lambda: models.list_models("pictures"), "type", ""),
        (lambda: models.list_models("Text"), "type", "'text'"),
        (lambda: models.list_models(None), "type", ""),
        (lambda: models.traits("all"), "type", ""),
        (lambda: models.traits("audio"), "type", "one by one"),
        (lambda: models.aliases("code"), "type", ""),
        (lambda: characters.list_characters(limit=0), "limit", ""),
        (lambda: characters.list_characters(limit=101), "limit", ""),
        (lambda: characters.list_characters(limit="5"), "limit", "without quotes"),
        (lambda: characters.list_characters(offset=-1), "offset", ""),
        (lambda: characters.list_characters(search="x" * 201), "search", "1 characters"),
        (lambda: characters.list_characters(search=3), "search", ""),
        (lambda: characters.list_characters(categories=[]), "categories", ""),
        (lambda: characters.list_characters(categories=["a"] * 21), "categories", ""),
        (lambda: characters.list_characters(categories="a,b"), "categories[0]", "a list"),
        (lambda: characters.list_characters(categories=["x" * 101]), "categories[0]", ""),
        (lambda: characters.list_characters(tags=["a", ""]), "tags[1]", ""),
        (lambda: characters.list_characters(tags={"a"}), "tags", ""),
        (lambda: characters.list_characters(modelId=["x" * 201]), "modelId[0]", ""),
        (lambda: characters.list_characters(isAdult="true"), "isAdult", ""),
        (lambda: characters.list_characters(isPro=1), "isPro", ""),
        (lambda: characters.list_characters(isWebEnabled=0), "isWebEnabled", ""),
        (lambda: characters.list_characters(sortBy="rating"), "sortBy", ""),
        (lambda: characters.list_characters(sortBy="import"), "sortBy", "'imports'"),
        (lambda: characters.list_characters(sortOrder="down"), "sortOrder", ""),
        (lambda: characters.get_character(""), "slug", ""),
        (lambda: characters.get_character(".."), "slug", ""),
        (lambda: characters.get_character(None), "slug", ""),
        (lambda: characters.get_character("x" * 300), "slug", ""),
        (lambda: characters.get_reviews("a", page=0), "page", ""),
        (lambda: characters.get_reviews("a", page_size=101), "page_size", ""),
        (lambda: characters.get_reviews("."), "slug", ""),
    ],
)
def test_filters_that_the_server_would_refuse_are_not_sent(refused, build, field, fix):
    refused(build, field, fix)


@pytest.mark.parametrize(
    ("call", "path", "query"),
    [
        (models.list_models(), "/models", (("type", "all"),)),
        *[(models.list_models(each), "/models", (("type", each),)) for each in (*models.TYPES, "code")],
        *[(models.traits(each), "/models/traits", (("type", each),)) for each in models.TYPES],
        (models.aliases(), "/models/compatibility_mapping", (("type", "text"),)),
        (limits.rate_limits(), "/api_keys/rate_limits", ()),
        (characters.list_characters(), "/characters", ()),
        (
            characters.list_characters(
                search="zen",
                categories="philosophy",
                tags=["a", "b"],
                modelId=["m"],
                isAdult=False,
                isPro=True,
            ),
            "/characters",
            (
                ("search", "zen"),
                ("categories", "philosophy"),
                ("tags", "a"),
                ("tags", "b"),
                ("modelId", "m"),
                ("isAdult", "false"),
                ("isPro", "true"),
            ),
        ),
        (
            characters.list_characters(
                isWebEnabled=True, limit=100, offset=0, sortBy="imports", sortOrder="asc"
            ),
            "/characters",
            (
                ("isWebEnabled", "true"),
                ("limit", "100"),
                ("offset", "0"),
                ("sortBy", "imports"),
                ("sortOrder", "asc"),
            ),
        ),
        (characters.get_character("alan-watts"), "/characters/alan-watts", ()),
        (characters.get_character("a/b?c#d é"), "/characters/a%2Fb%3Fc%23d%20%C3%A9", ()),
        (characters.get_reviews("a"), "/characters/a/reviews", ()),
        (
            characters.get_reviews("a", page=2, page_size=5),
            "/characters/a/reviews",
            (("page", "2"), ("pageSize", "5")),
        ),
    ],
)
def test_lists_are_free_reads_that_the_official_file_accepts(fits, call, path, query):
    fits(call)
    assert (call.method, call.path, call.query, call.body) == ("GET", path, query, None)
    assert (call.safety, call.paid, call.timeouts.read, call.timeouts.total) == (Safety.READ, False, 15, 30)


def test_what_older_tutorials_call_audio_is_three_types():
    assert [models.list_models(each).query for each in models.AUDIO] == [
        (("type", "tts"),),
        (("type", "asr"),),
        (("type", "music"),),
    ]
