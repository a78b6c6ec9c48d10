"""One picture per row of a column: many requests at a time, one gallery.

Whatever happens to a row is its own: a failure is listed, an interruption leaves what is finished.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from venice_nb.calls.check import flag, integer, listed, refuse, unknown
from venice_nb.calls.pictures import images as calls
from venice_nb.errors import InvalidInput
from venice_nb.media.inputs import held
from venice_nb.policy.steps import Done, Plan, Send, Together, Work
from venice_nb.render.progress import Bar
from venice_nb.results.headers import Headers
from venice_nb.results.pictures.gallery import Failed, Gallery
from venice_nb.studio.images import finish, generate, known_styles
from venice_nb.studio.keeping import keep, spooled, store
from venice_nb.studio.picking import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.calls.call import Call
    from venice_nb.catalogue.names import ModelName
    from venice_nb.client.session import Session
    from venice_nb.results.pictures.image import Image

MOST = 16  # requests at a time
HELD = 64_000_000  # bytes of pictures that stay in memory; the rest is read from disk when it is looked at
NAMED = 8  # rows that a message names


def map(  # noqa: A001  a column of prompts is mapped to pictures
    session: Session,
    /,
    prompts: Any,
    *,
    model: ModelName | None = None,
    at_once: int = 8,
    progress: bool | None = None,
    **options: Any,
) -> Plan[Gallery]:
    """A picture for each prompt of a column: one gallery, in the order and with the index of the prompts.

    Args:
        prompts: a Series, list, tuple, array or iterator of texts.
        model: as for `generate`.
        at_once: requests at a time, 1 to 16; the rate limit of the model holds besides.
        progress: a bar while it runs; None shows one in notebooks and terminals.
        options: everything else that `generate` takes, the same for every row.

    Everything is checked before anything is sent; blank or missing prompts are named by their rows. A row
    that fails is in `.errors`, with its label; when all fail, the first error is raised. After Ctrl-C
    `v.last` is the gallery of what was finished. With a key every original is on disk before the next row is
    done; pictures beyond 64 MB stay there and are read when they are looked at.
    API reference: `POST /image/generate`.

    >>> import venice_nb as vn
    >>> v = vn.Venice.sandbox()
    >>> g = v.images.map(["a canal", "a bridge"], width=256, height=256, progress=False)
    >>> [image.prompt for image in g]
    ['a canal', 'a bridge']

    """
    texts, labels = _rows(prompts)
    integer(1, MOST)("at_once", at_once)
    if progress is not None:
        flag("progress", progress)
    known = [name for name in inspect.signature(generate).parameters if name not in {"session", "prompt"}]
    for name in options:
        if name not in known:
            unknown(name, [*known, "at_once", "progress"])
    notes: list[str] = []

    def build(found: Any) -> list[Call[Gallery]]:
        return _calls(session, texts, labels, {**options, "model": found, "tell": notes.append})

    if "style_references" in options:
        options["style_references"] = held(options["style_references"], "style_references")
    found = yield from pick(session, model, "image", first=build, asked=options)
    notes.clear()
    work = build(found)
    for note in notes:
        session.announce(note)
    made = _Made(session, texts, labels)
    bar = Bar(len(work), desc="pictures", unit="picture", shown=progress)

    def watch(row: int, done: Done) -> None:
        if done.error is not None:
            bar.move(failed=1)
        else:
            bar.move(usd=made.rows[row].cost.usd)

    try:
        outcomes = yield Together([made.plan(row, call) for row, call in enumerate(work)], at_once, watch)
    except BaseException:  # Ctrl-C, or the task was cancelled
        if made.rows:
            session.last = made.gallery()
            session.announce(
                f"{len(made.rows)} of {len(work)} rows were finished: v.last has their pictures."
            )
        raise
    finally:
        bar.close()
    errors = [done.error for done in outcomes]
    if not made.rows:
        raise next(error for error in errors if error is not None)
    session.last = gallery = made.gallery(errors)
    return gallery


class _Made:
    """What is finished, row by row."""

    def __init__(self, session: Session, texts: Sequence[str], labels: Sequence[Any]) -> None:
        self.session, self.texts, self.labels = session, texts, labels
        self.rows: dict[int, Gallery] = {}
        self._held = 0

    def plan(self, row: int, call: Call[Gallery]) -> Callable[[], Plan[None]]:
        """The plan of one row, to be begun when its turn comes."""
        return lambda: self._plan(row, call)

    def _plan(self, row: int, call: Call[Gallery]) -> Plan[None]:
        gallery: Gallery = yield Send(call)
        self.rows[row] = gallery = finish(self.session, gallery)
        self.rows[row] = gallery = yield from keep(self.session, gallery)
        self._held += sum(len(image.data) for image in gallery.images)
        if self._held > HELD:
            images = yield Work(lambda: tuple(_let_go(self.session, image) for image in gallery.images))
            self.rows[row] = Gallery(
                images,
                errors=gallery.errors,
                headers=gallery.headers,
                elapsed=gallery.elapsed,
                raw=gallery.raw,
            )

    def gallery(self, errors: Sequence[Exception | None] = ()) -> Gallery:
        """All of it as one gallery, in the order of the prompts."""
        images: list[Image] = []
        index: list[Any] = []
        failed: list[Failed] = []
        headers, elapsed = Headers(), 0.0
        for row, text in enumerate(self.texts):
            label = self.labels[row] if self.labels else None
            place = len(images) + len(failed)
            part = self.rows.get(row)
            if part is None:
                error = errors[row] if row < len(errors) else None
                if error is not None:
                    failed.append(Failed(error, text, place, label))
                continue
            images += part.images
            index += [label] * len(part.images)
            failed += [Failed(one.error, text, place + (one.position or 0), label) for one in part.errors]
            headers, elapsed = part.headers, elapsed + part.elapsed
        return Gallery(
            tuple(images),
            errors=tuple(failed),
            index=tuple(index) if self.labels else (),
            headers=headers,
            elapsed=elapsed,
        )


def _let_go(session: Session, image: Image) -> Image:
    """The picture with its bytes on disk alone; as it is when the disk takes nothing."""
    try:
        return spooled(image, image.path or store(image, session.settings.out))
    except (OSError, InvalidInput):
        return image


def _rows(prompts: Any) -> tuple[list[Any], list[Any]]:
    """The prompts, and the labels of their rows where they have any."""
    rows = list(prompts) if isinstance(prompts, Iterator) else listed(prompts)
    if rows is None:
        do = "Pass a list of texts; a column of a table is df['column']. One prompt is for generate."
        refuse("prompts", prompts, "a list of texts", do)
    if not rows:
        refuse("prompts", prompts, "one prompt or more", "Check the filter that the list comes from.")
    rows = list(rows)
    bad = [row for row, each in enumerate(rows) if not isinstance(each, str) or not each.strip()]
    index = getattr(prompts, "index", None)
    labels = list(index) if index is not None and not callable(index) else []
    if bad:
        _refuse_rows(bad, labels, "missing or blank", "a text", "Leave these rows out: df.dropna(...).")
    return rows, labels


def _calls(
    session: Session, texts: Sequence[str], labels: Sequence[Any], options: dict[str, Any]
) -> list[Call[Gallery]]:
    """The call of every row. What is wrong with a prompt names its row."""
    known = options["model"].model
    built, long = [], []
    told: InvalidInput | None = None
    first: Call[Gallery] | None = None
    for row, text in enumerate(texts):
        try:
            if first is None:
                styles = known_styles(session)
                first = calls.generate(text, catalogue=session.catalogue, styles=styles, **options)
                built.append(first)
            else:
                built.append(calls.again(first, text, known))
        except InvalidInput as error:
            if error.details["field"] != "prompt":
                raise
            told = error
            long.append(row)
    if told is not None:
        _refuse_rows(
            long, labels, "too long or not text that can be sent", str(told.details["allowed"]), told.do
        )
    return built


def _refuse_rows(rows: list[int], labels: Sequence[Any], what: str, allowed: str, do: str) -> None:
    named = [str(labels[row]) if labels else str(row) for row in rows[:NAMED]]
    names = ", ".join(named) + (f" and {len(rows) - NAMED} more" if len(rows) > NAMED else "")
    raise InvalidInput(
        f"prompts: {'row' if len(rows) == 1 else 'rows'} {names} {'is' if len(rows) == 1 else 'are'} {what}.",
        field="prompts",
        value=f"rows {names}",
        allowed=allowed,
        do=do,
        rows=tuple(rows),
    )
