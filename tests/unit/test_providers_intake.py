"""What files a provider takes: kinds, types, how many, how large, and which addresses it fetches itself."""

from dataclasses import replace

import pytest

from playground.call import Call
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.providers import intakes
from playground.providers.intake import MB, Intake
from tests.remotes import aimed, hear, own_openai, see
from tests.specimens import FILM, PAPER, PICTURE, SOUND, address

PHOTO_URL = "https://example.com/photo.jpg"


@pytest.mark.parametrize(
    ("name", "model", "media", "words"),
    [
        ("openai", "gpt-4o", FILM, ["`gpt-4o` does not take video", "text, images and PDF"]),
        ("groq", "llama", PAPER, ["`llama` does not take PDF", "text and images"]),
        ("anthropic", "claude-sonnet-5-5", SOUND, ["does not take audio", "text, images and PDF"]),
        ("deepseek", "deepseek-chat", PICTURE, ["does not take images", "it takes text"]),
        ("ollama", "gemma3", FILM, ["does not take video", "text and images"]),
    ],
)
def test_a_kind_that_the_model_does_not_take_is_a_400_that_names_what_it_takes(replay, name, model, media, words):
    error = hear(aimed(name, replay), see(media, model=model)).error
    assert isinstance(error, BadRequestError)
    assert error.code == "modality_refused"
    assert all(word in error.message for word in words)
    assert replay.requests == []


@pytest.mark.parametrize("model", ["text-embedding-3-small", "some-other-embedding"])
def test_text_embeddings_take_text(replay, model):
    error = hear(aimed("openai", replay), Call("embedding", model, media=(PICTURE,))).error
    assert "does not take images; it takes text" in error.message
    assert (
        "does not take images"
        in hear(aimed("google", replay), Call("embedding", "gemini-embedding-001", media=(PICTURE,))).error.message
    )


@pytest.mark.parametrize(
    ("name", "model", "mime", "words"),
    [
        ("openai", "gpt-4o", "image/avif", "PNG, JPEG, WebP or GIF"),
        ("openai", "gpt-4o", "image/heic", "PNG, JPEG, WebP or GIF"),
        ("anthropic", "claude-sonnet-5-5", "image/heic", "PNG, JPEG, GIF or WebP"),
        ("google", "gemini-3.8-flash", "image/gif", "PNG, JPEG, WebP or HEIC"),
        ("xai", "grok-4", "image/webp", "PNG or JPEG"),
    ],
)
def test_a_type_that_a_provider_refuses_is_named_with_those_it_takes(replay, name, model, mime, words):
    odd = replace(PICTURE, mime=mime, name="holiday.avif")
    error = hear(aimed(name, replay), see(odd, model=model)).error
    assert isinstance(error, BadRequestError)
    assert (error.code, error.details["mime"]) == ("type_refused", mime)
    assert f"does not take {mime}, which `holiday.avif` is; convert it to {words}" in error.message
    assert replay.requests == []


@pytest.mark.parametrize(
    ("intake", "media", "error", "words"),
    [
        (intakes.ANTHROPIC, [PICTURE] * 101, BadRequestError, "at most 100 images in one request, not 101"),
        (intakes.GROQ, [PICTURE] * 6, BadRequestError, "at most 5 images in one request, not 6"),
        (intakes.ANTHROPIC, [replace(PICTURE, data=bytes(4 * MB))], PayloadTooLargeError, "5.33 MB in Base64"),
        (
            intakes.ANTHROPIC,
            [replace(PICTURE, data=bytes(3 * MB))] * 9,
            PayloadTooLargeError,
            "36 MB together in Base64",
        ),
        (intakes.MISTRAL, [replace(PICTURE, data=bytes(11 * MB))], PayloadTooLargeError, "11 MB, and"),
        (intakes.TRANSCRIPTIONS, [replace(SOUND, data=bytes(26 * MB))], PayloadTooLargeError, "at most 25 MB"),
        (intakes.OLLAMA, [address("image", PHOTO_URL)], BadRequestError, "does not fetch the address"),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_limit(intake, media, error, words):
    with pytest.raises(error, match=words):
        intake.check(media, model="m", title="T", inputs=None)


@pytest.mark.parametrize(
    ("intake", "media"),
    [
        (intakes.ANTHROPIC, [replace(PICTURE, data=bytes(3 * MB))] * 8),
        (intakes.RESPONSES, [PICTURE] * 500),
        (intakes.TRANSCRIPTIONS, [replace(SOUND, mime="video/webm")]),
        (Intake(), []),
    ],
)
def test_what_is_within_its_limits_passes(intake, media):
    intake.check(media, model="m", title="T", inputs=None)


@pytest.mark.parametrize(
    ("name", "model", "modality", "url", "fetched"),
    [
        ("openai", "gpt-4o", "image", PHOTO_URL, True),
        ("openai", "gpt-4o", "image", "http://example.com/photo.jpg", False),
        ("openai", "gpt-4o", "document", "https://example.com/a.pdf", True),
        ("openai", "gpt-4o", "video", "https://example.com/a.mp4", False),
        ("openai", "whisper-1", "audio", "https://example.com/a.mp3", False),
        ("openai", "gpt-audio", "audio", "https://example.com/a.mp3", False),
        ("openai", "text-embedding-3-small", "image", PHOTO_URL, False),
        ("anthropic", "claude-sonnet-5-5", "image", PHOTO_URL, True),
        ("anthropic", "claude-sonnet-5-5", "document", "https://example.com/a", True),
        ("google", "gemini-3.8-flash", "image", PHOTO_URL, True),
        ("google", "gemini-3.8-flash", "video", "https://example.com/a.mp4", True),
        ("google", "gemini-3.8-flash", "audio", "https://example.com/a.mp3", True),
        ("google", "gemini-3.8-flash", "audio", "https://example.com/a.WAV?x=.png", True),
        ("google", "gemini-3.8-flash", "document", "https://example.com/a.pdf", True),
        ("google", "gemini-3.8-flash", "image", "https://example.com/photo", False),
        ("google", "gemini-3.8-flash", "image", "https://example.com/photo.gif", False),
        ("google", "gemini-embedding-2", "image", PHOTO_URL, False),
        ("google", "multimodalembedding", "image", PHOTO_URL, False),
        ("openrouter", "some/model", "image", PHOTO_URL, True),
        ("ollama", "gemma3", "image", PHOTO_URL, False),
        ("lm-studio", "gemma3", "image", PHOTO_URL, False),
        ("llama-cpp", "gemma3", "image", PHOTO_URL, False),
        ("vllm", "gemma3", "image", PHOTO_URL, False),
        ("deepseek", "deepseek-chat", "image", PHOTO_URL, False),
    ],
)
def test_who_fetches_an_address_itself(name, model, modality, url, fetched):
    from playground.settings import Settings
    from tests.remotes import remote

    assert remote(name, Settings.of({})).fetches(model, address(modality, url)) is fetched


def test_openai_at_another_address_is_another_server(replay):
    assert not aimed("openai", replay).fetches("gpt-4o", address("image", PHOTO_URL))
    assert own_openai(replay).fetches("gpt-4o", address("image", PHOTO_URL))
