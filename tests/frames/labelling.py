"""A chat server on a port of this machine, and children that label a table there until they are killed."""

import json
import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.frames.tables import cell
from tests.scripted_client import chat_answer

AT_ONCE = 8


class LabelServer:
    """Bills each answer before it gives it. Kills the one who asks at the answer number `kill`, if told to.

    Attributes:
        billed: how often each text was paid for.
        kill: how many more answers the asker lives for; None for ever.
        askers: how many must have asked before the first answer is given.

    """

    def __init__(self):
        self.billed, self.kill, self.askers = {}, None, 1
        self._seen, self._all_here = set(), threading.Event()
        self._lock = threading.Lock()
        serving = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with suppress(ConnectionError):
                    serving.answer(self, body)

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

    def answer(self, handler, body):
        text = cell(body["messages"][-1]["content"])
        with self._lock:
            self._seen.add(body["seed"])
            if len(self._seen) >= self.askers:
                self._all_here.set()
            self.billed[text] = self.billed.get(text, 0) + 1
            if self.kill is not None:
                self.kill -= 1
                if self.kill == 0:
                    os.kill(body["seed"], signal.SIGKILL)
        self._all_here.wait(30)
        content = json.dumps(chat_answer(text.upper())).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


def label(base_url, state, key, rows, told):
    """A child: label a table, and write down what came of it. Its seed tells the server whom to kill."""
    os.environ["VENICE_STATE_DIR"] = str(state)
    import pandas as pd

    import venice_nb as vn
    from venice_nb.policy import answer_cache, limits

    limits._table = lambda model, family: (None, None)
    real = answer_cache.asked

    def without_seed(base, call):
        from dataclasses import replace

        return real(base, replace(call, body={**call.body, "seed": 0}))

    from venice_nb.talk import rows as engine

    engine.asked = without_seed  # the seed differs from child to child, the question does not
    frame = pd.DataFrame({"text": [f"row {n}" for n in range(rows)]})
    v = vn.Venice(key, base_url=base_url)
    table = frame.venice.using(v).map("Label {text}", into="tone", at_once=AT_ONCE, seed=os.getpid())
    Path(told).write_text(json.dumps([table["tone"].tolist(), table["tone_error"].tolist()]))


def nursery():
    """Where children come from: a process without threads that has loaded everything, and is forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pandas", "httpx", "venice_nb.accessor", "venice_nb.client.connection"])
    return context
