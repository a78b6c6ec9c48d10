"""The client that a function of this room is given: `vn.compare_models(v, ...)`."""

from __future__ import annotations

from typing import Any, Protocol

from venice_nb.calls.check import refuse
from venice_nb.client.session import Session
from venice_nb.rag.corpus import Corpus


class Client(Protocol):
    """A `Venice`, or an `AsyncVenice`, with which the result is awaited."""

    _session: Session


def session_of(client: Client, corpus: Corpus) -> Session:
    """The session of a client. Refuses what is no client, and a corpus that is none."""
    found: Any = getattr(client, "_session", None)
    given: Any = corpus
    if not isinstance(found, Session):
        refuse("client", client, "a Venice or an AsyncVenice", "Pass the client first: (v, corpus, ...).")
    if not isinstance(given, Corpus):
        refuse("corpus", corpus, "a Corpus", "Make one: vn.Corpus.from_files('docs/*.md').")
    return found
