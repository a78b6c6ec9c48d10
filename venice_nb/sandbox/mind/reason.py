# ruff: noqa: E501  patterns and word lists stay on one line
"""What a reasoning model shows of its thinking: the steps the mind really took, as many as the effort asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .thought import Trace

_KEPT = {
    "minimal": (1, 2),
    "low": (1, 4),
    "medium": (2, 10),
    "high": (3, 24),
    "xhigh": (3, 48),
    "max": (3, 96),
}


def effort(body: Mapping[str, Any], model: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return the effort at which to show reasoning, "none" when the model cannot or shall not."""
    spec = model.get("model_spec")
    capabilities = spec.get("capabilities") if isinstance(spec, Mapping) else None
    if not (isinstance(capabilities, Mapping) and capabilities.get("supportsReasoning")):
        return "none"
    if settings.get("disable_thinking"):
        return "none"
    nested = body.get("reasoning")
    asked = body.get("reasoning_effort") or (nested.get("effort") if isinstance(nested, Mapping) else None)
    if isinstance(nested, Mapping) and nested.get("enabled") is False and not body.get("reasoning_effort"):
        return "none"
    return asked if isinstance(asked, str) and (asked in _KEPT or asked == "none") else "medium"


def told(trace: Trace, level: str) -> str:
    """Return the trace as text, cut to the effort; "" at effort none."""
    if level == "none":
        return ""
    depth, count = _KEPT[level]
    kept = [sentence for importance, sentence in trace.notes if importance <= depth]
    return "\n".join(kept[:count])
