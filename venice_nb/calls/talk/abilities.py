"""What a request asks of a model, held against what the model can do, before it is sent and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import refuse
from venice_nb.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from venice_nb.calls.talk.messages import Prompt
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
            what = _ABILITIES[ability][0]
            other = able(catalogue, (ability,))
            do = f"Take one that can, such as model={other.id!r}." if other else f"Leave {where} out."
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


def able(catalogue: Catalogue, needs: Collection[str]) -> Model | None:
    """A model that can do all this: the one with the trait for it, else the cheapest that is open to all."""
    traits = catalogue.traits("text")
    named = (catalogue.get(traits.get(_ABILITIES[each][1] or "", "")) for each in needs)
    open_to_all = (
        each
        for each in sorted(
            catalogue.of_type("text"),
            key=lambda each: (not each.private, each.price.output or 0.0, each.id),
        )
        if not (each.offline or each.beta or each.deprecation or each.supports("e2ee"))
    )
    return next((each for each in (*named, *open_to_all) if each and all(map(each.supports, needs))), None)


def said(needs: Collection[str]) -> str:
    """Abilities in words: "look at pictures and listen to sound"."""
    return " and ".join(_ABILITIES[each][0] for each in needs)
