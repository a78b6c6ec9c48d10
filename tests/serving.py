"""A sandbox on a free port of this machine, served by a thread for as long as a test needs it."""

import threading
from contextlib import closing, contextmanager

import uvicorn

from venice_nb.sandbox.port import config
from venice_nb.sandbox.server import listening


@contextmanager
def on_a_port(make, how=config):
    """What `make(base_url)` gives, whose `app` answers on that address until the end."""
    with closing(listening("127.0.0.1", 0)) as bound:
        made = make(f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1")
        server, ready = uvicorn.Server(how(made.app)), threading.Event()
        startup = server.startup

        async def told(sockets=None):
            await startup(sockets)
            ready.set()

        server.startup = told
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join(10)
