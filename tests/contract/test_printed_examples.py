"""The twelve request examples that the contract's document prints, through the API to what each provider receives.

`tests/golden/examples.json` has them as they are printed. Two things cannot stay: a placeholder such as
`<base64-encoded-image>` becomes a real file in Base64, and where the playground itself has to load a file,
`https://example.com` becomes the address of a file server on this machine, for nothing else can be reached from here.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from playground.api import app
from playground.runs import Runs
from playground.settings import Settings
from playground.store.history import History
from tests import remote_files
from tests.contract.serving import Served, listening
from tests.remotes import own_openai, remote
from tests.replay import GOLDEN, Answer, ReplayServer
from tests.specimens import FILM, PHOTO, SOUND

EXAMPLES: dict[str, dict[str, Any]] = {
    each["title"]: each["request"] for each in json.loads((GOLDEN / "examples.json").read_text("utf-8"))
}
PREDICT = "/v1/projects/my-project/locations/us-central1/publishers/google/models/multimodalembedding@001:predict"
FILES = {"<base64-encoded-image>": PHOTO, "<base64-encoded-video>": FILM}
VERTEX = "Google Vertex Multimodal - 1408D"
VECTOR = [0.5] * 1408


@pytest.fixture
def files() -> Iterator[remote_files.Files]:
    """What is at `https://example.com`, on this machine."""
    paths = {"/image.jpg": PHOTO.data, "/video.mp4": FILM.data, "/audio.mp3": SOUND.data}
    with remote_files.serve({path: remote_files.answer(data) for path, data in paths.items()}) as server:
        yield server


@pytest.fixture
def server(replay: ReplayServer, files: remote_files.Files, tmp_path: Any) -> Iterator[Served]:
    """The API; OpenAI's own API and Google's are played, and this machine's file server may be asked for files."""
    settings = Settings.of(
        {
            "PLAYGROUND_DATA_DIR": str(tmp_path),
            "PLAYGROUND_API_KEYS": "key-of-the-examples",
            "PLAYGROUND_RETRIES": "0",
            "PLAYGROUND_MEDIA_HOSTS": files.host,
            "GOOGLE_API_KEY": "AIza-example",
            "GOOGLE_CLOUD_PROJECT": "my-project",
            "GOOGLE_VERTEX_BASE_URL": replay.url,
        }
    )
    providers = {"openai": own_openai(replay), "google": remote("google", settings)}
    runs = Runs(settings, providers, History(settings.database))
    with listening(app(lambda: runs)) as url:
        yield Served(url, runs, "key-of-the-examples")
        runs.close()


@pytest.fixture
def ask(server: Served, replay: ReplayServer, files: remote_files.Files, monkeypatch: Any, tmp_path: Any) -> Any:
    """Send an example; the response and the one request that the provider received."""
    monkeypatch.setenv("HOME", str(tmp_path))  # nobody is logged in by gcloud

    def send(title: str, *, loaded: bool = False) -> tuple[Any, Any]:
        request = json.dumps(EXAMPLES[title])
        for placeholder, media in FILES.items():
            request = request.replace(placeholder, base64.b64encode(media.data).decode())
        if loaded:
            request = request.replace("https://example.com", files.url(""))
        with server.client() as client:
            response = client.post("/v1/inference", content=request, headers={"Content-Type": "application/json"})
        return response, replay.requests[0] if replay.requests else None

    return send


def predicted(**prediction: Any) -> Answer:
    return Answer.json({"predictions": [prediction]})


def test_there_are_twelve():
    assert len(EXAMPLES) == 12


@pytest.mark.parametrize("title", list(EXAMPLES)[:3])
def test_plugins_that_are_not_installed_are_a_404_that_names_them(ask, title):
    response, sent = ask(title)
    request = EXAMPLES[title]
    assert response.status_code == 404
    assert (request.get("inference_name") or request["feature_uri"]) in response.json()["error"]["message"]
    assert sent is None


