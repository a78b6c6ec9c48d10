"""What is said to a video model: the prompt, what to avoid, and what the user has agreed to.

API reference: `POST /video/queue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import choice, refuse, shown, text
from venice_nb.calls.films.limits import not_taken

if TYPE_CHECKING:
    from venice_nb.calls.films.limits import Takes

# What one confirms for a provider that asks for it: the API takes these three, each true, and nothing else.
CONSENTS = {
    "seedance": ("confirmed_terms_and_privacy", "confirmed_legal_right", "confirmed_screening_acknowledged"),
}
_TASK = choice(
    "auto",
    "reference",
    "edit",
    "extend",
    fixes={"editing": "Write 'edit'.", "extension": "Write 'extend'."},
)
_RATE = choice("standard", "high")
SEEDLESS = "The video API takes no seed, so none is sent: the same prompt gives another film each time."


def words(model: Takes, prompt: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of a request, each by its rule and within the model's limit."""
    found: dict[str, Any] = {}
    limit = text(blank=False, longest=model.prompt)
    if model.start != "upscale" or (prompt is not None and prompt != ""):
        found["prompt"] = limit("prompt", prompt)
    if given.get("negative_prompt") not in (None, ""):
        found["negative_prompt"] = limit("negative_prompt", given["negative_prompt"])
    if (task := given.get("omni_reference_task_type")) is not None:
        found["omni_reference_task_type"] = _TASK("omni_reference_task_type", task)
        if not (model.id.startswith("seedance-2-5") and model.start == "reference"):
            not_taken(model, "omni_reference_task_type", task, "only Seedance 2.5 reference-to-video does")
    if (rate := given.get("bitrate_mode")) is not None:
        found["bitrate_mode"] = _RATE("bitrate_mode", rate)
        if not model.id.startswith("seedance-2"):
            not_taken(model, "bitrate_mode", rate, "only Seedance 2 does")
    return found


def check_consents(value: Any) -> dict[str, Any]:
    """What the user confirms, exactly as the API wants it; empty when nothing is confirmed."""
    if value is None:
        return {}
    example = example_of("seedance")
    if not isinstance(value, Mapping) or not value:
        do = f"Read what you confirm, then pass consents={example}."
        refuse("consents", value, "a dict by provider", do)
    checked: dict[str, Any] = {}
    for provider, given in value.items():
        if provider not in CONSENTS:
            do = f"Pass consents={example}."
            refuse(f"consents.{provider}", shown(given), " or ".join(CONSENTS), do, what="Unknown provider.")
        wanted = CONSENTS[provider]
        allowed = f"a dict of {', '.join(wanted)}, each True"
        if not isinstance(given, Mapping):
            refuse(f"consents.{provider}", given, allowed, f"Pass consents={example_of(provider)}.")
        for name in (*wanted, *given):
            if name not in wanted:
                do = "Leave it out: the server takes nothing else here."
                refuse(f"consents.{provider}.{name}", given[name], allowed, do)
            if given.get(name) is not True:
                do = "Pass True only for what you really confirm; without it the server refuses the film."
                refuse(f"consents.{provider}.{name}", given.get(name), "True", do)
        checked[provider] = dict.fromkeys(wanted, True)
    return checked


def example_of(provider: str) -> dict[str, dict[str, bool]]:
    """What to pass when everything is confirmed."""
    return {provider: dict.fromkeys(CONSENTS[provider], True)}
