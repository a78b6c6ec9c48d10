"""A key reaches the workers, and nothing else that a cluster keeps, shows or writes down."""

import logging
import os
import pickle
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import venice_nb as vn

dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

from venice_nb import scale  # noqa: E402
from venice_nb.scale import running  # noqa: E402
from venice_nb.scale.keys import Handed, private  # noqa: E402
from venice_nb.scale.order import _reach  # noqa: E402
from venice_nb.scale.scheduler import Coordinator  # noqa: E402
from venice_nb.secrets import Secret  # noqa: E402


@pytest.fixture
def ddf():
    return dd.from_pandas(pd.DataFrame({"text": ["a gondola", "a canal"]}), npartitions=2)


def loud(level):
    """Set how much distributed logs, here or on a worker; gives back what it was."""
    logger = logging.getLogger("distributed.core")
    before = logger.level
    logger.setLevel(level)
    return before


def pages(client):
    """What the scheduler's own pages say."""
    where = f"http://127.0.0.1:{client.scheduler_info()['services']['dashboard']}"
    for path in (
        "/info/main/workers.html",
        "/info/logs.html",
        "/json/counts.json",
        "/metrics",
        "/sitemap.json",
    ):
        try:
            with urllib.request.urlopen(where + path) as reply:
                yield reply.read().decode()
        except urllib.error.HTTPError:
            continue


def test_a_key_that_is_handed_over_is_in_no_graph_log_page_or_dump(client, server, ddf, caplog, monkeypatch):
    key = server.new_key()
    graphs = []

    def watched(tasks):
        graphs.append(pickle.dumps([dict(task.__dask_graph__()) for task in tasks]))
        return compute(tasks)

    compute = client.compute
    monkeypatch.setattr(client, "compute", watched)
    client.run(loud, logging.DEBUG)
    before = loud(logging.DEBUG)
    logging.getLogger("distributed.core").addHandler(caplog.handler)
    try:
        embedded = scale.embed(ddf, "text", to="vectors", venice=vn.Venice(key, base_url=server.base_url))
        kept = client.cluster.scheduler.plugins["venice-nb"]
        client.dump_cluster_state("dump", format="yaml")
        told = {
            "graph": graphs[0],
            "scheduler": repr(client.scheduler_info(n_workers=-1)),
            "worker logs": repr(client.get_worker_logs()),
            "scheduler logs": repr(client.get_scheduler_logs()),
            "events": repr(client.get_events()),
            "log records": caplog.text,
            "dump": Path("dump.yaml").read_text("utf-8"),
            "pages": "".join(pages(client)),
            "plugin": pickle.dumps(kept) + repr(vars(kept)).encode(),
            "folder": b"".join(file.read_bytes() for file in Path("vectors").rglob("*") if file.is_file()),
            "result": pickle.dumps(embedded) + repr(embedded.to_frame()).encode(),
        }
    finally:
        logging.getLogger("distributed.core").removeHandler(caplog.handler)
        loud(before)
        client.run(loud, logging.WARNING)
    assert "'op': 'venice_nb_open'" in told["log records"], "the message with the key was logged"
    assert len(told["pages"]) > 1000
    secret = key.removeprefix("VENICE_INFERENCE_KEY_")
    for where, what in told.items():
        assert (secret.encode() if isinstance(what, bytes) else secret) not in what, where
    assert not kept._runs, "the scheduler forgets a key with its run"


def test_workers_use_the_key_of_their_own_environment_when_none_is_handed_over(client, server, ddf):
    key = server.new_key()

    def give(**values):
        os.environ.update(values)

    client.run(give, VENICE_API_KEY=key)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VENICE_BASE_URL", server.base_url)
            embedded = scale.embed(ddf, "text", to="vectors")
    finally:
        client.run(lambda: os.environ.pop("VENICE_API_KEY"))
    assert embedded.vectors == 2


def test_a_worker_without_a_key_says_what_to_do(client, server, ddf, monkeypatch):
    monkeypatch.setenv("VENICE_BASE_URL", server.base_url)
    with pytest.raises(vn.InvalidInput, match="a worker has no Venice API key") as caught:
        scale.embed(ddf, "text", to="vectors")
    assert "VENICE_API_KEY" in caught.value.do
    assert "venice=v" in caught.value.do
    assert server.seen == []


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("tcp://[::1]:8786", True),
        ("tls://10.0.0.1:8786", True),
        ("inproc://10.0.0.1/1/2", True),
        ("tcp://10.0.0.1:8786", False),
        ("tcp://127.0.0.1.example.org:8786", False),
        ("ucx://10.0.0.1:8786", False),
    ],
)
def test_only_connections_that_nobody_else_can_read_carry_a_key(address, safe):
    assert private(address) is safe


def test_a_key_is_not_handed_over_in_the_clear(server):
    cluster = SimpleNamespace(
        scheduler=SimpleNamespace(address="tcp://10.0.0.1:8786"),
        scheduler_info=lambda n_workers: {"workers": {}},
        id="client",
    )
    v = server.client()
    with pytest.raises(vn.InvalidInput, match="would travel in the clear"):
        running._open(cluster, v, SimpleNamespace(reach=_reach("run", v)))


def test_the_scheduler_gives_a_key_to_its_workers_alone_and_forgets_it_with_the_client():
    coordinator = Coordinator()
    coordinator._scheduler = SimpleNamespace(workers={"tcp://127.0.0.1:1": 1, "tcp://10.0.0.2:1": 2})
    handed = Handed(Secret("VENICE_INFERENCE_KEY_planted_1"))
    coordinator.open("run", "client", handed, None, "vectors")
    assert coordinator.key("tcp://127.0.0.1:1", "run") is handed
    assert coordinator.key("tcp://127.0.0.1:9", "run") is None
    assert coordinator.key("tcp://10.0.0.2:1", "run") is None, "not over a connection that others can read"
    coordinator.remove_client(None, "client")
    assert coordinator.key("tcp://127.0.0.1:1", "run") is None


def test_a_handed_key_shows_nothing_and_arrives():
    handed = Handed(Secret("VENICE_INFERENCE_KEY_planted_1"), "http://user:planted@proxy.example.org:8080")
    assert "planted" not in f"{handed!r} {handed} {[handed]}"
    arrived = pickle.loads(pickle.dumps(handed))
    assert (arrived.secret, arrived.proxy) == (handed.secret, handed.proxy)
