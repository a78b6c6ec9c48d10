"""Tables: a DataFrame to compute with, a short picture to look at, and both agree."""

import copy
import json
import pickle
import sys

import matplotlib as mpl
import pandas as pd
import pytest

from venice_nb.catalogue import Catalogue
from venice_nb.results.characters import Character, CharacterTable, Review, Reviews
from venice_nb.results.headers import Balance, Headers
from venice_nb.results.limits import RateLimits
from venice_nb.results.models import ModelCard, ModelTable, tokens
from venice_nb.results.names import Names
from venice_nb.results.prices import PriceTable, exact, summary

CATALOGUE = Catalogue.bundled()


def models(kind="text", **more):
    return ModelTable(models=CATALOGUE.of_type(kind), date=CATALOGUE.date, **more)


def plain(table):
    return table._mimebundle()["text/plain"]


def markup(table):
    return table._mimebundle()["text/html"].rpartition("</style>")[2]


def test_a_long_table_shows_25_rows_and_says_so():
    table = models()
    assert "113 text models, as of 2026-08-21; prices in US dollars per 1M tokens" in plain(table)
    assert "showing 25 of 113, .to_frame() has all" in plain(table)
    assert "showing 25 of 113, .to_frame() has all" in markup(table)
    assert len(plain(table).splitlines()) == 27
    assert markup(table).count("<tr>") == 26
    assert len(table.to_frame()) == len(table) == 113
    assert len(table._mimebundle()["text/html"]) < 20_000


def test_a_row_tells_privacy_context_abilities_prices_and_traits():
    found = models().where(lambda model: model.id == "zai-org-glm-5-2")
    row = plain(found).splitlines()[2].split()
    model = CATALOGUE.get("zai-org-glm-5-2")
    assert row[:3] == ["zai-org-glm-5-2", model.privacy, "1M"]
    assert "$1.40" in row
    assert "$4.40" in row
    assert "default" in plain(found)
    assert "🔧 functions" in markup(found), "a sign never stands without its word"
    assert "🔧" not in plain(found)


@pytest.mark.parametrize("kind", sorted({model.type for model in CATALOGUE.models}))
def test_every_cell_of_the_text_stands_in_the_markup(kind):
    import html

    for table in (models(kind), PriceTable.of(CATALOGUE.of_type(kind), kind, CATALOGUE.date)):
        seen = html.unescape(markup(table))
        for position in range(min(len(table), 25)):
            for column, cell in enumerate(table._row(position)):
                if table._head()[column] != "can":
                    assert cell in seen


def test_a_table_behaves_like_its_frame():
    table = models()
    assert table.shape == table.df.shape
    assert list(table["id"])[:2] == table.ids[:2]
    assert len(table[table["vision"]]) == sum(model.supports("vision") for model in table)
    assert table.df is table.df
    assert [model.id for model in table] == table.ids
    assert "llama-3.3-70b" in table
    assert "nobody" not in table
    assert "privacy" in dir(table)
    assert table.groupby("privacy").size().sum() == 113
    with pytest.raises(AttributeError):
        _ = table.no_such_column


def test_the_frame_given_away_is_a_copy():
    table = models()
    mine = table.to_frame()
    mine.loc[:, "id"] = "x"
    assert table.df["id"].iloc[0] != "x"


def test_numbers_in_the_frame_are_numbers():
    frame = models().df
    assert frame.loc[frame["id"] == "llama-3.3-70b", ["input", "output"]].to_numpy().tolist() == [[0.7, 2.8]]
    assert str(frame["context"].dtype) == "Int64"
    assert frame["vision"].dtype == bool


def test_a_table_survives_copying_and_pickling():
    table = models("tts")
    assert plain(pickle.loads(pickle.dumps(table))) == plain(copy.deepcopy(table)) == plain(table)


