"""Panels: controls over the same client, for people who would rather click; see `vn.ui.chat(v)`.

The only room that imports ipywidgets, with the first panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venice_nb.catalogue.names import ModelName
    from venice_nb.results.characters import Character
    from venice_nb.ui.chat_panel import ChatPanel
    from venice_nb.ui.model_panel import ModelPanel
    from venice_nb.ui.video_panel import VideoPanel
    from venice_nb.venice import Venice

__all__ = ["chat", "models", "video"]


def chat(
    client: Venice,
    *,
    system: str | None = None,
    character: str | Character | None = None,
    model: ModelName | None = None,
    **parameters: Any,
) -> ChatPanel:
    """A chat to click and type in: answers stream as Markdown, with price before and cost after each.

    Args:
        client: who is asked, a `Venice`.
        system: instructions before everything else, to begin with.
        character: a persona to begin with.
        model: a model to begin with; else the one that other panels of this client use.
        parameters: anything else that `v.conversation` takes, such as `temperature=0` or `tools=[f]`.

    `panel.conversation` is the conversation of the panel, for other cells; `panel.code` the cell that does
    the same; `panel.close()` ends it. A message is sent by the button, which is one Tab away from it.

    >>> import venice_nb as vn
    >>> panel = vn.ui.chat(vn.Venice.sandbox())
    >>> panel.prompt = "What is 2 + 2?"
    >>> panel.send()
    >>> panel.wait(60)
    True
    >>> panel.answer.text
    '2 + 2 = 4'

    """
    from venice_nb.ui.chat_panel import ChatPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ChatPanel(client, system=system, character=character, model=model, **parameters)


def models(client: Venice) -> ModelPanel:
    """The models in a table to filter by type, ability, price, context and privacy; two of them compared.

    Args:
        client: who is asked, a `Venice`. Filtering sends nothing; Refresh reads the list of the server.

    The model that is picked can be used in the other panels of the client. Two text models can be asked one
    question side by side, with what each took and cost. `panel.table` are the models that are left,
    `panel.replies` the two answers.

    >>> import venice_nb as vn
    >>> panel = vn.ui.models(vn.Venice.sandbox())
    >>> panel.can, panel.private = ("vision",), True
    >>> len(panel.table)
    28

    """
    from venice_nb.ui.model_panel import ModelPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return ModelPanel(client)


def video(client: Venice, *, image: Any = None, model: ModelName | None = None) -> VideoPanel:
    """A film from words or from a picture: the price first, progress while it is made, then a player.

    Args:
        client: who is asked, a `Venice`.
        image: a picture to begin with: a path, bytes, a PIL image, an array, one of our pictures or a URL.
        model: a model to begin with; else the one that other panels of this client use.

    The controls are those that the model takes. A film costs at most the price that is shown. It is ordered
    as a job, which outlives the panel: Stop and Close leave it, and the list Jobs finds it again.
    `panel.video` is the film and `panel.job` its job, for other cells.

    >>> import venice_nb as vn
    >>> panel = vn.ui.video(vn.Venice.sandbox(job_seconds=0))
    >>> panel.prompt = "fog over a canal"
    >>> panel.submit()
    >>> panel.wait(60)
    True
    >>> panel.video.duration
    5.0

    """
    from venice_nb.ui.video_panel import VideoPanel  # noqa: PLC0415  ipywidgets loads with the first panel

    return VideoPanel(client, image=image, model=model)
