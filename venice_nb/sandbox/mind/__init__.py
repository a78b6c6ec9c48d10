"""The mind of the sandbox: computed, deterministic answers that are honest about being a stand-in."""

from __future__ import annotations

from .prompt import count_prompt_tokens
from .text import count_tokens
from .think import think
from .thought import Thought, ToolCall
from .vectors import embed
from .web import read_page, search_pages

__all__ = [
    "Thought",
    "ToolCall",
    "count_prompt_tokens",
    "count_tokens",
    "embed",
    "read_page",
    "search_pages",
    "think",
]
