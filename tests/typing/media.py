"""The types of media as a type checker sees them: checked by mypy, never run."""

from pathlib import Path
from typing import assert_type

import numpy as np
import pandas as pd

import venice_nb as vn
from venice_nb.results.pictures.gallery import Gallery
from venice_nb.results.sound.audio import Audio
from venice_nb.results.sound.transcript import Transcript
from venice_nb.results.sound.transcripts import Transcripts


def plain(v: vn.Venice) -> None:
    """What `Venice` gives."""
    said = assert_type(v.audio.speak("Hello", voice="af_sky"), Audio)
    assert_type(v.audio.transcribe("talk.mp3"), Transcript)
    assert_type(
        v.audio.transcribe(Path("talk.mp3"), timestamps=True, model="openai/whisper-large-v3"), Transcript
    )
    assert_type(v.audio.transcribe(b"RIFF"), Transcript)
    assert_type(v.audio.transcribe(said, response_format="text"), Transcript)
    assert_type(v.audio.transcribe((16_000, np.zeros(9))), Transcript)
    assert_type(v.audio.transcribe([said, "talk.mp3"], at_once=2), Transcripts)
    assert_type(v.audio.transcribe(pd.Series(["talk.mp3"])), Transcripts)
    assert_type(v.images.generate("a boat"), Gallery)
    v.audio.transcribe("talk.mp3", langauge="en")  # type: ignore[call-overload]
    v.audio.transcribe(7)  # type: ignore[call-overload]


async def awaited(a: vn.AsyncVenice) -> None:
    """What `AsyncVenice` gives, awaited."""
    said = assert_type(await a.audio.speak("Hello"), Audio)
    assert_type(await a.audio.transcribe(said, timestamps=True), Transcript)
    assert_type(await a.audio.transcribe([said]), Transcripts)
    assert_type(await a.images.generate("a boat"), Gallery)
