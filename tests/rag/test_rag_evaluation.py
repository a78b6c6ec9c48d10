"""Evaluation: what counts as found, what a judge says, and what the summary leaves out."""

import asyncio
import math
import re

import matplotlib as mpl
import pandas as pd
import pytest
from sklearn.metrics import ndcg_score

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.rag.expected import HELD, Place, Question, read_questions
from venice_nb.rag.judge import claims_of
from venice_nb.results.money import Cost, Usage
from venice_nb.results.rag.evaluation import Claim, Judgement
from venice_nb.results.rag.found import Hit
from venice_nb.results.rag.passage import Passage

mpl.use("Agg")

ASKED = [
    {
        "question": "What does the airport cost?",
        "source": "fares.md",
        "expected": "130 euros",
        "answer": "130 euros",
    },
    {"question": "Are dogs welcome?", "source": "pets.md", "expected": "Dogs are\nwelcome", "kind": "direct"},
    {"question": "Who painted the ceiling of the chapel?"},
]


def passage(start, end, document=0):
    return Passage("x" * (end - start), "a", start, end, document=document)


def hits(*passages):
    return [Hit(each, n - 1, n, 1 / n) for n, each in enumerate(passages, 1)]


def test_a_passage_is_right_when_it_holds_half_of_what_is_expected():
    place = Place(0, 100, 200)
    assert HELD == 0.5
    assert place.held_by(passage(0, 150))
    assert not place.held_by(passage(0, 149))
    assert not place.held_by(passage(100, 200, document=1))


def test_recall_counts_places_and_ndcg_grades():
    question = Question("?", (Place(0, 0, 10, 2.0), Place(0, 50, 60, 1.0)))
    passages = [passage(0, 10), passage(20, 30), passage(50, 60)]
    got = question.grades(hits(passages[1], passages[2], passages[0]), passages, k=2)
    assert (got.recall, got.reciprocal_rank, got.rank) == (0.5, 0.5, 2)
    assert got.ndcg == pytest.approx(ndcg_score([[2, 0, 1]], [[1, 3, 2]], k=2))
    assert got.ndcg_binary == pytest.approx(ndcg_score([[1, 0, 1]], [[1, 3, 2]], k=2))


def test_where_only_a_document_is_named_documents_are_ranked():
    question = Question("?", (Place(1),))
    ranked = hits(passage(0, 5), passage(5, 9), passage(0, 5, document=1))
    got = question.grades(ranked, [each.passage for each in ranked], k=2)
    assert (got.recall, got.rank, got.ndcg) == (1.0, 2, pytest.approx(1 / math.log2(3)))


def test_a_question_on_several_rows_has_several_places(corpus):
    rows = [ASKED[0], {**ASKED[0], "expected": "20 euros more", "grade": 2}]
    (found,) = read_questions(rows, corpus)
    assert [place.grade for place in found.places] == [1.0, 2.0]
    assert found.answer == "130 euros"


def test_an_expected_text_is_found_whatever_the_line_breaks_and_a_span_as_it_stands(corpus):
    (by_text,) = read_questions([ASKED[1]], corpus)
    start = corpus["pets.md"].text.index("Dogs are")
    row = {"question": "?", "source": "pets.md", "start": start, "end": start + len("Dogs are welcome")}
    (by_span,) = read_questions([row], corpus)
    assert by_text.places == by_span.places


def test_any_place_where_an_expected_text_stands_will_do():
    texts = {
        "a": "Noon is late.\n\nIt is noon now.\n\nAt noon we eat, not in the afternoon.",
        "b": "It is noon now.",
    }
    corpus = vn.Corpus.from_texts(texts, markdown=False)
    (in_a,) = read_questions([{"question": "?", "source": "a", "expected": "noon"}], corpus)
    (place,) = in_a.places
    assert place.spans == {0: [(21, 25), (35, 39)]}
    (anywhere,) = read_questions([{"question": "?", "expected": "It is noon"}], corpus)
    assert list(anywhere.places[0].spans) == [0, 1]
    (part,) = read_questions([{"question": "?", "source": "a", "expected": "oon n"}], corpus)
    assert part.places[0].spans == {0: [(22, 27)]}
    pieces = corpus.split(16).passages
    got = anywhere.grades(hits(pieces[-1]), pieces, k=1)
    assert (got.recall, got.rank, got.ndcg) == (1.0, 1, 1.0)


