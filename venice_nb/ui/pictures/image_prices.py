"""What the presses of the panel of pictures would cost, beside that of Draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.errors import VeniceError
from venice_nb.render import text
from venice_nb.render.live import heard_by
from venice_nb.ui.parts.panel import told
from venice_nb.ui.pictures.image_shelf import counted

if TYPE_CHECKING:
    from venice_nb.ui.pictures.image_panel import ImagePanel


def preview(panel: ImagePanel, prompt: str, asked: dict[str, Any]) -> str:
    """Of a preview in the styles that are picked; empty without one."""
    if not prompt or not panel.styles:
        return ""
    one = _price(panel, "generate", prompt, **asked, style_preset=panel.styles[0])
    return f"A preview draws {counted(len(panel.styles))}, each for {one}"


def work(panel: ImagePanel) -> str:
    """Of what can be done with the picture that is picked; empty without one."""
    picked = panel.picked
    if picked is None:
        return ""
    words = panel.instruction.strip() or "-"
    prices = {
        "Upscale": _price(panel, "upscale", picked, panel.scale),
        "Remove background": _price(panel, "remove_background", picked),
        "Edit": _price(panel, "edit", picked, words, model=panel.editor),
    }
    return " · ".join(f"{name}: {price}" for name, price in prices.items())


def _price(panel: ImagePanel, method: str, *given: Any, **options: Any) -> str:
    """What a call costs, or why it cannot be made."""
    client, notes = panel.client, []
    with heard_by(lambda line, passing: None if passing else notes.append(line)):
        try:
            said = text.money(client.estimate(getattr(client.images, method), *given, **options).usd)
        except VeniceError as error:
            said = told(error)
    return " ".join([said, *dict.fromkeys(notes)])
