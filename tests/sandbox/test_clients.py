"""Other people's clients, unmodified, talk to the sandbox served by its own command."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

openai = pytest.importorskip("openai")
pydantic = pytest.importorskip("pydantic")

MODEL = "zai-org-glm-5-2"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture(scope="module")
def server():
    """The address and the key that `python -m venice_nb.sandbox --port 0` prints."""
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-m", "venice_nb.sandbox", "--port", "0", "--tier", "unlimited", "--abuse", "off"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    line = process.stdout.readline()
    ready = re.fullmatch(
        r"Sandbox ready: (http://127\.0\.0\.1:\d+/api/v1) key=(VENICE_ADMIN_KEY_sandbox\w+)\n", line
    )
    assert ready, line
    yield ready.groups()
    process.terminate()
    rest = process.communicate(timeout=10)[0]
    assert rest == ""  # one line and no more


@pytest.fixture
def client(server):
    base, key = server
    with openai.OpenAI(base_url=base, api_key=key, max_retries=0) as made:
        yield made


def user(text):
    return [{"role": "user", "content": text}]


def test_openai_chats(client):
    reply = client.chat.completions.create(model=MODEL, messages=user("What is 17 + 4?"))
    assert "21" in reply.choices[0].message.content
    assert reply.usage.total_tokens > 0
    assert reply.model == MODEL


def test_openai_streams_with_usage(client):
    stream = client.chat.completions.create(
        model=MODEL, messages=user("What is 17 + 4?"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "21" in text
    assert chunks[-1].usage.total_tokens > 0


def test_openai_puts_a_streamed_response_together(client):
    with client.responses.stream(model="llama-3.3-70b", input="What is 17 + 4?") as stream:
        kinds = {event.type for event in stream}
        assert "21" in stream.get_final_response().output_text
    assert "response.output_text.done" in kinds


def test_openai_sends_venice_parameters_as_extra_body(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=user("Hello"), extra_body={"venice_parameters": {"disable_thinking": True}}
    )
    assert reply.venice_parameters["disable_thinking"] is True
    assert reply.choices[0].message.reasoning_content is None


def test_openai_calls_a_tool_and_reads_its_result(client):
    messages = user("What is the weather in Paris?")
    message = (
        client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER]).choices[0].message
    )
    (call,) = message.tool_calls
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    messages += [
        message,
        {"role": "tool", "tool_call_id": call.id, "content": '{"sky": "cloudy", "celsius": 12}'},
    ]
    reply = client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert "12" in reply.choices[0].message.content


def test_openai_streams_a_tool_call(client):
    with client.chat.completions.stream(
        model=MODEL, messages=user("What is the weather in Paris?"), tools=[WEATHER]
    ) as stream:
        final = stream.get_final_completion()
    assert json.loads(final.choices[0].message.tool_calls[0].function.arguments) == {"city": "Paris"}


def test_openai_parses_into_a_pydantic_model(client):
    class Person(pydantic.BaseModel):
        name: str
        age: int

    reply = client.chat.completions.parse(
        model=MODEL, messages=user("Extract the person: Ada is 36 years old."), response_format=Person
    )
    assert reply.choices[0].message.parsed == Person(name="Ada", age=36)


def test_openai_embeds_in_both_encodings(client):
    texts = ["late delivery", "the parcel came too late", "blue sky"]
    default = client.embeddings.create(model="text-embedding-bge-m3", input=texts)  # base64 on the wire
    plain = client.embeddings.create(model="text-embedding-bge-m3", input=texts, encoding_format="float")
    assert [len(row.embedding) for row in default.data] == [1024] * 3
    assert default.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-7)


def test_openai_lists_models(client):
    assert MODEL in {model.id for model in client.models.list()}


def test_openai_raises_its_own_errors(client, server):
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="zai-org-glm-5-22", messages=user("Hi"))
    assert "Did you mean zai-org-glm-5-2" in unknown.value.response.json()["error"]
    with pytest.raises(openai.BadRequestError) as hot:
        client.chat.completions.create(model=MODEL, messages=user("Hi"), temperature=3)
    assert hot.value.response.json()["issues"][0]["path"] == ["temperature"]
    with (
        openai.OpenAI(base_url=server[0], api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.chat.completions.create(model=MODEL, messages=user("Hi"))


def test_a_server_without_a_budget_of_failures_refuses_each_mistake_for_what_it_is(client):
    for _ in range(25):
        with pytest.raises(openai.BadRequestError):
            client.embeddings.create(model="text-embedding-bge-m3", input=[1, 2, 3])


def test_openai_asynchronous_clients_chat_and_stream_at_once(server):
    base, key = server

    async def one(client, number):
        reply = await client.chat.completions.create(model=MODEL, messages=user(f"What is {number} + 1?"))
        return reply.choices[0].message.content

    async def streamed(client):
        stream = await client.chat.completions.create(
            model=MODEL, messages=user("What is 2 + 2?"), stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    async def run():
        async with openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0) as client:
            return await asyncio.gather(*(one(client, number) for number in range(8)), streamed(client))

    *answers, text = asyncio.run(run())
    assert all(str(number + 1) in answer for number, answer in enumerate(answers))
    assert "4" in text


def test_openai_uses_the_responses_route(client):
    reply = client.responses.create(model=MODEL, input="What is 17 + 4?")
    assert "21" in reply.output_text
    assert reply.usage.output_tokens > 0


def test_curl_gets_the_catalogue_without_a_key(server):
    url = f"{server[0]}/models?type=embedding"
    result = subprocess.run(
        ["curl", "-sS", "-i", url], capture_output=True, text=True, check=True, timeout=20
    )
    head, _, body = result.stdout.partition("\n\n")
    assert "200 OK" in head
    assert len(json.loads(body)["data"]) == 9


def test_langchain_chats_streams_binds_tools_and_embeds(server):
    chat_models = pytest.importorskip("langchain_openai")
    base, key = server
    chat = chat_models.ChatOpenAI(model=MODEL, base_url=base, api_key=key, max_retries=0)
    assert "21" in chat.invoke("What is 17 + 4?").content
    assert "21" in "".join(chunk.text for chunk in chat.stream("What is 17 + 4?"))
    call = chat.bind_tools([WEATHER]).invoke("What is the weather in Paris?").tool_calls[0]
    assert (call["name"], call["args"]) == ("get_weather", {"city": "Paris"})
    embedder = chat_models.OpenAIEmbeddings(
        model="text-embedding-bge-m3", base_url=base, api_key=key, check_embedding_ctx_length=False
    )
    assert len(embedder.embed_query("hello")) == 1024


def test_llm_prompts_through_its_own_openai_model(server, tmp_path, monkeypatch):
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    pytest.importorskip("llm")
    from llm.default_plugins.openai_models import Chat

    base, key = server
    model = Chat(model_id="sandbox", model_name=MODEL, api_base=base)
    model.key = key
    assert "21" in model.prompt("What is 17 + 4?").text()
