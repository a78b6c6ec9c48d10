"""The magics: `%%venice` asks what stands below it, `%venice` looks at models, money and the client."""

from __future__ import annotations

import inspect
import keyword
import shlex
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from venice_nb import venice
from venice_nb.calls.check import refuse, shown, unknown
from venice_nb.magics.braces import Names
from venice_nb.magics.help import Help
from venice_nb.shapes.shape import Shape
from venice_nb.talk.conversation import Conversation
from venice_nb.talk.extract import Extraction

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan

WORDS = ("models", "spend", "connect")
_TASK = "Answer with the data that is asked for. Write null, or an empty list, for what is not known."


def names(shell: Any) -> Names:
    """The namespace of the notebook; its own names are those of `%who`, and those with an underscore."""
    values, hidden = shell.user_ns, shell.user_ns_hidden
    own = {
        name
        for name, value in values.items()
        if not (name.startswith("__") and name.strip("_"))
        and (name.startswith("_") or hidden.get(name, hidden) is not value)
    }
    return Names(values, own)


def at_hand(shell: Any) -> venice.Venice | venice.AsyncVenice | None:
    """The notebook's `v` where that is a `Venice`, else the client that was made last, if there is one."""
    named = shell.user_ns.get("v")
    return named if isinstance(named, venice.Venice) else venice.latest()


@magics_class
class VeniceMagics(Magics):
    """`%%venice` and `%venice`, for one shell."""

    shell: Any

    @no_var_expand
    @magic_arguments("%venice")
    @argument("-m", "--model", help="an id, a trait such as default_code, or an alias; Tab lists them")
    @argument("-s", "--system", help="instructions that come before everything else, in quotes")
    @argument("-t", "--temperature", help="how freely the model chooses its words, 0 to 2")
    @argument("-c", "--conversation", metavar="NAME", help="go on with the conversation NAME, or begin it")
    @argument("--to", metavar="NAME", help="put the reply, or what --schema made of it, into a variable")
    @argument("--schema", metavar="NAME", help="a class, TypedDict or dict of the notebook, or list[NAME]")
    @argument("--web", action="store_true", help="search the web and cite it, 0.01 US dollars a request")
    @argument("--no-stream", action="store_true", help="show the answer when it is complete")
    @argument("--raw", action="store_true", help="send the cell as it stands: braces are text")
    @cell_magic("venice")  # type: ignore[arg-type]  # as IPython declares it, nothing would fit
    def ask(self, line: str, cell: str) -> Any:
        """The answer to what is written below the first line; it is the value of the cell.

        `{name}` and `{expression}` stand for the notebook's values, also in -m, -s and -t; they have no space
        next to their braces. What stands in a value is text. JSON and other braces need no care; `{{name}}`
        is the word in braces, and a name that is not there is an error.

        Asked is `v` where the notebook has a Venice of that name, else the client that was made last, else
        `vn.connect()`. Of a conversation, -m, -s and -t are kept when they begin it, and count for one turn
        afterwards; it is the variable NAME, with undo, cost and save. With --schema the answer is an object
        of that shape. Whatever goes wrong is raised.

            %%venice -m default_code -s "Answer in one line" --to answer
            What does {df.shape} say about a table?
        """
        given = _options(self.ask.parser, line, "The question goes below the first line.")
        _check(given)
        here = names(self.shell)
        question = cell.strip("\n")
        question = question if given.raw else here.fill(question)
        if not question.strip():
            refuse("cell", question, "a question", "Write it below the first line.")
        chosen = _chosen(given, here)
        once: dict[str, Any] = {"web_search": "on", "citations": True} if given.web else {}
        quiet = {"show": False} if given.no_stream else {}  # as the value of the cell it shows itself
        if given.schema:
            session = self._client()._session  # noqa: SLF001  our own client
            wanted = here.value(given.schema, field="schema")
            answer = session.run(shaped(session, question, wanted, **chosen, **once))
        elif given.conversation:
            answer = self._turn(given.conversation, question, chosen, once | quiet)
        else:
            answer = self._client().chat(question, **chosen, **once, **quiet)
        answer = _waited(answer)
        if given.to:
            self.shell.push({given.to: answer})
        return answer

    @magic_arguments("venice")
    @argument("word", nargs="?", help="models, spend or connect; without one, what there is")
    @argument("--type", help="of models: text, image, video, tts, asr, music, embedding, all, ...")
    @argument("--ask", action="store_true", help="of connect: ask for a key without showing it")
    @line_magic("venice")  # type: ignore[arg-type]  # likewise
    def look(self, line: str) -> Any:
        """A table of models, what was spent, or a client named `v`.

        `%venice models --type image` is `v.models(type="image")`, `%venice spend` is `v.spend`, and
        `%venice connect` is `v = vn.connect()`. Questions go into a cell that begins with `%%venice`.
        """
        given = _options(self.look.parser, line, "Questions go into a cell that begins with %%venice.")
        if given.word is None:
            client = at_hand(self.shell)
            return Help(repr(client) if client is not None else "vn.connect(), when it is first needed")
        if given.word not in WORDS:
            do = "Questions go into a cell that begins with %%venice."
            unknown(given.word, WORDS, kind="word", do=do)
        if (given.type and given.word != "models") or (given.ask and given.word != "connect"):
            do = f"Write %venice {given.word}."
            refuse("options", line, "--type with models, --ask with connect", do)
        if given.word == "connect":
            return self._connect(ask=given.ask)
        client = self._client()
        return client.spend if given.word == "spend" else _waited(client.models(type=given.type or "text"))

    def _client(self) -> Any:
        """The client that is asked; its answers have to be waited for by `_waited`."""
        return at_hand(self.shell) or venice.latest_or_new()

    def _connect(self, *, ask: bool) -> venice.Venice:
        before = self.shell.user_ns.get("v")
        if before is not None and not isinstance(before, venice.Venice | venice.AsyncVenice):
            what = f"v is {shown(before)} here, and stays it."
            refuse("v", before, "a client, or nothing yet", "Write client = vn.connect().", what=what)
        client = venice.connect(ask=ask)
        self.shell.push({"v": client})
        return client

    def _turn(self, name: str, question: str, chosen: dict[str, Any], once: dict[str, Any]) -> Any:
        """One turn of the conversation that is the variable `name`; a new one is kept once it has a turn."""
        talk = self.shell.user_ns.get(name)
        if isinstance(talk, Conversation):
            return talk(question, **chosen, **once)
        if talk is not None:
            what = f"{name} is {shown(talk)} here, not a conversation."
            refuse("conversation", name, "a conversation, or a new name", "Take another name.", what=what)
        talk = self._client().conversation(**chosen)
        try:
            return talk(question, **once)
        finally:
            if len(talk):  # also the turn that was interrupted
                self.shell.push({name: talk})


