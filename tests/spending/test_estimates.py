"""What a call would cost, told before it is made: nothing paid is sent."""

import asyncio

import pytest

import venice_nb as vn

FILM = {"model": "kling-2.5-turbo-pro-text-to-video", "duration": 5, "aspect_ratio": "16:9"}
MUSIC = {"model": "elevenlabs-music", "duration_seconds": 5}


def paid(v):
    return [line for line in v.spend.lines if line.usd]


@pytest.mark.parametrize(
    ("ask", "close"),
    [
        (lambda v, f: f(v.images.generate, "a gondola at dusk", variants=4, width=64, height=64), 1e-12),
        (lambda v, f: f(v.audio.speak, "Hello. " * 1000), 1e-12),
        (lambda v, f: f(v.video.submit, "fog over a canal", **FILM, max_usd=1), 1e-12),
        (lambda v, f: f(v.audio.music.submit, "slow jazz at night", **MUSIC, max_usd=1), 1e-12),
        (lambda v, f: f(v.images.map, ["a door", "a bridge"], width=64, height=64, progress=False), 1e-12),
        (lambda v, f: f(v.embed, ["a gondola", "a canal"], cache=False), 1e-5),
    ],
    ids=["images", "speech", "film", "music", "column", "embedding"],
)
def test_what_is_estimated_is_what_is_then_billed(v, ask, close):
    estimate = ask(v, v.estimate)
    assert not v.box.books
    ask(v, lambda method, *args, **options: method(*args, **options))
    assert float(estimate) == pytest.approx(sum(charge.usd for charge in v.box.books), abs=close)


def test_a_chat_costs_no_more_than_its_estimate(v):
    estimate = v.estimate(v.chat, "What is overfitting?", max_completion_tokens=200)
    v.chat("What is overfitting?", max_completion_tokens=200)
    assert 0 < v.box.books[0].usd <= estimate.usd
    assert estimate.requests == 1
    assert not estimate.more


def test_an_unlimited_answer_has_an_estimate_and_an_upper_bound(v):
    estimate = v.estimate(v.chat, "What is overfitting?")
    assert estimate.most > 10 * estimate.usd
    assert "at the very most" in estimate._repr_mimebundle_()["text/plain"]


def test_tools_may_lead_to_more_requests_and_the_estimate_says_so(v):
    def weather(city: str) -> str:
        """The weather in a city."""
        return "fog"

    assert "or more" in str(v.estimate(v.chat, "Weather in Rome?", tools=[weather])._repr_mimebundle_())


def test_a_free_call_costs_nothing(v):
    assert v.estimate(v.models).usd == 0
    assert v.estimate(v.models).requests == 0


def test_bad_input_is_refused_as_in_the_call_itself(v):
    with pytest.raises(vn.InvalidInput, match="temperature"):
        v.estimate(v.chat, "Hi", temperature=3)
    with pytest.raises(vn.InvalidInput, match="no argument"):
        v.estimate(v.audio.speak, "Hi", volume=3)
    assert not v.box.requests


@pytest.mark.parametrize("method", ["chat", print, None])
def test_what_is_no_method_of_a_client_is_told(v, method):
    with pytest.raises(vn.InvalidInput, match=r"v\.estimate\(v\.chat"):
        v.estimate(method, "Hi")


def test_an_order_that_is_only_estimated_is_not_in_the_journal(v):
    v.estimate(v.video.submit, "fog over a canal", **FILM, max_usd=1)
    assert len(v.jobs()) == 0


def test_the_asynchronous_client_estimates_likewise():
    async def main():
        async with vn.AsyncVenice.sandbox() as a:
            return await a.estimate(a.images.generate, "a gondola", variants=4)

    assert asyncio.run(main()).usd == pytest.approx(0.04)


def test_an_estimate_is_a_number_where_one_is_needed(v):
    estimate = v.estimate(v.images.generate, "a gondola")
    assert estimate <= 0.5
    assert estimate > 0.001
    assert f"{estimate:.2f}" == "0.01"
    assert estimate.to_dict()["model"] == "z-image-turbo"


LIMIT = {"max_completion_tokens": 200}


