"""Make the sandbox's catalogue from the public model list.

    python tools/sandbox_catalogue.py path/to/models.json

Writes venice_nb/sandbox/data/models.json.gz: the 328 models with everything `GET /models` has to say and the
list leaves out (object, owner, constraints, completion limits, voices' formats, music flags, vector sizes).
Where no public source states a value, the rule below each table decides; the numbers are then plausible, not
official.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parent.parent / "venice_nb" / "sandbox" / "data" / "models.json.gz"
Spec = dict[str, Any]

# Text. Elsewhere a quarter of the context, at most 32768.
COMPLETION = {"zai-org-glm-5-2": 131072, "kimi-k3": 131072, "claude-opus-4-5": 32768}
SAMPLING = {  # temperature, top_p
    "llama-3.3-70b": (0.6, 0.95),
    "qwen3-next-80b": (0.7, 0.8),
    "deepseek-v3.2": (1, 0.95),
    "venice-uncensored-1-2": (0.7, 0.9),
}

# Images sized in pixels: divisor, prompt limit, default steps, most steps. The others take an aspect ratio.
PIXELS = {
    "venice-sd35": (16, 1500, 25, 30),
    "z-image-turbo": (8, 7500, 8, 8),
    "chroma": (8, 1500, 10, 30),
    "wai-Illustrious": (8, 1500, 25, 30),
    "lustify-sdxl": (8, 1500, 20, 50),
    "lustify-v7": (8, 1500, 20, 30),
    "lustify-v8": (8, 1500, 20, 30),
}
RATIOS = ["1:1", "3:2", "2:3", "4:3", "3:4", "16:9", "9:16", "21:9"]
EDIT_RATIOS = ["auto", "1:1", "3:2", "16:9", "21:9", "9:16", "2:3", "3:4", "4:5"]
IMAGE_TRAITS = {
    "z-image-turbo": ["default", "fastest"],
    "qwen-image": ["highest_quality"],
    "lustify-v8": ["most_uncensored"],
    "venice-sd35": ["eliza-default"],
}

# Speech: default voice, formats (first is the default), custom voice ids.
SPEECH = {
    "tts-kokoro": ("af_sky", "mp3 opus aac flac wav pcm", False),
    "tts-qwen3-0-6b": ("Vivian", "mp3", False),
    "tts-qwen3-1-7b": ("Vivian", "mp3", False),
    "tts-xai-v1": ("eve", "mp3 wav pcm", False),
    "tts-inworld-1-5-max": ("Craig", "wav", False),
    "tts-chatterbox-hd": ("Aurora", "wav", False),
    "tts-orpheus": ("tara", "wav", False),
    "tts-elevenlabs-turbo-v2-5": ("Rachel", "mp3", True),
    "tts-minimax-speech-02-hd": ("WiseWoman", "mp3 pcm flac", False),
    "tts-gemini-3-1-flash": ("Kore", "mp3 opus wav", False),
    "tts-gradium-v1": ("Emma", "wav pcm opus", False),
}
CLONING = {
    "tts-chatterbox-hd": "zero_shot",
    "tts-minimax-speech-02-hd": "persistent",
}

# Embeddings: dimensions, longest input in tokens, custom dimensions.
VECTORS = {
    "text-embedding-bge-en-icl": (4096, 8192, False),
    "text-embedding-bge-m3": (1024, 8192, False),
    "gemini-embedding-2-preview": (3072, 2048, True),
    "text-embedding-multilingual-e5-large-instruct": (1024, 512, False),
    "text-embedding-nemotron-embed-vl-1b-v2": (2048, 8192, False),
    "text-embedding-qwen3-0-6b": (1024, 8192, False),
    "text-embedding-qwen3-8b": (4096, 8192, True),
    "text-embedding-3-large": (3072, 8192, True),
    "text-embedding-3-small": (1536, 8192, True),
}

MUSIC: dict[str, Spec] = {
    "ace-step-15": {
        "supported_formats": ["flac"], "supports_lyrics": True, "min_duration": 60, "max_duration": 210,
    },
    "elevenlabs-tts-multilingual-v2": {"supported_formats": ["mp3"], "supports_custom_voice_id": True},
    "elevenlabs-music": {"supports_force_instrumental": True, "min_duration": 3, "max_duration": 600},
    "elevenlabs-sound-effects-v2": {"supports_loop": True, "min_duration": 1, "max_duration": 22},
    "elevenlabs-tts-v3": {"supported_formats": ["mp3"], "supports_custom_voice_id": True},
    "lyria-3-pro": {},
    "minimax-music-v2": {"supports_lyrics": True, "lyrics_required": True},
    "minimax-music-v25": {
        "supports_lyrics": True, "supports_force_instrumental": True, "supports_lyrics_optimizer": True,
        "lyrics_required": True,
    },
    "minimax-music-v26": {
        "supports_lyrics": True, "supports_force_instrumental": True, "lyrics_required": True,
    },
    "mmaudio-v2-text-to-audio": {"supported_formats": ["wav"], "min_duration": 1, "max_duration": 30},
    "seed-audio-1-0": {},
    "sonilo-v1-1-music": {"min_duration": 5, "max_duration": 180},
    "sonilo-v1-1-sound-effects": {"min_duration": 1, "max_duration": 30},
    "stable-audio-25": {"supported_formats": ["wav"], "min_duration": 5, "max_duration": 190},
}  # fmt: skip

# Video, by the longest matching start of the id: durations, resolutions, ratios, audio (no, fixed, choice).
SHORT = "1:1 16:9 9:16"
WIDE = "16:9 9:16 1:1 4:3 3:4"
VIDEO = {
    "": ("5s 10s", "720p 1080p", SHORT, "no"),
    "kling-2.5": ("5s 10s", "", SHORT, "no"),
    "kling-2.6": ("5s 10s", "", SHORT, "choice"),
    "kling-": ("5s 10s", "", SHORT, "choice"),
    "wan-2.5": ("5s 10s", "1080p 720p 480p", "", "fixed"),
    "wan-2.6": ("5s 10s 15s", "1080p 720p", SHORT, "choice"),
    "wan-2-7-video-to-video": ("5s 10s 15s", "1080p 720p", "", "no"),
    "wan-2-7": ("5s 10s 15s", "1080p 720p", SHORT, "choice"),
    "ltx-2": ("6s 8s 10s", "1080p 1440p 2160p", "16:9 9:16", "choice"),
    "veo3-": ("4s 6s 8s", "720p 1080p", SHORT, "fixed"),
    "veo3.1": ("4s 6s 8s", "720p 1080p", SHORT, "choice"),
    "sora-2": ("4s 8s 12s", "720p", "16:9 9:16", "fixed"),
    "sora-2-pro": ("4s 8s 12s", "720p 1080p", "16:9 9:16", "fixed"),
    "longcat-": ("5s 10s 15s 20s 30s", "720p", SHORT, "no"),
    "ovi-": ("5s", "", "", "fixed"),
    "grok-imagine": ("5s 10s 15s", "480p 720p", "1:1 16:9 9:16 4:3 3:4 3:2 2:3", "fixed"),
    "seedance-": (
        "4s 5s 6s 7s 8s 9s 10s 11s 12s 13s 14s 15s", "480p 720p 1080p 4k",
        "1:1 4:3 3:4 16:9 9:16 21:9 adaptive", "choice",
    ),
    "pixverse-": ("5s 8s 10s", "360p 540p 720p 1080p", WIDE, "choice"),
    "vidu-": ("4s 8s 16s", "540p 720p 1080p", WIDE, "choice"),
    "runway-": ("5s 10s", "720p", WIDE, "no"),
    "topaz-": ("Auto", "", "", "no"),
}  # fmt: skip


def text(model: Spec, spec: Spec) -> None:
    context = spec["availableContextTokens"]
    own = COMPLETION.get(model["id"])
    if own is None:
        own = 128000 if model["id"].startswith("claude-opus-") else min(context // 4, 32768)
    spec["maxCompletionTokens"] = own
    model["context_length"] = context
    sampling = SAMPLING.get(model["id"]) or ((0.7, 0.9) if "-glm-" in model["id"] else None)
    if sampling:
        spec["constraints"] = {"temperature": {"default": sampling[0]}, "top_p": {"default": sampling[1]}}
    price = spec["pricing"]["input"]["usd"]
    spec["model_sets"] = ["text", "cheap" if price <= 0.2 else "standard" if price <= 4 else "premium"]


def image(model: Spec, spec: Spec) -> None:
    spec["traits"] = IMAGE_TRAITS.get(model["id"], spec["traits"])
    divisor, limit, steps, most = PIXELS.get(model["id"], (1, 7500, 8, 50))
    limits: Spec = {
        "promptCharacterLimit": 32768 if model["id"].startswith("nano-banana") else limit,
        "steps": {"default": steps, "max": most},
        "widthHeightDivisor": divisor,
    }
    if model["id"] not in PIXELS:
        limits |= {"aspectRatios": RATIOS, "defaultAspectRatio": "1:1"}
    tiers(limits, spec["pricing"])
    if model["id"].startswith("krea-v2"):
        spec["supportsStyleReferences"] = True
        limits |= {"maxStyleReferences": 3, "supportsStyleReferenceStrength": True}
    spec["constraints"] = limits
    spec["supportsWebSearch"] = model["id"].startswith("nano-banana")


def inpaint(model: Spec, spec: Spec) -> None:
    limits: Spec = {
        "aspectRatios": EDIT_RATIOS,
        "promptCharacterLimit": 1500 if model["id"] == "firered-image-edit" else 32768,
        "combineImages": not model["id"].startswith("luma-uni-1"),
    }
    if limits["combineImages"]:
        limits["maxInputImages"] = 14 if model["id"].startswith("nano-banana-pro") else 3
    tiers(limits, spec["pricing"])
    spec["constraints"] = limits


def tiers(limits: Spec, pricing: Spec) -> None:
    """Resolutions and qualities are the ones that have a price."""
    if "resolutions" in pricing:
        limits |= {"resolutions": list(pricing["resolutions"]), "defaultResolution": "1K"}
    if "quality" in pricing:
        priced = [each for each in ("low", "medium", "high") if each in pricing["quality"]["1K"]]
        limits |= {"qualities": priced, "defaultQuality": priced[-1]}


def video(model: Spec, spec: Spec) -> None:
    name = model["id"]
    start = max((key for key in VIDEO if name.startswith(key)), key=len)
    durations, resolutions, ratios, audio = VIDEO[start]
    kind = "video"
    if "text-to-video" in name or name.endswith("-text"):
        kind = "text-to-video"
    elif "image-to-video" in name or "first-last-frame" in name or name.endswith("-transition"):
        kind = "image-to-video"
    asked = ("ltx-2-v2-3-full", "sora-2")  # a ratio is asked for beside the picture
    own_frame = kind != "text-to-video" and not name.endswith("reference-to-video-basic")
    own_frame = own_frame and not name.startswith(asked)
    spec["constraints"] = {
        "aspect_ratios": [] if own_frame else ratios.split(),  # the given picture decides the ratio
        "resolutions": resolutions.split(),
        "durations": durations.split(),
        "model_type": kind,
        "audio": audio != "no",
        "audio_configurable": audio == "choice",
        "audio_input": name.startswith(("wan-2.5", "wan-2.6")),
        "video_input": "video-to-video" in name or name.startswith("topaz-"),
        "prompt_character_limit": 2500,
    }


def speech(model: Spec, spec: Spec) -> None:
    voice, formats, custom = SPEECH[model["id"]]
    spec |= {
        "default_voice": voice,
        "supported_formats": formats.split(),
        "default_format": formats.split()[0],
        "supports_custom_voice_id": custom,
    }
    if model["id"] in CLONING:
        spec["voice_cloning"] = {
            "mode": CLONING[model["id"]],
            "accepted_formats": ["mp3", "wav", "flac", "m4a"],
            "min_sample_seconds": 5,
            "retention_days": 7,
        }


def music(model: Spec, spec: Spec) -> None:
    spec |= {"supports_lyrics": False, "lyrics_required": False, "supports_force_instrumental": False}
    spec |= {"supports_loop": False, "supports_language_code": False, "supports_speed": False}
    spec |= {"prompt_character_limit": 2000, "min_prompt_length": 10}
    spec |= {"supported_formats": ["mp3"], **MUSIC[model["id"]]}
    spec["default_format"] = spec["supported_formats"][0]
    if "min_duration" in spec:
        spec["default_duration"] = max(spec["min_duration"], min(30, spec["max_duration"]))
    if spec.get("supports_lyrics"):
        spec["lyrics_character_limit"] = 4096
    if spec.get("voices"):
        spec["default_voice"] = spec["voices"][0]


def embedding(model: Spec, spec: Spec) -> None:
    spec["embeddingDimensions"], spec["maxInputTokens"], spec["supportsCustomDimensions"] = VECTORS[
        model["id"]
    ]


FILL = {
    "text": text, "image": image, "inpaint": inpaint, "video": video, "tts": speech, "music": music,
    "embedding": embedding,
}  # fmt: skip


def main(source: str) -> None:
    models = json.loads(Path(source).read_text(encoding="utf-8"))
    for model in models:
        model |= {"object": "model", "owned_by": "venice.ai"}
        spec = model["model_spec"]
        spec["offline"] = False
        FILL.get(model["type"], lambda _model, _spec: None)(model, spec)
    raw = json.dumps(models, separators=(",", ":"), sort_keys=True).encode()
    OUTPUT.write_bytes(gzip.compress(raw, mtime=0))
    print(f"{OUTPUT}: {len(models)} models, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
