"""A list of prompts, each answered on its own: a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import listed, refuse
from venice_nb.frames.asking import map as map_frame

if TYPE_CHECKING:
    import pandas as pd

    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.policy.steps import Plan
    from venice_nb.results.chat_plan import ChatPlan


def map(  # noqa: A001  what it is called on any column
    session: Session,
    /,
    prompts: Any,
    *,
    system: str | None = None,
    model: ModelName | None = None,
    at_once: int = 8,
    budget_usd: float | None = None,
    cache: bool = True,
    dry_run: bool = False,
    progress: bool | None = None,
    **parameters: Any,
) -> Plan[pd.DataFrame | ChatPlan]:
    """The answer to each prompt of a list, many at a time: a table with prompt, answer and answer_error.

    Args:
        prompts: a list, tuple, array, iterator or Series of texts.
        system: instructions that come before each of them.
        model: as for `chat`.
        at_once: prompts at a time, 1 to 16; the rate limit of the model holds besides.
        budget_usd: US dollars that are not passed; finished answers are kept.
        cache: take the answers of an earlier run, and keep those of this one: see `v.chat.cache`.
        dry_run: give the `ChatPlan`, with calls, tokens, dollars and minutes, and send nothing.
        progress: a bar while it runs; None shows one in notebooks and terminals.
        parameters: any parameter of the API, such as `temperature=0`.

    In the order and with the index of the prompts; a prompt that fails or is blank costs no other, and says
    so in `answer_error`. For prompts made of the columns of a table see `df.venice.map`.
    API reference: `POST /chat/completions`.

    >>> import venice_nb as vn
    >>> vn.Venice.sandbox().chat.map(["What is 2 + 2?", "What is 3 - 1?"])["answer"].tolist()
    ['2 + 2 = 4', '3 - 1 = 2']

    """
    import pandas as pd  # noqa: PLC0415  only when a table is asked for

    rows = list(prompts) if isinstance(prompts, Iterator) else listed(prompts)
    if rows is None:
        refuse(
            "prompts", prompts, "a list of texts", "One prompt is for v.chat(...); a column is df['name']."
        )
    index = getattr(prompts, "index", None)
    frame = pd.DataFrame(
        {"prompt": pd.Series(list(rows), index=None if callable(index) else index, dtype="object")}
    )
    return (
        yield from map_frame(
            session,
            frame,
            "{prompt}",
            system=system,
            model=model,
            at_once=at_once,
            budget_usd=budget_usd,
            cache=cache,
            dry_run=dry_run,
            progress=progress,
            **parameters,
        )
    )