def test_a_name_in_full_goes_before_the_end_of_a_path():
    corpus = vn.Corpus.from_texts({"b/c.md": "one", "c.md": "two"})
    (found,) = read_questions([{"question": "?", "source": "c.md"}], corpus)
    assert found.places == (Place(1),)


def test_documents_of_one_name_are_one_document():
    rows = pd.DataFrame({"text": ["Dogs travel.", "Dogs bark.", "Cats sleep."], "page": ["a", "a", "b"]})
    corpus = vn.Corpus.from_frame(rows, source="page")
    R = vn.Venice.sandbox(show=False).rag(corpus, retrieval="keyword")
    got = R.evaluate([{"question": "Do dogs bark?", "source": "a"}], answers=False, k=1)
    assert got.summary.iloc[0].tolist() == [1, 1.0, 1.0, 1.0]


def test_where_no_passage_can_be_right_every_measure_is_0(corpus):
    question = Question("?", (Place(0, 0, 100),))
    pieces = [passage(0, 20), passage(20, 40)]
    got = question.grades(hits(*pieces), pieces, k=2)
    assert (got.recall, got.reciprocal_rank, got.ndcg, got.ndcg_binary, got.rank) == (0, 0, 0, 0, None)


def test_a_document_may_be_named_by_the_end_of_its_path():
    corpus = vn.Corpus.from_texts({"docs/a.md": "one", "docs/b.md": "two"})
    (found,) = read_questions([{"question": "?", "source": "b.md"}], corpus)
    assert found.places == (Place(1),)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([{"question": " "}], "row 0 has no question"),
        ([ASKED[0], {"question": "?", "source": "none.md"}], "row 1 names the document 'none.md'"),
        ([{**ASKED[0], "expected": "131 euros"}], "row 0 expects a text that the document does not hold"),
        ([{"question": "?", "expected": "no such words"}], "no document does not hold"),
        ([{**ASKED[0], "grade": 0}], "has the grade 0"),
        ([{"question": "?", "source": "pets.md", "start": 5, "end": 5}], "has the span 5 to 5"),
        ([{"question": "?", "source": "pets.md", "start": 0.5, "end": 5}], "has the span 0.5 to 5"),
        ([{"question": "?", "source": "pets.md", "start": "a", "end": 5}], "row 0 has the start 'a'"),
        ([{"question": "?", "source": "pets.md", "start": 5}], "has a part of a span"),
        ([{"question": "?", "start": 5, "end": 9}], "has a part of a span"),
        ([{**ASKED[0], "grade": "high"}], "row 0 has the grade 'high'"),
        ([{**ASKED[0], "grade": float("inf")}], "row 0 has the grade inf"),
        ([{"question": "x" * 20_001}], "questions[0].question is 20001 characters long"),
        ([{"question": "half \ud83d"}], "questions[0].question holds half of a surrogate pair"),
        (pd.DataFrame([["?", "a", "b"]], columns=["question", "source", "source"]), "several columns"),
        ([], "questions must be"),
        ("a question", "questions must be"),
        ([3], "questions must be"),
        (pd.DataFrame({"q": ["x"]}), "questions must be"),
    ],
)
def test_questions_that_cannot_be_measured_are_refused_by_row(corpus, rows, what):
    v = vn.Venice.sandbox(show=False)
    R = v.rag(corpus, retrieval="keyword")
    with pytest.raises(InvalidInput, match=re.escape(what)):
        R.evaluate(rows)
    assert v._session.calls == 0


@pytest.mark.parametrize(
    ("asked", "what"),
    [({"source": "b.md"}, "of which there are 2"), ({"expected": "noon"}, "stands in 1,001 places")],
)
def test_what_could_be_anywhere_is_refused(asked, what):
    corpus = vn.Corpus.from_texts({"x/b.md": "noon " * 1000, "y/b.md": "noon"})
    with pytest.raises(InvalidInput, match=what):
        read_questions([{"question": "?", **asked}], corpus)


def test_retrieval_alone_asks_no_chat_model(v, R):
    before = v._session.calls
    made = R.evaluate(ASKED, answers=False)
    assert v._session.calls == before + 1  # the vectors of all questions
    assert list(made.summary.columns) == ["questions", "recall@5", "mrr", "ndcg@5"]
    assert made.summary.loc[0, "recall@5"] == 1.0
    frame = made.to_frame()
    assert frame["answerable"].tolist() == [True, True, False]
    assert frame.loc[2, ["recall@5", "ndcg@5"]].isna().all()
    assert frame["kind"].tolist()[1] == "direct"


