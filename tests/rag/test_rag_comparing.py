"""Comparisons of models and sizes, and questions drafted by a model."""

import asyncio
import dataclasses
import inspect

import matplotlib as mpl
import pytest

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.rag.design import Design
from venice_nb.rag.questions import COLUMNS, _quoted
from venice_nb.rag.rag import rag
from venice_nb.results.rag.comparison import Comparison

mpl.use("Agg")

ASKED = [
    {"question": "What does the airport cost?", "source": "fares.md", "expected": "130 euros"},
    {"question": "Do dogs travel on a lead?", "source": "pets.md", "expected": "They travel on a lead."},
]
MODELS = ["text-embedding-bge-m3", "text-embedding-3-small"]


def test_models_are_compared_by_the_same_questions(v, corpus):
    made = vn.compare_models(v, corpus, ASKED, MODELS)
    frame = made.to_frame()
    assert frame["model"].tolist() == MODELS
    assert frame["dims"].tolist() == [1024, 1536]
    assert {"passages", "tokens", "recall@5", "mrr", "ndcg@5", "usd", "seconds"} <= set(frame)
    assert made.best in MODELS
    assert len(made.evaluations) == 2
    assert made.evaluations[0].outcomes[0].found.retrieval == "vector"


def test_the_price_of_a_model_does_not_depend_on_what_is_kept(v, corpus):
    first = vn.compare_models(v, corpus, ASKED, MODELS).to_frame()
    again = vn.compare_models(v, corpus, ASKED, MODELS).to_frame()
    assert first["usd"].tolist() == again["usd"].tolist()
    assert (first["usd"] > 0).all()


def test_a_design_has_the_options_of_rag_with_the_same_defaults(R):
    asked = inspect.signature(rag).parameters
    designed = {each.name: each.default for each in dataclasses.fields(Design)[1:]}
    assert designed == {
        name: asked[name].default for name in asked if name not in {"session", "corpus", "progress"}
    }
    assert set(R.options) == set(designed)


def test_of_equals_the_cheaper_is_best_and_one_without_a_price_is_not():
    rows = [
        {"model": name, "recall@5": 1.0, "ndcg@5": 1.0, "usd": usd}
        for name, usd in zip("abc", (None, 2.0, 1.0), strict=True)
    ]
    assert Comparison(rows=tuple(rows)).best == "c"


def test_sizes_are_compared(v, corpus):
    frame = vn.compare_chunking(v, corpus, ASKED, [60, 200], k=3).to_frame()
    assert frame["size"].tolist() == [60, 200]
    assert frame["passages"].tolist() == [len(corpus.split(60)), len(corpus.split(200))]
    assert "recall@3" in frame


def test_a_table_of_models_and_a_range_of_sizes_are_lists_too(v, corpus):
    models = v.models(type="embedding")
    assert vn.compare_models(v, corpus, ASKED, models).to_frame()["model"].tolist() == models["id"].tolist()
    assert vn.compare_chunking(v, corpus, ASKED, range(60, 101, 20)).to_frame()["size"].tolist() == [
        60,
        80,
        100,
    ]


def test_questions_that_can_be_gone_through_once_are_put_to_each_size(v, corpus):
    made = vn.compare_chunking(v, corpus, (each for each in ASKED), [60, 200])
    assert [len(each) for each in made.evaluations] == [2, 2]


def test_keywords_alone_are_compared_without_any_price(v, corpus):
    frame = vn.compare_chunking(v, corpus, ASKED, [60], retrieval="keyword").to_frame()
    assert frame.loc[0, "usd"] == 0
    assert v._session.calls == 0


def test_in_static_mode_a_comparison_is_the_same_every_time(v, corpus, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    first = vn.compare_models(v, corpus, ASKED, MODELS)
    assert "seconds" not in first.to_frame()
    assert first._mimebundle() == vn.compare_models(v, corpus, ASKED, MODELS)._mimebundle()


def test_a_comparison_is_plotted(v, corpus):
    import matplotlib.pyplot as plt

    ax = vn.compare_chunking(v, corpus, ASKED, [60, 200]).plot()
    assert len(ax.containers) == 3
    assert [each.get_text() for each in ax.get_yticklabels()] == ["60", "200"]
    ax.figure.canvas.draw()
    legend, bars = ax.get_legend().get_window_extent(), ax.get_window_extent()
    assert legend.y0 >= bars.y1, "the legend covers no bar"
    plt.close("all")


def test_both_worlds_compare_and_draft_alike(corpus, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")

    async def there():
        a = vn.AsyncVenice.sandbox(show=False)
        made = await vn.compare_chunking(a, corpus, ASKED, [60])
        priced = await vn.compare_chunking(a, corpus, ASKED, [60], dry_run=True)
        assert priced["requests"].tolist() == [0, 0]
        return made.to_frame(), await vn.make_questions(a, corpus, 2)

    v = vn.Venice.sandbox(show=False)
    compared, drafted = asyncio.run(there())
    assert compared.equals(vn.compare_chunking(v, corpus, ASKED, [60]).to_frame())
    assert drafted.equals(vn.make_questions(v, corpus, 2))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda v, corpus: vn.compare_models(corpus, v, ASKED, MODELS),
        lambda v, corpus: vn.compare_models(v, ["text"], ASKED, MODELS),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, []),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, "text-embedding-bge-m3"),
        lambda v, corpus: vn.compare_models(v, corpus, [{"question": "?", "source": "no.md"}], MODELS),
        lambda v, corpus: vn.compare_models(v, corpus, [{"question": "Who?"}], MODELS),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, [MODELS[0], "zai-org-glm-5-2"]),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, [MODELS[0], 3]),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, MODELS, embedding_model=MODELS[0]),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, MODELS, retrieval="keyword"),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, MODELS, top_k=3),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, MODELS, overlap=5000),
        lambda v, corpus: vn.compare_models(v, vn.Corpus(), ASKED, MODELS),
        lambda v, corpus: vn.compare_models(v, corpus, ASKED, MODELS, dry_run="yes"),
        lambda v, corpus: vn.compare_chunking(v, corpus, ASKED, [60, 1]),
        lambda v, corpus: vn.compare_chunking(v, corpus, ASKED, [60], chunk=80),
        lambda v, corpus: vn.make_questions(v, corpus, 0),
        lambda v, corpus: vn.make_questions(v, corpus, chunk=3),
        lambda v, corpus: vn.make_questions(v, vn.Corpus.from_texts(["# Too short\n\nHigh water."])),
        lambda v, corpus: vn.make_questions(v, "docs/*.md"),
    ],
)
def test_mistakes_are_refused_before_anything_is_sent(v, corpus, wrong):
    with pytest.raises(InvalidInput):
        wrong(v, corpus)
    assert v._session.calls == 0


