"""Sound files of strangers: refused or read, in bounded time and memory, and opening nothing else."""

import contextlib
import io
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.made_sound import file
from venice_nb.errors import InvalidInput
from venice_nb.media import encoding
from venice_nb.media.film import FilmError, probe
from venice_nb.media.recordings import recording
from venice_nb.media.sniff import sniff
from venice_nb.media.sound import NotSound, Sound, decode, measure
from venice_nb.results.sound.audio import Audio


def wav(*, rate=24_000, channels=1, bits=16, kind=1, size=None, data=b"\1\2" * 24_000):
    """A WAV file whose header may say anything."""
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)
    size = len(data) if size is None else size
    return (
        b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt \x10\0\0\0" + head + b"data"
        + struct.pack("<I", size) + data
    )  # fmt: skip


def quiet_flac(seconds, rate=96_000):
    """Silence, which FLAC keeps in next to nothing."""
    import av

    out = io.BytesIO()
    block = np.zeros((1, 1 << 16), np.int16)
    with av.open(out, "w", format="flac") as box:
        stream = box.add_stream("flac", rate=rate, layout="mono")
        for _ in range(seconds * rate >> 16):
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate = rate
            box.mux(stream.encode(frame))
        box.mux(stream.encode())
    return out.getvalue()


ODD = [
    {"rate": 0},
    {"rate": 1},
    {"rate": 2**31 - 1},
    {"rate": 4_000_000_000},
    {"channels": 0},
    {"channels": 8},
    {"channels": 16},
    {"channels": 64},
    {"channels": 65_535},
    {"channels": 8, "rate": 2**31 - 1},
    {"bits": 64},
    {"bits": 1},
    {"kind": 3},  # 16-bit floats: there is no such codec
    {"kind": 0x55},
    {"kind": 0xFFFE},
    {"size": 0},
    {"size": 0xFFFFFFFF},
    {"data": b""},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_header_that_says_strange_things_ends_nothing_but_itself(odd):
    """Eight channels took the whole kernel down, one sample a second took 6 GB."""
    audio = Audio(wav(**odd), "audio/wav")
    began = time.process_time()
    assert repr(audio)
    assert set(audio._mimebundle()) == {"text/plain", "text/html"}
    assert audio.to_dict()["bytes"] == len(audio.data)
    for work in (
        audio.waveform,
        lambda: audio.samples,
        *(lambda k=k: audio.convert(k) for k in encoding.KINDS),
    ):
        with contextlib.suppress(NotSound):
            work()
    assert time.process_time() - began < 3


@pytest.mark.parametrize("channels", [1, 2, 3, 7, 8, 9, 16])
def test_any_number_of_channels_is_read_in_order(channels):
    rng = np.random.default_rng(channels)
    pcm = rng.integers(-9000, 9000, (4000, channels), dtype=np.int16)
    data = encoding.wav(pcm.tobytes(), 48_000, channels)
    sound = decode(data)
    assert sound.channels == channels
    assert np.allclose(sound.samples.reshape(-1, channels), pcm / 32768, atol=1e-4)
    again = decode(encoding.encode(sound, "wav"))
    assert np.allclose(again.samples, sound.samples, atol=1e-3)


def test_channels_that_a_kind_has_no_place_for_are_told():
    with pytest.raises(NotSound, match="8 channels at 48000 Hz cannot become mp3"):
        encoding.encode(Sound(np.zeros((4800, 8), np.float32), 48_000), "mp3")


def test_hours_in_a_small_file_are_not_decoded_for_a_display():
    """Ten hours of silence in 7 MB took three minutes and a gigabyte to draw."""
    data = bytearray(quiet_flac(5))
    data[21] = data[21] & 0xF0
    data[22:26] = struct.pack(">I", 3600 * 96_000 * 10)  # samples, as such a file says
    audio = Audio(bytes(data), "audio/flac")
    began = time.process_time()
    shown = audio._mimebundle()
    assert time.process_time() - began < 1
    assert "10 h" in shown["text/plain"]
    assert "<img" not in shown["text/html"]
    assert "<audio" in shown["text/html"]


def test_hours_that_the_header_keeps_quiet_about_are_found_out():
    data = bytearray(quiet_flac(60))
    data[21] &= 0xF0  # the number of samples: unknown
    data[22:26] = bytes(4)
    with pytest.raises(NotSound, match="longer than"):
        decode(bytes(data), rate=8000, mono=True, most=4_000_000)


def test_a_streamed_wav_file_that_claims_a_day_is_drawn():
    assert "<img" in Audio(wav(size=0xFFFFFFFF), "audio/wav")._mimebundle()["text/html"]


LEADS = {
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n%s\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile %s\n",
    "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=%s\r\nc=IN IP4 127.0.0.1\r\nm=audio 45678 RTP/AVP 0\r\n",
    "asx": b'<asx><entry><ref href="%s"/></entry></asx>',
    "dash": b'<?xml version="1.0"?><MPD type="static"><Period><BaseURL>%s</BaseURL></Period></MPD>',
}
BEFORE = [
    b"",
    b"ID3\3\0\0\0\0\0\0",
    b"\0\0\0\x10ftypisom\0\0\0\0",
    b"RIFF\0\0\0\0WAVE",
    b"OggS",
    b"\x1aE\xdf\xa3",
]


@pytest.mark.parametrize("kind", LEADS)
@pytest.mark.parametrize("target", [b"beside.mp3", b"file:beside.mp3", b"http://127.0.0.1:9/x.mp3"])
def test_a_list_of_other_files_is_no_sound_and_no_film(kind, target, tmp_path):
    (tmp_path / "beside.mp3").write_bytes(file(0.5))
    for before in BEFORE:
        data = before + LEADS[kind] % target
        for read in (measure, decode):
            with pytest.raises(NotSound):
                read(data)
        with pytest.raises(FilmError):
            probe(data)
        with pytest.raises(InvalidInput):
            recording(data)


@pytest.mark.parametrize("kind", LEADS)
def test_the_sandbox_does_not_follow_a_list_either(kind, tmp_path):
    """It opened files of the working folder, and a session description held it for ever."""
    from venice_nb.sandbox.studio.film.clips import Clip, Unreadable
    from venice_nb.sandbox.studio.sound.encode import container
    from venice_nb.sandbox.studio.sound.encode import decode as heard

    (tmp_path / "beside.mp3").write_bytes(file(0.5))
    data = LEADS[kind] % b"beside.mp3"
    with pytest.raises(ValueError, match="cannot be decoded"):
        heard(data, rate=16_000)
    assert container(data) == ""
    with pytest.raises(Unreadable):
        Clip.of(data)


@pytest.mark.parametrize("piece", [b"<!---->", b"<!-- -->\n", b"<?xml?>", b" ", b"<!--", b"<?xml"])
def test_what_a_text_is_does_not_take_for_ever(piece):
    """Twenty empty comments before nothing took twelve seconds, and each one more doubled that."""
    began = time.process_time()
    assert sniff(piece * (4096 // len(piece))) in {"text/plain", ""}
    assert sniff(piece * 20 + b"no markup") == "text/plain"
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("text", "mime"),
    [
        (b"<?xml version='1.0'?><!-- a --><!-- b -->\n<!DOCTYPE svg><svg>", "image/svg+xml"),
        (b"<!-- a --><?xml version='1.0'?>\n<svg>", "image/svg+xml"),
        (b" \n<!doctype HTML><title>", "text/html"),
        (b"<!-- <svg> -->words", "text/plain"),
        (b"words <svg>", "text/plain"),
    ],
)
def test_markup_is_still_known_behind_comments(text, mime):
    assert sniff(text) == mime


def test_random_damage_is_told_and_takes_no_kernel_down():
    """In a process of its own: a fault in the decoder would end this one."""
    script = """
import random, sys
from tests.made_sound import file
from venice_nb.media.sound import NotSound, decode, measure
from venice_nb.results.sound.audio import Audio
rng = random.Random(7)
for kind in ("wav", "mp3", "flac", "opus", "aac"):
    whole = file(0.3, kind)
    for _ in range(15):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 3, 30))):
            data[rng.randrange(min(len(data), rng.choice((64, 4096))))] = rng.randrange(256)
        end = rng.randrange(1, len(data)) if rng.random() < 0.3 else None
        audio = Audio(bytes(data[:end]), f"audio/{kind}")
        audio._mimebundle(), repr(audio)
        for act in (measure, decode):
            try:
                act(audio.data)
            except NotSound:
                pass
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
