"""Sound between samples and files."""

import io

import av
import numpy as np
import pytest

from venice_nb.sandbox.studio.sound import encode as codecs
from venice_nb.sandbox.studio.sound.encode import (
    CODECS,
    container,
    decode,
    encode,
    resampled,
    stream,
    stretched,
)

FILES = sorted(set(CODECS) - {"pcm"})
NAMES = {"mp3": "mp3", "opus": "opus", "aac": "aac", "flac": "flac", "wav": "pcm_s16le"}


def tone(seconds=3.0, rate=24_000, channels=1, hertz=440.0):
    t = np.arange(round(seconds * rate)) / rate
    mono = (0.4 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)
    return mono if channels == 1 else np.stack([mono, 0.5 * mono], axis=1)


def strongest(samples, rate):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return spectrum.argmax() * rate / len(samples)


@pytest.mark.parametrize("rate", [22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("fmt", FILES)
def test_every_format_decodes_to_the_same_sound(fmt, rate):
    data = encode(tone(rate=rate), rate, fmt)
    with av.open(io.BytesIO(data)) as opened:
        track = opened.streams.audio[0]
        assert track.codec_context.name.startswith(NAMES[fmt])
        assert track.codec_context.sample_rate == (48_000 if fmt == "opus" else rate)
    samples, own, _ = decode(data)
    assert len(samples) / own == pytest.approx(3, rel=0.05)
    assert strongest(samples[:, 0], own) == pytest.approx(440, abs=2)
    middle = samples[own : 2 * own]  # an encoder may overshoot where the tone breaks off
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.4 / np.sqrt(2), rel=0.08)


@pytest.mark.parametrize("fmt", FILES)
def test_both_sides_of_a_stereo_sound_are_kept(fmt):
    samples, _, _ = decode(encode(tone(channels=2), 24_000, fmt))
    loud = np.sqrt((samples**2).mean(axis=0))
    assert loud[1] == pytest.approx(loud[0] / 2, rel=0.1)


def test_pcm_is_headerless_mono_at_the_rate():
    sound = tone(1.0, channels=2)
    raw = encode(sound, 24_000, "pcm", tags={"title": "lost"})
    assert len(raw) == 2 * 24_000
    assert np.abs(np.frombuffer(raw, "<i2") / 32767 - sound.mean(axis=1)).max() < 1e-4


@pytest.mark.parametrize("fmt", FILES)
def test_tags_survive(fmt):
    tags = {"title": "SANDBOX", "comment": "Größe 🙂\nsecond line: " + "x" * 4000}
    assert tags.items() <= decode(encode(tone(0.3), 24_000, fmt, tags=tags))[2].items()


@pytest.mark.parametrize("fmt", sorted(CODECS))
def test_the_same_samples_give_the_same_bytes(fmt):
    assert encode(tone(), 24_000, fmt, tags={"title": "a"}) == encode(
        tone(), 24_000, fmt, tags={"title": "a"}
    )


@pytest.mark.parametrize("fmt", FILES)
def test_a_stream_is_one_file_of_the_whole_length(fmt):
    sound = tone(6.0)
    pieces = list(stream(np.array_split(sound, 3), 24_000, fmt, tags={"title": "streamed"}))
    assert len(pieces) >= 3
    samples, rate, tags = decode(b"".join(pieces))
    assert len(samples) / rate == pytest.approx(6, rel=0.05)
    assert strongest(samples[:, 0], rate) == pytest.approx(440, abs=2)
    assert tags["title"] == "streamed"


@pytest.mark.parametrize("fmt", sorted(CODECS))
def test_the_first_part_of_a_stream_comes_before_the_second_is_made(fmt):
    made = []

    def sounds():
        for part in np.array_split(tone(8.0), 4):
            made.append(part)
            yield part

    pieces = stream(sounds(), 24_000, fmt)
    size = 0
    while size < 5000:
        size += len(next(pieces))
    assert len(made) == 1
    pieces.close()


@pytest.mark.parametrize("data", [b"", b"hello " * 500, b"RIFF" + bytes(200), b"ID3" + bytes(5000)])
def test_what_is_no_sound_is_refused(data):
    with pytest.raises(ValueError, match="cannot be decoded"):
        decode(data)


def test_a_picture_has_no_sound():
    image = pytest.importorskip("PIL.Image").new("RGB", (64, 64))
    held = io.BytesIO()
    image.save(held, "PNG")
    with pytest.raises(ValueError, match="no sound"):
        decode(held.getvalue())


def test_a_broken_file_gives_what_comes_before_the_break():
    data = encode(tone(), 24_000, "mp3")
    samples, rate, _ = decode(data[: len(data) // 2])
    assert 1 < len(samples) / rate < 2


def test_endless_silence_in_a_small_file_is_refused(monkeypatch):
    monkeypatch.setattr(codecs, "LONGEST", 60.0)
    data = encode(np.zeros(100 * 8000, np.float32), 8000, "flac")
    assert len(data) < 30_000
    with pytest.raises(ValueError, match="longer"):
        decode(data)


def test_decoding_at_a_rate_gives_mono():
    samples, rate, _ = decode(encode(tone(channels=2), 24_000, "flac"), rate=8000)
    assert (samples.shape, rate) == ((24_000, 1), 8000)


def test_containers_have_names():
    assert [container(encode(tone(0.2), 24_000, fmt)) for fmt in FILES] == [
        "aac",
        "flac",
        "mp3",
        "ogg",
        "wav",
    ]
    assert container(b"nothing") == ""


def test_a_faster_tempo_keeps_the_pitch():
    slow = stretched(tone(), 24_000, 0.6)
    assert len(slow) / 24_000 == pytest.approx(5, rel=0.03)
    assert strongest(slow, 24_000) == pytest.approx(440, abs=3)


def test_another_rate_keeps_length_and_pitch():
    sound = resampled(tone(), 24_000, 8000)
    assert len(sound) == pytest.approx(24_000, abs=20)
    assert strongest(sound, 8000) == pytest.approx(440, abs=2)
