"""The open web as a room of a client, twice. It loads with its first use."""

from __future__ import annotations

from venice_nb.binding import AsyncRoom, Room, awaits, does
from venice_nb.web import augment


class Web(Room):
    """The open web: `v.web.search("...")`, `v.web.scrape(url)`, `v.web.parse("paper.pdf")`."""

    search = does(augment.search)
    scrape = does(augment.scrape)
    parse = does(augment.parse)


class AsyncWeb(AsyncRoom):
    """The open web: `await a.web.search("...")`, `await a.web.scrape(url)`, `await a.web.parse(path)`."""

    search = awaits(augment.search)
    scrape = awaits(augment.scrape)
    parse = awaits(augment.parse)
