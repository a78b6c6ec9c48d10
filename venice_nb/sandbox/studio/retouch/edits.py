"""Pictures changed as an instruction says, step by step; further pictures are put in as it says."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from venice_nb.sandbox.studio.tone import darkroom as dr
from venice_nb.sandbox.studio.tone import light as li
from venice_nb.sandbox.studio.tone.styles import styled

from . import compositing, cutout, lettering, scenery
from .instructions import Step, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venice_nb.sandbox.studio.tone.light import Field, Mask, Rng


def changed(images: Sequence[Image.Image], prompt: str) -> tuple[Image.Image, bool]:
    """The first picture after the edit, and whether the instruction was understood.

    What is not understood gets a trace more contrast and darker corners: an honest stand-in that shows that
    something was done. Further pictures are always put in, side by side if the instruction says no other way.
    """
    dice = blake2b(prompt.encode() + images[0].tobytes()[:4096], digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(dice, "big"))
    picture = flat(images[0])
    found = steps(prompt)
    if len(images) > 1:
        picture, way = compositing.combined([picture, *images[1:]], prompt)
        for step in found:
            picture = _done(rng, picture, step) if step.kind not in ("background", "add") else picture
        return picture, bool(way or found)
    for step in found:
        picture = _done(rng, picture, step)
    if not found:
        field = dr.vignette(dr.contrast(li.from_image(picture), 0.25), 0.4)
        return li.to_image(field), False
    return picture, True


def flat(image: Image.Image) -> Image.Image:
    """The picture as RGB, on white where it is transparent."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _done(rng: Rng, image: Image.Image, step: Step) -> Image.Image:
    if step.kind in _SHAPES:
        return _SHAPES[step.kind](image, step)
    return li.to_image(_FIELDS[step.kind](rng, li.from_image(image), step))


def _rotated(image: Image.Image, step: Step) -> Image.Image:
    """Clockwise; quarter turns exact, others on a ground of the picture's own mean colour."""
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    angle = round(step.amount) % 360
    if angle in turns:
        return image.transpose(turns[angle])
    mean = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return image.rotate(-step.amount, resample=Image.Resampling.BICUBIC, fillcolor=mean)


def _flipped(image: Image.Image, step: Step) -> Image.Image:
    ways = {"vertical": Image.Transpose.FLIP_TOP_BOTTOM, "horizontal": Image.Transpose.FLIP_LEFT_RIGHT}
    return image.transpose(ways[step.value])


def _cropped(image: Image.Image, step: Step) -> Image.Image:
    ratio = "1:1" if step.value in ("square", "circle") else step.value
    wide, high = (max(1, int(part)) for part in ratio.split(":"))
    width = max(1, min(image.width, round(image.height * wide / high)))
    height = max(1, min(image.height, round(width * high / wide)))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _zoomed(image: Image.Image, step: Step) -> Image.Image:
    times = min(8.0, max(1.0, step.amount))
    dx, dy = image.width * (1 - 1 / times) / 2, image.height * (1 - 1 / times) / 2
    return image.resize(
        image.size, Image.Resampling.LANCZOS, box=(dx, dy, image.width - dx, image.height - dy)
    )


_SHAPES: dict[str, Callable[[Image.Image, Step], Image.Image]] = {
    "rotate": _rotated,
    "flip": _flipped,
    "crop": _cropped,
    "zoom": _zoomed,
    "text": lambda image, step: lettering.lettered(image, step.value, place=step.place, tone=step.tone),
}


def _background(rng: Rng, field: Field, step: Step) -> Field:
    """The main thing before another ground: blurred, of one colour, or a painted scene."""
    image = li.to_image(field)
    mask = np.asarray(cutout.foreground(image), np.float32) / 255
    if step.value == "blur":
        ground = li.blurred(field, min(field.shape[:2]) / 45)
    elif step.value == "tone" or step.brief is None:
        ground = li.full(field.shape[0], field.shape[1], step.tone or (1, 1, 1))
    else:
        from venice_nb.sandbox.studio.paint.paint import scene  # noqa: PLC0415  (the painter knows all scenes; most edits need none)

        ground = li.blurred(
            scene(step.brief, rng, field.shape[0], field.shape[1]), min(field.shape[:2]) / 260
        )
    li.lay(ground, field, mask)
    return ground


