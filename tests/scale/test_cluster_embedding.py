"""A column embedded by two worker processes against a sandbox over HTTP."""

import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import venice_nb as vn

dd = pytest.importorskip("dask.dataframe")
pytest.importorskip("distributed")

from venice_nb import scale  # noqa: E402
from venice_nb.scale.guard import CalledOff  # noqa: E402


def frame(rows, start=0):
    number = np.arange(start, start + rows)
    texts = [f"gondola {each} passes the bridge" for each in number]
    return pd.DataFrame({"id": number, "text": texts}, index=pd.Index(number * 10, name="row"))


def vectors_of(embedded):
    """All rows, in order."""
    return embedded.to_dask().compute()


def expected(frame):
    """The vectors that one process without a cluster gets."""
    return vn.Venice.sandbox().embed(frame["text"], progress=False)


def asked(server):
    """How often each text was billed."""
    return Counter(text for entry in server.seen if entry["status"] == 200 for text in entry["texts"])


def eventually(fact):
    """Whether something becomes true; workers are other processes, so their progress is looked for."""
    turn = threading.Event()
    return any(fact() or turn.wait(0.02) for _ in range(1500))


def test_a_part_for_each_partition_holds_the_rows_with_the_vectors_of_one_process(client, server, v):
    df = frame(90)
    embedded = scale.embed(dd.from_pandas(df, npartitions=3), "text", to="vectors", venice=v)
    assert [part.file for part in embedded.parts] == [f"part-0000{number}.parquet" for number in range(3)]
    assert (embedded.rows, embedded.vectors, embedded.failed, embedded.dims) == (90, 90, {}, 1024)
    whole = vectors_of(embedded)
    assert whole.index.equals(df.index)
    assert list(whole.columns) == ["id", "text", "vector", "error"]
    assert np.array_equal(np.stack(whole["vector"]), expected(df).array)
    assert whole["error"].isna().all()
    assert embedded.tokens > 0
    assert 0 < embedded.cost < 0.001
    assert embedded.damaged() == []


def test_the_record_of_a_part_says_what_is_in_it(client, v):
    import pyarrow.parquet as pq

    embedded = scale.embed(dd.from_pandas(frame(10), npartitions=1), "text", to="vectors", venice=v)
    record = json.loads(Path("vectors/_venice/part-00000.json").read_text())
    assert record["model"] == "text-embedding-bge-m3"
    assert (record["dims"], record["rows"], record["vectors"], record["failed"]) == (1024, 10, 10, {})
    assert len(record["checksum"]) == len(record["fingerprint"]) == 64
    kind = pq.read_schema("vectors/part-00000.parquet").field("vector").type
    assert (str(kind.value_type), kind.list_size) == ("float", 1024)
    Path("vectors/part-00000.parquet").write_bytes(b"damaged")
    assert embedded.damaged() == ["part-00000.parquet"]


def test_a_second_run_pays_for_nothing_and_changes_nothing(client, server, v):
    ddf = dd.from_pandas(frame(60), npartitions=3)
    scale.embed(ddf, "text", to="vectors", venice=v)
    before = {file: file.stat().st_mtime_ns for file in Path("vectors").iterdir() if file.is_file()}
    server.behave()
    again = scale.embed(ddf, "text", to="vectors", venice=v)
    assert server.seen == []
    assert (again.skipped, again.cost.usd, again.tokens, again.vectors) == (3, 0.0, 0, 60)
    assert before == {file: file.stat().st_mtime_ns for file in before}


@pytest.mark.parametrize("kind", ["parquet", "lance"])
def test_of_a_partition_whose_rows_changed_only_new_texts_are_paid_for(client, server, v, kind):
    if kind == "lance":
        pytest.importorskip("lancedb")
    df, options = frame(60), {"to": "vectors", "venice": v, "format": kind, "cache": False}
    scale.embed(dd.from_pandas(df, npartitions=3), "text", **options)
    df.iloc[25, 1] = "another bridge"
    df.iloc[45, 0] = 7
    server.behave()
    again = scale.embed(dd.from_pandas(df, npartitions=3), "text", **options)
    assert (again.skipped, again.damaged()) == (1, [])
    assert asked(server) == {"another bridge": 1}
    assert np.array_equal(np.stack(vectors_of(again)["vector"]), expected(df).array)


