"""Images, sound, films and PDF in chats and embeddings, over real HTTP: the bytes and types that arrive."""

import base64
from dataclasses import replace

import pytest

from playground.call import Call, Media, Message
from playground.errors import BadRequestError
from tests.remotes import aimed, chat, hear, own_openai, see
from tests.replay import Answer
from tests.specimens import FILM, PAPER, PHOTO, PICTURE, SOUND, address, picture

PHOTO_URL = "https://example.com/photo.jpg"
FLASH = "/v1beta/models/gemini-3.8-flash:generateContent"


def arrived(uri):
    """(type, bytes) of a data URI."""
    head, body = uri.split(";base64,")
    return head.removeprefix("data:"), base64.b64decode(body, validate=True)


def ask(remote, call, replay):
    heard = hear(remote, call)
    assert heard.error is None
    assert heard.text
    return replay.requests[-1].json


@pytest.fixture
def openai(replay):
    replay.on("POST", "/v1/responses", Answer.golden("openai/responses.json"))
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    return own_openai(replay)


@pytest.fixture
def claude(replay):
    replay.on("POST", "/v1/messages", Answer.golden("anthropic/chat.json"))
    return aimed("anthropic", replay, path="")


@pytest.fixture
def gemini(replay):
    replay.on("POST", FLASH, Answer.golden("google/chat.json"))
    return aimed("google", replay, path="")


def test_responses_gets_images_before_the_text_with_the_detail_it_demands(replay, openai):
    body = ask(openai, see(PICTURE, PHOTO, model="gpt-4o", parameters={"temperature": 0.5}), replay)
    first, second, text = body["input"][0]["content"]
    assert arrived(first.pop("image_url")) == ("image/png", PICTURE.data)
    assert arrived(second.pop("image_url")) == ("image/jpeg", PHOTO.data)
    assert first == second == {"type": "input_image", "detail": "auto"}
    assert text == {"type": "input_text", "text": "What is this?"}
    assert body["temperature"] == 0.5


def test_responses_gets_addresses_and_the_detail_that_was_set(replay, openai):
    there = address("image", PHOTO_URL), address("document", "https://example.com/a.pdf")
    body = ask(openai, see(*there, model="gpt-6.1-terra", parameters={"detail": "high"}), replay)
    assert body["input"][0]["content"][:2] == [
        {"type": "input_image", "image_url": PHOTO_URL, "detail": "high"},
        {"type": "input_file", "file_url": "https://example.com/a.pdf", "detail": "high"},
    ]
    assert "detail" not in body


def test_responses_gets_a_pdf_as_a_file_under_a_neutral_name(replay, openai):
    private = replace(PAPER, name="my diagnosis.pdf")
    (file, _) = ask(openai, see(private, model="gpt-6.1-terra"), replay)["input"][0]["content"]
    assert arrived(file.pop("file_data")) == ("application/pdf", PAPER.data)
    assert file == {"type": "input_file", "filename": "document.pdf"}


def test_chat_completions_gets_every_kind_as_its_own_part(replay, openai):
    call = see(
        PICTURE, address("image", PHOTO_URL), SOUND, PAPER, model="gpt-7", parameters={"detail": "low", "seed": 1}
    )
    body = ask(openai, call, replay)
    assert replay.requests[0].path == "/v1/chat/completions"
    image, photo, sound, paper, text = body["messages"][0]["content"]
    assert arrived(image["image_url"]["url"]) == ("image/png", PICTURE.data)
    assert image["image_url"]["detail"] == "low"
    assert photo == {"type": "image_url", "image_url": {"url": PHOTO_URL, "detail": "low"}}
    assert (sound["type"], sound["input_audio"]["format"]) == ("input_audio", "wav")
    assert base64.b64decode(sound["input_audio"]["data"]) == SOUND.data
    assert (paper["type"], paper["file"]["filename"]) == ("file", "document.pdf")
    assert arrived(paper["file"]["file_data"]) == ("application/pdf", PAPER.data)
    assert text == {"type": "text", "text": "What is this?"}
    assert "detail" not in body


def test_sound_goes_to_the_wire_that_takes_it(replay, openai):
    ask(openai, see(SOUND, model="gpt-audio-2"), replay)
    assert replay.requests[0].path == "/v1/chat/completions"


