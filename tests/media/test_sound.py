"""Sound from bytes and back: lengths, samples, formats, and what is no sound."""

import numpy as np
import pytest

from tests.made_sound import file, quiet, stereo, tone
from venice_nb.media.encoding import KINDS, encode, wav
from venice_nb.media.sniff import sniff
from venice_nb.media.sound import NotSound, Sound, container, decode, measure, mono, resample
from venice_nb.media.waveform import waveform

FILES = [kind for kind in KINDS if kind != "pcm"]


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("make", [tone, lambda seconds: stereo(tone(seconds))], ids=["mono", "stereo"])
def test_every_kind_comes_back_as_long_as_it_went_and_sounds_the_same(kind, make):
    sound = make(2.0)
    data = encode(sound, kind)
    found = decode(data)
    assert container(data) == KINDS[kind][0]
    assert found.seconds == pytest.approx(2.0, rel=0.05)
    assert found.channels == sound.channels
    assert found.samples.dtype == np.float32
    assert measure(data).seconds == pytest.approx(found.seconds, rel=0.05)
    assert measure(data).rate == found.rate
    left = mono(found).samples[found.rate // 2 : found.rate // 2 * 3]
    assert np.sqrt((left**2).mean()) == pytest.approx(np.sqrt((mono(sound).samples ** 2).mean()), rel=0.1)


def test_a_lossless_kind_gives_the_very_samples():
    sound = tone(0.5)
    for kind in ("wav", "flac"):
        assert np.abs(decode(encode(sound, kind)).samples - sound.samples).max() < 1e-4


def test_samples_without_a_header_need_their_rate():
    data = encode(tone(1.0), "pcm")
    assert measure(data, raw_rate=24_000).seconds == 1.0
    assert decode(data, raw_rate=48_000).seconds == 0.5
    assert decode(data + b"\0", raw_rate=24_000).seconds == 1.0
    assert np.abs(decode(data, raw_rate=24_000).samples - tone(1.0).samples).max() < 1e-4


def test_decoding_can_thin_out_the_samples_on_the_way():
    data = encode(stereo(tone(2.0)), "flac")
    found = decode(data, rate=16_000, mono=True)
    assert (found.rate, found.channels) == (16_000, 1)
    assert found.seconds == pytest.approx(2.0, abs=0.01)


def test_a_rate_a_codec_does_not_take_is_raised_to_one_that_it_takes():
    assert decode(encode(tone(0.5, rate=23_000), "mp3")).rate == 24_000
    assert decode(encode(tone(0.5, rate=96_000), "opus")).rate == 48_000


def test_resampling_keeps_the_length():
    assert resample(tone(1.0), 48_000).seconds == pytest.approx(1.0, abs=0.001)
    assert resample(stereo(tone(1.0)), 8_000).samples.shape[1] == 2
    assert resample(quiet(0), 8_000).rate == 8_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not sound",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",  # a playlist would open other files
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"RIFF\x24\0\0\0WAVE",
        b"OggS" + bytes(60),
        b"fLaC" + bytes(60),
        b"ID3\x04\0\0\0\0\0\x10" + bytes(200),
    ],
    ids=["empty", "text", "m3u", "concat", "png", "wav", "ogg", "flac", "id3"],
)
def test_what_is_no_sound_is_said_in_one_kind_of_error(data):
    with pytest.raises(NotSound):
        decode(data)
    with pytest.raises(NotSound):
        measure(data)


def test_a_file_that_is_cut_off_gives_what_is_in_it():
    data = file(2.0)
    found = decode(data[: len(data) // 2])
    assert 0.5 < found.seconds < 1.5


def test_a_sound_that_would_not_fit_in_memory_is_not_decoded(monkeypatch):
    monkeypatch.setattr("venice_nb.media.sound.MAX_SAMPLES", 10_000)
    with pytest.raises(NotSound, match="longer than"):
        decode(file(1.0))


def test_a_file_on_disk_is_read_where_it_lies(tmp_path):
    path = tmp_path / "tone.flac"
    path.write_bytes(file(1.0, "flac"))
    assert measure(path).seconds == 1.0
    assert decode(path).seconds == 1.0


def test_the_tag_before_the_sound_does_not_hide_what_it_is():
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    assert container(tag + file(0.2, "aac")) == "audio/aac"
    assert container(tag + file(0.2, "mp3")[10:]) == "audio/mpeg"


def test_the_header_of_a_wav_file_says_how_long_it_is():
    made = wav(bytes(48_000), 24_000)
    assert sniff(made) == "audio/wav"
    assert measure(made).seconds == 1.0


def test_samples_beyond_full_scale_are_clipped_not_wrapped():
    loud = Sound(np.array([2.0, -2.0, 0.0], np.float32), 8_000)
    assert decode(encode(loud, "wav")).samples.round(2).tolist() == [1.0, -1.0, 0.0]


def test_the_picture_of_a_sound_is_small_and_shows_where_it_is_loud():
    import io

    from PIL import Image

    half = Sound(np.concatenate([np.zeros(24_000, np.float32), tone(1.0).samples]), 24_000)
    data = waveform(half)
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    assert len(data) < 3000
    assert image.size == (600, 72)
    inked = np.asarray(image)[:, :, 3] > 0
    assert inked[:, 300:].sum() > 10 * inked[:, :300].sum()
    assert waveform(half) == data
    poster = np.asarray(Image.open(io.BytesIO(waveform(half, below=50))).convert("RGBA"))
    assert poster.shape[:2] == (122, 600)
    assert not poster[72:, :, 3].any()
    for empty in (quiet(0), quiet(0.001), tone(10)):
        assert Image.open(io.BytesIO(waveform(empty))).size == (600, 72)
