"""Widgets that look alike share the models that say so: each is an entry of its own in a saved notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def alike(root: Any, apart: Iterable[Any] = (), *, names: Iterable[str] = ("layout", "style")) -> None:
    """Let the widgets below `root` share layouts and styles that are the same.

    `apart` keep their own: those that are shown and hidden, or change their look in another way. `names`: of
    what is shared.
    """
    kept = {id(widget) for widget in apart}
    found: dict[tuple[Any, ...], Any] = {}
    rest = [root]
    while rest:
        widget = rest.pop()
        rest.extend(getattr(widget, "children", ()))
        for name in names if id(widget) not in kept else ():
            part = getattr(widget, name, None)
            if part is None:
                continue
            said = {key: str(value) for key, value in part.get_state().items() if value is not None}
            first = found.setdefault((type(part), *sorted(said.items())), part)
            if first is not part:
                setattr(widget, name, first)
                part.close()
