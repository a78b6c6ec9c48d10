"""Media that tests of films and music give: small, real, made once."""

import io
import wave
from functools import cache

import av
import numpy as np
from PIL import Image

from venice_nb.calls.films.limits import takes


@cache
def picture(width=320, height=180, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 160)).save(out, kind)
    return out.getvalue()


@cache
def sound(seconds=2.0, rate=8000):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = np.sin(np.arange(int(seconds * rate)) * 0.3) * 8000
        file.writeframes(tone.astype("<i2").tobytes())
    return out.getvalue()


@cache
def film(seconds=2, container="mp4"):
    """A film of a few frames, one a second."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as box:
        stream = box.add_stream("mpeg4", rate=4)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(seconds * 4):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number * 9 % 256, np.uint8), "rgb24")
            box.mux(stream.encode(frame))
        box.mux(stream.encode())
    return out.getvalue()


LEAST = {
    "": {},
    "text": {},
    "image": {"image_url": picture(640, 360)},
    "frames": {"image_url": picture(640, 360), "end_image_url": picture(640, 360)},
    "reference": {"reference_image_urls": [picture(640, 360)]},
    "video": {"video_url": film(3)},
    "upscale": {"video_url": film(3)},
    "motion": {"image_url": picture(640, 360), "video_url": film(3)},
}


def least(catalogue, name):
    """What a model takes, and the least that must be given to it beside the prompt."""
    known = takes(name, catalogue.get(name))
    given = dict(LEAST[known.start])
    if known.durations is None and known.start not in {"video", "upscale"}:
        given["duration"] = 5
    if known.ratios and known.start in {"text", "reference", ""}:
        given["aspect_ratio"] = known.ratios[0]
    return known, given
