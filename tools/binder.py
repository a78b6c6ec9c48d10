"""What Binder does with this repository, replayed in a fresh environment: install, postBuild, start.

python -m tools.binder [NAME ...]     ends with 1, and says where, when a step fails

The files that git knows are copied, as Binder clones them, and repo2docker itself reads them, without docker.
`start` runs the tour by nbclient, or the tutorials named, with a key in the environment that nobody has: what
is not in the sandbox fails. At last `start` runs JupyterLab, which has to open the tour by itself.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOUR = "00-tour.ipynb"
PATIENCE = 60  # seconds until JupyterLab must answer


def main(names: list[str]) -> int:
    """Replay the steps; say how long each took."""
    notebooks = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    wanted = [f"notebooks/{name}" for name in notebooks if any(part in name for part in names or [TOUR])]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        repo, prefix = place / "repo", place / "env"
        steps = {
            "copy": lambda: copy(repo),
            "repo2docker": lambda: read(repo, place / "reader"),
            "requirements": lambda: make(repo, prefix, "-r", "binder/requirements.txt"),
            "postBuild": lambda: run(repo, prefix, "binder/postBuild"),
            f"start: {', '.join(wanted)}": lambda: run(repo, prefix, "binder/start", *executing(wanted)),
            "start: JupyterLab": lambda: opens(repo, prefix, f"notebooks/{TOUR}"),
        }
        for name, step in steps.items():
            began = time.monotonic()
            try:
                step()
            except (subprocess.CalledProcessError, AssertionError) as error:
                print(f"Binder: {name} failed: {error}", file=sys.stderr)
                return 1
            print(f"Binder: {name}, {time.monotonic() - began:.0f} s", flush=True)
    return 0


def copy(repo: Path) -> None:
    """The files of the working tree that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        target = repo / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # deleted, and not yet committed
            shutil.copy2(ROOT / name, target)


def read(repo: Path, prefix: Path) -> None:
    """Have repo2docker write its Dockerfile, which has to use our files."""
    make(repo, prefix, "jupyter-repo2docker")
    line = [f"{prefix}/bin/jupyter-repo2docker", "--no-build", "--debug", str(repo)]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]
    python = (repo / "binder" / "runtime.txt").read_text().strip().replace("-", "=")
    for wanted in (python, "binder/requirements.txt", "binder/postBuild", "binder/start"):
        assert wanted in done.stdout, f"{wanted} is not in the Dockerfile"


def make(repo: Path, prefix: Path, *packages: str) -> None:
    """A fresh environment with packages; by uv where it is at hand, as that takes seconds."""
    subprocess.run([sys.executable, "-m", "venv", str(prefix)], check=True)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    pip = (
        [uv, "pip", "install", "--python", f"{prefix}/bin/python"] if uv else [f"{prefix}/bin/pip", "install"]
    )
    subprocess.run([*pip, "--quiet", *packages], cwd=repo, check=True)


def surroundings(prefix: Path) -> dict[str, str]:
    """The environment of a Binder, as far as it matters: its own home and paths, nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if name in {"LANG", "TMPDIR"}}
    home = prefix.parent / "home"
    home.mkdir(exist_ok=True)
    return kept | {
        "HOME": str(home),
        "NB_PYTHON_PREFIX": str(prefix),
        "PATH": f"{prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "VENICE_API_KEY": "VENICE_INFERENCE_KEY_of_nobody",
    }


def run(repo: Path, prefix: Path, *command: str) -> None:
    """One step, in the folder of the repository."""
    subprocess.run([f"./{command[0]}", *command[1:]], cwd=repo, env=surroundings(prefix), check=True)


def executing(notebooks: list[str]) -> list[str]:
    """The command that runs notebooks by nbclient and fails where a cell does."""
    return ["jupyter", "execute", "--timeout=120", *notebooks]


def opens(repo: Path, prefix: Path, notebook: str) -> None:
    """Whether JupyterLab, started so, sends a browser to the notebook."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--ip=127.0.0.1",
        f"--port={port}",
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=",
    ]
    server = subprocess.Popen(
        ["binder/start", "jupyter", "lab", *options],
        cwd=repo,
        env=surroundings(prefix),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        found = landing(f"http://127.0.0.1:{port}/", server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # our own group
        server.wait(10)
    assert found.endswith(f"/lab/tree/{notebook}"), f"JupyterLab opens {found or 'nothing'}"


def landing(url: str, server: subprocess.Popen[bytes]) -> str:
    """Where the root of a server leads to; empty when it does not answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.url)
        time.sleep(0.2)
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
