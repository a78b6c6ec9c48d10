"""Prices of what other buttons of a panel do, in one sentence each; nothing paid is sent for them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from venice_nb.errors import VeniceError
from venice_nb.render import html
from venice_nb.render.live import heard_by
from venice_nb.results.spending.estimate import CallEstimate
from venice_nb.ui.parts import panel, view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

logger = logging.getLogger("venice_nb")


def draw(where: Any, what: str, estimate: Callable[[], CallEstimate | None]) -> None:
    """Say in a pane what `what` would cost; nothing where there is nothing to press, or no price is known."""
    said = ""
    try:
        with heard_by(lambda _line, _passing: None):
            found = estimate()
        said = "" if found is None else panel.priced(found).replace("The next press", what, 1)
    except VeniceError as error:
        said = panel.told(error)
    except Exception:
        logger.debug("A price could not be reckoned", exc_info=True)
    view.draw(where, *([html.tag("p", said, class_="vn-line")] if said else []))


def summed(parts: Sequence[CallEstimate]) -> CallEstimate:
    """What several calls cost together; not known when one of them is not."""
    known = [each.usd for each in parts if each.usd is not None]
    if len(known) < len(parts):
        return CallEstimate(None, None, sum(each.requests for each in parts))
    most = sum((each.usd if each.most is None else each.most) or 0.0 for each in parts)
    return CallEstimate(sum(known), most, sum(each.requests for each in parts))
