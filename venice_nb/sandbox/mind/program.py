# ruff: noqa: E501  patterns and sentences stay on one line
"""What a piece of Python code holds, read from its syntax tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .thought import Draft, Trace, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .retrieve import Passage

_ASKED = re.compile(r"\b(?:code|function|script|program|snippet|class|method|python)\b", re.IGNORECASE)


def explained(question: str, passages: Sequence[Passage], trace: Trace) -> Draft | None:
    """Return what supplied Python code defines, None when no code is asked about or supplied."""
    if not passages or not _ASKED.search(question):
        return None
    for passage in passages:
        if len(passage.text) > 50_000 or not re.search(
            r"^\s*(?:def|class|import|from|\w+\s*=|print|for|@)", passage.text, re.MULTILINE
        ):
            continue
        try:
            tree = ast.parse(passage.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        said = [line for node in tree.body for line in _told(node)]
        if said:
            trace.note(f"Read {len(tree.body)} Python statements.", 1)
            return saying(*said, "That is what its syntax tells; I do not run it.", kind="program")
    return None


def _told(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [_function(node)]
        case ast.ClassDef(name=name, bases=bases, body=body):
            methods = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            after = f" from {', '.join(ast.unparse(b) for b in bases)}" if bases else ""
            return [
                f"It defines the class `{name}`{after}{f' with the methods {_listed(methods)}' if methods else ''}.{_purpose(node)}"
            ]
        case ast.Import(names=names):
            return [f"It imports {_listed([n.name for n in names])}."]
        case ast.ImportFrom(module=module, names=names):
            return [f"It imports {_listed([n.name for n in names])} from `{module or '.'}`."]
        case ast.For(target=target, iter=source):
            return [f"It loops over `{ast.unparse(source)[:80]}` with `{ast.unparse(target)[:40]}`."]
        case ast.Assign(targets=[target], value=value):
            return [f"It sets `{ast.unparse(target)[:40]}` to `{ast.unparse(value)[:80]}`."]
        case ast.Expr(value=ast.Call() as call):
            return [f"It calls `{ast.unparse(call)[:100]}`."]
    return []


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returned = [
        ast.unparse(n.value) for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None
    ]
    gives = (
        f", which returns `{returned[0][:80]}`"
        if len(returned) == 1
        else ", which returns one of several values"
        if returned
        else ""
    )
    kind = "asynchronous function" if isinstance(node, ast.AsyncFunctionDef) else "function"
    return f"It defines the {kind} `{node.name}({ast.unparse(node.args)[:80]})`{gives}.{_purpose(node)}"


def _purpose(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    about = ast.get_docstring(node)
    return f" Its docstring says: {about.splitlines()[0].rstrip('.')}." if about else ""


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{n}`" for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
