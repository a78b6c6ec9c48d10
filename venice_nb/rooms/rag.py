"""Questions to documents: `v.rag`."""

from __future__ import annotations

from venice_nb.binding import AsyncRoom, Room, awaits, does
from venice_nb.rag import rag


class Rags(Room):
    """Questions to documents: `v.rag(vn.Corpus.from_files("docs/*.md")).ask("...")`."""

    __call__ = does(rag.rag)


class AsyncRags(AsyncRoom):
    """Questions to documents: `R = await a.rag(corpus)`, then `await R.ask("...")`."""

    __call__ = awaits(rag.rag)
