"""Vertex AI's multimodal embedding over real HTTP: who asks, what is sent, what comes of it."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qsl

import pytest

from playground.call import Call
from playground.errors import BadRequestError, InferenceServiceUnavailableError, ProviderError
from playground.providers import catalogue
from playground.providers.vertex import holds
from tests.remotes import hear, remote
from tests.replay import Answer
from tests.specimens import FILM, PHOTO, PICTURE, SOUND

TOKEN = "ya29.a-token-of-the-test"
PLACE = "/v1/projects/my-project/locations/europe-west4/publishers/google/models"
PREDICT = f"{PLACE}/multimodalembedding@001:predict"
VECTOR = [0.25] * 1408


@cache
def private_key():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


@pytest.fixture
def account(tmp_path, replay):
    """The file of a service account whose tokens come from the replay server."""
    told = {
        "type": "service_account",
        "project_id": "another-project",
        "private_key_id": "1",
        "private_key": private_key(),
        "client_email": "tester@my-project.iam.gserviceaccount.com",
        "token_uri": f"{replay.url}/token",
    }
    path = tmp_path / "account.json"
    path.write_text(json.dumps(told), "utf-8")
    replay.on("POST", "/token", Answer.json({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}))
    return path


@pytest.fixture
def vertex(replay, settings, monkeypatch, tmp_path):
    """Makes the provider with these settings beside project, region and address; nobody is logged in by gcloud."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    def make(**values):
        place = {"GOOGLE_CLOUD_PROJECT": "my-project", "GOOGLE_CLOUD_LOCATION": "europe-west4"}
        known = place | {"GOOGLE_VERTEX_BASE_URL": replay.url, "PLAYGROUND_RETRIES": 0} | values
        return remote("google", settings(**known))

    return make


def embed(*texts, media=(), model="multimodalembedding", **parameters):
    return Call("embedding", model, texts=texts, media=media, parameters=parameters)


def predicted(**prediction):
    return Answer.json({"predictions": [prediction], "deployedModelId": "1"})


def asked(replay):
    return [request for request in replay.requests if request.path == PREDICT]


def test_a_text_with_a_service_account(replay, vertex, account):
    replay.on("POST", PREDICT, Answer.golden("google/multimodal.json"))
    heard = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed("machine learning"))
    assert heard.error is None
    token, sent = replay.requests
    form = dict(parse_qsl(token.body.decode()))
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, _ = form["assertion"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "RS256"
    assert claims["iss"] == "tester@my-project.iam.gserviceaccount.com"
    assert claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    assert sent.path == PREDICT
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.json == {"instances": [{"text": "machine learning"}]}
    assert len(heard.vectors[0]) == 1408
    assert heard.answer.result("embedding", False, None)["dimensions"] == 1408


def test_one_token_serves_many_requests_and_no_secret_is_remembered(replay, vertex, account):
    replay.on("POST", PREDICT, predicted(textEmbedding=VECTOR))
    provider = vertex(GOOGLE_APPLICATION_CREDENTIALS=account)
    heard = hear(provider, embed("a", "b", "c"))
    hear(provider, embed("d"))
    assert [request.path for request in replay.requests].count("/token") == 1
    assert [request.json["instances"] for request in asked(replay)] == [[{"text": text}] for text in "abcd"]
    assert len(heard.vectors) == 3
    assert len(heard.answer.exchanges) == 3
    assert not any(secret in repr(heard.chunks) for secret in (TOKEN, "assertion", "PRIVATE"))


def test_an_image_goes_as_bytes_with_its_type(replay, vertex, account):
    replay.on("POST", PREDICT, predicted(imageEmbedding=VECTOR[:256]))
    heard = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed(media=(PHOTO,), dimensions=256))
    (sent,) = asked(replay)
    assert sent.json["parameters"] == {"dimension": 256}
    (instance,) = sent.json["instances"]
    assert instance["image"]["mimeType"] == "image/jpeg"
    assert base64.b64decode(instance["image"]["bytesBase64Encoded"]) == PHOTO.data
    assert heard.answer.result("embedding", False, None) == {"embedding": VECTOR[:256], "dimensions": 256}


