"""Make the bundled model catalogue: what `GET /models` said on its date, and documented facts it left out.

    python tools/make_catalogue.py MODELS.json -o venice_nb/data/models.json.gz [--date 2026-08-21] [--check]

MODELS.json is a list of model objects with `id type created model_spec`. The result keeps that shape, so one
parser reads the snapshot and a live reply: prices become plain USD numbers and false flags are left out. The
facts below come from Venice's guides and agent-skill pages and from public captures of the live list
(December 2025, October 2026). A fact nobody states is absent, never guessed: absent means unknown. Three keys
are our own, not Venice's: `sizing`, `accepts` and `timestamps` among the constraints.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import sys
from pathlib import Path
from typing import Any

Spec = dict[str, Any]
PIXELS, RATIO = {"sizing": "pixels"}, {"sizing": "ratio"}

# Sampling defaults: a capture of December 2025. Longest completions: the agent-skill pages.
SAMPLING = {"llama-3.3-70b": (0.6, 0.95), "qwen3-next-80b": (0.7, 0.8), "deepseek-v3.2": (1.0, 0.95)}
GLM_SAMPLING = (0.7, 0.9)
COMPLETION = {"zai-org-glm-5-2": 131072, "kimi-k3": 131072, "claude-opus-4-5": 32768}
LATER_OPUS_COMPLETION = 128000

IMAGE: dict[str, Spec] = {
    "venice-sd35": PIXELS
    | {"widthHeightDivisor": 16, "promptCharacterLimit": 1500, "steps": {"default": 25, "max": 30}},
    "z-image-turbo": PIXELS
    | {"widthHeightDivisor": 8, "promptCharacterLimit": 7500, "steps": {"default": 8, "max": 8}},
    "lustify-v7": PIXELS | {"widthHeightDivisor": 8, "promptCharacterLimit": 1500},
    "lustify-v8": PIXELS | {"widthHeightDivisor": 8, "promptCharacterLimit": 1500},
    "flux-2-pro": RATIO,
    "flux-2-max": RATIO,
    "nano-banana-pro": RATIO | {"promptCharacterLimit": 32768},
    "nano-banana-2": RATIO,
    "gpt-image-2": RATIO | {"defaultQuality": "high"},
    "grok-imagine-image": RATIO,
    "seedream-v5-pro": RATIO,
    "krea-v2-large": RATIO | {"maxStyleReferences": 3, "supportsStyleReferenceStrength": True},
    "firered-image-edit": {"promptCharacterLimit": 1500},
}
IMAGE_SEARCH = ("nano-banana-pro", "nano-banana-2")  # supportsWebSearch, a key beside the constraints
STYLE_REFERENCES = ("krea-v2-large",)

# Vector length, longest input in tokens, custom lengths. Lengths that Venice does not state are the ones the
# models' makers publish; a client measures the first vector anyway.
EMBEDDING: dict[str, tuple[int, int | None, bool]] = {
    "text-embedding-bge-en-icl": (4096, None, False),
    "text-embedding-bge-m3": (1024, 8192, False),
    "gemini-embedding-2-preview": (3072, 2048, True),
    "text-embedding-multilingual-e5-large-instruct": (1024, 512, False),
    "text-embedding-nemotron-embed-vl-1b-v2": (2048, None, False),
    "text-embedding-qwen3-0-6b": (1024, None, False),
    "text-embedding-qwen3-8b": (4096, None, True),
    "text-embedding-3-large": (3072, None, True),
    "text-embedding-3-small": (1536, None, True),
}


def _speech(voice: str, formats: str, accepts: str = "", **more: Any) -> Spec:
    kinds = formats.split()
    spec: Spec = {"default_voice": voice, "supported_formats": kinds, "default_format": kinds[0]}
    return spec | ({"constraints": {"accepts": accepts.split()}} if accepts else {}) | more


_CLONE = {"accepted_formats": ["mp3", "wav", "flac", "m4a"], "min_sample_seconds": 5, "retention_days": 7}
SPEECH: dict[str, Spec] = {
    "tts-kokoro": _speech("af_sky", "mp3 opus aac flac wav pcm", "speed"),
    "tts-qwen3-0-6b": _speech("Vivian", "mp3", "prompt temperature top_p language"),
    "tts-qwen3-1-7b": _speech("Vivian", "mp3", "prompt temperature top_p language"),
    "tts-xai-v1": _speech("eve", "mp3 wav pcm", "speed language", min_speed=0.7, max_speed=1.5),
    "tts-inworld-1-5-max": _speech("Craig", "wav"),
    "tts-chatterbox-hd": _speech(
        "Aurora", "wav", "temperature", voice_cloning={"mode": "zero_shot", **_CLONE}
    ),
    "tts-orpheus": _speech("tara", "wav", "temperature"),
    "tts-elevenlabs-turbo-v2-5": _speech(
        "Rachel", "mp3", "speed language", min_speed=0.7, max_speed=1.2, supports_custom_voice_id=True
    ),
    "tts-minimax-speech-02-hd": _speech(
        "WiseWoman", "mp3 pcm flac", "speed language", min_speed=0.5, max_speed=2
    ),
    "tts-gemini-3-1-flash": _speech("Kore", "mp3 opus wav", "prompt temperature language"),
    "tts-gradium-v1": _speech("Emma", "wav pcm opus"),
}
TIMESTAMPS = {
    "openai/whisper-large-v3": ["segment", "word"],
    "fal-ai/wizper": ["segment"],
    "elevenlabs/scribe-v2": ["word"],
    "stt-xai-v1": ["word"],
}
MUSIC: dict[str, Spec] = {
    "ace-step-15": {
        "supported_formats": ["flac"], "min_duration": 60, "max_duration": 210, "supports_lyrics": True,
    },
    "elevenlabs-tts-multilingual-v2": {"supported_formats": ["mp3"], "supports_custom_voice_id": True},
    "elevenlabs-music": {
        "supported_formats": ["mp3"], "min_duration": 3, "max_duration": 600,
        "supports_force_instrumental": True,
    },
    "elevenlabs-sound-effects-v2": {
        "supported_formats": ["mp3"], "min_duration": 1, "max_duration": 22, "supports_loop": True,
    },
    "elevenlabs-tts-v3": {"supported_formats": ["mp3"], "supports_custom_voice_id": True},
    "minimax-music-v2": {"supported_formats": ["mp3"], "supports_lyrics": True, "lyrics_required": True},
    "minimax-music-v25": {
        "supported_formats": ["mp3"],
        "supports_lyrics": True, "supports_force_instrumental": True, "supports_lyrics_optimizer": True,
    },
    "minimax-music-v26": {
        "supported_formats": ["mp3"], "supports_lyrics": True, "supports_force_instrumental": True,
    },
    "mmaudio-v2-text-to-audio": {"supported_formats": ["wav"], "min_duration": 1, "max_duration": 30},
    "stable-audio-25": {"supported_formats": ["wav"], "min_duration": 5, "max_duration": 190},
}  # fmt: skip


def _video(kind: str, durations: str, resolutions: str, ratios: str | None, audio: str, **more: Any) -> Spec:
    """`ratios=None`: no source lists them. `audio`: no, fixed, configurable, or yes (one of the two)."""
    spec: Spec = {"model_type": kind, "durations": durations.split(), "resolutions": resolutions.split()}
    if ratios is not None:
        spec["aspect_ratios"] = ratios.split()
    spec["audio"] = audio != "no"
    if audio != "yes":
        spec["audio_configurable"] = audio == "configurable"
    return spec | more


_T, _I, _WIDE = "text-to-video", "image-to-video", "16:9 9:16 1:1"
_LTX = _video(_T, "6s 8s 10s", "1080p 1440p 2160p", "16:9 9:16", "configurable")
_SORA = _video(_T, "4s 8s 12s", "720p", "16:9 9:16", "fixed")
VIDEO: dict[str, Spec] = {
    "kling-2.5-turbo-pro-text-to-video": _video(_T, "5s 10s", "", _WIDE, "no"),
    "kling-2.5-turbo-pro-image-to-video": _video(_I, "5s 10s", "", "", "no"),
    "kling-2.6-pro-text-to-video": _video(_T, "5s 10s", "", _WIDE, "configurable"),
    "wan-2.5-preview-text-to-video": _video(_T, "5s 10s", "1080p 720p 480p", None, "fixed"),
    "wan-2.5-preview-image-to-video": _video(_I, "5s 10s", "1080p 720p 480p", "", "fixed", audio_input=True),
    "wan-2.6-text-to-video": _video(_T, "5s 10s 15s", "1080p 720p", _WIDE, "configurable", audio_input=True),
    "wan-2-7-video-to-video": _video("video", "5s 10s 15s", "1080p 720p", "", "no", video_input=True),
    "ltx-2-v2-3-full-text-to-video": _LTX,
    "ltx-2-v2-3-full-image-to-video": _LTX | {"model_type": _I},
    "veo3-fast-text-to-video": _video(_T, "4s 6s 8s", "720p 1080p", _WIDE, "fixed"),
    "veo3.1-fast-text-to-video": _video(_T, "4s 6s 8s", "720p 1080p", _WIDE, "configurable"),
    "sora-2-text-to-video": _SORA,
    "sora-2-image-to-video": _SORA | {"model_type": _I},
    "longcat-distilled-text-to-video": _video(_T, "5s 10s 15s 20s 30s", "720p", _WIDE, "no"),
    "ovi-image-to-video": _video(_I, "5s", "", "", "fixed"),
    "grok-imagine-text-to-video-private": _video(_T, "5s 10s 15s", "480p 720p", None, "fixed"),
    "seedance-2-0-text-to-video-basic": _video(
        _T, " ".join(f"{seconds}s" for seconds in range(4, 16)), "480p 720p 1080p 4k", None, "yes"
    ),
    "topaz-video-upscale": _video("video", "Auto", "", "", "no", video_input=True),
}


def usd(price: Any) -> Any:
    """A price layout with every `{usd, diem}` leaf as a plain number, free of float dust."""
    if not isinstance(price, dict):
        return price
    if "usd" in price:
        number = round(price["usd"], 12)
        rest = {key: value for key, value in price.items() if key not in {"usd", "diem"}}
        return rest | {"usd": number} if rest else number  # music tiers keep their seconds
    return {key: usd(value) for key, value in price.items()}


def extra(model: Spec) -> Spec:
    """Documented facts about one model that the list left out, under the API's own keys."""
    name, kind = model["id"], model["type"]
    facts: Spec = {}
    constraints: Spec = {}
    if kind == "text":
        sampling = SAMPLING.get(name) or (GLM_SAMPLING if name.startswith("zai-org-glm-") else None)
        if sampling:
            constraints |= {"temperature": {"default": sampling[0]}, "top_p": {"default": sampling[1]}}
        if name in COMPLETION:
            facts["maxCompletionTokens"] = COMPLETION[name]
        elif name.startswith("claude-opus-"):
            facts["maxCompletionTokens"] = LATER_OPUS_COMPLETION
    elif kind in {"image", "inpaint"}:
        constraints |= IMAGE.get(name, {})
        pricing = model["model_spec"]["pricing"]
        if "resolutions" in pricing:
            constraints["resolutions"] = list(pricing["resolutions"])
            constraints |= {"defaultResolution": "1K"} if kind == "inpaint" else {}
        if "quality" in pricing:
            levels = {level for tier in pricing["quality"].values() for level in tier}
            constraints["qualities"] = [level for level in ("low", "medium", "high") if level in levels]
        facts |= {"supportsWebSearch": True} if name in IMAGE_SEARCH else {}
        facts |= {"supportsStyleReferences": True} if name in STYLE_REFERENCES else {}
    elif kind == "embedding":
        facts["embeddingDimensions"], longest, facts["supportsCustomDimensions"] = EMBEDDING[name]
        facts |= {"maxInputTokens": longest} if longest else {}
    elif kind == "tts":
        facts |= SPEECH[name]
    elif kind == "asr" and name in TIMESTAMPS:
        constraints["timestamps"] = TIMESTAMPS[name]
    elif kind == "music":
        facts |= MUSIC.get(name, {})
    elif kind == "video":
        constraints |= VIDEO.get(name, {})
    return facts | ({"constraints": constraints} if constraints else {})


