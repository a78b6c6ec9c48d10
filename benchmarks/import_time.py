"""CPU milliseconds of `import venice_nb` and of its neighbours over bare Python, in fresh processes."""

import os
import statistics
import subprocess
import sys

from benchmarks.measure import KEY, table

CASES = {
    "bare": "pass",
    "venice_nb": "import venice_nb",
    "venice_nb, a client": f"import venice_nb; venice_nb.Venice(api_key={KEY!r})",
    "httpx, a client": "import httpx; httpx.Client()",
    "openai": "import openai",
    "openai, a client": "import openai; openai.OpenAI(api_key='k')",
}
LIMIT = 25.0  # target 1: CPU ms of import venice_nb over bare Python


def once(code: str) -> float | None:
    """CPU milliseconds, user plus system, of one fresh Python that runs `code`; None if it fails."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (used.ru_utime + used.ru_stime) * 1e3 if process.returncode == 0 else None


def main(rounds: int = 9) -> list[str]:
    working = {name: code for name, code in CASES.items() if once(code) is not None}  # also warms the disk
    spent: dict[str, list[float]] = {name: [] for name in working}
    for number in range(rounds):
        names = list(working)
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            used = once(working[name])
            if used is not None:
                spent[name].append(used)
    medians = {name: statistics.median(each) for name, each in spent.items()}
    bare = medians.pop("bare")
    over = {name: value - bare for name, value in medians.items()}
    missing = {name: "does not import" for name in CASES if name not in working}
    lines = table(
        f"Import, CPU over bare Python ({bare:.0f} ms)", "ms", over, references=("openai",), missing=missing
    )
    if "venice_nb" in over:
        verdict = "met" if over["venice_nb"] <= LIMIT else "MISSED"
        lines[-1:] = [f"target: venice_nb <= {LIMIT:g} ms; reached {over['venice_nb']:.1f}: {verdict}", ""]
    return lines


if __name__ == "__main__":
    print("\n".join(main()))