def _tinted(_rng: Rng, field: Field, step: Step) -> Field:
    assert step.tone is not None  # the reader gives a tint its tone
    part = _part(field, step.value)
    return dr.tint(field, step.tone, part, 1.0 if isinstance(part, float) else 1.3)


WHOLE = (
    "it",
    "this",
    "image",
    "picture",
    "photo",
    "everything",
    "whole",
    "scene",
    "all",
    "them",
    "colors",
    "",
)
WATERS = (
    "water",
    "sea",
    "ocean",
    "lake",
    "river",
    "canal",
    "ground",
    "floor",
    "grass",
    "field",
    "sand",
    "road",
    "snow",
)


def _part(field: Field, name: str) -> Mask | float:
    """Where a part of the picture is: the sky, the background, what is low, or the main thing."""
    words = name.split()
    last = words[-1] if words else ""
    if not words or last in WHOLE or (set(words) & {"image", "picture", "photo", "whole"}):
        return 1.0
    if last in ("sky", "clouds"):
        return scenery.sky_mask(field)
    main = np.asarray(cutout.foreground(li.to_image(field)), np.float32) / 255
    if last == "background":
        return 1 - main
    if last in WATERS or last.rstrip("s") in WATERS:
        rows = np.linspace(0, 1, field.shape[0], dtype=np.float32)[:, None]
        out: li.Field = li.smooth(0.5, 0.56, rows) * (1 - scenery.sky_mask(field))
        return out
    return main


def _added(rng: Rng, field: Field, step: Step) -> Field:
    from venice_nb.sandbox.studio.paint.things import put  # noqa: PLC0415  (drawn things are for scenes; most edits need none)

    assert step.brief is not None  # the reader gives it the things to add
    made = field.copy()
    for thing in step.brief.things:
        put(rng, made, thing, place=step.place)
    return made


def _swapped(_rng: Rng, field: Field, step: Step) -> Field:
    assert step.tone is not None
    assert step.other is not None  # the reader gives both
    return dr.recoloured(field, step.other, step.tone)


def _sky(rng: Rng, field: Field, step: Step) -> Field:
    hour = {
        "cloudy": "day",
        "clear": "day",
        "rain": "overcast",
        "fog": "overcast",
        "snow": "overcast",
        "wind": "day",
    }
    cover = {"cloudy": 0.85, "clear": 0.05, "overcast": 0.8}.get(step.value, 0.4)
    return scenery.new_sky(rng, field, hour.get(step.value, step.value), tone=step.tone, cover=cover)


def _amount(change: Callable[[Field, float], Field]) -> Callable[[Rng, Field, Step], Field]:
    return lambda _rng, field, step: change(field, step.amount)


_FIELDS: dict[str, Callable[[Rng, Field, Step], Field]] = {
    "background": _background,
    "tint": _tinted,
    "add": _added,
    "swap": _swapped,
    "sky": _sky,
    "hour": lambda rng, field, step: scenery.at_hour(rng, field, step.value),
    "season": lambda rng, field, step: scenery.in_season(rng, field, step.value),
    "weather": lambda rng, field, step: scenery.in_weather(rng, field, step.value, step.amount),
    "style": lambda rng, field, step: styled(rng, field, step.value),
    "frame": lambda _rng, field, step: dr.framed(field, step.tone) if step.tone else dr.framed(field),
    "grey": lambda _rng, field, _step: dr.grey(field),
    "sepia": lambda _rng, field, _step: dr.sepia(field),
    "negative": lambda _rng, field, _step: dr.negative(field),
    "pixels": lambda _rng, field, _step: dr.pixels(field, 40),
    "brightness": _amount(dr.brighter),
    "contrast": _amount(dr.contrast),
    "saturation": _amount(dr.saturation),
    "warmth": _amount(dr.warmth),
    "grain": _amount(dr.grain),
    "vignette": _amount(dr.vignette),
    "bloom": _amount(dr.bloom),
    "sharp": _amount(dr.sharp),
    "soft": _amount(dr.soft),
    "fade": _amount(dr.fade),
}