def compact(model: Spec) -> Spec:
    spec = dict(model["model_spec"])
    if "pricing" in spec:
        spec["pricing"] = usd(spec["pricing"])
    if "capabilities" in spec:
        spec["capabilities"] = {
            key: value for key, value in spec["capabilities"].items() if value is not False
        }
    spec = {key: value for key, value in spec.items() if value not in ([], False)}
    return {key: model[key] for key in ("id", "type", "created")} | {"model_spec": spec | extra(model)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", type=Path, help="a list of model objects as JSON")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--date", help="day of the list, YYYY-MM-DD; the newest model's day if not given")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the output is out of date"
    )
    arguments = parser.parse_args()
    models = json.loads(arguments.models.read_text(encoding="utf-8"))
    known = {model["id"] for model in models}
    for table in (SAMPLING, COMPLETION, IMAGE, EMBEDDING, SPEECH, TIMESTAMPS, MUSIC, VIDEO):
        if unknown := table.keys() - known:
            parser.error(f"facts about models that are not listed: {sorted(unknown)}")
    newest = dt.datetime.fromtimestamp(max(model["created"] for model in models), dt.UTC).date().isoformat()
    snapshot = {"date": arguments.date or newest, "data": [compact(model) for model in models]}
    text = json.dumps(snapshot, ensure_ascii=True, separators=(",", ":")).encode()
    if arguments.check:
        same = arguments.output.exists() and gzip.decompress(arguments.output.read_bytes()) == text
        print("up to date" if same else "out of date")
        return 0 if same else 1
    packed = gzip.compress(text, compresslevel=9, mtime=0)
    arguments.output.write_bytes(packed)
    print(f"{arguments.output}: {len(models)} models, {len(text):,} bytes of JSON, {len(packed):,} packed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