def test_a_film_gives_a_vector_per_segment_and_says_when(replay, vertex, account):
    rows = [
        {"endOffsetSec": 16, "embedding": VECTOR},
        {"startOffsetSec": 16, "endOffsetSec": 20, "embedding": [0.5] * 1408},
    ]
    replay.on("POST", PREDICT, predicted(videoEmbeddings=rows))
    wanted = {"startOffsetSec": 0, "endOffsetSec": 20, "intervalSec": 16}
    provider = vertex(GOOGLE_APPLICATION_CREDENTIALS=account)
    heard = hear(provider, embed(media=(FILM,), video_segment_config=wanted))
    (instance,) = asked(replay)[0].json["instances"]
    assert base64.b64decode(instance["video"].pop("bytesBase64Encoded")) == FILM.data
    assert instance == {"video": {"videoSegmentConfig": wanted}}
    assert heard.answer.result("embedding", False, None) == {
        "embeddings": [VECTOR, [0.5] * 1408],
        "segments": [{"start": 0.0, "end": 16.0}, {"start": 16.0, "end": 20.0}],
        "dimensions": 1408,
    }


def test_texts_images_and_films_in_one_call_stay_in_order(replay, vertex, account):
    def one(received):
        (instance,) = received.json["instances"]
        if "video" in instance:
            return predicted(videoEmbeddings=[{"endOffsetSec": 1, "embedding": [3.0]}])
        return predicted(textEmbedding=[1.0]) if "text" in instance else predicted(imageEmbedding=[2.0])

    replay.on("POST", PREDICT, one)
    heard = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed("a", media=(PICTURE, FILM)))
    assert heard.vectors == [[1.0], [2.0], [3.0]]
    assert heard.answer.data[0]["segments"] == [None, None, {"start": 0.0, "end": 1.0}]


def test_who_logged_in_by_gcloud_is_asked_as(replay, vertex, tmp_path):
    """With a token that is still good: a new one comes from Google alone, whatever the file says."""
    replay.on("POST", PREDICT, predicted(textEmbedding=VECTOR))
    told = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    place = tmp_path / "home" / ".config" / "gcloud" / "application_default_credentials.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(told | {"token": TOKEN, "expiry": "2126-01-01T00:00:00Z"}), "utf-8")
    assert hear(vertex(), embed("a")).error is None
    assert replay.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_an_api_key_goes_in_googles_own_header(replay, vertex):
    replay.on("POST", PREDICT, predicted(textEmbedding=VECTOR))
    assert hear(vertex(GOOGLE_API_KEY="AIza-something"), embed("a")).error is None
    (sent,) = replay.requests
    assert sent.headers["x-goog-api-key"] == "AIza-something"
    assert "authorization" not in sent.headers


def test_gemini_models_need_no_project(replay, settings):
    path = "/v1beta/models/gemini-embedding-2:batchEmbedContents"
    replay.on("POST", path, Answer.json({"embeddings": [{"values": [1.0]}]}))
    provider = remote("google", settings(GEMINI_API_KEY="k", GOOGLE_GEMINI_BASE_URL=replay.url))
    assert hear(provider, embed("a", model="gemini-embedding-2")).vectors == [[1.0]]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"GOOGLE_CLOUD_PROJECT": ""},
            ["`GOOGLE_CLOUD_PROJECT`", "`GOOGLE_CLOUD_LOCATION`", "`GOOGLE_APPLICATION_CREDENTIALS`"],
        ),
        ({}, ["`GOOGLE_APPLICATION_CREDENTIALS`", "gcloud auth application-default login", "`GOOGLE_API_KEY`"]),
    ],
)
def test_what_is_missing_is_named_with_how_to_get_it(replay, vertex, values, words):
    error = hear(vertex(**values), embed("a")).error
    assert type(error) is InferenceServiceUnavailableError
    assert error.details == {"retryable": False}
    assert all(word in error.message for word in [*words, "pip install 'inference-playground[vertex]'"])
    assert replay.requests == []