def test_chat_completion(replay, ask):
    replay.on("POST", "/v1/responses", Answer.golden("openai/responses.json"))
    response, sent = ask("Chat Completion")
    assert response.status_code == 200
    assert response.json()["data"]["text"] == "Paris — la ville."
    assert sent.json == {
        "model": "gpt-4o-mini",
        "input": [{"role": "user", "content": "What is AI?"}],
        "temperature": 0.7,
        "max_output_tokens": 500,
        "store": False,
    }


def test_text_embedding_by_openai(replay, ask):
    row = {"index": 0, "embedding": [0.5, 0.25]}
    replay.on("POST", "/v1/embeddings", Answer.json({"data": [row], "usage": {"prompt_tokens": 2}}))
    response, sent = ask("Text Embedding (OpenAI)")
    assert sent.json == {"model": "text-embedding-3-large", "input": ["machine learning"]}
    assert response.json()["data"] == {"embedding": [0.5, 0.25], "dimensions": 2}


def test_text_embedding_by_vertex(replay, ask):
    replay.on("POST", PREDICT, predicted(textEmbedding=VECTOR))
    response, sent = ask(f"Text Embedding ({VERTEX})")
    assert sent.json == {"instances": [{"text": "machine learning"}]}
    assert sent.headers["x-goog-api-key"] == "AIza-example"
    assert response.json()["data"] == {"embedding": VECTOR, "dimensions": 1408}
    assert response.json()["model"] == "multimodalembedding"


@pytest.mark.parametrize(
    ("title", "loaded"), [(f"Image Embedding ({VERTEX})", True), ("Image Embedding from Base64", False)]
)
def test_image_embedding_by_vertex(replay, ask, files, title, loaded):
    replay.on("POST", PREDICT, predicted(imageEmbedding=VECTOR))
    response, sent = ask(title, loaded=loaded)
    (instance,) = sent.json["instances"]
    assert instance["image"]["mimeType"] == "image/jpeg"
    assert base64.b64decode(instance["image"]["bytesBase64Encoded"]) == PHOTO.data
    assert response.json()["data"]["embedding"] == VECTOR
    assert files.asked == (["/image.jpg"] if loaded else [])


@pytest.mark.parametrize(
    ("title", "loaded"), [(f"Video Embedding ({VERTEX})", True), ("Video Embedding from Base64", False)]
)
def test_video_embedding_by_vertex(replay, ask, files, title, loaded):
    rows = [{"endOffsetSec": 16, "embedding": VECTOR}, {"startOffsetSec": 16, "endOffsetSec": 20, "embedding": VECTOR}]
    replay.on("POST", PREDICT, predicted(videoEmbeddings=rows))
    response, sent = ask(title, loaded=loaded)
    (instance,) = sent.json["instances"]
    assert base64.b64decode(instance["video"]["bytesBase64Encoded"]) == FILM.data
    assert response.json()["data"] == {
        "embeddings": [VECTOR, VECTOR],
        "segments": [{"start": 0.0, "end": 16.0}, {"start": 16.0, "end": 20.0}],
        "dimensions": 1408,
    }
    assert files.asked == (["/video.mp4"] if loaded else [])


def test_audio_transcription(replay, ask, files):
    replay.on("POST", "/v1/audio/transcriptions", Answer.golden("openai/verbose.json"))
    response, sent = ask("Audio Transcription", loaded=True)
    (file,) = (part for part in sent.form if part.filename)
    assert (file.filename, file.mime, file.data) == ("audio.wav", "audio/wav", SOUND.data)  # by content, not by name
    assert ("model", "whisper-1") in [(part.name, part.text) for part in sent.form if not part.filename]
    assert response.json()["data"]["text"] == "Hello there. How are you?"
    assert files.asked == ["/audio.mp3"]


def test_vision(replay, ask, files):
    """Exactly as printed: OpenAI fetches the image itself."""
    replay.on("POST", "/v1/responses", Answer.golden("openai/responses.json"))
    response, sent = ask("Vision (Multimodal LLM)")
    assert response.status_code == 200
    assert sent.json["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": "https://example.com/image.jpg", "detail": "auto"},
                {"type": "input_text", "text": "Describe this image"},
            ],
        }
    ]
    assert sent.json["temperature"] == 0.5
    assert files.asked == []
