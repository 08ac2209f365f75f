"""Audio files of many kinds, made here with FFmpeg, decoded; and files that are none."""

import io
import math
import random
from array import array
from itertools import pairwise

import av
import pytest

from playground import samples
from playground.audio import RATE, decode
from playground.errors import BadRequestError, PayloadTooLargeError

SPEECH = samples.FOLDER / "speech.flac"


def sound(format_: str, codec: str, rate: int = 48_000, seconds: float = 1.5, channels: int = 2) -> bytes:
    """A 440 Hz tone as a file."""
    layout = "mono" if channels == 1 else "stereo"
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        wave = array("h", (int(8000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(rate * seconds))))
        plain = av.AudioFrame(format="s16", layout="mono", samples=len(wave))
        plain.sample_rate = rate
        plain.planes[0].update(wave.tobytes())
        resampler = av.AudioResampler(stream.format.name, layout, rate, stream.codec_context.frame_size or None)
        for frame in [*resampler.resample(plain), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("format_", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 8_000),
        ("wav", "pcm_f32le", 96_000),
        ("flac", "flac", 44_100),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("mp4", "aac", 44_100),
        ("adts", "aac", 22_050),
        ("matroska", "libopus", 48_000),
        ("aiff", "pcm_s16be", 16_000),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_common_files_become_16_khz_mono(format_: str, codec: str, rate: int, channels: int):
    found = decode(sound(format_, codec, rate, channels=channels))
    assert found.seconds == pytest.approx(1.5, abs=0.12)  # MP3 and AAC pad with silence
    samples_ = array("h", found.pcm)
    assert len(samples_) == round(found.seconds * RATE)
    middle = samples_[RATE // 4 : RATE]
    crossings = sum(a < 0 <= b for a, b in pairwise(middle))
    assert crossings / (len(middle) / RATE) == pytest.approx(440, rel=0.02)
    assert max(middle) == pytest.approx(8000 if channels == 1 else 5657, rel=0.15)  # FFmpeg spreads mono at -3 dB


def test_the_sound_of_a_film():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream("mpeg4", rate=5)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = container.add_stream("aac", rate=44_100, layout="mono")
        for number in range(5):
            frame = av.VideoFrame(32, 32, "yuv420p")
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        tone = decode(sound("wav", "pcm_s16le", 44_100)).pcm
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(tone) // 2)
        frame.sample_rate = RATE
        frame.planes[0].update(tone)
        resampler = av.AudioResampler("fltp", "mono", 44_100, 1024)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
    assert decode(buffer.getvalue()).seconds == pytest.approx(1.5, abs=0.12)


def test_a_film_without_sound_says_so():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        video = container.add_stream("mpeg4", rate=5)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        container.mux(video.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(video.encode(None))
    with pytest.raises(BadRequestError, match="no sound"):
        decode(buffer.getvalue())


def noise(size: int, head: bytes = b"") -> bytes:
    return head + random.Random(7).randbytes(size)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"plain text, not sound " * 50,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        noise(20_000),
        noise(20_000, b"RIFF\xff\xff\xff\xffWAVEfmt "),
        noise(5_000, b"ID3\x03\0\0\0\0\0\0"),
        noise(5_000, b"fLaC\0\0\0\x22"),
        noise(5_000, b"OggS\0\x02"),
        noise(5_000, b"\0\0\0\x20ftypM4A "),
        noise(5_000, b"\x1aE\xdf\xa3"),
    ],
    ids=lambda data: f"{data[:8]!r} {len(data)}",
)
def test_what_is_no_sound_is_refused(data: bytes):
    with pytest.raises(BadRequestError, match=r"no audio file|no sound"):
        decode(data)


@pytest.mark.parametrize("keep", [40, 4_000, 100_000])
def test_a_truncated_file_gives_what_it_holds_or_a_sentence(keep: int):
    try:
        found = decode(SPEECH.read_bytes()[:keep])
    except BadRequestError as error:
        assert "sound" in error.message or "audio" in error.message  # noqa: PT017
    else:
        assert 0 < found.seconds < 14.3


def test_damage_in_the_middle_is_skipped():
    data = bytearray(sound("mp3", "libmp3lame", seconds=4))
    data[8_000:8_600] = noise(600)
    assert decode(bytes(data)).seconds == pytest.approx(4, abs=0.4)


@pytest.mark.parametrize("name", ["m3u8", "ffconcat"])
def test_playlists_open_no_other_file(name: str, tmp_path):
    target = tmp_path / "secret.flac"
    target.write_bytes(SPEECH.read_bytes())
    lists = {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:15,\n{target}\n#EXT-X-ENDLIST\n",
        "ffconcat": f"ffconcat version 1.0\nfile {target}\n",
    }
    with pytest.raises(BadRequestError):
        decode(lists[name].encode())


def test_length_is_counted_not_believed():
    with pytest.raises(PayloadTooLargeError, match=r"longer than 0\.1 minutes"):
        decode(SPEECH.read_bytes(), max_seconds=6)
    assert decode(SPEECH.read_bytes(), max_seconds=15).seconds == pytest.approx(14.37, abs=0.01)


def test_size_is_limited():
    with pytest.raises(PayloadTooLargeError, match="48 MB"):
        decode(bytes(48 * 2**20 + 1))
