"""Files behind addresses: fetched where the provider does not, stopped at once, kept without secrets."""

import base64
import io
import threading
from collections.abc import Callable, Iterator

import pytest

from playground.call import Call, Chunk, Media, Model, Readiness
from playground.contract import RawInferenceRequest
from playground.engine import Engine
from playground.errors import BadRequestError, CancelledError, PayloadTooLargeError
from playground.loading import Loader
from playground.runs import Runs, build
from playground.settings import Settings
from playground.ticket import Ticket
from tests.remote_files import Files, answer, redirect, serve
from tests.unit.test_media import wav

SECRET = "X-Signature=abc123secret"


def png(colour: str = "red") -> bytes:
    from PIL import Image

    held = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(held, "PNG")
    return held.getvalue()


RED, BLUE, SOUND = png(), png("blue"), wav()


class Listener:
    """A provider that remembers its calls; it fetches addresses itself when told so."""

    name = title = "listener"

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.hosts: tuple[str, ...] = ()

    def answer(self, call: Call) -> Iterator[Chunk]:
        self.calls.append(call)
        if call.task == "chat":
            yield Chunk(text="ok", finish_reason="stop")
        else:
            count = len(call.texts) + len(call.media)
            yield Chunk(data={"embeddings": [[1.0]] * count} if call.task == "embedding" else {"text": "ok"})

    def fetches(self, model: str, media: Media) -> bool:
        return media.url.startswith(self.hosts) if self.hosts else False

    def models(self) -> tuple[Model, ...]:
        return ()

    def model(self, id: str) -> Model | None:
        return Model(id, ("embedding",), inputs=("text", "audio")) if id == "sound-vectors" else None

    def readiness(self) -> Readiness:
        return Readiness(True)


@pytest.fixture
def listener() -> Listener:
    return Listener()


PATHS = {
    "/red.png": answer(RED),
    "/blue": answer(BLUE),
    "/sound": answer(SOUND, content_type="text/html"),
    "/page.png": answer(b"<html>no image</html>", content_type="image/png"),
    "/moved": redirect("/red.png"),
}


@pytest.fixture
def files() -> Iterator[Files]:
    with serve(PATHS) as files:
        yield files


@pytest.fixture
def core(settings: Callable[..., Settings], files: Files) -> Iterator[Runs]:
    core = build(settings(PLAYGROUND_MEDIA_HOSTS=files.host, PLAYGROUND_MAX_MEDIA_MB=1))
    yield core
    core.close()


@pytest.fixture
def run(core: Runs, listener: Listener) -> Callable[..., Call]:
    """Asks with these inputs and gives the first call that arrived at the provider."""
    engine = Engine({"listener": listener}, core.history, core.blobs, Loader(core.settings), lambda: core.cache.road)

    def run(model: str = "m", **inputs: object) -> Call:
        request = RawInferenceRequest(provider="listener", model=model, inputs=inputs)
        engine.run(Ticket(request))
        return listener.calls[0]

    return run


def test_an_image_beside_prompts_is_in_each_of_them(run, listener: Listener, files: Files):
    run(prompts=["a", "b"], image_url=files.url("/red.png"))
    for call in listener.calls:
        (image,) = call.messages[0].media
        assert (image.data, image.mime, image.modality, image.name) == (RED, "image/png", "image", "image.png")
    assert files.asked == ["/red.png"]


def test_several_images_keep_their_order(run, files: Files):
    data = base64.b64encode(RED).decode()
    call = run(prompts=["a"], image_urls=[files.url("/blue"), files.url("/moved")], image_base64s=[data])
    assert [image.data for image in call.messages[0].media] == [BLUE, RED, RED]


def test_a_conversation_holds_files_where_they_were_said(run, files: Files):
    parts = [
        {"type": "text", "text": "what"},
        {"type": "image", "url": files.url("/blue")},
        {"type": "text", "text": "is it?"},
    ]
    messages = [
        {"role": "user", "content": parts},
        {"role": "assistant", "content": [{"type": "text", "text": "blue"}]},
        {"role": "user", "content": [{"type": "audio", "base64": base64.b64encode(SOUND).decode()}]},
    ]
    first, second, third = run(messages=messages, image_url=files.url("/red.png")).messages
    assert (first.content, [each.data for each in first.media]) == ("what\n\nis it?", [BLUE])
    assert (second.content, second.media) == ("blue", ())
    assert (third.content, [each.data for each in third.media]) == ("", [RED, SOUND])


