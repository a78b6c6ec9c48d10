# ruff: noqa: E501, RUF001  patterns and word lists stay on one line; typographic marks are what is looked for or shown
"""Arithmetic in plain text: expressions evaluated safely, "12 times 7", "sum of 3, 4 and 5", "15% of 80"."""

from __future__ import annotations

import ast
import math
import re
import statistics
from typing import TYPE_CHECKING

from .numbers import NUMBER_WORDS, numbers, written
from .thought import Draft, Trace, exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}
_CALLS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt, "log": math.log, "ln": math.log, "log2": math.log2, "log10": math.log10, "exp": math.exp,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "abs": abs, "round": round, "floor": math.floor,
    "ceil": math.ceil,
}  # fmt: skip


def evaluate(expression: str) -> float:
    """Return the value of an arithmetic expression; ValueError when it is not one or grows too large."""
    if len(expression) > 300:
        raise ValueError("too long")
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body, 0)
    except (SyntaxError, RecursionError, MemoryError, ArithmeticError, TypeError) as error:
        raise ValueError(str(error)) from error
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _value(node: ast.AST, depth: int) -> float:
    if depth > 60:
        raise ValueError("too deep")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id="pi"):
            return math.pi
        case ast.Name(id="e"):
            return math.e
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, depth + 1)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner, depth + 1)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left, depth + 1), _value(right, depth + 1))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            value = _BINARY[type(op)](_value(left, depth + 1), _value(right, depth + 1))
            if isinstance(value, int) and value.bit_length() > 4000:
                raise ValueError("too large")
            return value
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _CALLS:
            return _CALLS[name](_value(inner, depth + 1))
    raise ValueError("not arithmetic")


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > 4000 or (isinstance(base, int) and base.bit_length() * abs(exponent) > 4000):
        raise ValueError("too large")
    value = base**exponent
    if isinstance(value, complex):
        raise ValueError("no real value")  # noqa: TRY004  it is the value that is wrong, not a type
    return float(value) if isinstance(value, float) else int(value)


_SPELLED = (
    (r"\b(?:multiplied by|times)\b|[×·]|(?<=\d)\s*x\s*(?=[\d(])", " * "),
    (r"\b(?:divided by|over)\b|[÷]", " / "),
    (r"\bplus\b", " + "),
    (r"\bminus\b|[−–]", " - "),
    (r"\b(?:modulo|mod)\b", " % "),
    (r"\b(?:to the power(?: of)?|raised to(?: the power(?: of)?)?)\b|\^", " ** "),
    (r"\bsquared\b|²", " ** 2 "),
    (r"\bcubed\b|³", " ** 3 "),
    (r"\b(?:the )?(?:square root|sqrt) of\b|√", " sqrt "),
    (r"(?<=\d)\s*(?:percent|per cent)\b", "%"),
    (r"(\d+(?:\.\d+)?)\s*%\s+of\s+", r"(\1/100) * "),
    (r"\bhalf of\b", " 0.5 * "),
    (r"(\d+(?:\.\d+)?)\s*%(?!\s*[\d(])", r"(\1/100)"),
    (r"(?<=\d),(?=\d{3}\b)", ""),
)
_EXPRESSION = re.compile(
    r"(?:(?:sqrt|log10|log2|log|ln|exp|sin|cos|tan|abs|round|floor|ceil)\s*\(?|[(]|-)*\s*(?:\d+(?:\.\d+)?(?:e-?\d+)?|\.\d+|\bpi\b)"
    r"[\d\s.+\-*/%()]*(?:\bpi\b|(?:sqrt)\s*\d+(?:\.\d+)?|[\d.+\-*/%()\s])*"
)
_LIST = re.compile(
    r"\b(?P<op>sum|total|average|mean|median|product|maximum|max|largest|highest|minimum|min|smallest|lowest|range|standard deviation|"
    r"difference|add(?: up)?|multiply|how (?:many|much) (?:are|is|do))\b",
    re.IGNORECASE,
)


def find_expression(text: str) -> str:
    """Return the arithmetic expression in a text, as Python would write it, "" when there is none."""
    said = text
    for word, number in NUMBER_WORDS.items():
        said = re.sub(rf"\b{word}\b", str(number), said, flags=re.IGNORECASE)
    for pattern, sign in _SPELLED:
        said = re.sub(pattern, sign, said, flags=re.IGNORECASE)
    said = re.sub(r"(?<![\w-])\d{4}-\d\d-\d\d(?!\d)|\+\d[\d -]{7,}", " ", said)  # dates and telephone numbers
    best = ""
    for match in _EXPRESSION.finditer(said):
        found = re.sub(r"sqrt\s+(\d+(?:\.\d+)?)", r"sqrt(\1)", match[0]).strip().rstrip(".+-*/%( ")
        found += ")" * (found.count("(") - found.count(")"))
        if re.search(
            r"\d\s*(?:[-+*/%]|\*\*)\s*[-(\d.sp]|sqrt|log|ln|exp|sin|cos|tan|abs|round|floor|ceil", found
        ) and len(found) > len(best):
            best = found
    return best