def shaped(
    session: Session,
    prompt: str,
    shape: Any,
    *,
    system: str = "",
    model: str | None = None,
    **parameters: Any,
) -> Plan[Any]:
    """The plan whose result is the answer to `prompt` as an object of a shape."""
    task = f"{_TASK}\n\n{system}" if system else _TASK
    one = Extraction(session, Shape.of(shape), parameters, task=task)
    yield from one.choose(model)
    return (yield from one.of(one.asking(prompt))).parsed


def _options(parser: ArgumentParser, line: str, advice: str) -> Namespace:
    """The options in a first line. InvalidInput, which fails the cell, for what is none."""
    try:
        found, rest = parser.parse_known_args(shlex.split(line))
    except (ValueError, UsageError) as error:  # an open quote; a value that is missing
        refuse("options", line, "options", "See %%venice? and %venice?.", what=f"{error}".capitalize() + ".")
    if rest:
        known = [name for name in parser._option_string_actions if name.startswith("--")]  # noqa: SLF001
        unknown(rest[0], known, kind="option", do=advice)
    return found


def _check(given: Namespace) -> None:
    """Refuse names that are none, and options that exclude each other."""
    for option in ("to", "conversation"):
        name = getattr(given, option)
        if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
            refuse(option, name, "the name of a variable", f"Write --{option} answer.")
    if given.conversation and given.schema:
        what = "A conversation answers in words, not in a shape."
        do = "Ask for the data in a cell of its own."
        refuse("schema", given.schema, "nothing beside --conversation", do, what=what)
    if given.conversation and given.conversation == given.to:
        refuse("to", given.to, "another name than the conversation's", "Take another name.")


def _chosen(given: Namespace, here: Names) -> dict[str, Any]:
    """The options that a conversation keeps, with their values filled in."""
    found: dict[str, Any] = {
        name: here.fill(value, field=name)
        for name in ("model", "system", "temperature")
        if (value := getattr(given, name)) is not None
    }
    if "temperature" in found:
        try:
            found["temperature"] = float(found["temperature"])
        except ValueError:
            refuse("temperature", found["temperature"], "a number from 0 to 2", "Write -t 0.2.")
    return found


def _waited(answer: Any) -> Any:
    """The answer of a `Venice`. An `AsyncVenice` gives what has to be awaited, which no magic can do."""
    if not inspect.iscoroutine(answer):
        return answer
    answer.close()  # nothing was sent yet
    what = "A magic waits for its answer; the client here is an AsyncVenice, which has to be awaited."
    return refuse("client", answer, "a Venice", 'Write %venice connect, or await a.chat("...").', what=what)
