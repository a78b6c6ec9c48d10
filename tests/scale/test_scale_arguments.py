"""What `scale.embed` refuses before anything is sent, and what importing it loads."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import venice_nb as vn

dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

from venice_nb import scale  # noqa: E402
from venice_nb.errors import UnreadableReply  # noqa: E402
from venice_nb.scale.parts import Part  # noqa: E402
from venice_nb.scale.running import _same  # noqa: E402


@pytest.fixture(scope="module")
def client():
    with distributed.Client(processes=False, dashboard_address=":0") as client:
        yield client


@pytest.fixture
def ddf():
    frame = pd.DataFrame({"text": ["a", "b"], "n": [1, 2], "vector": [0, 0]})
    return dd.from_pandas(frame, npartitions=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ddf": pd.DataFrame({"text": ["a"]})}, "Dask DataFrame"),
        ({"column": "txt"}, "column must be"),
        ({"column": "n"}, "column of texts"),
        ({"columns": ["text", "m"]}, "columns must be"),
        ({"columns": ["vector"]}, "not called vector"),
        ({"columns": ["n", "n"]}, "columns of different names"),
        ({"columns": "n"}, "list of columns"),
        ({"venice": "v"}, "venice must be a client"),
        ({"client": "tcp://127.0.0.1:1"}, "client must be a distributed.Client"),
        ({"format": "csv"}, "format"),
        ({"to": 5}, "name of a folder"),
        ({"to": ""}, "name of a folder"),
        ({"at_once": 0}, "at_once"),
        ({"progress": "yes"}, "progress"),
        ({"cache": 1}, "cache"),
        ({"model": "llama-3.3-70b"}, "embedding"),
        ({"dimensions": 0}, "dimensions"),
    ],
    ids=lambda value: str(value)[:30].replace("\n", " "),
)
def test_an_argument_that_makes_no_sense_is_refused(client, ddf, change, message):
    v = vn.Venice.sandbox()
    given = {"ddf": ddf, "column": "text", "to": "vectors", "columns": ["n"], "venice": v} | change
    with pytest.raises(vn.InvalidInput, match=message):
        scale.embed(given["ddf"], given["column"], **_rest(given))
    assert not Path("vectors").exists()
    if not change.keys() & {"at_once", "progress"}:
        with pytest.raises(vn.InvalidInput, match=message):
            scale.plan(given["ddf"], given["column"], **_rest(given))


def _rest(given):
    return {name: value for name, value in given.items() if name not in {"ddf", "column"}}


def test_a_column_alone_is_no_frame_and_a_client_that_is_awaited_cannot_be_waited_for(client, ddf):
    v = vn.Venice.sandbox()
    with pytest.raises(vn.InvalidInput, match="Dask DataFrame"):
        scale.embed(ddf["text"], "text", to="vectors", venice=v)

    async def planned():
        address = client.scheduler.address
        async with distributed.Client(address, asynchronous=True, set_as_default=False) as awaited:
            return scale.plan(ddf, "text", columns=["n"], venice=v, client=awaited)

    with pytest.raises(vn.InvalidInput, match="must be a synchronous"):
        asyncio.run(planned())


def test_a_folder_has_to_be_named_to_be_written(client, ddf):
    with pytest.raises(vn.InvalidInput, match="name of a folder"):
        scale.embed(ddf, "text", to=None, columns=["n"], venice=vn.Venice.sandbox())


@pytest.mark.parametrize("name", ["vector", "error"])
def test_an_index_with_the_name_of_a_column_of_the_parts_is_refused_with_the_fix(client, name):
    frame = pd.DataFrame({"text": ["a", "b"]}, index=pd.Index([5, 6], name=name))
    ddf = dd.from_pandas(frame, npartitions=1)
    v = vn.Venice.sandbox()
    with pytest.raises(vn.InvalidInput, match=f"The index is called {name}") as told:
        scale.embed(ddf, "text", to="vectors", venice=v)
    space = {"ddf": ddf}
    exec(told.value.do.removeprefix("Rename it: ").removesuffix("."), space)
    assert scale.embed(space["ddf"], "text", to="vectors", venice=v).search("a", 1).labels.tolist() == [5]


def test_labels_of_columns_that_are_no_texts_are_texts_in_the_parts(client):
    ddf = dd.from_pandas(pd.DataFrame({0: ["a", "b"], 1: [7, 8]}), npartitions=1)
    embedded = scale.embed(ddf, 0, to="vectors", venice=vn.Venice.sandbox())
    assert embedded.to_dask().compute().columns.tolist() == ["0", "1", "vector", "error"]
    found = embedded.search("b", 1)
    assert (found.texts, found.metadata["1"].tolist()) == (["b"], [8])


def test_a_run_that_does_not_begin_leaves_the_budget_as_it_was(client, ddf, monkeypatch):
    v = vn.Venice.sandbox()
    v.budget = 1.0

    def refused(*_):
        raise vn.InvalidInput("in the clear")

    monkeypatch.setattr("venice_nb.scale.running._open", refused)
    with pytest.raises(vn.InvalidInput, match="in the clear"):
        scale.embed(ddf, "text", to="vectors", columns=["n"], venice=v)
    assert v.budget.left == 1.0
    assert not Path("vectors").exists()


def test_a_client_with_a_transport_of_its_own_cannot_be_copied_to_workers(client, ddf):
    import httpx

    v = vn.Venice("VENICE_INFERENCE_KEY_planted", transport=httpx.MockTransport(lambda _: None))
    with pytest.raises(vn.InvalidInput, match="without a transport"):
        scale.embed(ddf, "text", to="vectors", columns=["n"], venice=v)


def test_without_a_cluster_it_is_told_how_to_start_one(ddf, monkeypatch):
    monkeypatch.setattr("distributed.client._current_client", type("Nobody", (), {"get": lambda _: None})())
    monkeypatch.setattr("venice_nb.scale.running.default_client", _nobody)
    with pytest.raises(vn.InvalidInput, match="there is no Dask cluster") as caught:
        scale.embed(ddf, "text", to="vectors", columns=["n"])
    assert "Client()" in caught.value.do


def _nobody():
    raise ValueError("No clients found")


def test_with_a_sandbox_asked_for_in_the_environment_each_worker_opens_one(client, ddf, monkeypatch):
    monkeypatch.setenv("VENICE_SANDBOX", "1")
    embedded = scale.embed(ddf, "text", to="vectors", columns=["n"])
    assert embedded.vectors == 2


def test_a_budget_holds_in_sandboxes_too(client, ddf):
    v = vn.Venice.sandbox()
    v.budget = 0.0
    with pytest.raises(vn.BudgetExceeded):
        scale.embed(ddf, "text", to="vectors", columns=["n"], venice=v)


def test_parts_of_different_models_are_no_result():
    parts = [Part(number=n, file="", rows=1, vectors=1, model=model, dims=3) for n, model in enumerate("ab")]
    _same(parts[:1])
    with pytest.raises(UnreadableReply, match="different models"):
        _same(parts)


def test_importing_loads_no_dask():
    code = "import sys, venice_nb; from venice_nb import scale; scale.__all__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not {"dask", "distributed", "pyarrow", "pandas", "numpy"} & loaded


def test_without_dask_it_is_told_what_to_install():
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from venice_nb import scale\n"
        "try: scale.embed\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "venice_nb.scale needs distributed: pip install 'venice-nb[dask]'"


def test_a_run_without_workers_says_that_it_waits_for_one(ddf, monkeypatch):
    said = []
    options = {"n_workers": 0, "processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:

        def notice(message):
            said.append(message)
            cluster.scale(1)

        monkeypatch.setattr("venice_nb.scale.running.PATIENCE", 0.0)
        monkeypatch.setattr("venice_nb.scale.running.notice", notice)
        v = vn.Venice.sandbox()
        embedded = scale.embed(ddf, "text", to="vectors", columns=["n"], venice=v, client=client)
    assert embedded.vectors == 2
    assert said[0] == "The cluster has no workers: the run waits until one comes."
