"""Tables: a DataFrame to compute with, a short picture to look at, and both agree."""

import copy
import json
import pickle
import sys

import matplotlib as mpl
import pandas as pd
import pytest

from venice_nb.catalogue import Catalogue
from venice_nb.results.characters import Character, CharacterTable
from venice_nb.results.headers import Headers
from venice_nb.results.models.models import ModelCard, ModelTable, tokens
from venice_nb.results.models.prices import PriceTable, exact, summary

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


def test_in_static_mode_the_day_of_the_list_is_left_out(monkeypatch):
    """A fresh list bears today's date, and a notebook that is run again tomorrow must not change."""
    monkeypatch.setenv("VENICE_STATIC", "1")
    prices = PriceTable.of(CATALOGUE.of_type("tts"), "tts", CATALOGUE.date)
    for shown in (models(), prices, ModelCard(CATALOGUE.get("tts-kokoro"), CATALOGUE.date)):
        assert "2026-08-21" not in str(shown._mimebundle())


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
        ("text-embedding-bge-m3", "$0.15 per 1M tokens"),
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
    head = list(table.df.columns)
    assert head.index("1K") < head.index("1K high") < head.index("2K") < head.index("4K high")
    assert head[-1] == "additional input"
    assert "per edit" in plain(table)


def test_the_picture_of_prices_leaves_out_levels_and_empty_columns_and_says_so():
    _, table = rows("inpaint")
    assert "1K" in table._head()
    assert "1K high" not in table._head()
    assert f"{len(table.df.columns) - len(table._head())} more columns" in plain(table)
    _, tokens = rows("embedding")
    assert tokens._head() == tuple(tokens.df.columns)
    assert "more column" not in plain(tokens)


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


def row_of(table, id_):
    position = table.ids.index(id_)
    return dict(zip(table._head(), table._row(position), strict=True))


def test_film_models_are_told_apart_by_what_they_start_from_and_offer():
    """Films have no list price, and the type stands in the caption: neither is worth a column."""
    table = models("video")
    assert not {"type", "price"} & set(table._head())
    assert "by quote" not in plain(table)
    assert "v.video.quote(...) tells the price" in plain(table)
    row = row_of(table, "veo3.1-fast-text-to-video")
    assert (row["starts from"], row["seconds"], row["resolutions"]) == ("text", "4, 6, 8", "720p, 1080p")
    assert (row["aspect ratios"], row["sound"]) == ("16:9, 9:16, 1:1", "optional")
    assert row_of(table, "seedance-2-0-text-to-video-basic")["seconds"] == "4 to 15"
    assert row_of(table, "ovi-image-to-video")["starts from"] == "image"
    assert row_of(table, "ovi-image-to-video")["resolutions"] == "no choice"
    assert row_of(table, "sora-2-text-to-video")["sound"] == "always"


def test_what_the_list_does_not_tell_of_a_film_model_is_left_empty():
    table = models("video")
    row = row_of(table, "flux-3-first-last-frame-to-video")
    assert row["starts from"] == "two images"
    assert not any(row[name] for name in ("seconds", "resolutions", "aspect ratios", "sound"))
    frame = table.df.set_index("id")
    assert frame.loc["flux-3-text-to-video", "sound"] is None
    assert frame.loc["sora-2-text-to-video", "durations"] == ("4s", "8s", "12s")


@pytest.mark.parametrize(
    ("kind", "id_", "told"),
    [
        ("tts", "tts-kokoro", {"voices": "54", "default voice": "af_sky", "formats": "mp3, opus, aac, flac"}),
        ("asr", "openai/whisper-large-v3", {"timestamps": "segment, word"}),
        ("music", "ace-step-15", {"seconds": "60 to 210", "lyrics": "yes", "formats": "flac"}),
        ("music", "minimax-music-v2", {"lyrics": "needed"}),
        ("image", "gpt-image-2", {"sized by": "aspect_ratio", "resolutions": "1K, 2K, 4K"}),
        ("image", "z-image-turbo", {"sized by": "width, height"}),
        ("inpaint", "grok-imagine-edit", {"resolutions": "1K, 2K"}),
        ("embedding", "text-embedding-bge-m3", {"dimensions": "1024"}),
    ],
)
def test_each_kind_of_model_has_columns_of_its_own(kind, id_, told):
    row = row_of(models(kind), id_)
    assert {name: row[name][: len(value)] for name, value in told.items()} == told
    assert "type" not in row
    card = plain(ModelCard(CATALOGUE.get(id_)))
    assert all(f"{name}: {value}" in card for name, value in told.items())


def test_models_of_several_kinds_have_a_column_for_the_kind():
    table = ModelTable(models=CATALOGUE.of_type("tts") + CATALOGUE.of_type("video"))
    assert table._head() == ("model", "type", "privacy", "price", "remarks")
    assert "voices" not in table.df.columns


def test_a_model_list_of_strange_shapes_is_drawn_all_the_same():
    strange = Catalogue.from_reply(
        [
            {
                "id": f"odd-{kind}",
                "type": kind,
                "model_spec": {
                    "constraints": {"durations": [5, None], "resolutions": "720p", "audio": "yes"},
                    "min_duration": "long",
                    "max_duration": True,
                },
            }
            for kind in ("video", "music", "tts", "image")
        ],
        date="2026-01-01",
    )
    for kind in ("video", "music", "tts", "image"):
        table = ModelTable(models=strange.of_type(kind))
        assert f"odd-{kind}" in plain(table)
        assert len(table.df) == 1
