"""A queue of films on a port of this machine, and children that order from it until they are killed.

The queue lives in the process of the test, so that it knows what it billed whatever happens to a child.
"""

import inspect
import json
import multiprocessing
import os
import signal
import threading
import time
import uuid
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# The places between the quote and the saved film where a process may die, in the order of its life.
POINTS = (
    "before the quote",
    "after the quote",
    "order written down, not sent",
    "order at the server, not billed",
    "billed, not answered",
    "answered, id not noted",
    "id noted",
    "asked for the first time",
    "between two questions",
    "film half downloaded",
    "film downloaded, not checked",
    "film checked, without its name",
    "film named, not noted",
    "film noted",
)
_AT_THE_SERVER = {
    "order at the server, not billed": ("queue", "before"),
    "billed, not answered": ("queue", "after"),
    "asked for the first time": ("retrieve", "before"),
    "film half downloaded": ("film", "half"),
}


class FilmServer:
    """Bills orders, works on each for a moment, then hands the film out. Kills the one who asks, if told to.

    Attributes:
        billed: the ids that were billed.
        served: how often a film was handed out.
        kill: the point of `POINTS` at which the next asker dies; empty for nobody.

    """

    def __init__(self, film, takes=0.25):
        self.film, self.takes = film, takes
        self.billed = {}
        self.served = 0
        self.kill = ""
        self._lock = threading.Lock()
        serving = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                serving.answer(self, self.path.rpartition("/")[2], body)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.handle_error = lambda *_: None  # who was killed says no goodbye
        self._http.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._http.server_port}/api/v1"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler, what, body):
        """One request; the prompt of an order names the process that sends it."""
        with suppress(ConnectionError):
            self._answer(handler, what, body)

    def _answer(self, handler, what, body):
        if what == "quote":
            return self._json(handler, {"quote": 0.35})
        if what == "queue":
            if self._die(what, "before", body["prompt"]):
                return None
            ident = str(uuid.uuid4())
            with self._lock:
                self.billed[ident] = (time.monotonic(), body["prompt"])
            self._die(what, "after", body["prompt"])
            return self._json(handler, {"model": body["model"], "queue_id": ident})
        began, sender = self.billed[body["queue_id"]]
        self._die("retrieve", "before", sender)
        worked = time.monotonic() - began
        if worked < self.takes:
            told = {
                "status": "PROCESSING",
                "execution_duration": worked * 1e3,
                "average_execution_time": self.takes * 1e3,
            }
            return self._json(handler, told)
        return self._film(handler, sender)

    def _film(self, handler, sender):
        with self._lock:
            self.served += 1
        handler.send_response(200)
        handler.send_header("Content-Type", "video/mp4")
        handler.send_header("Content-Length", str(len(self.film)))
        handler.end_headers()
        half = len(self.film) // 2
        handler.wfile.write(self.film[:half])
        handler.wfile.flush()
        if self._wanted("film", "half"):
            time.sleep(0.05)  # so that the first half is on the child's disk
        self._die("film", "half", sender)
        handler.wfile.write(self.film[half:])

    @staticmethod
    def _json(handler, body):
        content = json.dumps(body).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.send_header("x-venice-balance-usd", "10.0")
        handler.end_headers()
        handler.wfile.write(content)

    def _wanted(self, what, when):
        return _AT_THE_SERVER.get(self.kill) == (what, when)

    def _die(self, what, when, prompt):
        """Kill whoever sent the order, when this is the moment for it."""
        if not self._wanted(what, when):
            return False
        self.kill = ""
        os.kill(int(prompt.rpartition(" ")[2]), signal.SIGKILL)
        return True


def buy(base_url, state, out, key, point="", name="sync"):
    """A child: order a film and wait for it; dies at `point` when that lies on its own side."""
    os.environ["VENICE_STATE_DIR"] = str(state)
    world = _world(base_url, out, key, name)
    if point:
        _mine(point)
    from films import order

    from venice_nb.jobs.plans import submit

    job = world.run(submit(world.session, order(f"film for {os.getpid()}")))
    world.does(job.wait)


