"""What a request asks of a model, held against what the model can do, before it is sent and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import refuse
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from venice_nb.calls.messages import Prompt
    from venice_nb.catalogue import Catalogue, Model

# ability -> what it is, and the trait whose model can do it (None: any that can)
_ABILITIES = {
    "vision": ("look at pictures", "default_vision"),
    "audio": ("listen to sound", None),
    "video": ("watch films", None),
    "functions": ("call tools", "function_calling_default"),
    "schema": ("answer in a given shape", "default"),
    "logprobs": ("give log probabilities", None),
}


def check_abilities(model: Model, catalogue: Catalogue, prompt: Prompt, body: Mapping[str, Any]) -> None:
    """Refuse what the server would answer with a 400 because the model cannot do it."""
    for where in ("tools", "tool_choice"):
        if body.get(where, "none") != "none":
            prompt.need("functions", where)
    if _inside(body, "response_format", "type") not in {None, "text"}:
        prompt.need("schema", "response_format")
    for where in ("logprobs", "top_logprobs"):
        if body.get(where):
            prompt.need("logprobs", where)
    for ability, where in prompt.needs.items():
        if not model.supports(ability):
            what, trait = _ABILITIES[ability]
            other = _able(catalogue, ability, trait)
            do = f"Take one that can, such as model={other!r}." if other else f"Leave {where} out."
            raise InvalidInput(
                f"{model.id} cannot {what}, and {where} asks for it.",
                field=where,
                value=model.id,
                allowed=f"a model that can {what}",
                do=do,
            )
    _check_effort(model, body)
    if model.context is not None and prompt.tokens > model.context:
        raise InvalidInput(
            f"The messages have about {prompt.tokens} tokens; {model.id} reads at most {model.context}.",
            field="messages",
            value=prompt.tokens,
            allowed=f"at most {model.context} tokens, one for about 3.4 characters",
            do="Shorten them, or take a model with a longer context: v.models(type='text').",
        )


def _inside(body: Mapping[str, Any], field: str, key: str) -> Any:
    """A key of a nested field, which `extra_body` may have made into anything."""
    nested = body.get(field)
    return nested.get(key) if isinstance(nested, dict) else None


def _check_effort(model: Model, body: Mapping[str, Any]) -> None:
    field, effort = "reasoning_effort", body.get("reasoning_effort")
    if effort is None:  # the server looks at the nested one only then
        field, effort = "reasoning.effort", _inside(body, "reasoning", "effort")
    if effort is None or effort in model.effort_options:
        return
    if model.effort_options:
        options = ", ".join(map(repr, model.effort_options))
        do = f"Pass one of {options}; disable_thinking=True turns reasoning off where that is possible."
        refuse(field, effort, f"one of {options} for {model.id}", do)
    elif not model.supports("effort"):
        do = "Leave it out; disable_thinking=True turns reasoning off where that is possible."
        refuse(field, effort, "absent", do, what=f"{model.id} has no levels of reasoning effort.")


def _able(catalogue: Catalogue, ability: str, trait: str | None) -> str | None:
    """A model that can: the one with the trait, else the cheapest that is open to everyone."""
    known = catalogue.get(catalogue.traits("text").get(trait, "")) if trait else None
    if known is not None and known.supports(ability):
        return known.id
    able = [
        each
        for each in catalogue.of_type("text")
        if each.supports(ability) and not (each.offline or each.beta or each.deprecation)
    ]
    best = min(able, key=lambda each: (not each.private, each.price.output or 0.0, each.id), default=None)
    return None if best is None else best.id
