"""How a panel comes onto the page: its widgets, and below them its picture, for where widgets are not."""

from __future__ import annotations

from typing import Any

from traitlets import HasTraits

from venice_nb.render.live import Bundle, Replaced, environment, static_mode


class Shown(HasTraits):
    """What has a `view` of widgets and a `snapshot` of them.

    Attributes:
        view: the widget that is shown.
        holder: what shows it as a part of itself, if something does.

    """

    view: Any
    holder: Shown | None = None

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._still = Replaced()

    def snapshot(self, *, still: bool = False) -> Bundle:
        """The state as text and HTML. A `still` gives way to the widgets where they are on the page."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw the picture anew: the state has changed."""
        self._still.change(self.snapshot(still=True))
        if self.holder is not None:
            self.holder.redraw()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002  Jupyter's
        if environment() == "terminal":
            return {"text/plain": repr(self)}
        live = {} if static_mode() else self.view._repr_mimebundle_()
        return {**live, **self.snapshot()}

    def _ipython_display_(self) -> None:
        """The widgets, and below them the picture, which shows where and when they do not.

        Without a notebook, and in one that is compared, this is not here: the picture is the value.
        """
        if environment() != "notebook" or static_mode():
            raise NotImplementedError
        live = self.view._repr_mimebundle_()
        Replaced().show({**live, "text/plain": repr(self), "text/html": ""})
        self._still.show(self.snapshot(still=True))

    def __reduce__(self) -> Any:
        raise TypeError(
            "a panel holds its client and is never pickled; panel.code is the cell that does the same"
        )
