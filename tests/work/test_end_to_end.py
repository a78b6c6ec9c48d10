"""Chat, tools, extraction and conversations against the sandbox, through the real client in both worlds."""

import asyncio
import json
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import pytest

import venice_nb as vn
from venice_nb.errors import CharacterNotFound, ModelNotFound, StreamInterrupted
from venice_nb.sandbox import Fault


def weather(city: str, days: int = 1) -> dict:
    """Weather forecast of a city.

    Args:
        city: name of the city
        days: how many days
    """
    return {"city": city, "sky": "cloudless", "degrees": 21}


async def weather_later(city: str) -> dict:
    """Weather forecast of a city.

    Args:
        city: name of the city
    """
    await asyncio.sleep(0)
    return weather(city)


@dataclass
class Review:
    """A review of a product."""

    product: str
    stars: int
    tone: Literal["positive", "negative"]


TEXT = "The Aurora lamp is wonderful: 5 stars."


@pytest.fixture
def v():
    with vn.Venice.sandbox(show=False) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_is_in_the_answer(v, stream):
    """The whole loop, streamed or not, gives the same answer, steps and sums."""
    r = v.chat("What is the weather in Rome?", tools=[weather], stream=stream)
    assert "cloudless" in r.text
    assert r.finish_reason == "stop"
    [step] = r.steps
    assert json.loads(step.output) == {"city": "Rome", "sky": "cloudless", "degrees": 21}
    assert r.cost.source == "charged"
    assert r.cost.usd > 0
    assert r.usage.total_tokens > 100
    assert v.last is r


def test_an_asynchronous_tool_runs_in_both_worlds(v):
    """A coroutine function is awaited, by either client."""

    async def there():
        async with vn.AsyncVenice.sandbox(show=False) as a:
            return await a.chat("What is the weather forecast of the city Rome?", tools=[weather_later])

    here = v.chat("What is the weather forecast of the city Rome?", tools=[weather_later])
    other = asyncio.run(there())
    assert here.text == other.text
    assert [step.output for step in here.steps] == [step.output for step in other.steps]
    assert len(here.steps) == 1


def test_an_open_stream_gives_pieces_and_then_the_reply(v):
    """Joined, the pieces are the text; tools are only reported."""
    with v.chat.stream("What is 12 times 7?") as pieces:
        text = "".join(pieces)
    assert text == pieces.reply.text
    assert "84" in text
    with v.chat.stream("What is the weather in Rome?", tools=[weather]) as pieces:
        list(pieces)
    assert pieces.reply.tool_calls[0].name == "weather"


def test_an_object_comes_out_of_a_text(v):
    """With strict structured output, on both clients."""

    async def there():
        async with vn.AsyncVenice.sandbox() as a:
            return await a.extract(TEXT, Review)

    found = v.extract(TEXT, Review)
    assert isinstance(found, Review)
    assert (found.stars, found.tone) == (5, "positive")
    assert v.last.parsed is found
    assert asyncio.run(there()) == found


def test_a_column_becomes_a_table(v):
    """Index kept, missing text noted."""
    frame = v.extract(pd.Series([TEXT, None, "Awful kettle, 1 star."], index=list("abc")), Review)
    assert frame.index.tolist() == ["a", "b", "c"]
    assert frame["stars"].dropna().tolist() == [5, 1]
    assert frame["error"].tolist() == [None, "no text", None]
    assert v.last.cost.usd > 0


def test_a_conversation_remembers_in_both_worlds(v, tmp_path):
    """What was said in one turn is known in the next, and in a copy read from a file."""

    async def there():
        async with vn.AsyncVenice.sandbox(show=False) as a:
            c = a.conversation()
            await c("My name is Beatrix.")
            answer = await c("What is my name?")
            return answer.text, len(c), c.to_frame()["role"].tolist()

    c = v.conversation()
    c("My name is Beatrix.")
    path = c.save(tmp_path / "c.json")
    answer = c("What is my name?")
    assert "Beatrix" in answer.text
    assert asyncio.run(there()) == (answer.text, 2, ["user", "assistant"] * 2)
    assert v.conversation().load(path)("What is my name?").text == answer.text
    assert c.cost.usd == pytest.approx(sum(turn.cost.usd for turn in c))
    c.undo(2)
    assert "Beatrix" not in c("What is my name?").text


def test_two_questions_at_once_are_refused():
    """asyncio.gather on one conversation would tear its history; forks go side by side."""

    async def main():
        async with vn.AsyncVenice.sandbox(show=False) as a:
            c = a.conversation(tools=[weather_later])
            asked = c("What is the weather forecast of the city Rome?"), c("Hello")
            both = await asyncio.gather(*asked, return_exceptions=True)
            forks = await asyncio.gather(c.fork()("Hi"), c.fork()("Hello"))
            return both, len(c), forks

    (first, second), turns, forks = asyncio.run(main())
    assert first.text
    assert "still answering" in str(second)
    assert turns == 1
    assert all(fork.text for fork in forks)


def test_a_character_speaks_through_its_model(v):
    """The slug brings voice and model; an unknown one is an error before any chat."""
    r = v.chat("Who are you?", character="alan-watts")
    assert "Watts" in r.text
    assert r.model == v.characters.get("alan-watts").model_id
    with pytest.raises(CharacterNotFound):
        v.chat("Hi", character="no-such-slug")


def test_an_unknown_model_is_refused_after_one_look_at_the_list(v):
    """With suggestions, and without a failed chat request."""
    with pytest.raises(ModelNotFound) as raised:
        v.chat("Hi", model="llama-3.3-70")
    assert "llama-3.3-70b" in raised.value.suggestions


def test_a_cut_stream_keeps_its_text():
    """The sandbox drops the line: the text so far is in the error, in last and in the conversation."""
    v = vn.Venice.sandbox(show=False, faults=[Fault("/chat", cut_chunks=4)])
    c = v.conversation()
    with pytest.raises(StreamInterrupted) as raised:
        c("Tell me about the number seven, please.", stream=True, model="llama-3.3-70b")
    assert raised.value.text
    assert v.last.text == raised.value.text
    assert not c[0].complete
    assert c.messages[-1] == {"role": "assistant", "content": raised.value.text}
