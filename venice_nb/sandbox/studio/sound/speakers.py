"""Who a voice id is: language, sex, timbre, pitch and pace, so that no two voices of a model sound alike."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Timbres of eSpeak NG with the pitch in Hz they speak at when left alone (measured on its English). Those
# with a pace of their own are left out.
TIMBRES = {
    "f": {
        "f3": 205,
        "f2": 192,
        "f1": 178,
        "Alicia": 240,
        "linda": 225,
        "shelby": 187,
        "f4": 175,
        "Annie": 261,
        "belinda": 226,
        "steph2": 181,
        "aunty": 176,
        "f5": 203,
    },
    "m": {
        "m3": 110,
        "m1": 99,
        "Michael": 125,
        "m7": 114,
        "edward": 101,
        "m4": 104,
        "pablo": 123,
        "Andy": 96,
        "gustave": 120,
        "m2": 100,
        "travis": 114,
        "quincy": 98,
        "robert": 116,
        "ian": 89,
        "max": 108,
        "m8": 84,
        "miguel": 108,
        "norbert": 107,
        "michel": 104,
        "john": 108,
    },
}
# What eSpeak NG's pitch setting does to that pitch (measured).
_SETTINGS = ((0, 0.76), (25, 0.865), (50, 1.0), (75, 1.2), (99, 1.56))

# First letter of a Kokoro voice -> language, in eSpeak NG's names. Its second letter is the sex.
KOKORO = {
    "a": "en-us",
    "b": "en",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-br",
    "z": "cmn",
}
# Gradium's voices each speak one language too.
GRADIUM = {
    "Emma": "en-us",
    "Kent": "en-us",
    "Eva": "en",
    "Jack": "en",
    "Elise": "fr",
    "Leo": "fr",
    "Mia": "de",
    "Maximilian": "de",
    "Valentina": "es-419",
    "Sergio": "es",
    "Alice": "pt-br",
    "Davi": "pt-br",
}
WOMEN = """
Vivian Serena Sohee Ono_Anna
ara carina celeste eve iris luna lumen lux ursa
Ashley Elizabeth Luna Olivia Pixie Priya Sarah
Aurora Britney Siobhan Vicky
jess leah mia tara zoe
Alice Aria Charlotte Jessica Laura Lily Matilda Rachel River
CalmWoman ExuberantGirl FriendlyPerson InspirationalGirl LivelyGirl LovelyGirl SweetGirl WiseWoman
Achernar Aoede Autonoe Callirrhoe Despina Erinome Gacrux Kore Laomedeia Leda Pulcherrima Sulafat Vindemiatrix
Zephyr
Elise Emma Eva Mia Valentina
"""

_SAME = """
ja ko de ru it ar nl pl tr hi uk cs da fi el he hu id ro sv th vi bg ca hr sk sl et lv lt bn ta te ur fa
"""
# ISO codes and names of languages -> eSpeak NG's.
LANGUAGES = {
    "en": "en-us",
    "en-gb": "en",
    "zh": "cmn",
    "cmn": "cmn",
    "pt": "pt-br",
    "pt-pt": "pt",
    "fr": "fr",
    "es": "es",
    "es-mx": "es-419",
    "no": "nb",
    "english": "en-us",
    "chinese": "cmn",
    "mandarin": "cmn",
    "japanese": "ja",
    "korean": "ko",
    "german": "de",
    "french": "fr",
    "russian": "ru",
    "portuguese": "pt-br",
    "spanish": "es",
    "italian": "it",
    "arabic": "ar",
    "dutch": "nl",
    "polish": "pl",
    "turkish": "tr",
    "hindi": "hi",
    "ukrainian": "uk",
    "czech": "cs",
    "danish": "da",
    "finnish": "fi",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "indonesian": "id",
    "romanian": "ro",
    "swedish": "sv",
    "thai": "th",
    "vietnamese": "vi",
    **{code: code for code in _SAME.split()},
}

_SCRIPTS = (
    ("ja", r"[\u3040-\u30ff]"),
    ("cmn", r"[\u4e00-\u9fff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("hi", r"[\u0900-\u097f]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("el", r"[\u0370-\u03ff]"),
    ("th", r"[\u0e00-\u0e7f]"),
    ("ru", r"[\u0400-\u04ff]"),
)
_COMMON = {
    "en-us": "the and is of to in it you that a was for with this are",
    "fr": "le la les et est un une des du je vous que pour dans il elle bonjour ce c'est",
    "de": "der die das und ist ein eine ich nicht zu den mit sie wir guten auf für",
    "es": "el la los las y es un una que de en por con hola está yo no para",
    "it": "il lo gli e è un una che di per con non sono ciao questo la",
    "pt-br": "o a os as e é um uma que de em para com não olá está eu você",
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a voice sounds. `language` is empty where the text decides; `pitch` is in Hz, `pace` a factor."""

    language: str
    timbre: str
    pitch: float
    pace: float = 1.0
    liveliness: float = 1.0  # how far the melody of a sentence moves
    loudness: float = 1.0

    @property
    def setting(self) -> int:
        """The pitch setting of eSpeak NG, 0 to 99, that brings the timbre to the pitch."""
        natural = next(group[self.timbre] for group in TIMBRES.values() if self.timbre in group)
        factor = self.pitch / natural
        for (low, below), (high, above) in pairwise(_SETTINGS):
            if factor <= above:
                return max(0, round(low + (high - low) * (factor - below) / (above - below)))
        return 99


