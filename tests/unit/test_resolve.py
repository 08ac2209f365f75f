"""Requests become plans, and what cannot be done is refused in a sentence with the next step."""

from collections.abc import Iterator

import pytest

from playground.call import Call, Chunk, Model, Readiness, Stop
from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, NotFoundError, PlaygroundError
from playground.features import TABLE
from playground.resolve import Plan, resolve


class Desk:
    """A provider that knows a few models and answers nothing; resolving asks it only what it knows."""

    title = "Desk"

    def __init__(self, name: str) -> None:
        self.name = name

    def answer(self, call: Call) -> Iterator[Chunk]:
        yield Chunk()

    def models(self) -> tuple[Model, ...]:
        return (
            Model("talker", ("chat",)),
            Model("embedder", ("embedding",)),
            Model("two-spaces", ("embedding",), inputs=("text", "image")),
            Model("one-space", ("embedding",), inputs=("text", "image", "video"), one_space=True),
        )

    def model(self, id: str) -> Model | None:
        return next((model for model in self.models() if model.id == id), None)

    def readiness(self) -> Readiness:
        return Readiness(True)


PROVIDERS = {name: Desk(name) for name in ("openai", "google")}


def plan(**fields: object) -> Plan:
    request = RawInferenceRequest.model_validate({"provider": "openai", "model": "new-model"} | fields)
    return resolve(request, PROVIDERS, stream=False, stop=Stop())


def test_prompts_are_independent_calls():
    found = plan(inputs={"prompts": ["a", "b"], "system": "be brief"})
    assert (found.task, found.plural) == ("chat", True)
    assert [(call.messages[0].content, call.system) for call in found.calls] == [("a", "be brief"), ("b", "be brief")]


def test_a_conversation_is_one_call():
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "b"},
    ]
    found = plan(inputs={"messages": messages})
    assert [message.content for message in found.calls[0].messages] == ["a", "", "b"]
    assert not found.plural


@pytest.mark.parametrize(
    ("inputs", "texts", "plural"),
    [({"text": "a"}, ("a",), False), ({"texts": ["a"]}, ("a",), True), ({"texts": ["a", "b"]}, ("a", "b"), True)],
)
def test_texts_are_one_call(inputs, texts, plural):
    found = plan(inputs=inputs)
    assert (found.task, found.calls[0].texts, found.plural) == ("embedding", texts, plural)


def test_gemini_is_google():
    assert plan(provider="Gemini", inputs={"text": "a"}).provider.name == "google"


def test_unset_parameters_are_not_sent_and_the_schema_stands_apart():
    schema = {"type": "object", "properties": {"camelCase": {"type": "array"}}}
    call = plan(inputs={"prompts": ["a"]}, parameters={"temperature": None, "top_k": 3, "schema": schema}).calls[0]
    assert call.parameters == {"top_k": 3}
    assert call.schema == schema