def test_an_answer_from_the_web_is_estimated_with_its_search_its_pages_and_the_answer(v):
    estimate = v.estimate(v.web.research, "How does the Port Selwyn funicular move?", k=2, **LIMIT)
    assert estimate.requests == 4
    assert not v.box.requests
    v.web.research("How does the Port Selwyn funicular move?", k=2, **LIMIT)
    assert 0.02 < sum(charge.usd for charge in v.box.books) <= estimate.usd <= estimate.most


def test_a_turn_of_a_conversation_is_estimated_with_what_was_said_before(v):
    talk = v.conversation(system="Answer briefly")
    first = v.estimate(talk, "Hi", **LIMIT)
    talk("Tell me about Venice", **LIMIT)
    assert v.estimate(talk, "Hi", **LIMIT).usd > first.usd
    assert len(talk.turns) == 1
    assert v.estimate(v.conversation(tools=[len_of]), "Hi", **LIMIT).more


def len_of(text: str) -> int:
    """The length of a text."""
    return len(text)


@pytest.mark.parametrize(
    "ask",
    [
        lambda v: v.estimate(v.web.scrape, ["https://a.example.org/", "https://b.example.org/"]),
        lambda v: v.estimate(v.embed, ["a gondola", "a canal"], cache=False),
        lambda v: v.estimate(v.images.map, ["a door", "a bridge"], width=64, height=64),
        lambda v: v.estimate(v.audio.speak, "Hello. " * 1000),
        lambda v: v.estimate(v.web.research, "Why?"),
        lambda v: v.estimate(v.conversation(), "Why?"),
        lambda v: v.estimate(v.video.submit, "fog over a canal", **FILM, max_usd=1),
    ],
)
def test_an_estimate_leaves_no_trace_but_its_answer(v, ask, caplog, capsys):
    before = v.last
    ask(v)
    assert v.last is before
    assert not paid(v)
    assert capsys.readouterr() == ("", "")
    assert caplog.text == ""


@pytest.mark.parametrize("route", ["chat", "responses"])
def test_a_short_prompt_never_costs_more_than_the_most_that_was_told(v, route):
    method = getattr(v, route)
    limit = {"max_completion_tokens" if route == "chat" else "max_output_tokens": 16}
    for prompt in ("Hi", "?", "1+1", "汉字汉字汉字"):
        most = v.estimate(method, prompt, **limit).most
        method(prompt, **limit)
        assert v.box.books[-1].usd <= most


@pytest.mark.parametrize(
    "text",
    [
        "汉字漢字" * 500,
        "a b c d " * 500,
        "\N{PARTY POPPER}" * 500,
        "x9Qz" * 500,
        "9f3a2b7c" * 500,
        "{}!?" * 500,
    ],
)
def test_no_text_costs_more_than_the_most_that_was_told_for_its_vector(v, text):
    most = v.estimate(v.embed, [text], cache=False).most
    v.embed([text], cache=False)
    assert v.box.books[-1].usd <= most + 1e-12


def test_what_the_server_reads_besides_the_prompt_is_in_the_most_that_a_chat_can_cost(v):
    def most(**options):
        return v.estimate(v.chat, "Hi", **LIMIT, **options).most

    plain = most()
    assert most(web_search="on") > plain + 0.01
    assert most(web_search="on", scraping=True) > most(web_search="on") + 0.05
    assert most(tools=[len_of]) > plain
    assert most(character="alan-watts", model="zai-org-glm-5-2") > plain
    assert most(files=b"A text of a few words.", model="zai-org-glm-5-2") > 10 * plain


def test_a_dearer_model_that_may_stand_in_is_in_the_most_that_a_chat_can_cost(v):
    def most(**options):
        return v.estimate(v.chat, "Hi", model="llama-3.3-70b", **LIMIT, **options).most

    assert most(fallbacks=[{"model": "claude-opus-4-5"}]) > 2 * most()
    assert most(fallbacks=[{"model": "nobody-knows-it"}]) == most()


def test_a_searching_response_is_estimated_with_its_search(v):
    plain = v.estimate(v.responses, "Hi", max_output_tokens=20)
    assert v.estimate(v.responses, "Hi", max_output_tokens=20, web_search=True).usd == plain.usd + 0.01