def speaker(model: str, voice: str, voices: Sequence[str]) -> Speaker:
    """The speaker behind a voice of a model, given all the model's voices."""
    sex = _sex(model, voice)
    group = [name for name in voices if _sex(model, name) == sex]
    timbres = list(TIMBRES[sex].items())
    at = group.index(voice) if voice in group else _number(voice, len(timbres))
    timbre, natural = timbres[(at + _number(model, len(timbres))) % len(timbres)]
    lap = at // len(timbres)  # a timbre's second owner speaks a little higher
    shift = (_number(f"{model} {voice}", 9) - 4) * 0.02 + lap * 0.09
    pace = 1 + (_number(f"pace {model} {voice}", 9) - 4) * 0.015
    language = ""
    if model == "tts-kokoro":
        language = KOKORO.get(voice[:1], "en-us")
    elif model == "tts-gradium-v1":
        language = GRADIUM.get(voice, "")
    return Speaker(language, timbre, natural * (1 + shift), pace)


def cloned(pitch: float) -> Speaker:
    """A speaker of the given pitch in Hz, with the timbre that comes nearest to it."""
    pitch = min(380.0, max(70.0, pitch))
    every = {name: natural for group in TIMBRES.values() for name, natural in group.items()}
    return Speaker("", min(every, key=lambda name: abs(math.log(every[name] / pitch))), pitch)


def directed(who: Speaker, prompt: str, temperature: float | None) -> Speaker:
    """The speaker as a style prompt asks: "Sad and slow.", "Excited". Temperature moves the melody more."""
    words = set(re.findall(r"[a-z]+", prompt.lower()))
    pitch, pace, lively, loud = who.pitch, who.pace, who.liveliness, who.loudness
    for asked, (higher, faster, livelier, louder) in _MOODS.items():
        if words & set(asked.split()):
            pitch, pace, lively, loud = pitch * higher, pace * faster, lively * livelier, loud * louder
    if temperature is not None:
        lively *= 0.5 + temperature / 2
    return replace(who, pitch=pitch, pace=pace, liveliness=lively, loudness=loud)


# Words of a style prompt -> factors on pitch, pace, melody and loudness.
_MOODS = {
    "happy cheerful joyful bright friendly": (1.08, 1.05, 1.4, 1.0),
    "excited energetic enthusiastic lively": (1.1, 1.15, 1.7, 1.1),
    "sad melancholy gloomy depressed": (0.92, 0.88, 0.6, 0.8),
    "calm soothing relaxed gentle soft": (0.97, 0.92, 0.7, 0.7),
    "angry furious shouting loud": (1.04, 1.08, 1.3, 1.3),
    "whisper whispering whispered quiet": (1.0, 0.95, 0.4, 0.35),
    "slow slowly": (1.0, 0.8, 1.0, 1.0),
    "fast quick quickly hurried": (1.0, 1.25, 1.0, 1.0),
    "deep low": (0.85, 1.0, 1.0, 1.0),
    "high squeaky": (1.2, 1.0, 1.0, 1.0),
    "monotone flat robotic": (1.0, 1.0, 0.05, 1.0),
}


def language_of(text: str, who: Speaker, hint: str = "") -> str:
    """The language in eSpeak NG's names: the voice's own, else the hint's, else what the text looks like.

    A hint it does not know is ignored. A voice whose language has its own script reads Latin text in English.
    """
    script = next((name for name, letters in _SCRIPTS if re.search(letters, text)), "")
    if who.language:
        own = dict(_SCRIPTS).get(who.language)
        return who.language if own is None or re.search(own, text) else script or "en-us"
    hint = hint.strip().lower().replace("_", "-")
    return LANGUAGES.get(hint) or LANGUAGES.get(hint.partition("-")[0]) or script or _latin(text)


def _latin(text: str) -> str:
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())
    hits = {name: sum(word in common.split() for word in words) for name, common in _COMMON.items()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= 2 and hits[best] > hits["en-us"] else "en-us"


def _sex(model: str, voice: str) -> str:
    return (
        ("f" if voice[1:2] == "f" else "m")
        if model == "tts-kokoro"
        else ("f" if voice in WOMEN.split() else "m")
    )


def _number(text: str, below: int) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest()) % below
