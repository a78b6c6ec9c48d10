"""The same two questions, one small reply and one stream, put by raw httpx, the openai SDK and venice_nb.

Each maker returns a function that asks once. A maker whose library is missing raises ImportError.
"""

import asyncio
import json
from collections.abc import Callable

from benchmarks.measure import KEY
from benchmarks.server import CHUNKS, MODEL

BODY = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
HEADERS = {"Authorization": f"Bearer {KEY}"}
LENGTH = len(" word0") * CHUNKS
Ask = Callable[[], object]


def _same(length: int) -> None:
    if length != LENGTH:
        raise RuntimeError(f"a stream of {length} characters, not {LENGTH}")


def httpx_sync(url: str) -> Ask:
    import httpx

    client = httpx.Client(base_url=url, headers=HEADERS)
    return lambda: client.post("/chat/completions", json=BODY).json()["choices"][0]["message"]["content"]


def openai_sync(url: str) -> Ask:
    import openai

    client = openai.OpenAI(api_key=KEY, base_url=url)
    return lambda: client.chat.completions.create(**BODY).choices[0].message.content


def venice_sync(url: str) -> Ask:
    import venice_nb

    client = venice_nb.Venice(api_key=KEY, base_url=url)
    return lambda: client.chat("hi", model=MODEL, show=False).text


def httpx_async(url: str, loop: asyncio.AbstractEventLoop, calls: int) -> Ask:
    import httpx

    client = httpx.AsyncClient(base_url=url, headers=HEADERS)

    async def ask() -> None:
        for _ in range(calls):
            (await client.post("/chat/completions", json=BODY)).json()

    return lambda: loop.run_until_complete(ask())


def openai_async(url: str, loop: asyncio.AbstractEventLoop, calls: int) -> Ask:
    import openai

    client = openai.AsyncOpenAI(api_key=KEY, base_url=url)

    async def ask() -> None:
        for _ in range(calls):
            await client.chat.completions.create(**BODY)

    return lambda: loop.run_until_complete(ask())


def venice_async(url: str, loop: asyncio.AbstractEventLoop, calls: int) -> Ask:
    import venice_nb

    client = venice_nb.AsyncVenice(api_key=KEY, base_url=url)

    async def ask() -> None:
        for _ in range(calls):
            await client.chat("hi", model=MODEL, show=False)

    return lambda: loop.run_until_complete(ask())


def httpx_stream(url: str) -> Ask:
    """The floor that a careful user writes by hand: `iter_lines` and `json`."""
    import httpx

    client = httpx.Client(base_url=url, headers=HEADERS)

    def ask() -> None:
        length = 0
        with client.stream("POST", "/chat/completions", json=BODY | {"stream": True}) as reply:
            for line in reply.iter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    for choice in json.loads(line[6:])["choices"]:
                        length += len(choice["delta"].get("content") or "")
        _same(length)

    return ask


def openai_stream(url: str) -> Ask:
    import openai

    client = openai.OpenAI(api_key=KEY, base_url=url)

    def ask() -> None:
        length = 0
        for chunk in client.chat.completions.create(**BODY, stream=True):
            for choice in chunk.choices:
                length += len(choice.delta.content or "")
        _same(length)

    return ask


def venice_stream(url: str) -> Ask:
    import venice_nb

    client = venice_nb.Venice(api_key=KEY, base_url=url)

    def ask() -> None:
        with client.chat.stream("hi", model=MODEL) as pieces:
            _same(sum(map(len, pieces)))

    return ask
