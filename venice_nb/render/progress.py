"""One bar for many calls: how far, how fast, at what cost, how many failed, how long it still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from venice_nb.render import text
from venice_nb.render.live import environment, static_mode

if TYPE_CHECKING:
    from typing import Self


class Bar:
    """A tqdm bar in notebooks and terminals; silent in scripts and in notebooks that are compared.

        with Bar(len(rows), desc="pictures", unit="picture", shown=progress) as bar:
            bar.move(1, usd=0.01)

    Args:
        total: how many there are; None when that is not known.
        desc: what is being made.
        unit: the name of one.
        shown: True or False; None shows it where somebody watches.
        done: how many are there before the bar begins; they do not count for the rate.

    """

    def __init__(
        self, total: int | None, *, desc: str, unit: str, shown: bool | None = None, done: int = 0
    ) -> None:
        self._bar: Any = None
        self._usd: float | None = None
        self._failed = 0
        if environment() != "script" and not static_mode() if shown is None else shown:
            from tqdm.auto import tqdm  # noqa: PLC0415  only where a bar is shown

            self._bar = tqdm(total=total, desc=desc, unit=unit, initial=done)

    def move(self, by: int = 1, *, usd: float | None = None, failed: int = 0) -> None:
        """`by` more are done, for so many US dollars; `failed` more never will be."""
        if self._bar is None:
            return
        if usd is not None:
            self._usd = usd + (self._usd or 0.0)
        self._failed += failed
        told = {"cost": text.money(self._usd)} if self._usd is not None else {}
        if self._failed:
            told["failed"] = str(self._failed)
        if told:
            self._bar.set_postfix(told, refresh=False)
        self._bar.update(by)

    def close(self) -> None:
        """End the bar where it stands."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