@pytest.mark.parametrize(
    ("model", "inputs", "task", "texts", "media"),
    [
        ("m", {"audio_url": "/sound"}, "transcription", 0, 1),
        ("sound-vectors", {"audio_url": "/sound"}, "embedding", 0, 1),
        ("m", {"image_url": "/blue"}, "embedding", 0, 1),
        ("m", {"image_url": "/blue", "text": "a"}, "embedding", 1, 1),
        ("m", {"image_url": "/blue", "texts": ["a", "b"]}, "embedding", 2, 1),
        ("m", {"image_url": "/blue", "audio_url": "/sound"}, "embedding", 0, 2),
        ("m", {"audio_url": "/sound", "prompts": ["a"]}, "chat", 0, 0),
    ],
)
def test_the_task_follows_from_what_is_given(run, files: Files, model, inputs, task, texts, media):
    inputs = {key: files.url(value) if key.endswith("_url") else value for key, value in inputs.items()}
    call = run(model, **inputs)
    assert (call.task, len(call.texts), len(call.media)) == (task, texts, media)


def test_what_the_provider_fetches_itself_is_not_fetched_here(run, listener: Listener, files: Files):
    listener.hosts = ("https://",)
    call = run(prompts=["a"], image_urls=["https://public.example/a.png", files.url("/red.png")])
    theirs, ours = call.messages[0].media
    assert (theirs.url, theirs.data) == ("https://public.example/a.png", b"")
    assert ours.data == RED
    assert files.asked == ["/red.png"]


def test_types_are_what_the_bytes_say(run, files: Files):
    assert run(audio_url=files.url("/sound")).media[0].mime == "audio/wav"
    for field, path, sentence in (
        ("image_url", "/page.png", "no file of a known type"),
        ("image_url", "/sound", "holds audio/wav, but image is wanted"),
        ("document_url", "/red.png", "holds image/png, but document is wanted"),
    ):
        with pytest.raises(BadRequestError, match=rf"`inputs\.{field}` .*{sentence}"):
            run(prompts=["a"], **{field: files.url(path)})


def test_the_sentence_names_the_file_that_failed(run, files: Files):
    with pytest.raises(BadRequestError, match=r"`inputs\.image_urls\[1\]` was answered with status 404"):
        run(prompts=["a"], image_urls=[files.url("/red.png"), files.url("/none")])


def test_uploads_and_fetched_files_share_one_limit(run, core: Runs, files: Files):
    large = base64.b64encode(RED + bytes(2**20 - len(RED) - 10)).decode()
    with pytest.raises(PayloadTooLargeError, match="1 MB together"):
        run(prompts=["a"], image_base64=large, image_url=files.url("/red.png"))


def test_the_history_keeps_the_file_and_not_what_opens_its_address(run, core: Runs, files: Files):
    run(
        prompts=["a"], image_url=f"{files.url('/red.png')}?{SECRET}&b=2#x", image_base64=base64.b64encode(BLUE).decode()
    )
    (record,) = core.history.search("default")
    inputs = record.request["inputs"]
    assert inputs["image_url"] == f"{files.url('/red.png')}?X-Signature=•••&b=•••"
    assert core.blobs.get(inputs["image_base64"]) == (BLUE, "image/png")
    assert core.blobs.get(record.request["fetched"]["image_url"]) == (RED, "image/png")
    assert "abc123secret" not in repr(record)


def test_parts_of_a_conversation_are_kept_by_reference_too(run, core: Runs):
    data = base64.b64encode(RED).decode()
    content = [{"type": "image", "base64": data}, {"type": "image", "url": f"data:image/png;base64,{data}"}]
    run(messages=[{"role": "user", "content": content}], image_base64s=[data])
    (record,) = core.history.search("default")
    first, second = record.request["inputs"]["messages"][0]["content"]
    (third,) = record.request["inputs"]["image_base64s"]
    assert core.blobs.get(first["base64"])[0] == RED
    assert first["base64"] == second["url"] == third