def resume(base_url, state, out, key, told, name="sync"):
    """A child: what a restart finds. Waits for all that is known, and writes down what became of each."""
    os.environ["VENICE_STATE_DIR"] = str(state)
    world = _world(base_url, out, key, name)
    from venice_nb.jobs.plans import jobs

    found = []
    for job in world.run(jobs(world.session)):
        if job.status in ("queued", "processing", "ready", "done"):
            world.does(lambda job=job: job.wait(timeout=60))
        known = {"id": job.id, "status": job.status, "prompt": job.prompt, "file": str(job.path or "")}
        found.append(known)
    Path(told).write_text(json.dumps(found))


def _world(base_url, out, key, name):
    from films import World

    return World(name, None, key, base_url=base_url, out=out)


def _now():
    os.kill(os.getpid(), signal.SIGKILL)


def _mine(point):
    """Arrange for this process to die at a point on its own side."""
    from venice_nb.client import drive
    from venice_nb.client.connection import AsyncConnection, Connection
    from venice_nb.jobs import delivery
    from venice_nb.policy.journal import Journal

    def patch(owner, name, *, before=None, after=None):
        real = getattr(owner, name)

        def dying(*given, **more):
            if before is not None and before(*given, **more):
                _now()
            done = real(*given, **more)
            fatal = after is not None and after(*given, **more)
            if inspect.isawaitable(done):
                return finished(done, fatal)
            return _now() if fatal else done

        async def finished(coming, fatal):
            done = await coming
            return _now() if fatal else done

        setattr(owner, name, dying)

    def quote(_, attempt):
        return attempt.call.operation == "quoteVideo"

    def put(state):
        return lambda _, entry: entry.state == state

    def always(*_, **__):
        return True

    def noted(_, __, **changes):
        return changes.get("state") == "done"

    if point == "before the quote":
        patch(Connection, "attempt", before=quote)
        patch(AsyncConnection, "attempt", before=quote)
    elif point == "after the quote":
        patch(Connection, "attempt", after=quote)
        patch(AsyncConnection, "attempt", after=quote)
    elif point == "order written down, not sent":
        patch(Journal, "put", after=put("sending"))
    elif point == "answered, id not noted":
        patch(Journal, "put", before=put("queued"))
    elif point == "id noted":
        patch(Journal, "put", after=put("queued"))
    elif point == "between two questions":
        patch(drive, "wait", before=always)
        patch(drive, "async_wait", before=always)
    elif point == "film downloaded, not checked":
        patch(delivery, "keep", before=always)
    elif point == "film checked, without its name":
        patch(delivery, "_named", before=always)
    elif point == "film named, not noted":
        patch(delivery, "keep", after=always)
    elif point == "film noted":
        patch(Journal, "change", after=noted)


def nursery():
    """Where children come from: a process without threads that has loaded everything, and is forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            "av",
            "numpy",
            "httpx",
            "venice_nb.client.connection",
            "venice_nb.client.drive",
            "venice_nb.jobs.plans",
            "venice_nb.media.film",
            "venice_nb.policy.store",
            "venice_nb.results.quotes",
            "venice_nb.results.films.video",
        ]
    )
    return context


def account(server, told, out, film):
    """What a restart made of it.

    `lost` are billed ids that the journal does not know, `unaccounted` those of them whose order is not there
    as one of unknown outcome either; `torn` are files that are not the whole film, `left` unfinished ones.
    """
    found = json.loads(Path(told).read_text())
    known = {each["id"] for each in found}
    doubted = {each["prompt"] for each in found if each["status"] == "unknown"}
    lost = [ident for ident in server.billed if ident not in known]
    files = [Path(each["file"]) for each in found if each["status"] == "done"]
    whole = [each for each in files if each.is_file() and each.read_bytes() == film]
    named = [each for each in Path(out).glob("*") if each.suffix != ".part" and each.read_bytes() != film]
    return {
        "jobs": found,
        "lost": lost,
        "unaccounted": [ident for ident in lost if server.billed[ident][1] not in doubted],
        "torn": [*named, *(each for each in files if each not in whole)],
        "left": list(Path(out).glob(".*.part")),
        "films": whole,
    }
