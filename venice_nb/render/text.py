"""Plain text made safe to show: control codes removed, numbers as people write them."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

# Longest text one display carries: the notebook file stores it twice, plain and HTML.
LIMIT = 500_000

# Terminal sequences, in both the ESC form and the one-byte C1 form. A string sequence (OSC, DCS) goes with
# its payload only when it is terminated: what never ends is no command, and hiding it would lose an answer.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\x18\x1a]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[\]PX^_\[]"
    r"|\x1b[ -/]*[0-~]"
)
_NEWLINE = re.compile(r"\r\n?")
# C0 but tab and newline, DEL, C1; bidi embeddings, overrides and isolates, which reorder their surroundings.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# A lone half of a surrogate pair cannot be encoded, so a single one would stop the whole message.
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

UNKNOWN = "unknown"
_MANY = Decimal(10) ** 18


def clean(text: str, limit: int | None = LIMIT) -> str:
    r"""The text without terminal codes, control and bidi characters; newlines are ``\n``, tabs stay.

    ``limit`` is in characters; what is cut is counted in a note at the end. ``None`` keeps everything.
    """
    if _UNCLEAN.search(text):
        if "\r" in text:
            text = _NEWLINE.sub("\n", text)
        text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", _SEQUENCE.sub("", text)))
    if limit is not None and len(text) > limit:
        rest = len(text) - limit
        text = f"{text[:limit]}\n[{count(rest)} more characters not shown]"
    return text


def short(text: str, n: int = 80) -> str:
    """The text on one line of at most ``n`` characters, with an ellipsis where it was cut."""
    line = " ".join(clean(text[: 8 * n + 1000], None).split())
    return line if len(line) <= n else line[: max(n - 1, 0)].rstrip() + "…"


def money(usd: float | None) -> str:
    """US dollars: ``$1,234.50``, ``$0.034``, ``$0.0012``, ``<$0.000001``; ``unknown`` for None.

    Cents from a dollar up, at most four decimals from a cent up, two significant digits below.
    """
    if usd is None or not math.isfinite(usd):
        return UNKNOWN
    sign, size = ("-" if usd < 0 else ""), Decimal(repr(abs(float(usd))))
    if size == 0:
        return "$0.00"
    if size >= _MANY:  # nobody's bill; a display must stand it all the same
        return f"{sign}${size:.3g}"
    if size < Decimal("0.000001"):
        return "<$0.000001"
    if size >= 1:
        return f"{sign}${size.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    places = 4 if size >= Decimal("0.01") else 1 - size.adjusted()
    digits = f"{size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}".rstrip("0")
    whole, _, cents = digits.partition(".")
    return f"{sign}${whole}.{cents:0<2}"


def count(n: float | None) -> str:
    """A number of things with thousands separated: ``12,345``; ``unknown`` for None."""
    return UNKNOWN if n is None or not math.isfinite(n) else f"{round(n):,}"


def seconds(s: float | None) -> str:
    """A duration: ``3 ms``, ``0.42 s``, ``1.2 s``, ``12 s``, ``1 min 15 s``, ``1 h 1 min``."""
    if s is None or not math.isfinite(s):
        return UNKNOWN
    s = max(s, 0.0)
    if s < 0.0995:
        return f"{round(s * 1000)} ms"
    if s < 0.995:
        return f"{s:.2f} s"
    if s < 9.95:
        return f"{s:.1f} s"
    whole = round(s)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(s / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def bytes_(n: float | None) -> str:
    """A size in bytes, decimal units: ``512 B``, ``1.2 KB``, ``34 MB``."""
    if n is None or not math.isfinite(n):
        return UNKNOWN
    if abs(n) < 1000:
        return f"{round(n)} B"
    size = float(n)
    for unit in ("KB", "MB", "GB"):
        size /= 1000
        if abs(size) < 9.95:
            return f"{size:.1f} {unit}"
        if abs(size) < 999.5:
            return f"{size:.0f} {unit}"
    return f"{size / 1000:,.1f} TB"