def test_what_needs_both_wires_is_a_400_that_names_both(replay, openai):
    there = address("document", "https://example.com/a.pdf")
    error = hear(openai, see(there, model="gpt-4o", parameters={"stop": "x"})).error
    assert isinstance(error, BadRequestError)
    assert "`stop` exists only on OpenAI's Chat Completions and the address of a PDF" in error.message
    assert replay.requests == []


def test_files_of_an_earlier_turn_stay_with_it(replay, openai):
    turns = (Message("user", "Look", (PICTURE,)), Message("assistant", "A sign."), Message("user", "What does it say?"))
    body = ask(openai, Call("chat", "gpt-4o", messages=turns), replay)
    assert [part["type"] for part in body["input"][0]["content"]] == ["input_image", "input_text"]
    assert [turn["content"] for turn in body["input"][1:]] == ["A sign.", "What does it say?"]


def test_anthropic_gets_bare_base64_with_its_type_before_the_text(replay, claude):
    content = ask(claude, see(PICTURE, PAPER, model="claude-sonnet-5-5"), replay)["messages"][0]["content"]
    image, paper, text = content
    assert (image["type"], paper["type"]) == ("image", "document")
    assert image["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": base64.b64encode(PICTURE.data).decode(),
    }
    assert base64.b64decode(paper["source"]["data"]) == PAPER.data
    assert paper["source"]["media_type"] == "application/pdf"
    assert text == {"type": "text", "text": "What is this?"}