def test_a_part_that_was_damaged_gives_no_vectors_to_the_next(client, server, v):
    df, options = frame(20), {"to": "vectors", "venice": v, "cache": False}
    scale.embed(dd.from_pandas(df, npartitions=1), "text", **options)
    file = Path("vectors/part-00000.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    df.iloc[3, 0] = 7
    server.behave()
    again = scale.embed(dd.from_pandas(df, npartitions=1), "text", **options)
    assert len(asked(server)) == 20
    assert np.array_equal(np.stack(vectors_of(again)["vector"]), expected(df).array)


def test_rows_that_cannot_have_a_vector_say_why_and_the_others_have_theirs(client, server, v):
    df = frame(12)
    df["text"] = df["text"].astype(object)
    df.iloc[1, 1], df.iloc[5, 1], df.iloc[7, 1] = "  ", None, "x" * 100_000
    df.iloc[9, 1] = "forbidden"
    server.behave(word="forbidden")
    embedded = scale.embed(dd.from_pandas(df, npartitions=2), "text", to="vectors", venice=v)
    assert embedded.failed == {"blank": 1, "missing": 1, "refused": 1, "too long": 1}
    assert (embedded.rows, embedded.vectors) == (12, 8)
    told = embedded.errors()
    assert told.index.tolist() == [10, 50, 70, 90]
    assert told["error"].tolist()[:3] == ["blank", "missing", "too long"]
    assert "Invalid request" in told["error"].iloc[3]
    assert told[["part", "place"]].to_numpy().tolist() == [[0, 1], [0, 5], [1, 1], [1, 3]]
    whole = vectors_of(embedded)
    assert whole["vector"].isna().tolist() == whole["error"].notna().tolist()
    server.behave()
    again = scale.embed(dd.from_pandas(df, npartitions=2), "text", to="vectors", venice=v)
    assert asked(server) == {"forbidden": 1}, "what was refused is tried again, and nothing else"
    assert again.failed == {"blank": 1, "missing": 1, "too long": 1}


def test_an_empty_account_stops_the_run_and_the_next_one_pays_only_for_the_rest(client, server, v):
    df = frame(600)
    ddf = dd.from_pandas(df, npartitions=2)
    server.behave(refuse_after=1)
    with pytest.raises(vn.PaymentRequired, match="run it again, and only the rest is sent"):
        scale.embed(ddf, "text", to="vectors", venice=v, at_once=1)
    paid = asked(server)
    assert 0 < len(paid) < 600
    server.behave()
    embedded = scale.embed(ddf, "text", to="vectors", venice=server.client())
    assert embedded.vectors == 600
    assert not paid.keys() & asked(server).keys()
    assert np.array_equal(np.stack(vectors_of(embedded)["vector"]), expected(df).array)


def test_a_worker_that_is_killed_loses_nothing_and_only_its_batches_in_flight_are_paid_twice(
    client, server, v
):
    df = frame(6000)
    server.behave(latency=0.4)
    killed, asked_by_then = [], []

    def kill():
        eventually(lambda: sum(entry["status"] == 200 for entry in server.seen) >= 3)
        pid = min(client.run(os.getpid).values())
        asked_by_then.append(sum(len(entry["texts"]) for entry in server.seen))
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    ddf = dd.from_pandas(df, npartitions=4)
    embedded = scale.embed(ddf, "text", to="vectors", venice=v, at_once=2)
    killer.join()
    assert killed[0] not in client.run(os.getpid).values()
    assert asked_by_then[0] < 6000, "it was killed under way"
    assert (embedded.rows, embedded.vectors, embedded.failed) == (6000, 6000, {})
    assert np.array_equal(np.stack(vectors_of(embedded)["vector"]), expected(df).array)
    billed = asked(server)
    assert set(billed) == set(df["text"])
    assert max(billed.values()) <= 2
    twice = {text for text, times in billed.items() if times > 1}
    batches = {tuple(entry["texts"]) for entry in server.seen if twice & set(entry["texts"])}
    assert len(batches) <= 2, "the worker had two requests under way"
    kept = {"folder.json", *(f"part-0000{number}.json" for number in range(4))}
    assert {file.name for file in Path("vectors/_venice").iterdir()} == kept, "journals end with their parts"


def test_all_workers_together_keep_to_one_rate(client, server, v, monkeypatch):
    """Minutes are made two seconds long; the server says that it takes 20 requests in each."""
    monkeypatch.setattr("venice_nb.policy.rates.WINDOW", 2.0)
    server.behave(told_rpm=20)
    embedded = scale.embed(dd.from_pandas(frame(60), npartitions=60), "text", to="vectors", venice=v)
    assert embedded.vectors == 60
    stamps = sorted(entry["at"] for entry in server.seen)
    assert len(stamps) == 60
    busiest = max(sum(start <= stamp < start + 1.9 for stamp in stamps) for start in stamps)
    assert busiest <= 20
    assert stamps[-1] - stamps[0] > 2 * 60 / 18 - 2.5, "they had to wait"


def test_all_workers_together_stay_below_the_failures_that_block_a_key(client, server):
    """The server fails whatever is sent; 21 failures in 30 seconds would have it block the key."""
    server.behave(status=500)
    ddf = dd.from_pandas(frame(6000), npartitions=2)
    stopped = []

    def work():
        with pytest.raises(CalledOff):
            scale.embed(ddf, "text", to="vectors", venice=server.client(max_retries=0))
        stopped.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert eventually(lambda: len(server.seen) >= 18)
    coordinator = client.cluster.scheduler.plugins["venice-nb"]
    (run,) = coordinator._runs
    client.sync(client.scheduler.venice_nb_close_run, run=run)
    thread.join()
    assert stopped, "a run that is over ends on the workers as well"
    assert len(server.seen) == 18


def test_a_budget_of_the_client_holds_for_the_whole_cluster(client, server, v):
    df = frame(2000)
    v.budget = 0.001  # pays for about a quarter
    with pytest.raises(vn.BudgetExceeded, match="parts are finished"):
        scale.embed(dd.from_pandas(df, npartitions=4), "text", to="vectors", venice=v)
    assert 0 < v.budget.spent <= 0.001
    assert 0 < sum(asked(server).values()) < 2000


def test_two_that_embed_into_the_same_folder_pay_once(client, server, v):
    from distributed import Client

    ddf = dd.from_pandas(frame(600), npartitions=4)
    server.behave(latency=0.5)
    done = []
    first = threading.Thread(
        target=lambda: done.append(scale.embed(ddf, "text", to="vectors", venice=v, client=client))
    )
    first.start()
    assert eventually(lambda: server.seen)
    with Client(client.scheduler.address, set_as_default=False) as other:
        with pytest.raises(vn.InvalidInput, match="another run is writing into the folder vectors"):
            scale.embed(ddf, "text", to="vectors", venice=v, client=other)
        first.join()
        assert scale.embed(ddf, "text", to="vectors", venice=v, client=other).skipped == 4
    assert done[0].vectors == 600
    assert set(asked(server).values()) == {1}


def test_each_text_of_a_partition_is_sent_once(client, server, v):
    df = pd.DataFrame({"text": ["a", "b", "a", "a", "b", "c"]})
    embedded = scale.embed(dd.from_pandas(df, npartitions=1), "text", to="vectors", venice=v)
    assert asked(server) == {"a": 1, "b": 1, "c": 1}
    assert np.array_equal(np.stack(vectors_of(embedded)["vector"]), expected(df).array)


def test_an_empty_partition_and_one_without_texts_are_parts_too(client, server, v):
    df = frame(6)
    df["text"] = ["a", "b", " ", "", "e", "f"]
    ddf = dd.from_pandas(df, npartitions=3)
    empty = ddf[ddf["id"] != 5].partitions[[0, 1]]
    embedded = scale.embed(empty, "text", to="vectors", venice=v)
    assert [(part.rows, part.vectors, part.dims) for part in embedded.parts] == [(2, 2, 1024), (2, 0, 1024)]
    none = ddf[ddf["id"] > 100]
    nothing = scale.embed(none, "text", to="nothing", venice=v)
    assert (nothing.rows, nothing.vectors, nothing.failed) == (0, 0, {})
    assert asked(server) == {"a": 1, "b": 1}


def test_vectors_of_a_sandbox_do_not_go_on_in_a_folder_of_real_ones(client, v):
    ddf = dd.from_pandas(frame(4), npartitions=1)
    scale.embed(ddf, "text", to="vectors", venice=v)
    with pytest.raises(vn.InvalidInput, match="was made with address="):
        scale.embed(ddf, "text", to="vectors", venice=vn.Venice.sandbox())


def test_what_this_machine_has_paid_for_in_other_runs_is_not_paid_for_again(client, server, v):
    df = frame(8)
    client.run(lambda folder: os.environ.update(VENICE_STATE_DIR=folder), os.environ["VENICE_STATE_DIR"])
    v.embed(df["text"].iloc[:5], progress=False)
    server.behave()
    embedded = scale.embed(dd.from_pandas(df, npartitions=1), "text", to="vectors", venice=v)
    assert set(asked(server)) == set(df["text"].iloc[5:])
    assert np.array_equal(np.stack(vectors_of(embedded)["vector"]), expected(df).array)
    server.behave()
    scale.embed(dd.from_pandas(df, npartitions=1), "text", to="anew", venice=v, cache=False)
    assert set(asked(server)) == set(df["text"])
