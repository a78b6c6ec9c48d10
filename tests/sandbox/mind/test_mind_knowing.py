# ruff: noqa: E501  cases stay on one line
"""What the mind knows by itself, and how it shapes an answer."""

import re

import pytest
from asking import answer, think

from venice_nb.sandbox.mind.knowledge import capitals, entries


def test_pca_is_explained_in_two_lines_when_two_are_asked_for():
    lines = answer("Explain PCA in two lines").splitlines()
    assert len(lines) == 2
    assert "variance" in lines[0]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("What is overfitting?", "noise of its training data"), ("What is a p-value?", "null hypothesis"), ("Explain k-means briefly", "nearest centre"),
        ("What is the capital of Portugal?", "Lisbon"), ("Which country has Ottawa as its capital?", "Canada"), ("Why are gondolas black?", "showy display"),
        ("Who painted the Mona Lisa?", "Leonardo"), ("How many planets are there?", "8"), ("When was the Eiffel Tower opened?", "1889"),
        ("What is the difference between a list and a tuple?", "cannot be changed"), ("what is python", "Guido van Rossum"), ("How far is the Moon?", "384,400"),
    ],
)  # fmt: skip
def test_common_questions_get_their_fact(question, part):
    assert part in answer(question)


def test_every_subject_can_be_asked_for_by_its_first_name():
    for entry in entries():
        if entry.facts:
            assert entry.facts[0] in answer(f"Tell me about {entry.names[0]}", verbosity="high"), entry.names[
                0
            ]


def test_every_capital_is_known_both_ways():
    for country, city in capitals().items():
        assert city in answer(f"What is the capital of {country}?")


def test_a_list_of_three_has_three_numbered_lines():
    assert answer("List three planets") == "1. Mercury\n2. Venus\n3. Earth"


def test_bullets_are_laid_out_as_bullets():
    lines = answer("Explain gradient descent in three bullet points").splitlines()
    assert len(lines) == 3
    assert all(line.startswith("- ") for line in lines)


def test_one_word_is_one_word():
    assert answer("In one word: what is the capital of Spain?") == "Madrid"


def test_an_order_of_the_system_prompt_shapes_the_answer():
    assert answer(("system", "Always answer in uppercase."), "What is overfitting?").isupper()
    assert len(re.findall(r"[.!?](?:\s|$)", answer(("system", "Be brief."), "What is overfitting?"))) == 1


def test_low_verbosity_is_shorter_than_high():
    assert len(answer("What is PCA?", verbosity="low")) < len(answer("What is PCA?", verbosity="high"))


def test_several_questions_get_an_answer_each():
    said = answer("1. What is RAG?\n2. What is 5*5?").splitlines()
    assert said[0].startswith("1. RAG")
    assert said[1].startswith("2. ")
    assert "25" in said[1]


def test_what_is_not_known_is_said_to_be_unknown_in_the_words_of_the_question():
    said = answer("How do zorblaxes migrate?")
    assert "zorblaxes" in said
    assert "stand-in" in said


@pytest.mark.parametrize(
    "request_",
    [
        "Write a poem about zorblaxes",
        "Tell me a joke",
        "Write code that sorts zorblaxes",
        "Translate to French: good morning",
    ],
)
def test_what_only_a_language_model_can_do_is_declined_openly(request_):
    assert "stand-in" in answer(request_)


def test_the_date_is_not_invented():
    assert "no clock" in answer("What day is it?")


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What is 12 times 7?", "84"), ("What is 15% of 80?", "12"), ("square root of 2", "1.414213562"), ("sum of 3, 4 and 5", "12"), ("average of 3, 5 and 10", "6"),
        ("(2+3)*4^2", "80"), ("twelve plus seven", "19"), ("How much is 1,250 + 375?", "1625"), ("multiply 6 by 7", "42"), ("what's five times six minus two", "28"), ("Solve 8x + 7 = -23", "x = -3.75"),
    ],
)  # fmt: skip
def test_arithmetic_is_worked_out(question, result):
    assert result in answer(question)


@pytest.mark.parametrize("question", ["What is 1/0?", "9**9**9", "2**100000"])
def test_arithmetic_without_a_reasonable_value_is_refused(question):
    assert re.search(r"no value|too large", answer(question))


@pytest.mark.parametrize(
    ("request_", "result"),
    [
        ("Uppercase: hello world", "HELLO WORLD"), ("Sort: pear, apple, fig", "apple, fig, pear"), ("How many words are in: the quick brown fox", "4 words"),
        ("Reverse 'abc'", "cba"), ("How many r's are in strawberry?", "The letter “r” occurs 3 times."), ("Rewrite: i dont know", "I don't know."),
    ],
)  # fmt: skip
def test_simple_text_operations_are_done(request_, result):
    assert answer(request_) == result


