"""Any operation of the API by its official id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls import operations
from venice_nb.policy.steps import Plan, Send

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.client.session import Session
    from venice_nb.results.raw import RawReply


def raw(
    session: Session,  # noqa: ARG001  every plan takes it first
    /,
    operation: str,
    body: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    path: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
) -> Plan[RawReply]:
    """The answer to any of the 49 operations, by its official id, with nothing added to what you give.

    Args:
        operation: the id, such as "createChatCompletion" or "getApiKeyRateLimits".
        body: the JSON body.
        query: query parameters; a list repeats its name.
        path: values for the `{...}` parts of the path.
        form: fields of a multipart form: texts, numbers, flags, or (file name, bytes, content type).
        files: files of a multipart form: paths, bytes, PIL images, arrays, ...

    Returns the answer without interpretation: `.data` is its JSON, `.content` its bytes. Raises InvalidInput
    for an unknown id, a missing part of the path, or a body where none belongs, before anything is sent.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().raw("listModels", query={"type": "embedding"}).data["type"]
    'embedding'

    """
    reply: RawReply = yield Send(
        operations.raw(operation, body, query=query, path=path, form=form, files=files)
    )
    return reply
