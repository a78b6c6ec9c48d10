"""Requests of the media operations drawn from the official file: valid ones, and ones with something spoilt.

Models, voices, styles and media are drawn among those that exist as well as among others, so that a body gets
past the first check often enough to reach the makers behind it.
"""

import copy
import io
from base64 import b64encode
from functools import cache
from random import Random

import numpy as np
from PIL import Image

from tests.made_media import film
from tests.made_sound import file
from tests.spec_file import FORM, JSON, request_validator

HERE = ("/image", "/audio", "/video")
WORDS = [
    "A red boat",
    "Grüße aus Köln 😀",
    "a\nb\tc\0",
    "\u200b",
    "!?",
    "日本の夜。静かな海。",
    "<b>&amp;</b>",
    "1.5e3 m²",
]
SCALARS = [None, True, False, "", "x", "1", "\0", 0, -1, 3, 0.5, 1e9 + 0.5, 10**30, 1e308]
JUNK = [*SCALARS, [], ["x"], {}, {"a": 1}, [[]], "9" * 5000, "data:image/png;base64,", "http://"]


@cache
def picture(width=256, height=256, mode="RGB", kind="PNG"):
    """A picture that any route takes, unless it is small."""
    out = io.BytesIO()
    shade = np.linspace(0, 255, width * height * len(mode.replace("L", "x"))).astype(np.uint8)
    Image.fromarray(shade.reshape(height, width, -1).squeeze(), mode).save(out, kind)
    return out.getvalue()


def base64(data, mime=""):
    return (f"data:{mime};base64," if mime else "") + b64encode(data).decode()


@cache
def pictures():
    """Pictures as JSON holds them: plain, coloured, grey, thin, transparent, small, cut off, and none."""
    files = [
        picture(),
        picture(1100, 64),
        picture(64, 1100),
        picture(mode="L"),
        picture(mode="RGBA"),
        picture(8, 8),
    ]
    jpeg = picture(kind="JPEG")
    plain = [base64(each) for each in (*files, jpeg, jpeg[:200], b"GIF89a")]
    return [
        *plain,
        *(base64(each, "image/png") for each in files),
        "https://example.com/a.png",
        "not base64!",
    ]


@cache
def clips():
    made = [base64(film(seconds=seconds), "video/mp4") for seconds in (2.5, 0.3)]
    return [*made, made[0][:400], "https://example.com/a.mp4", "data:video/mp4;base64,"]


@cache
def sounds():
    return [
        base64(file(2.0, "mp3"), "audio/mpeg"),
        base64(file(1.0, "wav"), "audio/wav"),
        "data:audio/wav;base64,AAAA",
    ]


class Upload:
    """A file part of a form."""

    def __init__(self, name, data, mime):
        self.part = (name, data, mime)


@cache
def uploads():
    pictured = [
        Upload("a.png", picture(), "image/png"),
        Upload("b", picture(mode="RGBA"), "application/octet-stream"),
    ]
    heard = [
        Upload("a.mp3", file(2.0, "mp3"), "audio/mpeg"),
        Upload("long.wav", file(6.0, "wav"), "audio/wav"),
    ]
    return {
        "picture": pictured,
        "sound": heard,
        "junk": [Upload("a.mp3", b"", ""), Upload("x.png", b"\x89PNG", "")],
    }


