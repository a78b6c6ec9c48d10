"""Reading a complete chat answer: whatever was paid for is given, in whatever shape it came.

Only what is no answer at all is refused, with its bytes kept in the error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from venice_nb.calls.answer import Prices, make_reply, read_object, unreadable
from venice_nb.calls.failures import stream_failure
from venice_nb.calls.talk.gather import ReplyGatherer
from venice_nb.sse import Decoder

if TYPE_CHECKING:
    from venice_nb.calls.call import Received
    from venice_nb.results.talk.reply import Reply

_KEYS = frozenset({"choices", "usage", "id", "message", "output_text", "model", "cost"})


def read_reply(
    received: Received, *, catalogue: Prices | None = None, model: str = "", prompt_tokens: int = 0
) -> Reply:
    """The reply in an answer, be it JSON or a stream read to its end.

    `model` is what was asked for and `prompt_tokens` an estimate; both only serve where the answer does not
    say. Raises UnreadableReply, which keeps the bytes, for what is no chat answer, and StreamError, which
    keeps the reply so far, for an error inside a stream.
    """
    if is_stream(received):
        return read_stream(
            received, ReplyGatherer(catalogue=catalogue, model=model, prompt_tokens=prompt_tokens)
        )
    answer = read_object(received, what="a chat answer")
    if not _KEYS & answer.keys() or ("error" in answer and not answer.get("choices")):
        raise unreadable(received, "The server answered 200 with JSON that is not a chat answer", answer)
    return make_reply(answer, received, catalogue=catalogue, model=model, prompt_tokens=prompt_tokens)


def is_stream(received: Received) -> bool:
    """Whether the answer is a stream, by its type or by its first bytes."""
    return received.content_type == "text/event-stream" or received.content.lstrip()[:6] in {
        b"data: ",
        b"event:",
    }


def read_stream(received: Received, gatherer: ReplyGatherer) -> Reply:
    """The reply in a stream that was read as a whole."""
    decoder = Decoder()
    for event, data in (*decoder.feed(received.content), *decoder.end()):
        gatherer.add(event, data)
    reply = gatherer.result(received)
    if gatherer.error is not None:
        raise stream_failure(gatherer.error, reply, request_id=reply.request_id)
    return reply
