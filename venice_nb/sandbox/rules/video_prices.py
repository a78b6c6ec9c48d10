"""What a film costs. Production tells only by quote, so these are sample quotes and one rule.

A sample is the price of some seconds at one resolution. Other durations cost in proportion, and each step up
the model's own list of resolutions costs half as much again. Models without a sample have one made up here.
"""

from __future__ import annotations

from typing import Any

# By the longest matching start of the id: US dollars, seconds, resolution ("" where the model has none).
SAMPLES = {
    # quoted by production, December 2025
    "kling-2.5-turbo-pro": (0.39, 5, ""),
    "kling-2.6-pro": (0.77, 5, ""),
    "wan-2.5-preview": (0.28, 5, "480p"),
    "wan-2.6": (0.55, 5, "720p"),
    "veo3-fast": (0.44, 4, "1080p"),
    "veo3.1-fast": (0.66, 4, "1080p"),
    "sora-2": (0.44, 4, "720p"),
    "longcat-distilled": (0.09, 5, "720p"),
    "ovi-": (0.22, 5, ""),
    # made up
    "": (0.45, 5, "720p"),
    "grok-imagine": (0.30, 5, "480p"),
    "kling-o3-4k": (2.10, 5, ""),
    "kling-v3-4k": (2.10, 5, ""),
    "kling-": (0.84, 5, ""),
    "longcat-": (0.18, 5, "720p"),
    "ltx-2": (0.36, 6, "1080p"),
    "pixverse-": (0.20, 5, "360p"),
    "runway-": (0.30, 5, "720p"),
    "seedance-": (0.24, 4, "480p"),
    "seedance-2-0-mini": (0.12, 4, "480p"),
    "sora-2-pro": (1.32, 4, "720p"),
    "veo3-full": (1.76, 4, "1080p"),
    "veo3.1-full": (1.76, 4, "1080p"),
    "vidu-": (0.32, 4, "540p"),
    "wan-2-7": (0.55, 5, "720p"),
    "wan-2.1-pro": (0.40, 5, "720p"),
    "wan-2.2": (0.20, 5, "720p"),
    "wan-2-2": (0.20, 5, "720p"),
}
STEP = 1.5
# Upscaling, per second: up to so many lines of output; twice that above 48 frames a second.
UPSCALE = ((720, 0.013), (1080, 0.025), (10**6, 0.10))
FAST_FRAMES = 48.0

LINES = {"4k": 2160, "2K": 1440, "768P": 768, "true_1080p": 1080}


def lines(resolution: str) -> int:
    """The short side in pixels that a resolution stands for."""
    return LINES.get(resolution) or int(resolution.rstrip("p"))


def price(model: dict[str, Any], seconds: float, resolution: str) -> float:
    """The price of a film in US dollars."""
    start = max((key for key in SAMPLES if model["id"].startswith(key)), key=len)
    usd, length, at = SAMPLES[start]
    total = usd * seconds / length
    if resolution:
        ladder = sorted(lines(each) for each in model["model_spec"]["constraints"]["resolutions"])
        steps = _rung(ladder, lines(resolution)) - (_rung(ladder, lines(at)) if at else 0)
        total *= STEP**steps
    return max(0.01, round(total, 4))


def _rung(ladder: list[int], height: int) -> int:
    """How far up the ladder a height is; a height between two rungs counts as the lower one."""
    return max((at for at, rung in enumerate(ladder) if rung <= height), default=0)


def upscale_price(seconds: float, rate: float, output_lines: int) -> float:
    """The price of an enlarged film, by its length, frame rate and short side."""
    per_second = next(usd for most, usd in UPSCALE if output_lines <= most)
    return max(0.01, round(seconds * per_second * (2 if rate > FAST_FRAMES else 1), 4))
