"""The open web: `v.web`."""

from __future__ import annotations

from venice_nb.binding import AsyncRoom, Room, awaits, does
from venice_nb.research import research
from venice_nb.web import augment


class Web(Room):
    """The open web: `v.web.search("...")`, `.scrape(url)`, `.parse(path)`, `.research("...")`."""

    search = does(augment.search)
    scrape = does(augment.scrape)
    parse = does(augment.parse)
    research = does(research)


class AsyncWeb(AsyncRoom):
    """The open web: `await a.web.search("...")`, `.scrape(url)`, `.parse(path)`, `.research("...")`."""

    search = awaits(augment.search)
    scrape = awaits(augment.scrape)
    parse = awaits(augment.parse)
    research = awaits(research)
