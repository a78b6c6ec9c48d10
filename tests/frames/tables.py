"""Both worlds asked about tables: a server that answers by what it was asked, and what it was asked."""

import json
import re

import httpx

from tests.scripted_client import chat_answer
from tests.studio.pictures import Studio, World

__all__ = ["Server", "World", "cell", "refused", "values"]

_CELL = re.compile(r"<(\w+)>\n?(.*?)\n?</\1>", re.DOTALL)


def cell(prompt):
    """What stands between the first tags of a prompt; the prompt when there are none."""
    found = _CELL.search(prompt)
    return found[2] if found else prompt


def refused(status, error="no"):
    """An answer that is none."""
    return httpx.Response(status, json={"error": error})


class Server(Studio):
    """Answers each chat with `by(cell)`: a text, a whole answer, a response, or an exception to raise."""

    def __init__(self, by=lambda text: text.upper()):
        def answer(request):
            if not request.content:
                return refused(404)
            said = by(cell(json.loads(request.content)["messages"][-1]["content"]))
            if isinstance(said, str):
                said = chat_answer(said)
            return httpx.Response(200, content=json.dumps(said)) if isinstance(said, dict) else said

        super().__init__(answer)

    @property
    def asked(self):
        """The cells that were asked about, in the order they came."""
        return [cell(body["messages"][-1]["content"]) for body in self.bodies]


def values(column):
    """A column as a list, with None where a row has no value."""
    return column.astype(object).where(column.notna(), None).tolist()