class Drawn:
    """Draws bodies that fit the schema of an operation, among models of the right kind."""

    def __init__(self, models, styles, seed):
        self.models, self.styles, self.random = models, styles, Random(seed)

    def body(self, operation, mime=JSON):
        """A body for the operation: every required field, each other in about one case of three."""
        schema = request_validator(operation.id, mime).schema
        required, fields = _required(schema), _properties(schema)
        drawn = {}
        for name, node in fields.items():
            if name in required or (name == "file" and mime == FORM) or self.random.random() < 0.3:
                drawn[name] = self._field(operation, name, node, mime)
        if self.random.random() < 0.8:
            self._fit(operation, drawn, required)
        return drawn

    def _fit(self, operation, drawn, required):
        """What most models insist on, so that the makers are reached."""
        named = drawn.get("model") or drawn.get("modelId")
        spec = next((each["model_spec"] for each in self.models if each["id"] == named), {})
        if operation.path in ("/video/queue", "/video/quote") and "constraints" in spec:
            self._fit_film(operation, drawn, named, spec["constraints"])
        elif operation.path == "/audio/speech" and spec:
            drawn["voice"] = self.random.choice(spec["voices"])
            drawn["response_format"] = self.random.choice(spec["supported_formats"])
        elif operation.path in ("/image/generate", "/audio/queue", "/image/multi-edit"):
            for name in [name for name in drawn if name not in required]:
                if self.random.random() < 0.5:
                    del drawn[name]

    def _fit_film(self, operation, drawn, named, limits):
        for field, options in (
            ("duration", "durations"),
            ("resolution", "resolutions"),
            ("aspect_ratio", "aspect_ratios"),
        ):
            drawn.pop(field, None)
            if limits.get(options):
                drawn[field] = self.random.choice(limits[options])
        if operation.path == "/video/quote":
            return
        kept = ("model", "prompt", "duration", "resolution", "aspect_ratio")
        for field in [name for name in drawn if name not in kept]:
            if self.random.random() < 0.8:
                del drawn[field]
        if "image-to-video" in named or "motion" in named:
            drawn["image_url"] = base64(picture(), "image/png")
        if "reference-to-video" in named:
            drawn["reference_image_urls"] = [base64(picture(), "image/png")]
        if limits.get("video_input") or "motion" in named or "upscale" in named:
            drawn["video_url"] = clips()[0]

    def _field(self, operation, name, node, mime):
        chance = self.random
        if name in ("model", "modelId"):
            return self._model(operation, node)
        if name in ("width", "height"):
            return chance.choice([8, 16, 64, 256, 257, 1]) if chance.random() < 0.97 else node["maximum"]
        if name == "size":
            return chance.choice(["256x256", "512x512", None])
        if name == "voice":
            return chance.choice(["af_sky", "eve", "Craig", "vv_unknown", "A" * 20, "", "x"])
        if name == "style_preset":
            return chance.choice([*self.styles[:8], "x", ""])
        if name in ("prompt", "input", "lyrics_prompt", "negative_prompt"):
            return self._words(node)
        if name == "resolution" and "enum" not in node:
            return chance.choice(["1K", "2K", "x", "480p"])
        if name == "queue_id":
            return chance.choice(["123e4567-e89b-12d3-a456-426614174000", "", "x\0"])
        if name in ("language_code", "language"):
            return chance.choice(["en", "de", "German", "xx", "zh-CN", "--"])
        return self._value(name, node, mime)

    def _words(self, node):
        high = min(node.get("maxLength", 400), 400)
        text = self.random.choice(WORDS) * self.random.choice([1, 1, 1, 3])
        return (text or "x")[:high] if self.random.random() < 0.9 else "x"

    def _model(self, operation, node):
        if "enum" in node:
            return self.random.choice(node["enum"])
        kinds = {"/image/g": "image", "/images/": "image", "/image/e": "inpaint", "/image/m": "inpaint"}
        kind = kinds.get(operation.path[:8]) or ("video" if operation.path.startswith("/video") else "music")
        if self.random.random() < 0.06:
            return self.random.choice(["x", "default", "", self.random.choice(self.models)["id"]])
        return self.random.choice([each["id"] for each in self.models if each["type"] == kind])

    def _value(self, name, node, mime):
        chance = self.random
        if mime == FORM and (name in ("image", "file") or node.get("format") == "binary"):
            kind = "sound" if name == "file" else "picture"
            return chance.choice(uploads()[kind] if chance.random() < 0.85 else uploads()["junk"])
        if name in ("image", "images", "frontal_image_url") or "image_url" in name:
            typed = [each for each in pictures() if each.startswith(("data:", "https:"))]
            return self._media(typed if node.get("format") == "uri" else pictures(), node)
        if name in ("video_url", "reference_video_urls"):
            return self._media(clips(), node)
        if name in ("audio_url", "reference_audio_urls"):
            return self._media(sounds(), node)
        if "anyOf" in node:
            return self._value(
                name, chance.choice([each for each in node["anyOf"] if each.get("enum") != [None]]), mime
            )
        if "enum" in node:
            return chance.choice(node["enum"])
        kind = node.get("type")
        if kind == "object":
            return {
                each: self._value(each, inner, mime)
                for each, inner in node.get("properties", {}).items()
                if each in node.get("required", ()) or chance.random() < 0.5
            }
        if kind == "array":
            count = chance.randint(node.get("minItems", 0), min(node.get("maxItems", 3), 3))
            return [self._value(name, node.get("items", {}), mime) for _ in range(count)]
        if kind in ("number", "integer"):
            return self._number(node, whole=kind == "integer")
        if kind == "boolean":
            return chance.random() < 0.5
        if node.get("pattern") == "^\\d+$":
            return chance.choice(["5", "30", "0", "00060", "9" * 20])
        return chance.choice(["x", "", "https://www.youtube.com/watch?v=abc", "1"])[
            : node.get("maxLength", 99)
        ]

    def _media(self, made, node):
        if node.get("type") != "array":
            return self._medium(made)
        return [self._medium(made) for _ in range(self.random.randint(node.get("minItems", 0), 3))]

    def _medium(self, made):
        return self.random.choice(made) if self.random.random() < 0.3 else made[0]

    def _number(self, node, *, whole):
        low, high = node.get("minimum", -3), node.get("maximum", 1000)
        low += (1 if whole else 0.01) if node.get("exclusiveMinimum") else 0
        drawn = self.random.choice([low, low, high, self.random.uniform(low, high)])
        return int(drawn) if whole else drawn

    def spoilt(self, body):
        """The same body with one value replaced, one field left out, or one key too many."""
        made = copy.copy(body)
        name = self.random.choice([*made, "queueid", "seed", ""])
        if name not in made or self.random.random() < 0.6:
            made[name] = self.random.choice(JUNK)
        else:
            del made[name]
        return made


def _properties(schema):
    found = dict(schema.get("properties", {}))
    for each in schema.get("allOf", ()):
        found |= {
            name: node for name, node in _properties(each).items() if name not in found or "enum" in node
        }
    return found


def _required(schema):
    found = set(schema.get("required", ()))
    for each in schema.get("allOf", ()):
        found |= _required(each)
    return found


def form(body):
    """A body as the fields and files of a multipart form, the way HTTP clients write values."""
    fields, files = [], []
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Upload):
                files.append((name, each.part))
            else:
                text = (
                    each
                    if isinstance(each, str)
                    else str(each).lower()
                    if isinstance(each, bool)
                    else str(each)
                )
                fields.append((name, (None, text)))
    return [*fields, *files]
