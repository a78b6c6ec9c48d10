"""The client that a function of this room is given: `vn.compare_models(v, ...)`."""

from __future__ import annotations

from typing import Any, Protocol

from venice_nb.calls.check import refuse
from venice_nb.client.session import Session
from venice_nb.rag.corpus import Corpus, with_documents


class Client(Protocol):
    """A `Venice`, or an `AsyncVenice`, with which the result is awaited."""

    _session: Session


def session_of(client: Client, corpus: Corpus) -> Session:
    """The session of a client. Refuses what is no client, and a corpus that is none or has no documents."""
    found: Any = getattr(client, "_session", None)
    if not isinstance(found, Session):
        refuse("client", client, "a Venice or an AsyncVenice", "Pass the client first: (v, corpus, ...).")
    with_documents(corpus)
    return found
