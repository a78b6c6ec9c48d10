"""Tab in the magics: options, words, models, and the notebook's names where one is wanted.

What stands in braces below the first line is completed by IPython itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion, SimpleMatcherResult, context_matcher

from venice_nb.calls.models import TYPES
from venice_nb.catalogue import Catalogue
from venice_nb.magics.cell import WORDS, at_hand, names
from venice_nb.talk.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.completer import CompletionContext

    from venice_nb.magics.cell import VeniceMagics

IDENTIFIER = "venice_nb"
_LAST = re.compile(r"(?:(?<=\s)(-\w|--[\w-]+)(?:\s+|=))?(\S*)$")  # an option, and the beginning of its value


def matcher(magics: VeniceMagics) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """What completes the lines of these magics, for `IPCompleter.custom_matchers`. It sends nothing."""

    @context_matcher(identifier=IDENTIFIER)
    def complete(context: CompletionContext) -> SimpleMatcherResult:
        line = context.text_until_cursor.lstrip()
        if line.startswith("%%venice "):
            kind, begun, offered = _option(line, magics)
        elif line.startswith("%venice "):
            kind, begun, offered = _word(line)
        else:
            return {"completions": []}
        found = [SimpleCompletion(each, type=kind) for each in offered if each.startswith(begun)]
        return {"completions": found, "suppress": bool(found), "matched_fragment": begun}

    return complete  # type: ignore[no-any-return]  # the decorator forgets what it decorates


def _option(line: str, magics: VeniceMagics) -> tuple[str, str, Iterable[str]]:
    """What may stand at the end of `%%venice ...`: its kind, what is there of it, and the choice."""
    last = _LAST.search(line)
    assert last is not None  # it fits any text
    options = magics.ask.parser._option_string_actions  # noqa: SLF001  argparse lists them nowhere else
    action = options.get(last[1])
    if action is None or action.nargs == 0:
        return "option", last[2], options
    shell = magics.shell
    if action.dest == "model":
        return "model", last[2], _models(shell)
    if action.dest == "conversation":
        return "conversation", last[2], _holding(shell, Conversation)
    if action.dest == "schema":
        return "class", last[2], _holding(shell, (type, dict))
    return "", last[2], ()


def _word(line: str) -> tuple[str, str, Iterable[str]]:
    """What may stand at the end of `%venice ...`."""
    before, _, begun = line.rpartition(" ")
    match before.split()[1:]:
        case []:
            return "word", begun, WORDS
        case ["models"]:
            return "option", begun, ["--type"]
        case ["connect"]:
            return "option", begun, ["--ask"]
        case ["models", "--type"]:
            return "type", begun, [*TYPES, "audio", "code", "all"]
    return "", begun, ()


def _models(shell: Any) -> list[str]:
    """What a text model can be called: ids, roles, and the names of other providers' models."""
    client = at_hand(shell)
    known = client._session.catalogue if client is not None else Catalogue.bundled()  # noqa: SLF001
    ids = [model.id for model in known.of_type("text")]
    return [*ids, *known.traits("text"), *known.aliases.get("text", {})]


def _holding(shell: Any, kinds: type | tuple[type, ...]) -> list[str]:
    """The notebook's names of such things."""
    here = names(shell)
    return [name for name in here.told if isinstance(here.values[name], kinds)]
