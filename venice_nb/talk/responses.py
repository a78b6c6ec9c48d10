"""The alpha route that takes input items instead of messages. API reference: `POST /responses`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from venice_nb.calls.talk.responses import create_response
from venice_nb.catalogue import Resolution
from venice_nb.policy.steps import Plan, Send
from venice_nb.talk.model_choice import choose_model, slug_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.talk.response import ResponsesReply

_PICTURES = {"input_image", "image_url"}


def responses(
    session: Session,
    /,
    input: str | Sequence[Mapping[str, Any]],  # noqa: A002  the API's own name
    *,
    model: ModelName | None = None,
    **parameters: Any,
) -> Plan[ResponsesReply]:
    """The reply of the alpha route `POST /responses`. It keeps no state and has no files: prefer `chat`.

    Args:
        input: a text, or a list of items: messages, function calls and their outputs, reasoning. To go on,
            send `reply.output` back as the beginning of the next one.
        model: as for `chat`, but without features in the name.
        parameters: the fields of the API: `max_output_tokens`, `temperature`, `reasoning`, `tools` (as
            specifications), `venice_parameters`, ...; `stream=True` has it sent in pieces; `extra_body` for
            what has no name here.

    Returns the reply, with tokens and US dollars; calls of tools are yours to run. Raises InvalidInput and
    ModelNotFound before anything is sent.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().responses("What is 2 + 2?").text
    '2 + 2 = 4'

    """

    def ask(found: Resolution) -> Call[ResponsesReply]:
        return create_response(input, model=found, catalogue=session.catalogue, **parameters)

    found = yield from choose_model(
        session,
        model,
        character=slug_in(parameters),
        needs=("vision",) if _shows_pictures(input) else (),
        first=lambda name: ask(Resolution(None, name)),
    )
    reply: ResponsesReply = yield Send(ask(found))
    session.last = reply
    return reply


def _shows_pictures(items: Any) -> bool:
    return any(
        isinstance(part, Mapping) and part.get("type") in _PICTURES
        for item in (items if isinstance(items, list | tuple) else ())
        if isinstance(item, Mapping) and isinstance(item.get("content"), list | tuple)
        for part in item["content"]
    )