def test_asking_a_table_for_tokens_and_cost_does_not_load_pandas(monkeypatch):
    """Every answer is asked for them."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    table = models()
    assert getattr(table, "usage", None) is None
    assert getattr(table, "cost", None) is None
    assert table.headers == Headers()
    assert "113 text models" in plain(table)


def test_a_table_is_saved_as_csv_or_json(tmp_path):
    table = models("tts")
    frame = pd.read_csv(table.save(tmp_path / "t.csv"))
    assert list(frame["id"]) == table.ids
    rows = json.loads(table.save(tmp_path / "t.json").read_text())
    assert [row["id"] for row in rows] == table.ids
    assert table.save(tmp_path).suffix == ".csv"


def test_text_that_a_spreadsheet_would_run_is_quoted(tmp_path):
    evil = CharacterTable(characters=(Character("x", name='=HYPERLINK("http://e.org")', description="@a"),))
    saved = evil.save(tmp_path / "t.csv").read_text()
    assert "'=HYPERLINK" in saved
    assert "'@a" in saved
    assert list(pd.read_csv(tmp_path / "t.csv")["rating"].isna()) == [True]


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (131072, "128K"),
        (128000, "128K"),
        (1048576, "1M"),
        (1_000_000, "1M"),
        (1_050_000, "1.05M"),
        (2_000_000, "2M"),
        (32768, "32K"),
        (198000, "198K"),
        (400, "400"),
        (None, ""),
    ],
)
def test_context_lengths_are_written_as_people_write_them(count, shown):
    assert tokens(count) == shown


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        (0.7, "$0.70"),
        (0.002875, "$0.002875"),
        (0.00003148, "$0.00003148"),
        (60.0, "$60.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_listed_prices_are_shown_to_their_last_digit(usd, shown):
    assert exact(usd) == shown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("llama-3.3-70b", "$0.70 / $2.80 per 1M tokens"),
        ("tts-kokoro", "$3.50 per 1M characters"),
        ("openai/whisper-large-v3", "$0.0001 per second"),
        ("text-embedding-bge-m3", "$0.15 / $0.60 per 1M tokens"),
        ("venice-sd35", "$0.01 an image"),
        ("upscaler", "$0.02 to $0.08 an image"),
        ("firered-image-edit", "$0.04 an edit"),
        ("lyria-3-pro", "$0.10 a piece"),
        ("ace-step-15", "$0.03 to $0.08 by length"),
        ("elevenlabs-tts-v3", "$0.115 per 1,000 characters"),
        ("mmaudio-v2-text-to-audio", "$0.00092 per second"),
        ("sora-2-text-to-video", "by quote"),
    ],
)
def test_each_kind_of_price_is_said_with_its_unit(name, said):
    assert summary(CATALOGUE.get(name)) == said


def rows(kind):
    table = PriceTable.of(CATALOGUE.of_type(kind), kind, CATALOGUE.date)
    return {row["model"]: {k: v for k, v in row.items() if v is not None} for row in table.raw}, table


def test_text_prices_have_cache_and_long_prompt_columns():
    found, table = rows("text")
    model = CATALOGUE.get("zai-org-glm-5-2")
    assert found[model.id] == {
        "model": model.id, "privacy": model.privacy, "input": 1.4, "output": 4.4, "cache_input": 0.26,
    }  # fmt: skip
    long = [row for row in found.values() if "long_above" in row]
    assert len(long) == 14
    assert {row["long_above"] for row in long} == {200000, 256000, 272000}
    assert "per 1M tokens" in plain(table)


def test_picture_prices_have_a_column_for_each_size_and_level():
    found, table = rows("inpaint")
    assert found["gpt-image-2-edit"]["4K high"] == 0.84
    assert found["gpt-image-2-edit"]["additional input"] == 0.0092
    head = table._head()
    assert head.index("1K") < head.index("1K high") < head.index("2K") < head.index("4K high")
    assert head[-1] == "additional input"
    assert "per edit" in plain(table)


def test_music_prices_say_per_what_in_each_row():
    _, table = rows("music")
    frame = table.df
    assert set(frame["unit"]) == {"piece", "second", "1,000 characters"}
    steps = frame[frame["model"] == "ace-step-15"]
    assert list(steps["usd"]) == [0.03, 0.04, 0.05, 0.06, 0.07, 0.08]
    assert list(steps["to_seconds"]) == [60, 90, 120, 150, 180, 210]


def test_transcription_is_priced_by_the_second_and_by_the_hour():
    found, table = rows("asr")
    assert found["openai/whisper-large-v3"]["per_hour"] == pytest.approx(0.36)
    assert "per second of sound" in plain(table)


def test_video_prices_are_quotes_only():
    _, table = rows("video")
    assert "no list price" in plain(table)
    assert table._head() == ("model", "privacy")


def test_prices_stand_cheapest_first():
    _, table = rows("tts")
    assert list(table["input"]) == sorted(table["input"])


def test_an_empty_table_is_a_table():
    for table in (ModelTable(), CharacterTable(), Reviews(), RateLimits(), PriceTable()):
        assert len(table.df) == len(table) == 0
        assert "<table" in markup(table)


def test_a_model_as_a_card():
    card = ModelCard(CATALOGUE.get("llama-3.3-70b"), "2026-08-21")
    assert plain(card).splitlines()[:5] == [
        "Llama 3.3 70B",
        "  id: llama-3.3-70b",
        "  type: text",
        "  privacy: private",
        "  price: $0.70 / $2.80 per 1M tokens",
    ]
    assert repr(card) == "<Model llama-3.3-70b: $0.70 / $2.80 per 1M tokens, private>"
    assert card.id == str(card) == "llama-3.3-70b"
    assert card.price.input == 0.7
    assert pickle.loads(pickle.dumps(card)) == card
    assert card.to_dict()["id"] == "llama-3.3-70b"


def test_a_model_on_its_way_out_says_when():
    leaving = next(model for model in CATALOGUE.models if model.deprecation is not None)
    assert f"leaves {leaving.deprecation.removes_at[:10]}" in plain(ModelCard(leaving))


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
    assert dict(names) == names.raw == {"default": "a", "default_vision": "b"}
    assert list(names.to_frame().columns) == ["trait", "model"]
    assert plain(names) == "2 traits of text models\n  default         a\n  default_vision  b"
    assert '<th scope="row">default_vision</th><td>b</td>' in markup(names)


@pytest.fixture
def pyplot():
    with mpl.rc_context():
        mpl.use("Agg")
        from matplotlib import pyplot as plt

        yield plt
        plt.close("all")


def test_the_plot_of_prices_has_log_axes_units_and_a_legend(pyplot):
    axes = models().plot()
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "US dollars per 1M tokens" in axes.get_xlabel()
    assert "US dollars per 1M tokens" in axes.get_ylabel()
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [word.split()[0] for word in said] == ["anonymized", "private"]
    assert sum(len(marks.get_offsets()) for marks in axes.collections) == 112, (
        "one model has no price for tokens"
    )


def test_names_in_the_plot_lie_neither_on_each_other_nor_outside(pyplot):
    axes = models().plot()
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert 8 <= len(boxes) <= 12
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    inside = axes.get_window_extent()
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in boxes)


def test_the_plot_goes_into_axes_that_are_given(pyplot):
    _, axes = pyplot.subplots()
    assert models().plot(ax=axes) is axes


def test_models_without_token_prices_cannot_be_plotted(pyplot):
    with pytest.raises(ValueError, match="pass text models"):
        models("video").plot()
    assert pyplot.get_fignums() == []
