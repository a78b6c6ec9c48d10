"""CPU and wall time from a fresh interpreter to the first answer: what a user waits for in a new kernel."""

import os
import statistics
import subprocess
import sys
import time

from benchmarks.measure import KEY, Target, table
from benchmarks.server import MODEL, running

CASES = {
    "openai": "import openai; c = openai.OpenAI(api_key=KEY, base_url=URL)\n"
    "m = [{'role': 'user', 'content': 'hi'}]\n"
    "assert c.chat.completions.create(model=MODEL, messages=m).choices[0].message.content",
    "httpx": "import httpx; c = httpx.Client()\n"
    "b = {'model': MODEL, 'messages': [{'role': 'user', 'content': 'hi'}]}\n"
    "assert c.post(URL + '/chat/completions', json=b).json()['choices']",
    "venice_nb": "import venice_nb; v = venice_nb.Venice(api_key=KEY, base_url=URL)\n"
    "assert v.chat('hi', model=MODEL, show=False).text",
}
TARGETS = (Target("venice_nb", 0.5, "openai"),)  # target 2


def once(code: str, url: str) -> tuple[float, float] | None:
    """CPU and wall milliseconds of one fresh Python that runs `code`; None if it fails."""
    script = f"KEY, URL, MODEL = {KEY!r}, {url!r}, {MODEL!r}\n{code}"
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return ((used.ru_utime + used.ru_stime) * 1e3, wall * 1e3) if process.returncode == 0 else None


def main(rounds: int = 7) -> list[str]:
    with running() as url:
        working = {name: code for name, code in CASES.items() if once(code, url)}
        spent: dict[str, list[tuple[float, float]]] = {name: [] for name in working}
        names = list(working)
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                if used := once(working[name], url):
                    spent[name].append(used)
    missing = {name: "does not answer" for name in CASES if name not in working}
    lines = []
    for index, kind in enumerate(("CPU", "wall")):
        medians = {name: statistics.median(each[index] for each in used) for name, used in spent.items()}
        title = f"First answer in a fresh interpreter, {kind}"
        lines += table(title, "ms", medians, references=("openai",), targets=TARGETS, missing=missing)
    return lines


if __name__ == "__main__":
    print("\n".join(main()))