def test_answers_are_judged_and_the_judge_is_named(R):
    made = R.evaluate(pd.DataFrame(ASKED))
    summary = made.summary.iloc[0]
    assert summary["answered"] == 1.0
    assert summary["refused"] == 1.0
    assert summary["faithfulness"] == 1.0
    assert summary["correct"] == 1.0
    assert summary["usd"] > 0
    assert made.judge == made.model != ""
    frame = made.to_frame()
    assert frame["correct"].tolist() == [True, pd.NA, pd.NA] or frame["correct"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert frame["error"].isna().all()
    assert "judged by" in made._mimebundle()["text/plain"]


def test_a_second_run_takes_the_answers_of_the_first(v, R):
    R.evaluate(ASKED)
    before = v._session.calls
    again = R.evaluate(ASKED)
    assert v._session.calls <= before + 1
    assert again.summary.loc[0, "faithfulness"] == 1.0


def test_an_evaluation_says_when_reranking_failed(corpus, caplog):
    fault = vn.Fault(path="/chat/completions", status=500, times=9)
    v = vn.Venice.sandbox(show=False, faults=[fault], max_retries=0)
    v.rag(corpus, rerank="llama-3.3-70b").evaluate(ASKED, answers=False)
    assert "3 of 3 questions were not searched as asked: not reranked" in caplog.text


def test_the_price_of_the_rows_is_that_of_the_run_and_a_kept_answer_took_no_seconds(R):
    made = R.evaluate(ASKED)
    assert made.to_frame()["usd"].sum() == pytest.approx(made.cost.usd)
    assert made.to_frame()["seconds"].gt(0).all()
    again = R.evaluate(ASKED)
    assert (again.to_frame()["usd"].tolist(), again.cost.usd) == ([0, 0, 0], 0)
    assert again.to_frame()["seconds"].isna().all()
    assert math.isnan(again.summary.loc[0, "seconds"])


def test_columns_of_the_questions_stay_whatever_they_are_called(R):
    made = R.evaluate([{**ASKED[0], "rank": 7, 3: "x"}], answers=False).to_frame()
    assert (made.loc[0, "rank"], made.loc[0, "rank_"], made.loc[0, 3]) == (1, 7, "x")


def test_a_question_whose_model_fails_keeps_its_ranking_and_tells_the_error(corpus):
    fault = vn.Fault(path="/chat/completions", status=400, body={"error": "no"})
    v = vn.Venice.sandbox(show=False, faults=[fault])
    made = v.rag(corpus).evaluate(ASKED, at_once=1)
    frame = made.to_frame()
    assert frame["error"].notna().sum() == 1
    assert made.summary.loc[0, "recall@5"] == 1.0


def test_what_is_not_near_is_not_asked(corpus):
    v = vn.Venice.sandbox(show=False)
    made = v.rag(corpus, min_score=0.99).evaluate(ASKED)
    assert made.to_frame()["answered"].tolist() == [False, False, False]
    assert made.summary.loc[0, "refused"] == 1.0


def test_both_worlds_evaluate_alike(corpus, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")

    async def there():
        R = await vn.AsyncVenice.sandbox(show=False).rag(corpus)
        return await R.evaluate(ASKED)

    made = vn.Venice.sandbox(show=False).rag(corpus).evaluate(ASKED)
    pd.testing.assert_frame_equal(asyncio.run(there()).to_frame(), made.to_frame())


def test_in_static_mode_nothing_depends_on_the_clock(R, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    made = R.evaluate(ASKED)
    assert "seconds" not in made.summary
    assert "seconds" not in made.to_frame()
    assert made._mimebundle() == made._mimebundle()


def test_an_answer_is_cut_into_claims_without_its_marks():
    said = "Dogs travel free [1]. They wear a lead! [2]\n- Cats too [1]\n\nYes."
    assert claims_of(said) == ["Dogs travel free.", "They wear a lead!", "Cats too"]
    assert claims_of("It costs 3.50 euros at 5 p.m. on Mondays.") == [
        "It costs 3.50 euros at 5 p.m. on Mondays."
    ]


def test_faithfulness_is_the_share_of_supported_claims():
    claims = (Claim("a", True), Claim("b", False), Claim("c", False, judged=False))
    assert Judgement(claims).faithfulness == pytest.approx(1 / 3)
    assert math.isnan(Judgement().faithfulness)


def test_a_claim_the_sources_do_not_make_is_not_supported(v, R):
    """The sandbox's judge, given an answer that somebody made up."""
    from dataclasses import replace

    from venice_nb.rag.judge import TASK, Verdicts, judge
    from venice_nb.shapes.shape import Shape
    from venice_nb.talk.extract import Extraction

    made = R.ask("What does the airport cost?")
    made = replace(
        made, text="The airport costs 130 euros. The airport costs 99 euros. Elephants are not welcome."
    )

    def plan():
        judging = Extraction(v._session, Shape.of(Verdicts), {}, task=TASK)
        yield from judging.choose(None)
        return (yield from judge(made, "", judging))

    judged = v._session.run(plan())
    assert [claim.supported for claim in judged.claims] == [True, False, False]
    assert judged.faithfulness == pytest.approx(1 / 3)


def test_text_and_html_of_an_evaluation_say_the_same(R):
    told = R.evaluate(ASKED, answers=False)._mimebundle()
    for each in told.values():
        assert "What does the airport cost?" in each
        assert "recall@5 1.000" in each


def test_the_plot_has_a_bar_for_each_rank_and_group(R):
    import matplotlib.pyplot as plt

    made = R.evaluate(ASKED, answers=False, k=3)
    ax = made.plot()
    assert [each.get_text() for each in ax.get_xticklabels()] == ["1", "2", "3", "not found"]
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
    assert len(made.plot(by="kind").containers) == 2
    with pytest.raises(InvalidInput):
        made.plot(by="colour")
    plt.close("all")


def test_costs_of_the_search_and_of_the_answers_add_up(R):
    made = R.evaluate(ASKED)
    answers = [each.answer.reply.cost.usd for each in made.outcomes if each.answer and each.answer.reply]
    assert made.cost.usd >= sum(answers)
    assert made.usage != Usage()
    assert made.cost != Cost()


def test_a_dry_run_prices_vectors_answers_and_judgements_and_sends_nothing(v, R):
    before = v._session.calls
    plan = R.evaluate(ASKED, dry_run=True)
    assert v._session.calls == before
    assert plan["step"].tolist() == ["vectors of the questions", "answers", "judgements"]
    assert plan["requests"].tolist() == [1, 3, 3]
    assert 0 < plan.least < plan.most
    vectors, answers, judgements = (each for _, each in plan.steps)
    assert judgements.most > answers.least
    assert plan.most == vectors.cost + answers.most + judgements.most
    made = R.evaluate(ASKED)
    assert plan.least <= made.cost <= plan.most


def test_a_dry_run_of_retrieval_alone_sends_nothing_either(v, R):
    before = v._session.calls
    plan = R.evaluate(ASKED, answers=False, dry_run=True)
    assert v._session.calls == before
    assert plan["step"].tolist() == ["vectors of the questions"]


def test_reranking_is_priced_and_what_was_answered_before_costs_nothing(v, corpus):
    plan = v.rag(corpus, rerank="zai-org-glm-5-2").evaluate(ASKED, dry_run=True)
    assert plan["step"].tolist() == ["vectors of the questions", "reranking", "answers", "judgements"]
    assert dict(plan.steps)["reranking"].calls == 3
    R = v.rag(corpus)
    R.evaluate(ASKED)
    again = R.evaluate(ASKED, dry_run=True)
    assert (again["requests"].tolist(), again.most.usd) == ([0, 0, 0], 0)


def test_once_the_questions_have_vectors_the_very_prompts_are_reckoned(v, corpus):
    R = v.rag(corpus, k=1)
    loose = dict(R.evaluate(ASKED, dry_run=True).steps)["answers"]
    R.evaluate(ASKED, answers=False)
    exact = dict(R.evaluate(ASKED, dry_run=True).steps)["answers"]
    assert loose.least < exact.least < loose.most
    assert exact.least <= R.evaluate(ASKED).cost
    words = v.rag(corpus, retrieval="keyword").evaluate(ASKED, dry_run=True)
    assert words["step"].tolist() == ["answers", "judgements"]


def test_a_plan_of_several_steps_tells_the_same_in_words_and_in_html(R):
    told = R.evaluate(ASKED, dry_run=True)._mimebundle()
    for words in ("play money of the SANDBOX", "nothing is sent", "judgements", "less than a minute"):
        assert words in told["text/plain"]
        assert words in told["text/html"]


def test_a_budget_holds_for_searching_as_well(v, corpus):
    R = v.rag(corpus, rerank="zai-org-glm-5-2")
    with pytest.raises(vn.BudgetExceeded):
        R.evaluate(ASKED, answers=False, budget_usd=0.000001)