def test_an_account_makes_google_ready_for_its_models_alone(vertex, account, replay):
    provider = vertex(GOOGLE_APPLICATION_CREDENTIALS=account)
    ready = provider.readiness()
    assert (ready.ready, ready.source) == (True, "a Google account, for models at Vertex AI only")
    there = [model.id for model in catalogue.models("google", datetime.now(UTC).date()) if holds(model.id)]
    assert [model.id for model in provider.models()] == there
    assert replay.requests == []  # nobody was asked
    assert [model.id for model in provider.check()] == there
    assert [received.path for received in replay.requests] == ["/token"]


def test_a_key_goes_before_the_account(vertex, account):
    ready = vertex(GOOGLE_APPLICATION_CREDENTIALS=account, GOOGLE_API_KEY="AIza-of-the-test").readiness()
    assert (ready.ready, ready.source) == (True, "environment")


@pytest.mark.parametrize("values", [{}, {"GOOGLE_APPLICATION_CREDENTIALS": "no-such-account.json"}])
def test_without_an_account_google_is_not_ready(vertex, values):
    ready = vertex(**values).readiness()
    assert not ready.ready
    assert "there is no key for Google" in ready.advice


def test_without_a_project_google_is_not_ready(settings, account):
    assert not remote("google", settings(GOOGLE_APPLICATION_CREDENTIALS=account)).readiness().ready


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "external_account"}', '{"type": "service_account"}', None])
def test_a_file_that_is_no_account_is_named(replay, vertex, tmp_path, text):
    path = tmp_path / "secret-name.json"
    if text is not None:
        path.write_text(text, "utf-8")
    error = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=path), embed("a")).error
    assert type(error) is InferenceServiceUnavailableError
    assert "`GOOGLE_APPLICATION_CREDENTIALS`" in error.message
    assert "secret-name" not in error.message


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_account_that_google_refuses(replay, vertex, account, status):
    replay.on("POST", "/token", Answer.json({"error": "invalid_grant", "error_description": "Invalid JWT"}, status))
    heard = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed("a"))
    assert type(heard.error) is InferenceServiceUnavailableError
    assert "gave no token" in heard.error.message
    assert heard.error.exchange is None


def test_a_token_endpoint_that_fails_leaves_no_assertion_behind(replay, vertex, account):
    replay.on("POST", "/token", Answer.json({"error": "busy"}, 500))
    heard = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed("a"))
    assert heard.error.status == 500
    assert heard.error.exchange is None


def test_an_answer_without_a_token(replay, vertex, account):
    replay.on("POST", "/token", Answer.json({"surprise": 1}))
    error = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed("a")).error
    assert type(error) is InferenceServiceUnavailableError


def test_films_have_one_length(replay, vertex, account):
    error = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed(media=(FILM,), dimensions=256)).error
    assert isinstance(error, BadRequestError)
    assert "1,408" in error.message
    assert asked(replay) == []


@pytest.mark.parametrize("media", [SOUND, replace(PICTURE, mime="image/webp")])
def test_what_vertex_does_not_take(replay, vertex, account, media):
    assert isinstance(
        hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed(media=(media,))).error, BadRequestError
    )
    assert asked(replay) == []


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ((), {}),
        ((), {"predictions": []}),
        ((), {"predictions": [{"imageEmbedding": [1.0]}]}),
        ((), {"predictions": [{"textEmbedding": ["x"]}]}),
        ((FILM,), {"predictions": [{"videoEmbeddings": []}]}),
        ((FILM,), {"predictions": [{"videoEmbeddings": [{"embedding": None}]}]}),
    ],
)
def test_nonsense_is_a_provider_error(replay, vertex, account, media, body):
    replay.on("POST", PREDICT, Answer.json(body))
    texts = () if media else ("a",)
    error = hear(vertex(GOOGLE_APPLICATION_CREDENTIALS=account), embed(*texts, media=media)).error
    assert isinstance(error, ProviderError)