def test_anthropic_gets_addresses(replay, claude):
    there = address("image", PHOTO_URL), address("document", "https://example.com/a.pdf")
    content = ask(claude, see(*there, model="claude-sonnet-5-5"), replay)["messages"][0]["content"]
    assert content[:2] == [
        {"type": "image", "source": {"type": "url", "url": PHOTO_URL}},
        {"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}},
    ]


def test_anthropic_has_no_detail_and_says_what_to_do(replay, claude):
    error = hear(claude, see(PICTURE, model="claude-sonnet-5-5", parameters={"detail": "low"})).error
    assert isinstance(error, BadRequestError)
    assert "`detail`" in error.message
    assert "smaller" in error.message


def test_google_gets_every_kind_inside(replay, gemini):
    body = ask(gemini, see(PICTURE, SOUND, FILM, PAPER, model="gemini-3.8-flash"), replay)
    *files, text = body["contents"][0]["parts"]
    assert [(each["inlineData"]["mimeType"], base64.b64decode(each["inlineData"]["data"])) for each in files] == [
        (each.mime, each.data) for each in (PICTURE, SOUND, FILM, PAPER)
    ]
    assert text == {"text": "What is this?"}
    assert "generationConfig" not in body


def test_google_gets_addresses_with_the_type_their_path_tells(replay, gemini):
    there = address("image", f"{PHOTO_URL}?size=2"), address("video", "https://example.com/film.mp4")
    parts = ask(gemini, see(*there, model="gemini-3.8-flash"), replay)["contents"][0]["parts"]
    assert parts[:2] == [
        {"fileData": {"fileUri": f"{PHOTO_URL}?size=2", "mimeType": "image/jpeg"}},
        {"fileData": {"fileUri": "https://example.com/film.mp4", "mimeType": "video/mp4"}},
    ]


@pytest.mark.parametrize(
    ("detail", "config"),
    [
        ("low", {"mediaResolution": "MEDIA_RESOLUTION_LOW"}),
        ("medium", {"mediaResolution": "MEDIA_RESOLUTION_MEDIUM"}),
        ("high", {"mediaResolution": "MEDIA_RESOLUTION_HIGH"}),
        ("auto", None),
    ],
)
def test_detail_is_googles_media_resolution(replay, gemini, detail, config):
    body = ask(gemini, see(PICTURE, model="gemini-3.8-flash", parameters={"detail": detail}), replay)
    assert body.get("generationConfig") == config
    assert "detail" not in body


@pytest.mark.parametrize(
    "parameters", [{"detail": "original"}, {"detail": "low", "media_resolution": "MEDIA_RESOLUTION_LOW"}]
)
def test_a_detail_that_google_does_not_have_or_has_twice(replay, gemini, parameters):
    error = hear(gemini, see(PICTURE, model="gemini-3.8-flash", parameters=parameters)).error
    assert isinstance(error, BadRequestError)
    assert "`low`" in error.message
    assert "`mediaResolution`" in error.message


@pytest.mark.parametrize("name", ["openai", "google", "vllm"])
def test_detail_without_an_image_is_a_400(replay, name):
    error = hear(aimed(name, replay), chat(parameters={"detail": "low"})).error
    assert isinstance(error, BadRequestError)
    assert "there is none" in error.message


@pytest.mark.parametrize("name", ["ollama", "lm-studio", "llama-cpp", "vllm", "openrouter", "groq", "mistral", "xai"])
def test_a_compatible_server_gets_images_as_data(replay, name):
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    image, text = ask(aimed(name, replay), see(PICTURE), replay)["messages"][0]["content"]
    assert arrived(image["image_url"]["url"]) == ("image/png", PICTURE.data)
    assert image == {"type": "image_url", "image_url": {"url": image["image_url"]["url"]}}
    assert text["type"] == "text"


def test_vllm_gets_films_and_sound(replay):
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    film, sound, _ = ask(aimed("vllm", replay), see(FILM, SOUND), replay)["messages"][0]["content"]
    assert arrived(film["video_url"]["url"]) == ("video/mp4", FILM.data)
    assert sound["input_audio"]["format"] == "wav"


def test_gemini_embeds_each_text_and_each_file_in_a_content_of_its_own(replay):
    path = "/v1beta/models/gemini-embedding-2:batchEmbedContents"
    replay.on("POST", path, Answer.json({"embeddings": [{"values": [float(place)]} for place in range(6)]}))
    call = Call("embedding", "gemini-embedding-2", texts=("a", "b"), media=(PICTURE, SOUND, FILM, PAPER))
    heard = hear(aimed("google", replay, path=""), replace(call, parameters={"dimensions": 768}))
    assert heard.vectors == [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]
    requests = replay.requests[0].json["requests"]
    assert [len(each["content"]["parts"]) for each in requests] == [1] * 6
    assert all(each["outputDimensionality"] == 768 for each in requests)
    assert requests[1]["content"]["parts"] == [{"text": "b"}]
    assert [
        (part["mimeType"], base64.b64decode(part["data"]))
        for part in (each["content"]["parts"][0]["inlineData"] for each in requests[2:])
    ] == [(each.mime, each.data) for each in (PICTURE, SOUND, FILM, PAPER)]


def test_many_files_are_embedded_in_batches_and_keep_their_order(replay):
    def counted(received):
        requests = received.json["requests"]
        return Answer.json({"embeddings": [{"values": [float(len(str(each)))]} for each in requests]})

    replay.on("POST", "/v1beta/models/gemini-embedding-2:batchEmbedContents", counted)
    media = tuple(Media("image", "image/png", picture(width=100 + place), "image.png") for place in range(150))
    heard = hear(aimed("google", replay, path=""), Call("embedding", "gemini-embedding-2", texts=("a",), media=media))
    assert [len(each.json["requests"]) for each in replay.requests] == [100, 51]
    sizes = [row[0] for row in heard.vectors]
    assert sizes[1:] == [
        float(len(str(each)))
        for each in [*replay.requests[0].json["requests"][1:], *replay.requests[1].json["requests"]]
    ]
    assert len(sizes) == 151


@pytest.mark.parametrize("name", ["openai", "claude", "gemini"])
def test_files_alone_go_without_an_empty_text(replay, request, name):
    models = {"openai": "gpt-4o", "claude": "claude-sonnet-5-5", "gemini": "gemini-3.8-flash"}
    body = ask(request.getfixturevalue(name), see(PICTURE, model=models[name], text=""), replay)
    turn = next(body[key] for key in ("input", "messages", "contents") if key in body)[0]
    assert len(turn.get("content") or turn["parts"]) == 1


def test_a_compatible_server_gets_files_alone(replay):
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    body = ask(aimed("vllm", replay), see(PICTURE, text=""), replay)
    assert [part["type"] for part in body["messages"][0]["content"]] == ["image_url"]
