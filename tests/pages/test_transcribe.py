"""The Transcribe page, driven as a visitor drives it, over the real core with real speech."""

import base64
import re
import wave
from io import BytesIO

import av
import pytest

from playground.audio import decode
from playground.store.blobs import Blobs
from playground.ui.transcribe.transcript import lines
from playground.ui.transcribe.words import stem
from tests.pages.hearing import CLOUD, SPEECH, go, heard, said, transcripts, upload
from tests.remote_files import answer, serve
from tests.replay import Answer
from tests.specimens import film, talk

pytestmark = pytest.mark.slow

SAID = "welcome to the playground this recording was made by a computer"


def drawn(at) -> list[dict]:
    """The lines of the one transcript on the page."""
    [found] = transcripts(at)
    return found


def silence(seconds: float) -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\0\0" * int(16_000 * seconds))
    return buffer.getvalue()


@pytest.fixture
def sample(page):
    """The page after a click on the example."""
    at = heard(page("transcribe").button(key="transcribe_example_sample").click().run())
    assert not at.exception
    return at


@pytest.fixture
def cloud(environment, replay, page):
    """Opens the page with OpenAI picked, which is the replay server."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))

    def open_page(*answers: Answer, model: str = "whisper-1"):
        replay.on("POST", CLOUD, *answers)
        return page("transcribe", transcribe_provider="OpenAI", transcribe_model=model)

    return open_page


def test_a_newcomer_sees_what_can_be_done(page):
    at = page("transcribe")
    assert not at.exception
    assert "Turn speech into text" in said(at)
    assert "Try the sample" in at.button(key="transcribe_example_sample").label
    assert at.button(key="transcribe_go").disabled


def test_one_click_on_the_sample_is_a_run_and_a_transcript(sample, core):
    [run] = core().history.search("default")
    assert (run.task, run.status, run.door, run.provider) == ("transcription", "done", "page", "local")
    assert core().blobs.get(run.request["inputs"]["audio_base64"])[0] == SPEECH
    assert sample.query_params["run"] == run.id
    found = drawn(sample)
    assert [line["clock"] for line in found] == ["0:00", "0:02", "0:05", "0:08", "0:12"]
    assert " ".join(word for line in found for word, _ in line["words"]).startswith(SAID)
    assert re.search(r"0:14 of sound · real-time factor \d+\.\d\d", said(sample))
    assert "free" in said(sample)
    assert "**Sample**" in said(sample)
    assert len(sample.get("audio")) == 1
    names = {button.label for button in sample.get("download_button")}
    assert names == {"SRT", "VTT", "TXT", "JSON"}


def test_words_appear_while_it_goes_on_and_stop_keeps_them(page, core):
    at = page("transcribe").button(key="transcribe_example_sample").click().run()
    [run] = core().live("default")
    next(chunk for chunk in run.follow() if chunk.text)
    assert "welcome to the playground" in said(at.run())
    assert at.button(key="transcribe_go").disabled
    heard(at.button(key="transcribe_stop").click().run())
    [run] = core().history.search("default")
    assert run.status == "cancelled"
    assert run.partial[0].startswith("welcome to the playground")
    assert run.partial[0] in said(at)
    assert "You stopped this run. What had been heard is kept above." in said(at)
    assert not transcripts(at)


def test_another_visitor_finds_the_run_by_its_link(sample, page):
    at = page("transcribe", run=sample.query_params["run"])
    assert drawn(at) == drawn(sample)
    assert "**Sample**" in said(at)
    assert at.selectbox(key="transcribe_model").value == "pocketsphinx-en-us"


def test_the_run_stays_when_another_page_was_visited(sample):
    run = sample.query_params["run"]
    sample.switch_page("chat.py").run()
    sample.switch_page("transcribe.py").run()
    assert sample.query_params["run"] == run
    assert len(drawn(sample)) == 5
    sample.button(key="transcribe_new").click().run()
    assert "run" not in sample.query_params
    assert "Turn speech into text" in said(sample)


def test_a_run_of_another_kind_is_explained(page, core):
    from playground.contract import RawInferenceRequest

    asked = RawInferenceRequest(provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]})
    run = core().start(asked)
    run.wait()
    at = page("transcribe", run=run.id)
    assert "transcribed no sound; the Runs page shows it" in said(at)
    at = page("transcribe", run="run_that_is_not")
    assert "there is no run `run_that_is_not`" in said(at).lower()


def test_an_upload(page, core):
    at = upload(page("transcribe"), "Board meeting.flac", SPEECH)
    assert r"**Board meeting\.flac** :small[:gray[· FLAC · 230.2 KB · 14.4 s]]" in said(at)
    assert "Stays on this machine: `pocketsphinx-en-us` hears it here." in said(at)
    at = go(at)
    assert r"**Board meeting\.flac** :small[:gray[· FLAC · 230.2 KB · 14.4 s]]" in said(at)
    assert len(drawn(at)) == 5
    assert len(core().history.search("default")) == 1
    assert "Stays on this machine" not in said(at)  # it is in the run; the box is free for the next one
    assert at.button(key="transcribe_go").disabled


def test_the_microphone(page):
    at = page("transcribe")
    at.get_by_key("transcribe_way").set_value("Microphone").run()
    at.audio_input[0].upload("audio.wav", silence(1)).run()
    at = go(at)
    assert "**Microphone**" in said(at)
    assert "Nothing was heard." in said(at)


def test_what_is_no_sound_is_a_sentence(page, core):
    at = upload(page("transcribe"), "song.mp3", b"this is no song at all")
    assert "`song.mp3` is no image, sound, film or PDF that is known" in said(at)
    assert at.button(key="transcribe_go").disabled
    assert not core().history.search("default")
    assert not at.exception


def test_a_broken_sound_is_a_sentence(page):
    at = upload(page("transcribe"), "song.flac", SPEECH[:60])
    assert "is it damaged or cut off?" in said(at)
    assert at.button(key="transcribe_go").disabled


def test_a_film_is_played_with_its_picture(page):
    at = upload(page("transcribe"), "talk.webm", talk())
    assert "WEBM · 167.6 KB · 96 × 64 · 14.4 s" in said(at)
    at = go(at)
    assert len(at.get("video")) == 1
    assert not at.get("audio")
    assert " ".join(word for line in drawn(at) for word, _ in line["words"]).startswith(SAID)


def test_a_film_without_sound_is_refused_before_it_is_sent(page, core):
    at = upload(page("transcribe"), "mute.mp4", film())
    assert "`mute.mp4` holds no sound that can be read; choose another file." in said(at)
    assert at.button(key="transcribe_go").disabled
    at.button(key="transcribe_remove").click().run()
    assert "mute" not in said(at)


def test_what_a_model_does_not_take_is_refused_before_it_is_sent(cloud, replay):
    at = upload(cloud(Answer.golden("openai/verbose.json")), "talk.mov", moved(talk()))
    assert "OpenAI does not take video/quicktime, which `talk.mov` is; convert it to MP3, WAV, FLAC" in said(at)
    assert at.button(key="transcribe_go").disabled
    at = upload(at, "talk.webm", talk())
    assert "The whole file is sent, its pictures too, to OpenAI: `whisper-1`." in said(at)
    assert not at.button(key="transcribe_go").disabled


def test_a_model_nobody_knows_takes_what_transcription_takes(cloud):
    at = upload(cloud(Answer.golden("openai/verbose.json"), model="my-own-ears"), "call.flac", SPEECH)
    assert "The whole file is sent, to OpenAI: `my-own-ears`." in said(at)
    assert not at.button(key="transcribe_go").disabled


def test_an_address(page, environment, core):
    with serve({"/talks/monday.flac": answer(SPEECH)}) as files:
        environment(PLAYGROUND_MEDIA_HOSTS=files.host)
        at = page("transcribe")
        at.get_by_key("transcribe_way").set_value("Address").run()
        at.text_input(key="transcribe_address_0").set_value(files.url("/talks/monday.flac")).run()
        at.button(key="transcribe_attach").click().run()
        assert "The file is fetched here first, from public hosts only, then heard by `pocketsphinx-en-us`" in said(at)
        at = go(at)
    assert files.asked == ["/talks/monday.flac"]
    [run] = core().history.search("default")
    assert run.request["inputs"]["audio_url"] == files.url("/talks/monday.flac")
    assert r"**monday\.flac** :small[:gray[· FLAC · 230.2 KB · 14.4 s]]" in said(at)
    assert len(drawn(at)) == 5
    assert len(at.get("audio")) == 1


def test_an_address_of_this_network_is_refused(page, core):
    at = page("transcribe")
    at.get_by_key("transcribe_way").set_value("Address").run()
    at.text_input(key="transcribe_address_0").set_value("http://127.0.0.1/a.mp3").run()
    at = at.button(key="transcribe_attach").click().run()
    go(at)
    [run] = core().history.search("default")
    assert run.status == "failed"
    assert "has no address on the public internet" in said(at)
    assert "The sound is not kept" not in said(at)


def test_a_cloud_model_with_times(cloud, replay):
    at = go(upload(cloud(Answer.golden("openai/verbose.json")), "call.flac", SPEECH))
    assert [(line["clock"], [word for word, _ in line["words"]]) for line in drawn(at)] == [
        ("0:00", ["Hello", "there."]),
        ("0:01", ["How", "are", "you?"]),
    ]
    assert [moment for line in drawn(at) for _, moment in line["words"]] == [0.0, 0.5, 1.2, 1.9, 2.4]
    [sent] = [received for received in replay.requests if received.path == CLOUD]
    assert next(part.data for part in sent.form if part.name == "file") == SPEECH


def test_a_cloud_model_without_times(cloud):
    at = cloud(Answer.golden("openai/transcription.json"), model="gpt-4o-mini-transcribe")
    at = go(upload(at, "call.flac", SPEECH))
    assert not transcripts(at)
    assert "This model gives no times" in said(at)


def test_a_failure_can_be_tried_again(cloud, replay, core):
    busy = Answer.json({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429)
    at = go(upload(cloud(busy, Answer.golden("openai/verbose.json")), "call.flac", SPEECH))
    assert "The rate limit is reached" in said(at)
    at = heard(at.button(key="transcribe_run_retry").click().run())
    assert len(drawn(at)) == 2
    first, second = (received for received in replay.requests if received.path == CLOUD)
    assert [part.data for part in first.form] == [part.data for part in second.form]
    assert len(core().history.search("default")) == 2


def test_the_text_remains_when_the_sound_is_gone(sample, page, core):
    blobs: Blobs = core().blobs
    for file in blobs._folder.rglob("*.flac"):
        file.unlink()
    at = page("transcribe", run=sample.query_params["run"])
    assert "The sound is not kept here; the text is." in said(at)
    assert len(drawn(at)) == 5


@pytest.mark.parametrize(
    ("name", "made"),
    [("Talk #1: über.flac", "talk-1-über"), ("../../etc.wav", "etc"), ("???.mp3", "transcript"), ("a", "a")],
)
def test_downloads_are_named_after_the_recording(name, made):
    assert stem(name) == made


def moved(film_: bytes) -> bytes:
    """The sound of a film in a QuickTime container."""
    held = BytesIO()
    with av.open(BytesIO(film_)) as source, av.open(held, "w", format="mov") as container:
        sound = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        picture = container.add_stream("mpeg4", rate=5)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        container.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
        resampler = av.AudioResampler("s16", "mono", 16_000)
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                container.mux(sound.encode(piece))
        container.mux(picture.encode())
    return held.getvalue()


def test_lines():
    segments = [{"start": 0.0, "end": 1.0, "text": " a b", "speaker": "A"}, {"start": 1.0, "end": 2.0, "text": "c d e"}]
    words = [{"start": 0.1, "end": 0.4, "word": "a"}, {"start": 0.5, "end": 0.9, "word": "b"}]
    assert lines({"segments": segments, "words": words}) == [
        {"start": 0.0, "end": 1.0, "clock": "0:00", "speaker": "A", "words": [["a", 0.1], ["b", 0.5]]},
        {"start": 1.0, "end": 2.0, "clock": "0:01", "speaker": "", "words": [["c d e", 1.0]]},
    ]


def test_the_sample_is_what_its_description_says():
    assert decode(SPEECH).seconds == pytest.approx(14.37, abs=0.01)
    assert base64.b64encode(SPEECH[:4]) == b"ZkxhQw=="
