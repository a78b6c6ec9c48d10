"""Pictures and films made on the spot, as tests need them."""

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image as Pillow


def photo(seed=0, width=1024, height=1024, kind="PNG", **options):
    """A picture as hard to compress as a detailed photograph: noise at every scale."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64, 256, 1024):
        size = (max(2, cells * height // 1024), max(2, cells * width // 1024), 3)
        layer = Pillow.fromarray((random.random(size) * 255).astype(np.uint8))
        total += np.asarray(layer.resize((width, height), Pillow.Resampling.BICUBIC), np.float32)
    total = (total - total.min()) / (total.max() - total.min()) * 255
    return encoded(Pillow.fromarray(total.astype(np.uint8)), kind, **options)


def plain_picture(width=100, height=80, colour=(200, 30, 30), kind="PNG", mode="RGB", **options):
    return encoded(Pillow.new(mode, (width, height), colour), kind, **options)


def encoded(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def film(path=None, *, seconds=1.0, width=128, height=72, fps=12, sound=True, kind="mp4"):
    """A film whose left half is red and whose brightness grows; its bytes, also written to `path`."""
    import av

    moving = {"mp4": "libx264", "mov": "libx264", "matroska": "libx264", "webm": "libvpx"}[kind]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "film"
        options = {"movflags": "faststart"} if kind in {"mp4", "mov"} else {}
        with av.open(str(target), "w", format=kind, options=options) as box:
            pictures = box.add_stream(moving, rate=fps)
            pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
            track = None
            if sound:
                track = box.add_stream("libopus" if kind == "webm" else "aac", rate=48000, layout="mono")
            count = round(seconds * fps)
            for number in range(count):
                pixels = np.full((height, width, 3), number * 200 // count, np.uint8)
                pixels[:, : width // 2, 0] = 255
                box.mux(pictures.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            box.mux(pictures.encode())
            for frame in _tone(seconds) if track else ():
                box.mux(track.encode(frame))
            if track:
                box.mux(track.encode())
        data = target.read_bytes()
    if path is not None:
        Path(path).write_bytes(data)
    return data


def _tone(seconds):
    import av

    for at in range(0, round(seconds * 48000), 960):
        wave = 0.2 * np.sin(np.arange(at, at + 960) / 17)
        samples = (wave * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, at
        yield frame
