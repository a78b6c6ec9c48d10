"""Tables and cards of what people made: characters, reviews, limits, names."""

import pytest

from venice_nb.results.characters import Character, CharacterTable, Review, Reviews
from venice_nb.results.headers import Balance, Headers
from venice_nb.results.limits import RateLimits
from venice_nb.results.models.models import ModelTable
from venice_nb.results.models.names import Names
from venice_nb.results.models.prices import PriceTable


def plain(table):
    return table._mimebundle()["text/plain"]


def markup(table):
    return table._mimebundle()["text/html"].rpartition("</style>")[2]


PERSON = {
    "id": "u",
    "slug": "alan-watts",
    "name": "Alan Watts",
    "description": "Talks about Zen.",
    "author": "ab12c",
    "adult": False,
    "featured": True,
    "webEnabled": True,
    "modelId": "llama-3.3-70b",
    "photoUrl": "https://p.org/a.png",
    "shareUrl": "https://venice.ai/c/alan-watts",
    "tags": ["zen", "philosophy"],
    "createdAt": "2025-01-01T00:00:00Z",
    "updatedAt": "2025-02-01T00:00:00Z",
    "stats": {"averageRating": 4.5, "imports": 9, "ratingCount": 12, "ratingSum": 54, "userRating": None},
}


def test_a_character_is_read_and_shown_without_loading_its_photo():
    character = Character.read(PERSON)
    assert (character.slug, character.model_id, character.rating, character.ratings) == (
        "alan-watts", "llama-3.3-70b", 4.5, 12,
    )  # fmt: skip
    shown = character._mimebundle()
    assert shown["text/plain"] == (
        "Alan Watts [web search]\n  Talks about Zen.\n  slug: alan-watts\n  tags: zen, philosophy\n"
        "  rating: 4.5 of 5 (12 ratings)\n  suggested model: llama-3.3-70b\n  author: ab12c"
    )
    assert "<img" not in shown["text/html"]
    assert 'href="https://venice.ai/c/alan-watts"' in shown["text/html"]
    assert repr(character) == "<Character alan-watts: Alan Watts, 4.5 of 5 (12 ratings)>"
    assert character.raw == PERSON


@pytest.mark.parametrize(
    "value", [{}, None, {"slug": 3, "tags": None, "stats": None}, {"stats": [], "adult": "true"}]
)
def test_a_character_with_missing_or_odd_fields_is_read(value):
    assert Character.read(value)._mimebundle()["text/html"]


def test_a_table_of_characters():
    table = CharacterTable(characters=(Character.read(PERSON), Character("x", adult=True)))
    assert plain(table).splitlines()[0] == "2 characters"
    assert "x [adult]" in plain(table)
    assert "4.5 (12)" in plain(table)
    assert [each.slug for each in table] == ["alan-watts", "x"]
    assert list(table["slug"]) == ["alan-watts", "x"]
    assert '<a href="https://venice.ai/c/alan-watts"' in markup(table)


def test_reviews_as_a_table():
    found = (
        Review.read({"rating": 5, "message": "Wise", "username": "u", "createdAt": "2026-01-02T00:00:00Z"}),
    )
    table = Reviews(reviews=found, average=4.2, total=30)
    assert plain(table).splitlines()[0] == "1 of 30 reviews, 4.2 of 5 on average"
    assert plain(table).splitlines()[2].split() == ["5", "Wise", "u", "2026-01-02"]


def test_rate_limits_as_a_table():
    limits = RateLimits.read(
        {
            "accessPermitted": True,
            "apiTier": {"id": "paid", "isCharged": True},
            "balances": {"USD": 12.5, "DIEM": 3},
            "keyExpiration": None,
            "nextEpochBegins": "2026-08-22T00:00:00Z",
            "rateLimits": [
                {
                    "apiModelId": "m",
                    "rateLimits": [{"type": "RPM", "amount": 50}, {"type": "TPM", "amount": 750000}],
                },
                {"apiModelId": None, "rateLimits": None},
            ],
        },
        Headers(),
    )
    assert limits.of("m") == {"RPM": 50.0, "TPM": 750000.0}
    assert limits.balance == Balance(12.5, 3.0)
    assert plain(limits).splitlines()[0] == "tier paid, $12.50 balance, 3 DIEM"
    assert plain(limits).splitlines()[3].split() == ["m", "TPM", "750,000"]
    assert RateLimits.read({"accessPermitted": False}, Headers()).permitted is False


def test_names_read_like_a_dict_and_show_as_a_table():
    names = Names("trait", "text", {"default": "a", "default_vision": "b"})
    assert names["default"] == "a"
    assert dict(names) == names.to_dict() == {"default": "a", "default_vision": "b"}
    assert list(names.to_frame().columns) == ["trait", "model"]
    assert plain(names) == "2 traits of text models\n  default         a\n  default_vision  b"
    assert '<th scope="row">default_vision</th><td>b</td>' in markup(names)


def test_an_empty_table_is_a_table():
    for table in (ModelTable(), CharacterTable(), Reviews(), RateLimits(), PriceTable()):
        assert len(table.df) == len(table) == 0
        assert "<table" in markup(table)
