"""Any operation of the API by its id, and the responses family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls import operations
from venice_nb.calls import responses as calls
from venice_nb.calls.check import model_name
from venice_nb.policy.flow import Plan, Send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venice_nb.client.session import Session
    from venice_nb.results.raw import RawReply
    from venice_nb.results.response import ResponsesReply


def raw(
    session: Session,  # noqa: ARG001  every plan takes it first
    /,
    operation: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    path: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
) -> Plan[RawReply]:
    """The answer to any of the 49 operations, by its official id, with nothing added to what you give.

    Args:
        operation: the id, such as "createChatCompletion" or "getApiKeyRateLimits".
        body: the JSON body.
        query: query parameters.
        path: values for the `{...}` parts of the path.
        form: multipart fields: text, or (file name, bytes, content type).

    Raises InvalidInput for an unknown id or a missing path part, before anything is sent.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().raw("listModels", query={"type": "embedding"}).data["type"]
    'embedding'

    """
    reply: RawReply = yield Send(operations.raw(operation, body, query=query, path=path, form=form))
    return reply


def responses(
    session: Session,
    /,
    input: str | Sequence[Mapping[str, Any]],  # noqa: A002  the API's own name
    *,
    model: str | None = None,
    **parameters: Any,
) -> Plan[ResponsesReply]:
    """The reply of the alpha `POST /responses`: a text, or a list of input items, to a model.

    It keeps no state and has no files, audio or structured output: prefer `chat`.
    """
    name = (session.default_model or "default") if model is None else model_name("model", model)
    resolution = session.catalogue.resolve(name)
    session.announce(resolution.note)
    call = calls.create_response(input, model=resolution.id, catalogue=session.catalogue, **parameters)
    reply: ResponsesReply = yield Send(call)
    return reply