def test_a_summary_is_made_of_sentences_of_the_text():
    text = (
        "The delivery was late. The package was wet. The support agent was friendly and sent a new package."
    )
    said = answer(f"Summarise in one sentence: {text}")
    assert said in text


@pytest.mark.parametrize(
    ("request_", "label"),
    [
        ("Label the tone of: I love this phone, it is great", "positive"), ("Label the tone of: Arrived broken and late, awful", "negative"), ("Label the tone of: The parcel came on Tuesday.", "neutral"),
        ("Label the tone of: Not bad at all", "positive"), ("Label the tone of: The food was good but the service was terrible", "negative"),
        ("Is this review positive or negative? 'The food was cold and the waiter rude.'", "negative"),
        ("Classify the following ticket as billing, technical or shipping: My card was charged twice.", "billing"),
        ("Which label fits: sports, politics, tech? Text: The team won the cup final.", "sports"),
        ("Answer yes or no: Is Paris in France? Context: Paris is the capital of France.", "Yes"),
        ("Is Paris the capital of France? Answer yes or no.", "Yes"), ("Is Paris the capital of Italy? Answer yes or no.", "No"),
    ],
)  # fmt: skip
def test_a_label_is_given_alone(request_, label):
    assert answer(request_) == label


def test_equal_requests_get_equal_answers_and_other_choices_other_words():
    first = answer("What is overfitting?", seed=1)
    assert first == answer("What is overfitting?", seed=1)
    other = answer("What is overfitting?", seed=1, choice=1)
    assert other != first
    assert "noise of its training data" in other


def test_at_temperature_zero_all_choices_are_alike():
    assert answer("What is overfitting?", temperature=0) == answer(
        "What is overfitting?", temperature=0, choice=1
    )


def test_a_character_frames_the_same_answer_and_stays_in_its_role():
    pirate = {
        "name": "Flint",
        "slug": "flint",
        "description": "A captain.",
        "voice": {"opening": ["Arr!"], "closing": ["So says the sea."], "flavour": []},
    }
    said = answer("What is overfitting?", character=pirate)
    assert said.startswith("Arr!")
    assert "noise of its training data" in said
    who = answer("Who are you?", character=pirate)
    assert "Flint" in who
    assert "stand-in" not in who
    assert "stand-in" in think("Who are you?").content


def test_what_a_character_adds_is_always_a_sentence():
    """A favourite word is never said by itself; closing lines take its place, and they vary."""
    closing = ["Draw it first.", "Measure twice."]
    wry = {"name": "Wry", "slug": "wry", "description": "Dry."}
    spoken = {**wry, "voice": {"flavour": ["assumption", "trace"], "closing": closing}}
    told = [answer("What is overfitting?", character=spoken, seed=seed) for seed in range(8)]
    assert {next(c for c in closing if t.endswith(c)) for t in told} == set(closing)
    assert not any("assumption" in t or "trace" in t for t in told)
    alone = {**wry, "voice": {"flavour": ["assumption"]}}
    assert answer("What is overfitting?", character=alone) == answer("What is overfitting?", character=wry)


def test_one_of_a_known_list_is_named_when_one_is_asked_for():
    """ "Name a planet" gives one planet, not all of them."""
    assert [answer("Name a planet", choice=n) for n in range(3)] == ["Mercury", "Venus", "Earth"]


def test_a_kind_of_thing_that_is_not_known_is_not_passed_off_as_such():
    """Facts on PCA are not numbered as if they were its uses."""
    told = answer("Name three uses of PCA")
    assert told.startswith("I have no list of uses of PCA")
    assert "1." not in told


def test_what_is_not_known_is_said_in_whole_sentences():
    """An admission ends in a stop before anything else is said."""
    assert answer("Who invented PCA?").startswith("That is not among what I know about PCA. ")
    assert answer("What is zorblax?").startswith("I have no answer about “zorblax”. ")


@pytest.mark.parametrize(
    ("statement", "true_of"),
    [
        ("The review complains about delivery", [0, 1]),
        ("The customer is happy with the delivery", [2]),
        ("Is the review about quality?", [4]),
        ("It mentions a mug", [3]),
        ("The customer complains", [0, 1, 4]),
    ],
)
def test_a_statement_about_a_text_is_judged_by_its_subject_and_its_tone(statement, true_of):
    texts = [
        "The delivery was late again, awful",
        "My parcel arrived two weeks late and nobody answered",
        "Delivery was quick, great shop!",
        "The mug is beautiful and blue",
        "It broke after a day, terrible.",
    ]
    verdicts = [answer(f"True or false? {statement}: <text>{text}</text>") for text in texts]
    assert [row for row, verdict in enumerate(verdicts) if verdict == "True"] == true_of
