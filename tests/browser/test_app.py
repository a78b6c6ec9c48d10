"""All panels as a page of their own, served by Voila with the line of `make app`."""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from lab import FLAGS, _wait

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000  # milliseconds; a loaded machine
STYLED_FROM_AFAR = (
    "cdn.jsdelivr.net/npm/@fortawesome"  # icons, by Voila's own template; nothing hangs on them
)


@contextlib.contextmanager
def served(folder, width):
    """The page in a browser of this width, with what its console told."""
    options = shlex.split(re.search(r"^VOILA := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR", "VENICE_STATE_DIR")}
    line = [sys.executable, "-m", "voila", str(ROOT / "notebooks" / "app" / "panels.ipynb"), *options]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*line, f"--port={port}", "--no-browser"],
            env=os.environ | places | {"VENICE_SANDBOX": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/voila/static/voila.js", server, folder / "server.log")
        with sync_playwright() as play:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = play.chromium.launch(executable_path=path, headless=True, args=FLAGS)
            page = browser.new_page(viewport={"width": width, "height": 1200})
            told = []
            page.on("console", lambda line: told.append(f"{line.text} {line.location}"))
            page.on("pageerror", lambda error: told.append(f"error: {error}"))
            page.goto(f"http://127.0.0.1:{port}/", timeout=PATIENCE)
            page.locator(".vn-panel").first.wait_for(timeout=PATIENCE)
            yield page
            page.screenshot(path=folder / f"app-{width}.png", full_page=True)
            assert [line for line in told if "rror" in line and STYLED_FROM_AFAR not in line] == []
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)


def test_the_panels_are_served_as_tabs_that_answer_on_a_narrow_page(tmp_path):
    with served(tmp_path, 400) as page:
        panels = page.locator(".vn-panel").locator("visible=true")

        def sees(words):
            panels.get_by_text(words).locator("visible=true").first.wait_for(timeout=PATIENCE)

        page.get_by_label("Your message", exact=True).fill("What is 2 + 2?")
        page.get_by_role("button", name="Send", exact=True).click()
        sees("2 + 2 = 4")
        page.get_by_role("tab", name="Models").click()
        page.get_by_label("Name", exact=True).fill("qwen")
        sees(re.compile("qwen"))
        assert panels.count() == 1, "only the tab that is picked is seen"
        assert page.locator(".vn-still").locator("visible=true").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
