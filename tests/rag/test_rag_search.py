"""Search by words, by meaning and by both: ranks, scores, ties, and how two rankings become one."""

import asyncio
import logging
import sys

import numpy as np
import pytest

import venice_nb as vn
from venice_nb.errors import InvalidInput
from venice_nb.rag import index as the_index
from venice_nb.rag.fusion import Blend, fused
from venice_nb.rag.index import matching
from venice_nb.rag.keyword import Keywords, stems
from venice_nb.results.rag.passage import Passage

THREE = [Passage(text=name, source=name, start=0, end=1) for name in "abc"]


def test_words_are_compared_by_their_stems_and_small_words_do_not_count():
    assert stems("The refunds are refunded!") == ["refund", "refund"]
    assert stems("I rimborsi", "italian") == stems("il rimborso", "italian")


def test_keyword_scores_are_bm25_in_the_form_of_lucene():
    index = Keywords.of(["canal canal boat", "boat", "gondola boat"])
    count, length, mean, k1, b = 2, 3, 2.0, 1.5, 0.75
    idf = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    wanted = idf * count / (count + k1 * (1 - b + b * length / mean))
    assert index.scores("the canals")[0] == pytest.approx(wanted, rel=1e-5)
    assert index.scores("the canals")[1] == 0


@pytest.mark.parametrize("question", ["", "the of and", "unknownword", "🛶", "?" * 100])
def test_a_question_that_shares_no_word_finds_nothing_by_keywords(question):
    assert matching(Keywords.of(["a boat"]), question, 5) == []


def test_texts_without_any_word_can_be_indexed():
    assert Keywords.of(["...", "🛶"]).scores("boat").tolist() == [0, 0]


def test_equal_keyword_scores_keep_the_order_of_the_documents():
    assert [place for place, _ in matching(Keywords.of(["boat"] * 20), "boat", 5)] == [0, 1, 2, 3, 4]


def test_a_language_without_a_stemmer_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput) as caught:
        Keywords.of(["x y"], "klingon")
    assert "italian" in caught.value.allowed


def test_scores_are_fused_by_a_weighted_sum_of_scaled_scores():
    hits = fused(THREE, [(0, 0.9), (1, 0.5), (2, 0.1)], [(1, 4.0), (2, 1.0)], Blend(0.6, "scores"))
    assert [hit.position for hit in hits] == [1, 0, 2]
    assert hits[0].score == pytest.approx(0.6 * 0.5 + 0.4 * 1.0)
    assert hits[1].score == pytest.approx(0.6)
    assert hits[2].score == pytest.approx(0.4 * 0.25)
    assert (hits[1].vector.rank, hits[1].keyword) == (1, None)


def test_ranks_are_fused_by_the_reciprocal_of_sixty_plus_the_rank():
    hits = fused(THREE, [(0, 0.9), (1, 0.5)], [(1, 4.0), (2, 1.0)], Blend(0.5, "ranks"))
    assert [hit.position for hit in hits] == [1, 0, 2]
    assert hits[0].score == pytest.approx(0.5 / 62 + 0.5 / 61)
    assert hits[0].vector.points + hits[0].keyword.points == pytest.approx(hits[0].score)


def test_one_ranking_alone_keeps_its_own_scores():
    assert [hit.score for hit in fused(THREE, [(2, 0.9), (0, 0.5)], None, Blend(0.5, "scores"))] == [0.9, 0.5]
    assert fused(THREE, [], [], Blend(0.5, "scores")) == []


def test_equal_sums_keep_the_order_of_the_documents():
    hits = fused(THREE, [(2, 1.0), (1, 1.0), (0, 1.0)], [], Blend(0.5, "scores"))
    assert [hit.position for hit in hits] == [0, 1, 2]


@pytest.mark.parametrize("retrieval", ["hybrid", "vector", "keyword"])
def test_each_way_of_searching_finds_the_passage_and_tells_its_scores(v, corpus, retrieval):
    found = v.rag(corpus, retrieval=retrieval).search("What does the airport cost?", k=2)
    hit = found[0]
    assert hit.passage.source == "fares.md"
    assert (hit.vector is None) == (retrieval == "keyword")
    assert (hit.keyword is None) == (retrieval == "vector")
    assert 1 <= len(found) <= 2
    frame = found.to_frame()
    assert {"rank", "score", "vector_score", "keyword_score", "source", "first_line", "text"} <= set(frame)
    assert found.retrieval == retrieval


def test_searching_by_keywords_alone_sends_nothing(corpus):
    v = vn.Venice.sandbox(show=False)
    v.rag(corpus, retrieval="keyword").search("airport")
    assert v._session.calls == 0


def test_the_vectors_of_a_corpus_are_made_once(v, corpus):
    v.rag(corpus)
    before = v._session.calls
    v.rag(corpus)
    assert v._session.calls == before


def test_both_worlds_find_the_same(corpus):
    async def there():
        a = vn.AsyncVenice.sandbox(show=False)
        R = await a.rag(corpus)
        return (await R.search("dogs")).to_frame()

    here = vn.Venice.sandbox(show=False).rag(corpus).search("dogs").to_frame()
    assert asyncio.run(there()).equals(here)


