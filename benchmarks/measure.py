"""Interleaved rounds of CPU time, their medians, and a table with ratios and targets."""

import gc
import resource
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

KEY = "VENICE_INFERENCE_KEY_benchmark_0000000000"


@dataclass(frozen=True)
class Target:
    """The most that `row` may cost, as a multiple of `of` (or of one unit of the table)."""

    row: str
    ratio: float
    of: str


def cpu() -> float:
    """User plus system CPU seconds of this process so far: the server runs in another one."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def interleaved(
    cases: Mapping[str, Callable[[], object]], rounds: int, *, clock: Callable[[], float] = cpu
) -> dict[str, float]:
    """Median seconds of each case, of CPU unless another `clock` is given.

    Every round runs each case once, in turn: noise hits all alike.
    """
    for case in cases.values():
        case()  # connections, caches, imports
    spent: dict[str, list[float]] = {name: [] for name in cases}
    names = list(cases)
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                before = clock()
                cases[name]()
                spent[name].append(clock() - before)
            gc.collect()
    finally:
        gc.enable()
    return {name: statistics.median(each) for name, each in spent.items()}


def table(
    title: str,
    unit: str,
    medians: Mapping[str, float],
    *,
    references: tuple[str, ...],
    targets: tuple[Target, ...] = (),
    missing: Mapping[str, str] | None = None,
) -> list[str]:
    """Lines: each case in `unit`, its ratio to each reference; then each target and whether it was met."""
    known = [name for name in references if name in medians]
    width = max(map(len, [*medians, *(missing or {}), "case"]))
    lines = [f"## {title}", ""]
    lines.append(f"{'case':<{width}}  {unit:>12}" + "".join(f"  {'x ' + name:>20}" for name in known))
    for name, value in medians.items():
        ratios = "".join(f"  {value / medians[of]:>20.2f}" for of in known)
        lines.append(f"{name:<{width}}  {value:>12.1f}{ratios}")
    for name, reason in (missing or {}).items():
        lines.append(f"{name:<{width}}  {'-':>12}  {reason}")
    for target in targets:
        if target.row in medians and target.of in medians:
            reached = medians[target.row] / medians[target.of]
            verdict = "met" if reached <= target.ratio else "MISSED"
            goal = f"{target.row} <= {target.ratio:g} x {target.of}"
            lines.append(f"target: {goal}; reached {reached:.2f}: {verdict}")
    return [*lines, ""]
