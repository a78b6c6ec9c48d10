"""Tab in the magics: options, words, models, and the notebook's names where one is wanted.

What stands in braces below the first line is completed by IPython itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core import completer

from venice_nb.calls.models import TYPES
from venice_nb.catalogue import Catalogue
from venice_nb.magics.cell import WORDS, at_hand, names
from venice_nb.talk.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from venice_nb.magics.cell import VeniceMagics

IDENTIFIER = "venice_nb"
_LAST = re.compile(r"(?:(?<=\s)(-\w|--[\w-]+)(?:\s+|=))?(\S*)$")  # an option, and the beginning of its value


def teach(magics: VeniceMagics) -> None:
    """Have the shell complete the lines of these magics. It sends nothing."""
    shell = magics.shell
    if hasattr(completer, "context_matcher"):
        shell.Completer.custom_matchers.append(_matcher(magics))
    else:  # IPython before 8.6, as Colab has it

        def hook(_: Any, event: Any) -> list[str]:
            return _offers(event.text_until_cursor, magics)[2]

        for magic in ("%%venice", "%venice"):
            shell.set_hook("complete_command", hook, str_key=magic)


def forget(shell: Any) -> None:
    """Have the shell complete them no more."""
    matchers = getattr(shell.Completer, "custom_matchers", [])
    matchers[:] = [each for each in matchers if getattr(each, "matcher_identifier", "") != IDENTIFIER]


def _matcher(magics: VeniceMagics) -> Any:
    @completer.context_matcher(identifier=IDENTIFIER)
    def complete(context: completer.CompletionContext) -> completer.SimpleMatcherResult:
        kind, begun, offered = _offers(context.text_until_cursor, magics)
        found = [completer.SimpleCompletion(each, type=kind) for each in offered]
        return {"completions": found, "suppress": bool(found), "matched_fragment": begun}

    return complete


def _offers(line: str, magics: VeniceMagics) -> tuple[str, str, list[str]]:
    """What may stand at the end of a line: its kind, what is there of it, and the choice."""
    line = line.lstrip()
    if line.startswith("%%venice "):
        kind, begun, choice = _option(line, magics)
    elif line.startswith("%venice "):
        kind, begun, choice = _word(line)
    else:
        return "", "", []
    return kind, begun, [each for each in choice if each.startswith(begun)]


def _option(line: str, magics: VeniceMagics) -> tuple[str, str, Iterable[str]]:
    """What may stand at the end of `%%venice ...`."""
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