def test_a_display_says_where_each_passage_stands_and_escapes_it(v):
    corpus = vn.Corpus.from_texts({"<b>a</b>": "dogs <script>alert(1)</script> welcome"})
    told = v.rag(corpus).search("dogs")._mimebundle()
    assert "<script>" not in told["text/html"]
    assert "<b>a" not in told["text/html"]
    assert "line 1" in told["text/plain"]
    assert "line 1" in told["text/html"]


def test_a_hit_is_told_in_one_line_and_shown_with_its_scores(R):
    hit = R.search("Do dogs travel?", k=1)[0]
    assert repr(hit).startswith(f"<Hit 1, score {hit.score:.4f}: <Passage {hit.passage.place}: ")
    for told in hit._mimebundle().values():
        assert f"1. {hit.passage.place}" in told
        assert f"{hit.vector.score:.3f} (#{hit.vector.rank})" in told
        assert f"{hit.keyword.score:.3f} (#{hit.keyword.rank})" in told


def test_the_card_of_a_rag_says_what_it_is_made_of(R):
    for told in R._mimebundle().values():
        assert "4" in told
        assert "hybrid" in told
        assert "text-embedding-bge-m3" in told
    assert "4 documents" in repr(R)


def test_nothing_is_logged_while_an_index_is_made(corpus, caplog):
    caplog.set_level(logging.DEBUG)
    Keywords.of(["a boat"])
    assert [each for each in caplog.records if each.name.startswith("bm25s")] == []


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"retrieval": "bm25"}, "retrieval"),
        ({"fusion": "rrf"}, "fusion"),
        ({"weight": 2}, "weight"),
        ({"k": 0}, "k"),
        ({"min_score": "high"}, "min_score"),
        ({"chunk": 1}, "chunk"),
        ({"overlap": 5000}, "overlap"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_anything_is_sent(corpus, options, field):
    v = vn.Venice.sandbox(show=False)
    with pytest.raises(InvalidInput) as caught:
        v.rag(corpus, **options)
    assert caught.value.field == field
    assert v._session.calls == 0


@pytest.mark.parametrize("given", [["a text"], "docs/*.md", vn.Corpus()])
def test_what_is_no_corpus_is_refused_with_the_way_to_make_one(v, given):
    with pytest.raises(InvalidInput) as caught:
        v.rag(given)
    assert "corpus" in caught.value.do.lower()


def test_a_blank_question_is_refused(R):
    for ask in (R.search, R.ask, R.explain):
        with pytest.raises(InvalidInput):
            ask("  ")


@pytest.mark.parametrize("module", ["bm25s", "snowballstemmer"])
def test_without_the_extra_the_error_says_what_to_install(v, corpus, monkeypatch, module):
    from venice_nb.rag import keyword

    keyword.stem.cache_clear()
    keyword._stemmer.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput) as caught:
        v.rag(corpus, retrieval="keyword")
    assert caught.value.do == "pip install 'venice-nb[rag]'"


def test_an_explanation_tells_ranks_scores_contributions_and_shared_words(R):
    told = R.explain("Do dogs travel on a lead?")
    frame = told.to_frame()
    first = frame.iloc[0]
    assert first["source"] == "pets.md"
    assert first["vector_points"] + first["keyword_points"] == pytest.approx(first["score"])
    assert set(first["words"].split(", ")) >= {"dogs", "travel", "lead"}
    html = told._mimebundle()["text/html"]
    assert "<mark>Dogs</mark>" in html
    assert "0.6 x cosine + 0.4 x BM25" in told._mimebundle()["text/plain"]


def test_a_rag_is_never_pickled(R):
    import pickle

    with pytest.raises(TypeError, match="holds its client"):
        pickle.dumps(R)


def test_an_answer_is_explained_as_it_is_and_nothing_is_sent(v, R):
    answer = R.ask("Do dogs travel on a lead?", k=2)
    again, calls = R.explain(answer.question, k=2), v._session.calls
    told = R.explain(answer)
    assert told.found is answer.found
    assert told.to_frame().equals(again.to_frame())
    assert len(R.explain(answer.found, k=1)) == 1
    assert v._session.calls == calls


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"retrieval": "keyword", "language": "italian", "k": 3},
        {"chunk": 40, "overlap": 10, "unit": "tokens", "fusion": "ranks", "weight": 0.7, "min_score": 0.1},
        {"retrieval": "vector", "model": "qwen3-5-9b", "rerank": "llama-3.3-70b"},
    ],
)
def test_its_options_make_it_again(v, corpus, options):
    first = v.rag(corpus, **options)
    again = v.rag(first.corpus, **first.options)
    assert options.items() <= first.options.items()
    assert again.options == first.options
    assert again.passages.df.equals(first.passages.df)


@pytest.mark.parametrize(
    ("retrieval", "told"), [("hybrid", "found by keywords only"), ("vector", "not found by any question")]
)
def test_what_becomes_of_a_passage_without_a_vector_is_told_truly(
    v, corpus, caplog, monkeypatch, retrieval, told
):
    embed = the_index.embed
    monkeypatch.setattr(
        the_index, "embed", lambda session, texts, **options: embed(session, texts[:-1], **options)
    )
    R = v.rag(corpus, retrieval=retrieval)
    assert f"1 passage could not be embedded, and will be {told}" in caplog.text
    found = R.search("sirens sound three hours before a tide", k=4)
    assert ("tides.md" in [hit.passage.source for hit in found]) is (retrieval == "hybrid")
