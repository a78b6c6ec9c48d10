"""Python functions as tools of a chat: described to the model, checked before they run, and never fatal.

A tool is a function with type hints; its docstring describes it. What goes wrong when the model calls it
(an unknown name, arguments that do not fit, an exception) is told to the model, which can then do better.
"""

from __future__ import annotations

import inspect
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from venice_nb.errors import InvalidInput, ToolError, plain
from venice_nb.policy.steps import Plan, Run
from venice_nb.results.talk.reply import ToolCall, ToolStep
from venice_nb.shapes.building import fit, plain_data
from venice_nb.shapes.docstrings import read_docstring
from venice_nb.shapes.fitting import Problem, check
from venice_nb.shapes.schema import resolve_hints, schema_of

if TYPE_CHECKING:
    from venice_nb.shapes.strictness import Schema

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # what the servers behind the API accept
RESULT_CAP = 20_000  # characters of a result that the model is told, about 6,000 tokens
ROWS_CAP = 100  # rows of a table that the model is told

Confirm = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Tool:
    """A function the model may call. `function` is None when it is only declared: its calls are yours to run.

    Attributes:
        name: what the model calls it, at most 64 of `a-z A-Z 0-9 _ -`.
        description: when and how to use it.
        schema: the JSON schema of its arguments.
        kinds: the Python type of each argument, for tools made from functions.

    """

    name: str
    description: str = ""
    schema: Schema = field(default_factory=lambda: {"type": "object", "properties": {}})
    function: Callable[..., Any] | None = None
    kinds: Mapping[str, Any] | None = None
    strict: bool | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"{plain(self.name, 80)!r} cannot be the name of a tool.",
                field="tools",
                value=self.name,
                allowed="1 to 64 of a-z A-Z 0-9 _ -",
                do="Rename the function, or pass Tool.of(function, name=...).",
            )

    @classmethod
    def of(cls, source: Any, *, name: str | None = None, description: str | None = None) -> Tool:
        """A tool from a function, a specification as the API has it, or a pair `(specification, function)`.

        Raises InvalidInput, with the reason, for what cannot be described to a model.
        """
        made = _tool(source)
        return replace(made, name=name or made.name, description=description or made.description)

    @property
    def spec(self) -> dict[str, Any]:
        """The tool as the API wants it in `tools`."""
        function: dict[str, Any] = {"name": self.name, "parameters": self.schema}
        if self.description:
            function["description"] = self.description
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}

    def read(self, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The arguments as Python values, and what is wrong with them."""
        if self.kinds is None:
            return dict(arguments), check(self.schema, arguments)
        problems = [
            Problem(name, f"is not an argument; there are: {', '.join(self.kinds) or 'none'}")
            for name in arguments
            if name not in self.kinds
        ]
        required = self.schema.get("required", ())
        values = {}
        for name, kind in self.kinds.items():
            given = arguments.get(name)
            if name not in arguments:
                problems += [Problem(name, "is missing")] if name in required else []
            elif given is not None or name in required or not fit(kind, None)[1]:
                values[name], found = fit(kind, given, name)  # null for an optional argument means: left out
                problems += found
        return values, problems


class Toolbox(Mapping[str, Tool]):
    """The tools of one chat, by name. Raises InvalidInput for two tools of one name."""

    def __init__(self, tools: Iterable[Any] | None = None) -> None:
        listed = tools is None or isinstance(tools, Iterable)
        if not listed or isinstance(tools, str | bytes | Mapping) or callable(tools):
            raise InvalidInput(
                "tools= takes a list.",
                field="tools",
                value=type(tools).__name__,
                allowed="a list of functions or specifications",
                do="Write tools=[weather].",
            )
        self._tools: dict[str, Tool] = {}
        for source in tools or ():
            tool = Tool.of(source)
            if tool.name in self._tools:
                raise InvalidInput(
                    f"Two tools are called {tool.name!r}.",
                    field="tools",
                    value=tool.name,
                    do="Give one of them another name with Tool.of(function, name=...).",
                )
            self._tools[tool.name] = tool

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __iter__(self) -> Any:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    @property
    def specs(self) -> list[dict[str, Any]]:
        """All tools as the API wants them."""
        return [tool.spec for tool in self._tools.values()]

    def wanted(self, calls: Iterable[ToolCall]) -> tuple[ToolCall, ...]:
        """The calls that are meant to be run: not the made-up ones that only carry search results.

        Their name and id differ between the API's documents; a tool of yours may be called web_search.
        """
        return tuple(
            call
            for call in calls
            if call.name != "venice_web_search_documents"
            and call.id != "web_search_call"
            and (call.name != "web_search" or call.name in self)
        )

    def runs(self, calls: Iterable[ToolCall]) -> bool:
        """Whether the loop can answer all these calls: none is of a tool that was only declared."""
        return all(call.name not in self or self[call.name].function is not None for call in calls)

    def run(
        self, call: ToolCall, *, confirm: Confirm | None = None, raise_tool_errors: bool = False
    ) -> Plan[ToolStep]:
        """The plan that answers one call. Only tools of this box run; failures become text for the model.

        `confirm(name, arguments)` is asked first; a false answer means the tool does not run. With
        `raise_tool_errors` a failing tool raises ToolError instead.
        """
        began = time.perf_counter()

        def step(output: str, *, failed: bool = True) -> ToolStep:
            return ToolStep(call, output, failed, time.perf_counter() - began)

        tool = self.get(call.name)
        if tool is None or tool.function is None:
            return step(self._unknown(call.name))
        try:
            given = call.args
        except (ValueError, RecursionError) as problem:
            return step(
                f"error: the arguments are not a JSON object ({plain(problem, 200)}). Send them again."
            )
        values, problems = tool.read(given)
        if problems:
            listed = "\n".join(f"- {problem}" for problem in problems[:20])
            return step(f"error: the arguments do not fit:\n{listed}\nCorrect them and call again.")
        function = tool.function
        try:
            if confirm is not None and not (yield Run(lambda: confirm(call.name, values))):
                return step("error: the user did not allow this call. Go on without it.")
            result = yield Run(lambda: function(**values))
            return step(told(result), failed=False)
        except Exception as problem:
            if raise_tool_errors:
                raise ToolError(
                    f"The tool {call.name} failed: {type(problem).__name__}: {plain(problem, 300)}",
                    do="Mend the function, or leave raise_tool_errors off to let the model react.",
                    tool=call.name,
                    arguments=values,
                ) from problem
            return step(f"error: {type(problem).__name__}: {plain(problem, 2000)}")

    def _unknown(self, name: str) -> str:
        close = get_close_matches(name, self, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return f"error: there is no tool {plain(name, 80)}. There are: {', '.join(self) or 'none'}.{hint}"


def told(result: Any) -> str:
    """A tool's result as the model is told it: text as it is, tables as CSV, the rest as JSON; capped."""
    if isinstance(result, str):
        text = result
    elif isinstance(result, bytes | bytearray | memoryview):
        text = f"{len(result):,} bytes of data"
    elif hasattr(result, "to_csv") and hasattr(result, "index"):  # a DataFrame or Series
        text = result.iloc[:ROWS_CAP].to_csv()
        if len(result) > ROWS_CAP:
            text += f"[the first {ROWS_CAP} of {len(result):,} rows]"
    else:
        text = json.dumps(plain_data(result), ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode()  # lone surrogates cannot be sent
    if len(text) > RESULT_CAP:
        text = f"{text[:RESULT_CAP]}\n[cut: the first {RESULT_CAP:,} of {len(text):,} characters]"
    return text


def _tool(source: Any) -> Tool:
    if isinstance(source, Tool):
        return source
    if isinstance(source, Mapping):
        return _from_spec(source)
    if (
        isinstance(source, tuple)
        and len(source) == 2
        and isinstance(source[0], Mapping)
        and callable(source[1])
    ):
        return replace(_from_spec(source[0]), function=source[1])
    if inspect.isfunction(source) and source.__name__ != "<lambda>":
        return _from_function(source)
    reason = f"A {type(source).__name__} is not a tool"
    if inspect.isfunction(source):
        reason = "A lambda has no name, types or description to tell the model"
    elif inspect.ismethod(source):
        reason = f"{source.__name__} is bound to an object, and the model would reach all of it"
    elif callable(source):
        reason = f"{plain(getattr(source, '__name__', type(source).__name__), 80)} is not a plain function"
    raise InvalidInput(
        f"{reason}.",
        field="tools",
        value=type(source).__name__,
        allowed="a function with type hints, a Tool, a specification, or (specification, function)",
        do="Write a function with type hints and a docstring around it.",
    )


def _from_spec(spec: Mapping[str, Any]) -> Tool:
    function = spec.get("function", spec)
    if spec.get("type", "function") != "function" or not isinstance(function, Mapping):
        raise InvalidInput(
            f"A tool of type {plain(spec.get('type'), 40)!r} does nothing on this API.",
            field="tools",
            value=spec.get("type"),
            allowed="function",
            do='For web search use web_search="auto".',
        )
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    if not isinstance(schema, Mapping) or schema.get("type", "object") != "object":
        raise InvalidInput(
            "The parameters of a tool are a JSON schema of type object.",
            field="tools",
            value=function.get("name"),
        )
    return Tool(
        function.get("name", ""),
        function.get("description") or "",
        dict(schema),
        strict=function.get("strict"),
    )


def _from_function(function: Callable[..., Any]) -> Tool:
    said = read_docstring(function.__doc__)
    hints = resolve_hints(function)
    kinds: dict[str, Any] = {}
    properties: Schema = {}
    required = []
    for name, parameter in inspect.signature(function).parameters.items():
        problem = ""
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            problem = f"{parameter} of {function.__name__} cannot be described: arguments are passed by name"
        elif name not in hints:
            problem = f"{name} of {function.__name__} has no type hint"
        if problem:
            raise InvalidInput(
                f"{problem}.", field="tools", value=function.__name__, do=f"Write {name}: str, for example."
            )
        kinds[name] = hints[name]
        properties[name] = schema_of(hints[name])
        if name in said.parameters:
            properties[name].setdefault("description", said.parameters[name])
        if parameter.default is parameter.empty:
            required.append(name)
        elif isinstance(parameter.default, str | int | float | bool):
            properties[name].setdefault("default", plain_data(parameter.default))
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return Tool(function.__name__, said.summary, _hoisted(schema), function, kinds)


def _hoisted(schema: Schema) -> Schema:
    """`schema` with the `$defs` of its properties at the top, where their `$ref`s look."""
    definitions: Schema = {}
    for part in schema["properties"].values():
        definitions |= part.pop("$defs", {})
    return {**schema, "$defs": definitions} if definitions else schema
