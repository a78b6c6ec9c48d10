"""Requests for films and songs, small enough to be made in a moment, and what is needed to look at them."""

import io
from base64 import b64encode

import av
import numpy as np
from PIL import Image

FILM = {
    "model": "pixverse-c1-text-to-video",
    "prompt": "A lantern on a canal",
    "duration": "5s",
    "resolution": "360p",
    "aspect_ratio": "1:1",
}
SONG = {"model": "mmaudio-v2-text-to-audio", "prompt": "Rain on a tin roof", "duration_seconds": 2}
SKIN = (224, 172, 140)
TAKES = 2.0  # seconds a job takes in a sandbox that was told nothing


def data_url(data, mime):
    return f"data:{mime};base64,{b64encode(data).decode()}"


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    return data_url(out.getvalue(), "image/png")


def hills(width=640, height=360):
    """A smooth picture without a colour like skin."""
    down, across = np.mgrid[0:height, 0:width].astype(float)
    red = 40 + 60 * across / width
    green = 90 + 100 * down / height
    blue = 150 + 80 * np.sin(across / width * 3)
    return Image.fromarray(np.stack([red, green, blue], 2).astype(np.uint8))


def face():
    picture = hills(400, 400)
    picture.paste(SKIN, (100, 60, 300, 340))
    return picture


def frames(data):
    """Every frame of a film, as arrays of RGB."""
    with av.open(io.BytesIO(data)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def psnr(one, other):
    """How alike two pictures are, in decibels."""
    error = np.mean((np.asarray(one, float) - np.asarray(other, float)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


_SHOT = {}


def shot_once(order, seed):
    """A film made once for all tests that only need some film: they are about its way, not its pictures."""
    from venice_nb.sandbox.studio.film import camera, film

    size = film.frame_size(order.lines, 1.0)
    if size not in _SHOT:
        take = camera.Take(order.prompt, seed, size, 3, 15)
        _SHOT[size] = film.write(camera.frames(hills(), take, exact=True), rate=3, size=size)
    return _SHOT[size]


class Jobs:
    """Takes a job through its life at a desk."""

    def __init__(self, desk, clock):
        self.desk, self.clock = desk, clock

    def queue(self, family="video", **fields):
        body = {**(FILM if family == "video" else SONG), **fields}
        body = {name: value for name, value in body.items() if value is not ...}
        reply = self.desk.post(f"/{family}/queue", body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def poll(self, job, family="video", **fields):
        body = {"model": job["model"], "queue_id": job["queue_id"], **fields}
        return self.desk.post(f"/{family}/retrieve", body)

    def complete(self, job, family="video"):
        body = {"model": job["model"], "queue_id": job["queue_id"]}
        return self.desk.post(f"/{family}/complete", body)

    def done(self, family="video", **fields):
        job = self.queue(family, **fields)
        self.clock.now += TAKES
        return job
