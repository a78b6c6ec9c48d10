"""One cluster of two worker processes and one sandbox server for all tests of the room."""

import json
import subprocess
import sys
import urllib.request
import uuid
from pathlib import Path

import pytest

import venice_nb as vn

pytest.importorskip("distributed")


class Server:
    """The watched sandbox, seen from a test."""

    def __init__(self, base_url):
        self.base_url = base_url

    def ask(self, path, given=None):
        where = self.base_url.removesuffix("/api/v1") + path
        body = None if given is None else json.dumps(given).encode()
        with urllib.request.urlopen(urllib.request.Request(where, data=body)) as reply:
            return json.loads(reply.read())

    def behave(self, **given):
        """Forget what was seen, and behave so from now on."""
        self.ask("/_behave", given)

    @property
    def seen(self):
        return self.ask("/_seen")

    def new_key(self):
        """One more key, whose limits and failures are counted on their own."""
        key = f"VENICE_INFERENCE_KEY_sandbox_{uuid.uuid4().hex}"
        self.ask("/_key", key)
        return key

    def client(self, **options):
        """A client with a key of its own."""
        return vn.Venice(self.new_key(), base_url=self.base_url, **options)


@pytest.fixture(scope="session")
def _state(tmp_path_factory):
    """Workers of a cluster live longer than a test: they keep their state in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VENICE_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.delenv("VENICE_API_KEY", raising=False)
        patch.delenv("VENICE_SANDBOX", raising=False)
        yield


@pytest.fixture(scope="session")
def running(_state):
    command = [sys.executable, str(Path(__file__).with_name("watched_sandbox.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process.stdout.readline().strip())
        finally:
            process.terminate()


@pytest.fixture
def server(running):
    running.behave()
    return running


@pytest.fixture(scope="session")
def client(_state):
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=False
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def v(server):
    with server.client() as v:
        yield v