def calculate(question: str, trace: Trace, *, text: str = "", last: float | None = None) -> Draft | None:
    """Return the result of the arithmetic a question asks for, None when it asks for none.

    `text` may hold the numbers ("Average of: 3, 4, 5"); `last` is the number "that" and "it" point to.
    """
    asked = question
    if last is not None:
        asked = re.sub(
            r"\b(?:that|it|this|the (?:result|answer|total))\b",
            written(last),
            asked,
            count=1,
            flags=re.IGNORECASE,
        )
        asked = re.sub(
            r"^(?:and |now |then )*(plus|minus|times|multiplied by|divided by|squared|cubed)",
            rf"{written(last)} \1",
            asked,
            flags=re.IGNORECASE,
        )
        asked = re.sub(r"\b(multiply|divide)\s+(\S+)\s+by\s+(\S+?)([.?!]?)$", _by, asked, flags=re.IGNORECASE)
    asked = re.sub(
        r"\bmultiply\s+(\S+)\s+(?:by|and|with)\s+(\S+)", r"\1 times \2", asked, flags=re.IGNORECASE
    )
    asked = re.sub(r"\bdivide\s+(\S+)\s+by\s+(\S+)", r"\1 divided by \2", asked, flags=re.IGNORECASE)
    asked = re.sub(r"\bsubtract\s+(\S+)\s+from\s+(\S+)", r"\2 minus \1", asked, flags=re.IGNORECASE)
    asked = re.sub(
        r"\badd\s+(\S+)\s+(?:to|and)\s+(\S+?)(?=[.?!]?$)", r"\1 plus \2", asked, flags=re.IGNORECASE
    )
    listed = _of_list(asked, text, trace)
    if listed:
        return listed
    expression = find_expression(asked)
    if not expression or (
        re.fullmatch(r"\(\d+(?:\.\d+)?/100\)", expression)
        and not re.search(
            r"\b(?:decimal|fraction|number)\b|^\W*(?:what is |what's )?\S+(?: percent)?\W*$",
            asked,
            re.IGNORECASE,
        )
    ):
        return None  # a percentage of nothing that is known is no sum
    shown = re.sub(r"\s+", " ", expression)
    try:
        value = evaluate(expression)
    except ValueError as error:
        if "zero" in str(error):
            return exactly(f"{shown} has no value: it divides by zero.", "arithmetic")
        if "too large" in str(error):
            return exactly(f"{shown} is too large for me to work out.", "arithmetic")
        return None
    trace.note(f"Evaluated {shown} = {written(value)}.", 1)
    rounded = "≈" if isinstance(value, float) and abs(value - float(written(value))) > 0 else "="
    return exactly(f"{shown.replace('**', '^').replace('*', '×')} {rounded} {written(value)}", "arithmetic")


def _by(match: re.Match[str]) -> str:
    return f"{match[2]} {'times' if match[1].lower() == 'multiply' else 'divided by'} {match[3]}"


_FOLDS: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum, "total": math.fsum, "add": math.fsum, "average": statistics.fmean, "mean": statistics.fmean,
    "median": statistics.median, "product": math.prod, "multiply": math.prod, "max": max, "min": min,
    "range": lambda v: max(v) - min(v), "standard deviation": statistics.stdev, "difference": lambda v: abs(v[0] - v[1]),
}  # fmt: skip
_FOLD_OF = {
    "maximum": "max",
    "largest": "max",
    "highest": "max",
    "minimum": "min",
    "smallest": "min",
    "lowest": "min",
}
_NAMES = {
    "add": "sum",
    "total": "sum",
    "multiply": "product",
    "max": "largest",
    "min": "smallest",
    "average": "average",
}


def _of_list(question: str, text: str, trace: Trace) -> Draft | None:
    match = _LIST.search(question)
    if not match:
        return None
    word = re.sub(r"\s+up$", "", match["op"].lower())
    fold = _FOLD_OF.get(word, word)
    if fold not in _FOLDS:
        return None
    source = question[match.end() :]
    values = [n.value for n in numbers(source)]
    if len(values) < 2 and text and not re.search(r"[A-Za-z]{3,}", re.sub(r"\b(?:and|or)\b", "", text)):
        values = [n.value for n in numbers(text)]
    if len(values) < 2 or re.search(r"\d\s*[*/+]\s*\d", source):
        return None
    if fold == "difference" and len(values) != 2:
        return None
    value = _FOLDS[fold](values)
    trace.note(f"Took the {fold} of {', '.join(written(v) for v in values)}: {written(value)}.", 1)
    name = _NAMES.get(fold, fold)
    said = ", ".join(written(v) for v in values[:-1]) + f" and {written(values[-1])}"
    return exactly(f"The {name} of {said} is {written(value)}.", "arithmetic")
