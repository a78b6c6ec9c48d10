# ruff: noqa: E501  patterns and word lists stay on one line
"""Who speaks: a character's opening, closing and manner around an answer that stays the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .thought import Draft, saying

if TYPE_CHECKING:
    import random

    from .asked import Ask

_WHO = re.compile(
    r"\b(?:who are you|what are you|what(?:'s| is) your name|introduce yourself|tell me about yourself|are you (?:an? )?(?:human|real|ai|robot|bot|person|model|chatgpt|gpt|claude|venice|llama))\b",
    re.IGNORECASE,
)


def introduced(ask: Ask, character: Mapping[str, Any] | None, model: Mapping[str, Any]) -> Draft | None:
    """Return who is speaking, the character in its role or the stand-in; None when nobody asked."""
    if ask.payload or not _WHO.search(ask.question):
        return None
    if character:
        about = str(character.get("description") or "").strip()
        name = str(character.get("name") or character.get("slug") or "a character")
        return saying(
            f"I am {name}.",
            *([about if about.endswith((".", "!", "?")) else f"{about}."] if about else []),
            kind="who",
        )
    return saying(
        f"I am the sandbox's stand-in for {model.get('id') or 'a model'}: no language model runs here.",
        "I answer from text you supply, do arithmetic, label, extract, call tools, describe pictures by their pixels, and know a few hundred facts.",
        kind="who",
    )  # fmt: skip


def _lines(voice: object, key: str) -> list[str]:
    given = voice.get(key) if isinstance(voice, Mapping) else None
    return (
        [s for s in given if isinstance(s, str) and s.strip()]
        if isinstance(given, Sequence) and not isinstance(given, str)
        else []
    )


def voiced(text: str, character: Mapping[str, Any] | None, draft: Draft, rng: random.Random) -> str:
    """Return the answer framed by the character's voice; exact answers are left as they are."""
    if not character or draft.fixed or draft.tool_calls or not text.strip():
        return text
    voice = character.get("voice")
    opening, closing, flavour = (_lines(voice, k) for k in ("opening", "closing", "flavour"))
    flavour = [f for f in flavour if f.strip()[-1] in ".!?…"]  # a lone word is nothing one can say
    said = []
    if opening:
        said.append(rng.choice(opening).strip())
    said.append(text)
    tail = [rng.choice(flavour).strip()] if flavour and rng.random() < 0.6 else []
    tail += [rng.choice(closing).strip()] if closing and (not tail or rng.random() < 0.5) else []
    said += tail[:1]
    sign = "\n\n" if "\n" in text else " "
    return sign.join(said)
