"""CPU of one piece of media, client and sandbox together, made and then shown: each against its bound.

The pieces are made on one core, in a Python of their own, whose libraries start no threads.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

from benchmarks.measure import cpu

BOUND, LONG = 1.0, 5.0  # seconds of a core for one piece, and for a film of 10 seconds
ONE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
PICTURE = "a red house and a tree by a lake, mountains, morning"  # sky, water, leaves and walls to change
SENTENCE = "The night train to Venice leaves at nine."
SCENES = (
    "a gondola at dusk",
    "a city street at night in the rain, umbrellas",
    "portrait of a woman with red hair",
    "a cup of coffee and apples on a table",
    "a fox in a misty autumn forest",
    "northern lights over snowy mountains",
)
STYLES = ("Watercolor", "Impressionist", "Pointillism", "Stained Glass", "Comic Book", "Zentangle")
EDITS = (
    *("make it snow", "make it rain", "add a thunderstorm", "make it foggy", "make it windy"),
    *("make it overcast", "make it sunny", "make it winter", "make it autumn", "make it spring"),
    *("make it night", "at sunset", "at dusk", "at dawn", "make it day"),
    *("make the sky purple", "a starry night sky", "a dramatic sky", "make it snow at night"),
    *("make the house blue", "make the water green", "add a warm yellow tint", "replace red with blue"),
    *("blur the background", "change the background to a beach at sunset", "remove the background"),
    *("add a red balloon on the left", "add three birds", 'write "Ciao" at the top', "add a white frame"),
    *("crop it to 16:9", "rotate it by 15 degrees", "flip it horizontally", "zoom in 2x"),
    *("brighter", "more contrast", "more colourful", "warmer", "sepia", "black and white", "invert it"),
    *("sharpen it", "blur it", "add film grain", "add a vignette", "make it glow", "vintage", "pixelate it"),
    *("as a watercolor", "as an oil painting", "as a pencil sketch", "as pixel art", "as a comic"),
    *("low poly", "stained glass", "as anime", "stacked papercut", "neon", "cubist", "hdr"),
)
LAID = ("side by side", "as a grid", "blend them", "put the second in a corner", "put the cup into the first")
EFFECTS = (
    "heavy rain and thunder",
    "waves on a beach",
    "a church bell",
    "birdsong at dawn",
    "a creaking door",
)
WIDE = {"aspect_ratio": "16:9"}
FILMS = {
    "5 s, 720p": {"duration": 5, "model": "longcat-distilled-text-to-video", **WIDE},
    "5 s, 720p, from a picture": {
        "duration": 5,
        "model": "longcat-distilled-image-to-video",
        "image_url": "the picture",
    },
    "5 s, 720p, from a film": {
        "duration": 5,
        "model": "grok-imagine-video-to-video-private",
        "resolution": "720p",
        "video_url": "a film",
    },
    "5 s, 720p, with sound": {"duration": 5, "model": "kling-2.6-pro-text-to-video", **WIDE},
    "5 s, 1080p": {"duration": 5, "model": "wan-2-7-text-to-video", "resolution": "1080p", **WIDE},
    "10 s, 720p": {"duration": 10, "model": "longcat-distilled-text-to-video", **WIDE},
    "10 s, 1080p": {"duration": 10, "model": "wan-2-7-text-to-video", "resolution": "1080p", **WIDE},
    "10 s, 2160p": {"duration": 10, "model": "kling-v3-4k-text-to-video", **WIDE},
}


def pieces() -> Iterator[tuple[str, Callable[[], object]]]:
    """The name of each piece and how a user has it made."""
    import venice_nb as vn

    v = vn.Venice.sandbox(job_seconds=0, usd=1e6, show=False)
    picture = v.images.generate(PICTURE, format="png", seed=5)[0]
    cup = v.images.generate("a cup of coffee on a table", seed=5)[0]
    for kind in ("webp", "png", "jpeg"):
        yield f"picture, {kind}", lambda kind=kind: v.images.generate(PICTURE, format=kind, seed=5)[0]
    for ratio in ("3:2", "4:3", "16:9", "21:9", "9:16"):
        sized = {"model": "qwen-image", "aspect_ratio": ratio, "seed": 5}
        yield f"picture, {ratio}", lambda sized=sized: v.images.generate(PICTURE, **sized)[0]
    large = {"model": "venice-sd35", "width": 1280, "height": 1280, "seed": 5}
    yield "picture, 1280 x 1280", lambda: v.images.generate(PICTURE, **large)[0]
    for words in SCENES:
        yield f"picture: {words}", lambda words=words: v.images.generate(words, seed=5)[0]
    for style in STYLES:
        yield f"picture in {style}", lambda s=style: v.images.generate(PICTURE, style_preset=s, seed=5)[0]
    yield "upscale, twice", lambda: v.images.upscale(picture, 2)
    yield "background removed", lambda: v.images.remove_background(picture)
    for words in EDITS:
        yield f"edit: {words}", lambda words=words: v.images.edit(picture, words)
    for words in LAID:
        yield f"two in one: {words}", lambda words=words: v.images.multi_edit([picture, cup], words)
    for kind in ("mp3", "opus", "aac", "flac", "wav", "pcm"):
        yield f"speech, {kind}", lambda kind=kind: v.audio.speak(SENTENCE, response_format=kind)

    def music(words: str, model: str, **more: object) -> Callable[[], object]:
        return lambda: v.audio.music.submit(words, model=model, **more).wait(show=False)

    for words in ("slow strings over rain", "driving techno", "happy pop song"):
        yield f"music, 30 s mp3: {words}", music(words, "elevenlabs-music")
    yield "music, 30 s wav", music("happy pop song", "stable-audio-25")
    yield "music, 60 s flac", music("happy pop song", "ace-step-15")
    sung = {"lyrics_prompt": "The water is calm tonight\nThe lamps are low\nHome we go"}
    yield "music, 30 s mp3, sung", music("a calm ballad", "minimax-music-v2", **sung)
    for words in EFFECTS:
        yield f"effect, 22 s mp3: {words}", music(words, "elevenlabs-sound-effects-v2")
    film = v.video.submit("a boat in fog", **FILMS["5 s, 720p"]).wait(show=False)
    given = {"image_url": picture, "video_url": film}
    for name, asked in FILMS.items():
        wanted = {field: given.get(field, value) for field, value in asked.items()}
        yield f"film, {name}", lambda w=wanted: v.video.submit("a painted boat in fog", **w).wait(show=False)


def measured(rounds: int) -> dict[str, tuple[float, float]]:
    """Median CPU seconds to make each piece, and to show it, in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    spent: dict[str, tuple[float, float]] = {}
    for name, make in pieces():
        used = []
        for _ in range(rounds):
            start = cpu()
            piece = make()
            between = cpu()
            piece._repr_html_()
            used.append((between - start, cpu() - between))
        spent[name] = (statistics.median(made for made, _ in used), statistics.median(s for _, s in used))
    return spent


def main(rounds: int = 3) -> list[str]:
    with tempfile.TemporaryDirectory() as state:  # never the user's own journal and folder
        own = {**os.environ, **ONE, "VENICE_STATE_DIR": state, "VENICE_OUT": state}
        command = [sys.executable, "-m", "benchmarks.media", str(rounds)]
        told = subprocess.run(command, env=own, check=True, stdout=subprocess.PIPE).stdout
    spent = json.loads(told)
    width = max(map(len, spent))
    lines = [f"## One piece of media on one core, client and sandbox, CPU, medians of {rounds}", ""]
    lines.append(f"{'piece':<{width}}  {'made':>7}  {'shown':>7}  bound")
    for name, (made, shown) in spent.items():
        bound = LONG if name.startswith("film, 10 s") else BOUND
        verdict = "met" if made + shown <= bound else "MISSED"
        lines.append(f"{name:<{width}}  {made:>5.2f} s  {shown:>5.2f} s  {bound:.0f} s: {verdict}")
    return [*lines, ""]


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