def test_a_dry_run_of_a_comparison_prices_just_the_requests_it_will_send(v, corpus):
    plan = vn.compare_chunking(v, corpus, ASKED, [60, 200, 300], dry_run=True)
    assert v._session.calls == 0
    assert plan["step"].tolist() == [
        "vectors of the passages (60)",
        "vectors of the questions (60)",  # which the other sizes find again
        "vectors of the passages (200)",  # and at 300 every passage is as it was
    ]
    vn.compare_chunking(v, corpus, ASKED, [60, 200, 300])
    assert v._session.calls == plan["requests"].sum()
    again = vn.compare_chunking(v, corpus, ASKED, [60, 200, 300], dry_run=True)
    assert (again["requests"].sum(), again.most.usd) == (0, 0)


def test_a_dry_run_of_models_has_the_steps_of_each(v, corpus):
    plan = vn.compare_models(v, corpus, ASKED, MODELS, rerank="zai-org-glm-5-2", k=2, dry_run=True)
    assert v._session.calls == 0
    assert plan["model"].tolist() == [MODELS[0]] * 2 + [
        "zai-org-glm-5-2",
        MODELS[1],
        MODELS[1],
        "zai-org-glm-5-2",
    ]
    vn.compare_models(v, corpus, ASKED, MODELS, rerank="zai-org-glm-5-2", k=2)
    assert v._session.calls == plan["requests"].sum()
    assert plan.least.usd <= v.spend.total.usd <= plan.most.usd


def test_a_dry_run_of_drafts_prices_them_their_checks_and_their_vectors(v, corpus):
    plan = vn.make_questions(v, corpus, 2, dry_run=True)
    assert v._session.calls == 0
    assert plan["step"].tolist() == ["drafts", "checks", "vectors of the questions"]
    vn.make_questions(v, corpus, 2)
    assert v._session.calls <= plan["requests"].sum()
    assert plan.least.usd <= v.spend.total.usd <= plan.most.usd
    again = vn.make_questions(v, corpus, 2, dry_run=True)
    assert (again["requests"].sum(), again.most.usd) == (0, 0)


def test_drafted_questions_have_their_place_and_can_be_evaluated(v, corpus):
    made = vn.make_questions(v, corpus, 3)
    assert list(made.columns) == list(COLUMNS)
    assert 1 <= len(made) <= 3
    for row in made.itertuples():
        assert corpus[row.source].text[row.start : row.end] == row.expected
    assert v.rag(corpus).evaluate(made, answers=False).summary.loc[0, "questions"] == len(made)


def test_passages_are_taken_from_all_documents_in_turn(v, corpus):
    assert vn.make_questions(v, corpus, 3, chunk=60)["source"].nunique() == 3


def test_drafts_that_ask_the_same_or_quote_what_is_not_there_are_dropped(v):
    same = "The airport costs 130 euros a ride."
    made = vn.make_questions(v, vn.Corpus.from_texts({"a": same, "b": same, "c": same}), 3)
    assert len(made) == 1
    assert _quoted("“costs\n130 euros”", same) == (12, 27)
    assert _quoted("costs 131 euros", same) is None
    assert _quoted(" ", same) is None


def test_what_a_budget_did_not_reach_is_not_told_as_dropped(v, corpus, caplog):
    drafts = dict(vn.make_questions(v, corpus, 4, dry_run=True).steps)["drafts"]
    enough = 1.3 * drafts.most.usd / drafts.calls
    assert 0 < len(vn.make_questions(v, corpus, 4, budget_usd=enough, at_once=1)) < 4
    assert "stopped after" in caplog.text
    assert "not asked" not in caplog.text


def test_how_many_drafts_were_dropped_is_said_in_each_cell(v, caplog, monkeypatch):
    same = "High water is at noon today. Nothing else is known of it."
    for cell in range(2):
        monkeypatch.setattr("venice_nb.render.live.execution", lambda cell=cell: cell)
        caplog.clear()
        vn.make_questions(v, vn.Corpus.from_texts({"a": same, "b": same, "c": same}), 3)
        assert "drafts were dropped" in caplog.text
