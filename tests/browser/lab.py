"""A notebook in JupyterLab or Notebook 7, in a real browser: opened, run as a person runs it, looked at."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    # a page that reaches for another host fails at once and is listed
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
STATE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
  return {
    kernel: panel.sessionContext.session?.kernel?.status,
    busy: cells.filter(cell => cell.promptNode?.textContent.includes('*')).length,
    counts: cells.map(cell => cell.model.executionCount),
    errors: cells.filter(cell => !(cell.model.getMetadata('tags') || []).includes('raises-exception'))
      .flatMap(cell => cell.model.outputs.toJSON())
      .filter(output => output.output_type === 'error').map(output => output.ename + ': ' + output.evalue),
  };
}"""
PLAY = """async () => {
  const found = [];
  for (const player of document.querySelectorAll('.vn-root video, .vn-root audio')) {
    player.muted = true;
    const settled = new Promise(done => {
      for (const event of ['canplaythrough', 'error']) player.addEventListener(event, done, {once: true});
      setTimeout(done, 8000);
    });
    player.preload = 'auto';
    player.load();
    await settled;
    const began = player.currentTime;
    try { await player.play() } catch (error) { }
    await new Promise(done => setTimeout(done, 400));
    found.push({ready: player.readyState, error: player.error?.message, moved: player.currentTime > began,
                wide: player.videoWidth, embedded: player.currentSrc.startsWith('data:')});
    player.pause();
  }
  return found }"""


APPS = {  # the module that starts it, the class of its options, where it opens a notebook
    "lab": ("jupyterlab", "LabApp", "doc/tree"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks"),
}


class Page:
    """An open notebook. `asked` lists every address the page asked for."""

    def __init__(self, page):
        self.page = page
        self.asked = []
        page.on("request", lambda request: self.asked.append(request.url))

    def run_all(self, patience=120):
        """Queue all cells at once, as Run All does, and wait until the kernel has been idle for a while."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        until, quiet = time.monotonic() + patience, 0
        state = {"counts": [None]}
        while quiet < (40 if None in state["counts"] else 3):  # a busy machine pauses between two cells
            assert time.monotonic() < until, "the notebook did not finish"
            self.page.wait_for_timeout(250)
            state = self.page.evaluate(STATE)
            quiet = quiet + 1 if state["kernel"] == "idle" and not state["busy"] else 0
        return state

    def foreign(self):
        """Addresses outside this machine that something tried to load."""
        local = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(local)]

    def play(self):
        """What came of playing each film and sound on the page, one after the other."""
        return self.page.evaluate(PLAY)

    def eval(self, script):
        return self.page.evaluate(script)


@contextlib.contextmanager
def lab(notebook, folder, *, theme="light", app="lab", flags=(), **environment):
    """An app with the notebook open and its kernel ready; nothing of the user's own settings is used."""
    module, options_of, opening = APPS[app]
    root = folder / "root"
    root.mkdir()
    (root / "notebook.ipynb").write_text(notebook, "utf-8")
    _settings(folder / "settings", theme)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "ServerApp.root_dir": root,
        "IdentityProvider.token": token,
        f"{options_of}.expose_app_in_browser": True,
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
    }
    places = {
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
        "VENICE_STATE_DIR": folder / "state",
        "VENICE_SANDBOX": "1",
    }
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", module, *(f"--{name}={value}" for name, value in options.items())],
            env=os.environ | {name: str(value) for name, value in places.items()} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "server.log")
        with sync_playwright() as play:
            path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
            browser = play.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *flags])
            page = browser.new_page(viewport={"width": 1100, "height": 1000}, color_scheme=theme)
            opened = Page(page)
            page.goto(f"http://127.0.0.1:{port}/{opening}/notebook.ipynb?token={token}", timeout=60_000)
            page.wait_for_function(READY, timeout=60_000)
            yield opened
            browser.close()
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # our own group: the server and its kernels
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)


def _settings(folder, theme):
    wanted = {
        "@jupyterlab/apputils-extension/themes": {"theme": f"JupyterLab {theme.title()}"},
        "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        # the default leaves outputs that are off the screen out of the page
        "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    }
    for plugin, values in wanted.items():
        file = folder / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _wait(url, server, log):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=2).read(1)
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()[-2000:]}")