WRONG = {
    "no selector": ({"provider": None, "model": None}, "none was given"),
    "two selectors": ({"inference_name": "x_1_0_0"}, "`provider+model` and `inference_name` were given"),
    "three selectors": ({"inference_name": "x", "feature_uri": "mixpeek://a@v1/b"}, "and `feature_uri` were given"),
    "no model": ({"model": None}, "`model` is missing"),
    "no provider": ({"provider": ""}, "`provider` is missing"),
    "unknown provider": ({"provider": "opnai"}, "no provider `opnai`; there are `openai`, `google`"),
    "typo": ({"inputs": {"prompt": "a"}}, "did you mean `prompts`?"),
    "nothing": ({"inputs": {}}, "there is none"),
    "two subjects": ({"inputs": {"prompts": ["a"], "text": "b"}}, "`prompts` and `text` were given"),
    "prompt as text": ({"inputs": {"prompts": "a"}}, "must be a list"),
    "empty list": ({"inputs": {"prompts": []}}, "at least one text"),
    "empty prompt": ({"inputs": {"prompts": ["a", " "]}}, "`inputs.prompts[1]`"),
    "number": ({"inputs": {"texts": [1]}}, "`inputs.texts[0]`"),
    "empty text": ({"inputs": {"text": "\n"}}, "not empty"),
    "system for embeddings": ({"inputs": {"text": "a", "system": "b"}}, "leave it out"),
    "system no text": ({"inputs": {"prompts": ["a"], "system": 1}}, "must be a text; it is int"),
    "last not user": ({"inputs": {"messages": [{"role": "assistant", "content": "a"}]}}, "must have the role `user`"),
    "role system": ({"inputs": {"messages": [{"role": "system", "content": "a"}]}}, "put it into `inputs.system`"),
    "role unknown": ({"inputs": {"messages": [{"role": "robot", "content": "a"}]}}, "`inputs.messages[0]` must be"),
    "no conversation": ({"inputs": {"messages": "a"}}, "`inputs.messages` must be a list"),
    "wrong task": ({"model": "embedder", "inputs": {"prompts": ["a"]}}, "cannot chat; it can make embeddings: give it"),
    "no schema": ({"parameters": {"schema": "x"}}, "must be a JSON Schema object; it is str"),
    "bad schema": ({"parameters": {"schema": {"properties": {"a": {"type": "x"}}}}}, "schema.properties.a.type"),
    "schema for vectors": ({"inputs": {"text": "a"}, "parameters": {"schema": {}}}, "`parameters.schema` is for chat"),
    "not base64": ({"inputs": {"audio_base64": "%%%"}}, "not valid base64"),
    "no sound": ({"inputs": {"audio_base64": "aGVsbG8gd29ybGQ="}}, "no file of a known type"),
}


@pytest.mark.parametrize(("fields", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_done_is_a_400(fields, sentence):
    with pytest.raises(BadRequestError) as caught:
        plan(**({"inputs": {"prompts": ["a"]}} | fields))
    assert sentence in caught.value.message


@pytest.mark.parametrize(
    ("selector", "name"), [("inference_name", "nobody_1_0_0"), ("feature_uri", "mixpeek://nobody@1.0.0/embedding")]
)
def test_an_unknown_plugin_is_a_404(selector, name):
    with pytest.raises(NotFoundError) as caught:
        plan(provider=None, model=None, inputs={"text": "a"}, **{selector: name})
    details = caught.value.body()["error"]["details"]
    assert (details["resource"], details["id"]) == ("plugin", name)
    assert (str(next(iter(TABLE))) in details["there"]) == (selector == "feature_uri")


@pytest.mark.parametrize("text", ["nobody", "mixpeek://nobody/embedding", "mixpeek://nobody@latest/embedding"])
def test_what_is_no_feature_uri_is_a_400(text):
    with pytest.raises(BadRequestError) as caught:
        plan(provider=None, model=None, inputs={"text": "a"}, feature_uri=text)
    assert caught.value.code == "feature_uri"


def test_errors_have_a_status_and_a_type():
    tree = list(PlaygroundError.__subclasses__())
    for kind in tree:
        tree += kind.__subclasses__()
    assert {kind.status for kind in tree} == {400, 401, 403, 404, 405, 409, 413, 422, 429, 499, 500, 503, 504}
    assert all(kind.type for kind in tree)


IMAGE = {"image_urls": ["https://a.example/1.png", "https://a.example/2.png"]}


def test_kinds_are_mixed_only_where_one_space_holds_them():
    mixed = {"texts": ["a", "b"], **IMAGE, "video_urls": ["https://a.example/3.mp4"]}
    found = plan(model="one-space", inputs=mixed)
    assert (found.calls[0].texts, [file.modality for file in found.calls[0].media]) == (
        ("a", "b"),
        ["image", "image", "video"],
    )
    with pytest.raises(BadRequestError, match="does not put text and image into one space") as refused:
        plan(model="two-spaces", inputs={"text": "a", **IMAGE})
    assert refused.value.code == "spaces_not_shared"
    assert plan(model="two-spaces", inputs=IMAGE).plural, "one kind alone is no mixture"
    assert plan(model="two-spaces", inputs={"text": "a"}).calls[0].texts == ("a",)
