"""The controls that panels are made of: stock ipywidgets, each labelled, in rows that wrap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from venice_nb.render import html, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from venice_nb.results.table import Table
    from venice_nb.results.talk.reply import Reply

LABEL = "8.5em"  # of a label before its control
LONGEST = 12_000  # characters of one text that are drawn: what is drawn is state of the widget
FIELD = "1 1 21em"  # a control in a row: two of them beside each other from about 700 pixels on


def line(
    label: str, tip: str, *, value: str = "", placeholder: str = "", flex: str = FIELD, live: bool = False
) -> Any:
    """A line of text. What is typed counts when the user leaves it; `live`, with each letter."""
    return widgets.Text(
        value=value,
        description=label,
        tooltip=tip,
        placeholder=placeholder,
        continuous_update=live,
        style={"description_width": LABEL},
        layout=_layout(flex),
    )


def area(label: str, tip: str, *, value: str = "", placeholder: str = "", rows: int = 3) -> Any:
    """Lines of text. Every letter is known at once, and nothing happens when the user leaves it."""
    return widgets.Textarea(
        value=value,
        description=label,
        tooltip=tip,
        placeholder=placeholder,
        rows=rows,
        style={"description_width": LABEL},
        layout=_layout("1 1 100%", height="auto"),
    )


def choice(label: str, tip: str, options: Sequence[Any], value: Any = None, *, flex: str = FIELD) -> Any:
    """One of several; an option is a value, or a label and a value."""
    return widgets.Dropdown(
        options=options,
        value=value,
        description=label,
        tooltip=tip,
        style={"description_width": LABEL},
        layout=_layout(flex),
    )


def number(
    label: str, tip: str, value: float, *, least: float, most: float, step: float = 1, flex: str = "1 1 14em"
) -> Any:
    """A number between two; whole when they are."""
    whole = all(isinstance(each, int) for each in (value, least, most, step))
    kind = widgets.BoundedIntText if whole else widgets.BoundedFloatText
    return kind(
        value=value,
        min=least,
        max=most,
        step=step,
        description=label,
        tooltip=tip,
        style={"description_width": LABEL},
        layout=_layout(flex),
    )


def day(label: str, tip: str, *, flex: str = "1 1 14em") -> Any:
    """A day, a `datetime.date`; None while none is picked."""
    return widgets.DatePicker(
        description=label, tooltip=tip, style={"description_width": LABEL}, layout=_layout(flex)
    )


def switch(label: str, tip: str, *, value: bool = False) -> Any:
    """Yes or no."""
    return widgets.Checkbox(
        value=value, description=label, tooltip=tip, indent=False, layout=_layout("0 1 auto", width="auto")
    )


def button(label: str, tip: str, press: Callable[[], object], *, style: str = "") -> Any:
    """A button. `style`: "", primary, warning or danger."""
    made = widgets.Button(
        description=label, tooltip=tip, button_style=style, layout=_layout("0 0 auto", width="auto")
    )
    made.on_click(lambda _: press())
    return made


def upload(label: str, tip: str, accept: str = "", *, multiple: bool = True) -> Any:
    """A button that asks for files of the reader's machine."""
    return widgets.FileUpload(
        description=label,
        tooltip=tip,
        accept=accept,
        multiple=multiple,
        layout=_layout("0 0 auto", width="auto"),
    )


def pane(*shown: html.Child) -> Any:
    """A place for safe HTML, as wide as the panel and no wider; see `draw`."""
    made = widgets.HTML(layout=_layout("1 1 100%", margin="0", display="block"))
    if shown:
        draw(made, *shown)
    return made


def window(tip: str, *, height: str | None = None) -> Any:
    """A pane for tables, as high as this at most: what is wider or longer scrolls in it, by keyboard too."""
    made = pane()
    made.layout.max_height, made.layout.overflow = height, "auto"
    made.tooltip, made.tabbable = tip, True
    return made


def draw(where: Any, *shown: html.Child) -> None:
    """Put these pieces into a pane or a window; none of them empties it. The panel's head has the style."""
    if where.tabbable:
        shown = (html.tag("div", *shown, class_="vn-wide"),) if shown else ()
    where.value = html.root(*shown) if shown else ""


def table(found: Table, *first: str, whole: str) -> html.Html:
    """A table as `drawn` makes it; without rows, its caption alone."""
    if len(found):
        return found.drawn(*first, whole=whole)
    return html.tag("p", found._heading(), class_="vn-line")  # noqa: SLF001  our own


def row(*children: Any) -> Any:
    """Controls beside each other, as many as fit."""
    layout = widgets.Layout(
        display="flex", flex_flow="row wrap", align_items="center", grid_gap="4px 10px", width="100%"
    )
    return widgets.Box(list(children), layout=layout)


def column(*children: Any) -> Any:
    """Controls below each other."""
    return widgets.VBox(list(children), layout=widgets.Layout(width="100%", grid_gap="4px"))


def controls(widget: Any) -> Iterator[Any]:
    """The controls in a widget: all in it that has a value the reader can change."""
    for child in getattr(widget, "children", ()):
        yield from controls(child)
    if widget.has_trait("value") and not isinstance(widget, widgets.HTML):
        yield widget


def discard(widget: Any) -> None:
    """Close a widget with all that is in it: the kernel keeps no trace of them."""
    for child in getattr(widget, "children", ()):
        discard(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if part is not None:
            part.close()
    widget.close()


class Section:
    """A part of a panel that is folded away: a button that opens and closes it, and what is in it."""

    def __init__(self, title: str, tip: str, children: Iterable[Any], *, opened: bool = False) -> None:
        self.body = column(*children)
        self.toggle = widgets.ToggleButton(
            value=opened, description=title, tooltip=tip, layout=_layout("0 0 auto", width="auto")
        )
        self.toggle.observe(lambda _: self._fold(), "value")
        self._fold()

    def _fold(self) -> None:
        self.body.layout.display = None if self.toggle.value else "none"


def sections(*parts: Section) -> Any:
    """The buttons of the sections in a row, and their contents below."""
    return column(row(*(part.toggle for part in parts)), *(part.body for part in parts))


def _layout(flex: str, **more: Any) -> Any:
    return widgets.Layout(**{"flex": flex, "min_width": "0", "width": "auto", **more})


def shortened(reply: Reply) -> Reply:
    """A reply whose texts are short enough for the state of a widget."""
    return replace(
        reply, text=text.clean(reply.text, LONGEST), reasoning=text.clean(reply.reasoning, LONGEST)
    )


def joined(state: Any, name: str, control: Any) -> None:
    """Let a trait of the state and the value of a control follow each other."""
    control.value = getattr(state, name)
    control.observe(lambda change: setattr(state, name, change.new), "value")
    state.observe(lambda change: setattr(control, "value", change.new), name)