def test_a_failed_run_keeps_no_secret_of_an_address(run, core: Runs, files: Files):
    for address in (f"{files.url('/none')}?{SECRET}", f"http://user:abc123secret@{files.host}/red.png"):
        with pytest.raises(BadRequestError):
            run(prompts=["a"], image_url=address)
    for record in core.history.search("default"):
        assert "abc123secret" not in repr(record)
        assert record.status == "failed"


def test_a_file_that_was_refused_is_not_kept_for_a_page_to_open(run, core: Runs):
    with pytest.raises(BadRequestError, match="cannot be read"):
        run(prompts=["a"], image_base64=base64.b64encode(RED[:40]).decode())
    (record,) = core.history.search("default")
    assert record.request["inputs"]["image_base64"] == "media:unreadable"
    assert not list((core.settings.data_dir / "media").rglob("*.png"))


def test_a_stop_ends_the_loading_at_once(core: Runs, listener: Listener):
    heard = threading.Event()

    def silent(client) -> None:
        heard.set()
        client.recv(1)

    with serve({"/slow": silent}) as slow:
        settings = Settings.of({"PLAYGROUND_MEDIA_HOSTS": slow.host})
        engine = Engine({"listener": listener}, core.history, core.blobs, Loader(settings), lambda: core.cache.road)
        inputs = {"prompts": ["a"], "image_urls": [slow.url("/slow"), slow.url("/slow?2")]}
        ticket = Ticket(RawInferenceRequest(provider="listener", model="m", inputs=inputs))
        threading.Thread(target=lambda: heard.wait(10) and ticket.stop.set()).start()
        with pytest.raises(CancelledError):
            engine.run(ticket)
    assert listener.calls == []
    (record,) = core.history.search("default")
    assert record.status == "cancelled"


def test_one_failure_hangs_up_on_the_others(run, core: Runs, listener: Listener):
    over, ended = threading.Event(), threading.Event()

    def silent(client) -> None:
        over.set()
        if client.recv(1) == b"":
            ended.set()

    def missing(client) -> None:
        over.wait(10)
        answer(b"", "404 Not Found")(client)

    with serve({"/slow": silent, "/none": missing}) as slow:
        loader = Loader(Settings.of({"PLAYGROUND_MEDIA_HOSTS": slow.host}))
        engine = Engine({"listener": listener}, core.history, core.blobs, loader, lambda: core.cache.road)
        inputs = {"prompts": ["a"], "image_urls": [slow.url("/slow"), slow.url("/none")]}
        with pytest.raises(BadRequestError, match=r"image_urls\[1\]"):
            engine.run(Ticket(RawInferenceRequest(provider="listener", model="m", inputs=inputs)))
        assert ended.wait(10)


WRONG = {
    "pdf": ({"pdf_url": "https://public.example/a.pdf"}, "did you mean `document_url`?"),
    "plural": ({"images_base64": ["x"]}, "did you mean `image_base64s`?"),
    "empty list": ({"image_urls": []}, "at least one; for one use `image_url`"),
    "text for a list": ({"image_urls": "https://public.example/"}, "must be a list"),
    "two sounds": (
        {"audio_url": "https://public.example/a", "audio_base64": base64.b64encode(SOUND).decode()},
        "one sound",
    ),
    "system alone": ({"image_url": "https://public.example/a", "system": "x"}, "goes with `prompts`"),
    "both forms": (
        {"messages": [{"role": "user", "content": [{"type": "image", "url": "x", "base64": "x"}]}]},
        "either",
    ),
    "openai's part": (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        "`inputs.messages[0].content[0]` must be",
    ),
    "no parts": ({"messages": [{"role": "user", "content": []}]}, "not be empty"),
    "assistant's file": (
        {
            "messages": [
                {"role": "assistant", "content": [{"type": "image", "url": "x"}]},
                {"role": "user", "content": "a"},
            ]
        },
        "only users send files",
    ),
    "too many": ({"image_urls": ["https://public.example/"] * 65}, "one file too many"),
    "modality": ({"image_url": "https://public.example/", "text": "a"}, "takes text, audio, not image"),
}


@pytest.mark.parametrize(("inputs", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_read_is_a_400(run, listener: Listener, inputs, sentence):
    with pytest.raises(BadRequestError) as caught:
        run("sound-vectors" if sentence.endswith("not image") else "m", **inputs)
    assert sentence in caught.value.message
    assert listener.calls == []
