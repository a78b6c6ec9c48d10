"""Streams and answers for the tests of reading: chunks in, bytes out."""

import json

from venice_nb.calls.call import Received
from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.sse import Decoder

BASE = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "llama-3.3-70b"}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}


def chunk(delta=None, finish=None, index=0, **more):
    """One chunk of a stream; without a delta it has no choices."""
    if delta is None and finish is None:
        return {**BASE, "choices": [], **more}
    return {**BASE, "choices": [{"index": index, "delta": delta or {}, "finish_reason": finish}], **more}


def call(index, ident=None, name=None, arguments=None):
    """A piece of a tool call."""
    function = {
        key: value for key, value in {"name": name, "arguments": arguments}.items() if value is not None
    }
    piece = {"index": index, "function": function}
    return {**piece, "id": ident, "type": "function"} if ident else piece


def body(*chunks):
    """The bytes of a stream; text is sent as it is."""
    return b"".join(
        b"data: "
        + (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)).encode()
        + b"\n\n"
        for each in chunks
    )


def answer(message, finish="stop", **more):
    """A whole answer in the non-streaming shape."""
    choice = {
        "index": 0,
        "finish_reason": finish,
        "logprobs": None,
        "message": {"role": "assistant", **message},
    }
    return {**BASE, "object": "chat.completion", "choices": [choice], **more}


def received(content, kind="application/json", headers=None, elapsed=1.5):
    """An answer as the client hands it over."""
    content = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    return Received(200, {"content-type": kind, "cf-ray": "ray-1", **(headers or {})}, content, elapsed)


DONE = received(b"", "text/event-stream")


def gather(*pieces, **options):
    """A gatherer that has been given a stream, as bytes or as chunks."""
    gatherer, decoder = ReplyGatherer(**options), Decoder()
    for piece in pieces if all(isinstance(piece, bytes) for piece in pieces) else [body(*pieces)]:
        for event in decoder.feed(piece):
            gatherer.add(*event)
    for event in decoder.end():
        gatherer.add(*event)
    return gatherer
