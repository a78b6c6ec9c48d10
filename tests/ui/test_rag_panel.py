"""The document panel, pressed and read as a person does, without a browser."""

import threading

import ipywidgets
import pandas as pd
import pytest

import venice_nb as vn
from venice_nb.ui.documents import rag_reasons

CAP = 100_000  # bytes of widget state in a saved notebook
PAGES = {
    "refunds.md": (
        "# Refunds\n\nA ride cancelled a day before\nis refunded in full.\n\n"
        "## High water\n\nAt a tide of 120 centimetres guests may cancel for free.\n"
    ),
    "pets.md": "# Animals\n\nDogs are welcome on every boat. They travel on a lead.\n",
    "fares.md": "# Fares\n\nThe airport costs 130 euros. A night ride costs 20 euros more.\n",
    "tides.md": "# Tides\n\nThe sirens sound three hours before a tide of 110 centimetres.\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, words in PAGES.items():
        (tmp_path / name).write_text(words, "utf-8")
    return tmp_path


@pytest.fixture
def corpus():
    return vn.Corpus.from_texts(PAGES)


@pytest.fixture
def panel(client, corpus, hand):
    made = vn.ui.rag(client, corpus)
    hand(made)
    return made


def ask(panel, hand, question="Do dogs travel on a lead?"):
    hand(panel).control("Question").value = question
    hand(panel).press("Ask")


def test_a_folder_is_named_read_for_nothing_and_asked(client, hand, folder):
    panel = vn.ui.rag(client)
    assert "Which documents?" in hand(panel).text
    hand(panel).control("Folder or files").value = str(folder)
    hand(panel).press("Read")
    assert panel.status == "4 documents read. Ask a question now."
    assert client._session.calls == 0, "nothing is sent"
    hand(panel).control("Question").value = "Do dogs travel on a lead?"
    assert panel.wait(60)
    assert "To be embedded: 4, $0.0000" in hand(panel).text
    assert panel.price.startswith("The next press costs about $0.0")
    hand(panel).press("Ask")
    assert panel.answer.text.endswith("They travel on a lead [1].")
    assert panel.status.startswith("Answered from 1 of 4 passages")
    shown = hand(panel).text
    assert "pets.md, lines 1-3" in shown
    assert "score = 0.6 x cosine + 0.4 x BM25" in shown
    assert "Nothing is left to embed." in shown
    assert panel.explanation.words[0] == ("dogs", "travel", "lead")


def test_files_are_uploaded_and_nothing_of_them_stays_in_the_widget(client, hand):
    panel = vn.ui.rag(client)
    upload = hand(panel).control("Upload documents")
    item = {"name": "pets.md", "content": memoryview(PAGES["pets.md"].encode()), "type": "", "size": 1}
    upload.value = ({**item, "last_modified": pd.Timestamp(0, tz="UTC").to_pydatetime()},)
    assert panel.wait(60)
    assert panel.corpus.sources == ["pets.md"]
    assert upload.value == ()
    assert panel.code == 'corpus = vn.Corpus.from_files("pets.md")\nR = v.rag(corpus)'


def test_what_cannot_be_read_is_said(client, hand, folder):
    (folder / "scan.png").write_bytes(b"\x89PNG")
    panel = vn.ui.rag(client)
    hand(panel).control("Folder or files").value = str(folder)
    hand(panel).press("Read")
    assert panel.status == "4 documents read. 1 could not be read. Ask a question now."
    assert "Not read: scan.png: not a kind of file" in hand(panel).text
    hand(panel).control("Folder or files").value = str(folder / "none.md")
    hand(panel).press("Read")
    assert panel.status.startswith("There is no file")
    assert len(panel.corpus) == 4, "what was read stays"


@pytest.mark.parametrize(
    ("label", "trait", "value"),
    [
        ("Passages (k)", "k", 2),
        ("Search by", "retrieval", "keyword"),
        ("Vectors weigh", "weight", 0.9),
        ("Passage size", "chunk", 60),
        ("Overlap", "overlap", 20),
        ("Answers", "model", "qwen3-5-9b"),
        ("Vectors by", "embedding_model", "text-embedding-bge-m3"),
        ("Reranked by", "rerank", "qwen3-5-9b"),
    ],
)
def test_each_setting_is_the_argument_of_the_same_meaning(panel, hand, client, corpus, label, trait, value):
    first = next(each for each in hand(panel).all() if getattr(each, "description", None) == label)
    first.value = value
    assert panel.knobs.options[trait] == value
    ask(panel, hand)
    wanted = client.rag(corpus, **panel.knobs.turned)
    assert panel.answer.found.df.equals(wanted.search(panel.question).df)
    assert f"{trait}=" in panel.code.splitlines()[0]


def test_another_passage_size_says_what_it_costs_to_embed_anew_and_turning_back_costs_nothing(panel, hand):
    ask(panel, hand)
    panel.knobs.chunk = 60
    assert panel.wait(60)
    assert "12 passages. To be embedded: 12" in hand(panel).text
    before = panel.client._session.calls
    hand(panel).press("Ask")
    assert panel.client._session.calls == before + 2, "one request for the passages, one for the answer"
    panel.knobs.chunk = 1600
    assert panel.wait(60)
    assert "Nothing is left to embed." in hand(panel).text


def test_a_rag_that_was_made_is_asked_as_it_is(client, corpus, hand):
    R = client.rag(corpus, k=2, retrieval="vector", chunk=80, language="italian")
    panel = vn.ui.rag(R)
    assert panel.client is client
    assert panel.knobs.options == R.options
    ask(panel, hand)
    assert panel.rag is R
    assert len(panel.answer.found) == 2
    assert panel.code == 'answer = R.ask("Do dogs travel on a lead?")\nR.explain(answer)'
    panel.knobs.k = 3
    assert panel.code.startswith("R = v.rag(R.corpus, chunk=80, embedding_model=")


def test_the_copied_code_gives_the_same_answer(panel, hand, client, corpus):
    panel.knobs.retrieval = "keyword"
    ask(panel, hand)
    hand(panel).control("Copy as code").value = True
    code = hand(panel).control("Code").value
    assert code.splitlines()[0] == 'R = v.rag(corpus, retrieval="keyword")'
    scope = {"v": client, "vn": vn, "corpus": corpus}
    exec(code, scope)
    assert scope["answer"].text == panel.answer.text
    assert scope["R"].explain(scope["answer"]).df.equals(panel.explanation.df)


def test_two_settings_answer_one_question_with_the_ranks_of_both(panel, hand):
    panel.other.retrieval, panel.other.k = "keyword", 1
    hand(panel).control("Question").value = "When do the sirens sound?"
    panel.reckon()
    assert "Asking with both costs about $0.0" in hand(panel).text
    hand(panel).press("Ask with both")
    assert panel.status.startswith("Both have answered, $0.0")
    one, two = panel.answers
    assert (len(one.found), len(two.found)) == (4, 1)
    shown = hand(panel).text
    assert "other settings: k 1, keyword, passages of 1,600" in shown
    assert shown.count("three hours before a tide") >= 2
    assert 'S = v.rag(corpus, k=1, retrieval="keyword")\nS.ask("When do the sirens sound?")' in panel.code
    hand(panel).press("Use the other settings")
    assert panel.knobs.options == panel.other.options


def test_each_of_two_settings_is_answered_by_its_own_model(panel, hand):
    panel.knobs.model = "qwen3-5-9b"
    ask(panel, hand)
    hand(panel).press("Ask with both")
    assert [each.reply.model for each in panel.answers] == ["qwen3-5-9b", "zai-org-glm-5-2"]
    assert panel.rag.options["model"] == "qwen3-5-9b"
    panel.knobs.model = ""
    hand(panel).press("Ask")
    assert panel.answer.reply.model == "zai-org-glm-5-2"


def test_what_both_settings_need_embedded_is_paid_for_once(panel, hand, client):
    panel.other.weight = 0.2
    hand(panel).control("Question").value = "When do the sirens sound?"
    hand(panel).press("Ask with both")
    hand(panel).press("Ask")
    embedded = [line for line in client.spend.lines if line.family == "embedding"]
    passages = client.embed.plan([each.indexed for each in panel.rag.passages], cache=False).tokens
    assert max(line.prompt_tokens for line in embedded) > passages / 2
    assert len([line for line in embedded if line.prompt_tokens > passages / 2]) == 1


def test_a_question_is_kept_with_the_sentence_that_answers_it(panel, hand, corpus):
    hand(panel).press("Keep question")
    assert panel.status == "Ask a question first."
    ask(panel, hand, "When is a ride refunded in full?")
    assert hand(panel).control("Right passage").value == 1
    assert hand(panel).control("Exact words").value == ("A ride cancelled a day before is refunded in full.")
    hand(panel).press("Keep question")
    ask(panel, hand)
    hand(panel).press("Keep question")
    assert panel.status == "Kept: 2 questions, in panel.questions."
    assert panel.questions["source"].tolist() == ["refunds.md", "pets.md"]
    assert panel.rag.evaluate(panel.questions, answers=False).summary["mrr"].tolist() == [1.0]
    hand(panel).control("Kept question").value = 0
    hand(panel).press("Remove question")
    assert panel.questions["question"].tolist() == ["Do dogs travel on a lead?"]


def test_a_question_that_the_documents_do_not_answer_is_kept_as_such(panel, hand):
    ask(panel, hand, "Who won the football cup in 1990?")
    assert panel.status.startswith("The documents hold no answer")
    hand(panel).press("Keep question")
    assert panel.questions.iloc[0].tolist() == ["Who won the football cup in 1990?", "", "", ""]


def test_settings_are_measured_beside_each_other(panel, hand):
    hand(panel).press("Evaluate")
    assert panel.status == "Ask a question and keep it first."
    panel.questions = pd.DataFrame(
        {"question": ["Do dogs travel?", "When do sirens sound?"], "source": ["pets.md", "tides.md"]}
    )
    panel.reckon()
    assert "The evaluation costs about" in hand(panel).text
    hand(panel).press("Evaluate")
    assert panel.status.startswith("Evaluated, ")
    panel.knobs.retrieval = "keyword"
    hand(panel).control("have them answered and judged").value = True
    hand(panel).press("Evaluate")
    (first, found), (second, judged) = panel.evaluations
    assert ("hybrid" in first, "keyword" in second) == (True, True)
    assert not found.answered
    assert judged.summary["faithfulness"].tolist() == [1.0]
    shown = hand(panel).text
    assert first in shown
    assert second in shown
    assert panel.code.endswith("R.evaluate(questions, answers=True)")
    panel.questions = ["Do dogs travel?"]
    assert panel.questions.to_dict("records") == [{"question": "Do dogs travel?"}]


def test_of_a_long_passage_the_part_is_shown_that_shares_most_with_the_question(client, hand):
    page = (
        "Boats are washed. " * 40 + "The sirens sound three hours before the tide. " + "Boats are dry. " * 40
    )
    panel = vn.ui.rag(client, vn.Corpus.from_texts({"tides": page, "pets": "Dogs travel on a lead."}))
    ask(panel, hand, "When do the sirens sound before the tide?")
    assert "<mark>sirens</mark> <mark>sound</mark>" in panel._why.value
    assert len(rag_reasons.telling(page, ("sirens",))) <= rag_reasons.SHOWN + 1
    assert rag_reasons.telling("Boats are dry.", ()) == "Boats are dry."


def test_questions_with_gaps_are_drawn_and_written_without_them(panel, hand, client, corpus):
    gaps = {
        "question": ["Do dogs travel?", "When?"],
        "source": ["pets.md", pd.NA],
        "expected": [None, float("nan")],
    }
    panel.questions = pd.DataFrame(gaps, dtype=object)
    assert "When?" in hand(panel).text
    scope = {"v": client, "vn": vn, "corpus": corpus}
    exec(panel.code, scope)
    assert scope["questions"] == [{"question": "Do dogs travel?", "source": "pets.md"}, {"question": "When?"}]


def test_nothing_is_sent_without_documents_or_a_question(client, hand, panel):
    empty = vn.ui.rag(client)
    hand(empty).press("Read")
    assert empty.status == "Write the name of a folder first, or upload files."
    for label in ("Ask", "Ask with both"):
        hand(empty).press(label)
        assert empty.status == "Read some documents first: name a folder, or upload files."
        hand(panel).press(label)
        assert panel.status == "Write a question first."
    assert client._session.calls == 0


def test_an_error_is_one_sentence_and_the_question_can_be_asked_again(hand, corpus):
    fault = vn.Fault(status=422, path="/chat/completions", method="POST")
    panel = vn.ui.rag(vn.Venice.sandbox(token_pause=0, faults=[fault]), corpus)
    hand(panel).control("Question").value = "Do dogs travel on a lead?"
    panel.knobs.overlap = 5000
    hand(panel).press("Ask")
    assert "overlap" in panel.status
    assert panel.price == panel.status
    panel.knobs.overlap = 0
    hand(panel).press("Ask")
    assert "request id" in panel.status
    assert panel.answer is None
    hand(panel).press("Ask")
    assert "They travel on a lead" in hand(panel).text


def test_stop_keeps_what_has_arrived(hand):
    words = " ".join(f"word{n}" for n in range(300))
    panel = vn.ui.rag(
        vn.Venice.sandbox(token_pause=0.02), vn.Corpus.from_texts({"long": f"The long list is {words}."})
    )
    begun = threading.Event()
    panel._main.pane.observe(lambda change: begun.set() if "word3" in change.new else None, "value")
    hand(panel).control("Question").value = "What is the long list?"
    hand(panel).control("Ask").click()
    assert begun.wait(60)
    hand(panel).press("Stop")
    assert panel.status == "Stopped."
    assert not panel.answer.reply.complete
    assert "word2" in hand(panel).text


def test_the_models_follow_the_other_panels_until_it_is_closed(panel, hand, client):
    table = vn.ui.models(client)
    hand(table)
    hand(table).control("Pick a model").value = "llama-3.3-70b"
    hand(table).press("Use in the other panels")
    assert panel.knobs.model == "llama-3.3-70b"
    panel.close()
    hand(table).control("Pick a model").value = "qwen3-5-9b"
    hand(table).press("Use in the other panels")
    assert panel.knobs.model == "llama-3.3-70b"


def test_the_state_stays_small_and_every_control_is_labelled(client, hand):
    pages = {f"page {n}": f"# Page {n}\n\n" + "The gondola has a lamp. " * 400 for n in range(20)}
    panel = vn.ui.rag(client, vn.Corpus.from_texts(pages))
    panel.knobs.k = panel.other.k = 20
    panel.other.retrieval = "vector"
    for number in range(25):
        ask(panel, hand, f"What has the gondola of the page that has the number {number}?")
        hand(panel).press("Keep question")
    hand(panel).press("Ask with both")
    hand(panel).control("have them answered and judged").value = True
    hand(panel).press("Evaluate")
    assert panel.status.startswith("Evaluated")
    hand(panel).control("Copy as code").value = True
    assert hand(panel).size < CAP
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea, ipywidgets.Button)
    assert all(each.description and each.tooltip for each in hand(panel).all(kinds))


def test_the_picture_shows_the_answer_and_why(panel, hand, monkeypatch):
    monkeypatch.setenv("VENICE_STATIC", "1")
    ask(panel, hand)
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == "<Documents panel: 4 documents, Do dogs travel on a lead?>"
    assert "They travel on a lead" in bundle["text/html"]
    assert "shares dogs, travel, lead" in bundle["text/html"]
    assert bundle == panel._repr_mimebundle_()


def test_an_asynchronous_rag_is_refused(corpus):
    import asyncio

    async def made():
        return await vn.AsyncVenice.sandbox().rag(corpus)

    with pytest.raises(vn.errors.InvalidInput, match="AsyncVenice"):
        vn.ui.rag(asyncio.run(made()))
