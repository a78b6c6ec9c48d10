"""How a plan becomes a method: the same function, the same signature and docstring, in both worlds."""

from __future__ import annotations

import difflib
import functools
import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from venice_nb.calls.check import shown
from venice_nb.client.lent import Opening
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from venice_nb.client.drive import AsyncDriver, Driver
    from venice_nb.client.session import Session
    from venice_nb.client.streams import ReplyStream
    from venice_nb.policy.steps import Plan

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


# Fields of the API that an argument stands for under a name that says more.
_OURS = {
    ("speak", "input"): "text",
    ("stream", "input"): "text",
    ("dialogue", "input"): "lines",
    ("transcribe", "file"): "audio",
    ("clone_voice", "file"): "sample",
    ("embed", "input"): "data",
}
# Fields of the API that are no choice here.
_SETTLED = {
    ("embed", "encoding_format"): "leave it out: vectors travel as base64, which is smaller and exact, and "
    "are float32 when they are here"
}


class _Named:
    """What both kinds of room say of themselves."""

    def __repr__(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "")


class Room(_Named):
    """A group of methods of the synchronous client."""

    def __init__(self, session: Session, driver: Driver) -> None:
        self._session = session
        self._driver = driver


class AsyncRoom(_Named):
    """A group of methods of the asynchronous client."""

    def __init__(self, session: Session, driver: AsyncDriver) -> None:
        self._session = session
        self._driver = driver


def does(plan: Callable[Concatenate[Session, P], Plan[T]]) -> Callable[Concatenate[Any, P], T]:
    """A method that carries out `plan` and returns its result."""

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._driver.run(start(plan, self._session, args, kwargs))  # type: ignore[no-any-return]

    present(method, plan)
    return method


def awaits(
    plan: Callable[Concatenate[Session, P], Plan[T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """A method that gives a coroutine for the result of `plan`."""

    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._driver.run(start(plan, self._session, args, kwargs))  # type: ignore[no-any-return]

    present(method, plan)
    return method


def opens(
    plan: Callable[Concatenate[Session, P], Plan[ReplyStream[T]]],
) -> Callable[Concatenate[Any, P], Opening[T]]:
    """A method that gives the stream of `plan` to `async with`, to `async for`, or awaited."""

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> Opening[T]:
        return Opening(self._driver.run(start(plan, self._session, args, kwargs)))

    present(method, plan)
    return method


def carries(plan: Callable[Concatenate[S, P], Plan[Any]], name: str) -> Callable[Concatenate[S, P], Any]:
    """The method `name` of an object that knows its session: it carries out a plan of the same object.

    Where the client is asynchronous, it gives a coroutine.
    """

    def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        return self._session.run(start(plan, self, args, kwargs, name=name))

    present(method, plan)
    del method.carries_out  # type: ignore[attr-defined]  # `v.estimate` starts the plans of a client only
    method.__name__, method.__qualname__ = name, f"{plan.__qualname__.rpartition('.')[0]}.{name}"
    return method


class Later:
    """A room of a client that is made, and whose module is loaded, with its first use.

    The class of the room is the annotation of the attribute.
    """

    def __init__(self, home: str, doc: str) -> None:
        self._home, self.__doc__ = home, doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name, self._room = name, owner.__annotations__[name]

    def __get__(self, client: Any, owner: type | None = None) -> Any:
        if client is None:
            return self
        rooms = import_module(f"venice_nb.rooms.{self._home}")
        room = getattr(rooms, self._room)(client._session, client._driver)  # noqa: SLF001  its own client's
        client.__dict__[self._name] = room  # found there from now on
        return room


def later(home: str, doc: str) -> Any:
    """A `Later`, as what it gives."""
    return Later(home, doc)


class _Bare(str):
    """An annotation that a signature shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def start(
    plan: Callable[..., Plan[T]], session: Any, args: Any, kwargs: Any, bound: int = 1, *, name: str = ""
) -> Plan[T]:
    """The plan with its arguments; one that does not take them is told apart before anything is sent.

    `bound` counts the arguments at the front, the session or what knows it among them, that are not the
    user's to give. `name` is that of the method, where the plan has another one.
    """
    try:
        return plan(session, *args, **kwargs)
    except TypeError as error:
        name = name or plan.__name__
        raise _misfit(plan, name, kwargs, str(error).replace(plan.__qualname__, name), bound) from None


def _misfit(
    plan: Callable[..., Any], name: str, kwargs: dict[str, Any], problem: str, bound: int
) -> Exception:
    known = list(inspect.signature(plan).parameters)[bound:]
    unknown = [name for name in kwargs if name not in known]
    if not unknown:
        return TypeError(problem)
    ours = _OURS.get((name, unknown[0]))
    close = difflib.get_close_matches(unknown[0], known, n=1)
    if ours in known:
        do = f"it is called {ours!r} here"
    elif (name, unknown[0]) in _SETTLED:
        do = _SETTLED[name, unknown[0]]
    else:
        do = f"did you mean {close[0]!r}?" if close else f"it takes {', '.join(known)}"
    return InvalidInput(
        f"{name}() has no argument {unknown[0]!r}",
        field=unknown[0],
        value=shown(kwargs[unknown[0]]) if isinstance(kwargs[unknown[0]], int | float) else "<not shown>",
        allowed=known,
        do=do,
    )


def present(method: Any, plan: Callable[..., Any], bound: int = 1) -> None:
    """Show the plan's name, docstring and signature: what `?` shows is true. `self` is for what is bound."""
    functools.update_wrapper(method, plan)
    del method.__wrapped__
    method.carries_out = plan  # the price of a method can be told without carrying it out
    signature = inspect.signature(plan)
    first, *rest = signature.parameters.values()
    me = first.replace(name="self", annotation=inspect.Parameter.empty)
    method.__signature__ = signature.replace(parameters=[me, *rest[bound - 1 :]])
    readable(method)


def readable(method: F) -> F:
    """The method, with a signature that shows its annotations without quotes."""
    signature = inspect.signature(method)
    parameters = [each.replace(annotation=_shown(each.annotation)) for each in signature.parameters.values()]
    result = _shown(signature.return_annotation)
    method.__signature__ = signature.replace(parameters=parameters, return_annotation=result)  # type: ignore[attr-defined]
    return method


def _shown(annotation: Any) -> Any:
    """An annotation as the user should read it: `Plan[Reply]` gives a `Reply`."""
    if not isinstance(annotation, str):
        return annotation
    return _Bare(
        annotation.removeprefix("Plan[").removesuffix("]") if annotation[:5] == "Plan[" else annotation
    )
