"""What the playground prints of a request is read back as the same request, and so is what people paste besides."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.pasted import pasted
from playground.snippets import as_curl, as_json, as_mixpeek, as_python
from tests.specimens import picture

ORIGIN = "http://127.0.0.1:8501"
TEXT = st.text(max_size=40)  # every character, surrogates left out: JSON has no way to carry half a character as UTF-8
LEAF = (
    TEXT | st.booleans() | st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    LEAF, lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXT, part, max_size=3), max_leaves=8
)
REQUESTS = st.builds(
    RawInferenceRequest,
    provider=st.sampled_from(["openai", "local"]) | TEXT,
    model=TEXT,
    inputs=st.fixed_dictionaries({"prompts": st.lists(TEXT, max_size=3)}, optional={"system": TEXT, "extra": JSON}),
    parameters=st.none() | st.dictionaries(TEXT, JSON, max_size=3),
    enable_semantic_cache=st.booleans(),
    cache_delta=st.none() | st.floats(0, 1),
)
FORMS = [
    pytest.param(as_json, id="json"),
    pytest.param(lambda request: as_curl(request, ORIGIN), id="curl"),
    pytest.param(lambda request: as_python(request, ORIGIN), id="httpx"),
    pytest.param(lambda request: as_mixpeek(request, ORIGIN), id="mixpeek"),
]


@pytest.mark.parametrize("form", FORMS)
@given(request=REQUESTS)
def test_a_printed_request_is_read_back_as_the_same(form, request):
    assert pasted(form(request)).request == request


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "text",
    ["JSON", "a\nJSON\nb", "base64 < x | tr -d '\\n'", "<<'JSON'\nx\nJSON", "curl -d '{}'", "$ curl", "\\", "'", '"""'],
)
def test_a_prompt_that_looks_like_the_form_around_it_stays_a_prompt(form, text):
    request = RawInferenceRequest(provider="local", model="m", inputs={"prompts": [text]})
    assert pasted(form(request)).request == request


@pytest.mark.parametrize("form", FORMS)
def test_files_are_named_where_their_contents_were(form):
    image = base64.b64encode(picture()).decode()
    inputs = {"prompts": ["What is this?"], "image_base64": image, "image_urls": [f"data:image/png;base64,{image}"]}
    found = pasted(form(RawInferenceRequest(provider="local", model="m", inputs=inputs)))
    assert found.files == ("image.png", "image-2.png")
    assert found.request.inputs == {
        "prompts": ["What is this?"],
        "image_base64": "<base64 of image.png>",
        "image_urls": ["data:image/png;base64,<base64 of image-2.png>"],
    }


BODY = {
    "provider": "openai",
    "model": "gpt-4o-mini",
    "inputs": {"prompts": ['it\'s "here"']},
    "parameters": {"top_p": -0.5},
}
QUOTED = json.dumps(BODY).replace("'", "'\\''")


@pytest.mark.parametrize(
    "text",
    [
        f"curl -X POST http://h/v1/inference -H 'Content-Type: application/json' -d '{QUOTED}'",
        f"$ curl http://h/v1/inference \\\n  --data-raw '{QUOTED}' \\\n  -H 'Authorization: Bearer x'",
        f"# ask\ncurl --json '{QUOTED}' http://h/v1/inference",
        f"curl http://h/v1/inference --data='{QUOTED}'",
        f"curl http://h/v1/inference -d'{QUOTED}'",
        f"curl http://h/v1/inference -d @- <<EOF\n{json.dumps(BODY)}\nEOF",
        f"import requests\nbody = {BODY!r}\nrequests.post('http://h/v1/inference', json=body)",
        f"import httpx, json\nasync def main():\n    await client.post(URL, content=None, data=json.dumps({BODY!r}))",
        f"from mixpeek import RawInferenceRequest\nRawInferenceRequest(**{{}}, provider='openai', model='gpt-4o-mini', "
        f"inputs={BODY['inputs']!r}, parameters={{'top_p': -0.5}})",
        f"mp._request('POST', '/inference', body={BODY!r})",
        json.dumps({"id": "run_1", "request": BODY, "response": None}),
        f"\n  {json.dumps(BODY)}\n",
    ],
)
def test_what_people_paste_besides(text):
    assert pasted(text).request == RawInferenceRequest(**BODY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "there is nothing to read"),
        ('{"inputs": ', "line 1, column 12"),
        ("[1]", "a request is a JSON object; this is a list"),
        ('{"messages": []}', "no `inputs`"),
        ('{"inputs": {}, "cache_delta": 7}', "`cache_delta` of the pasted request"),
        ("curl http://h", "sends no body"),
        ("curl http://h -d @body.json", "sends the file `body.json`; paste what is in it"),
        ('curl http://h -d \'{"inputs": ', "does not end"),
        ("curl http://h -d 'a=b'", "no JSON"),
        ("hello there", "no Python either at line 1"),
        ("print('hello')", "makes no request that can be read"),
        ("httpx.post(url, json=make_request())", "makes no request that can be read"),
        ("a = a\nhttpx.post(url, json=a)", "makes no request that can be read"),
    ],
)
def test_what_cannot_be_read_says_why(text, words):
    with pytest.raises(BadRequestError) as failure:
        pasted(text)
    assert words in str(failure.value)


def test_nothing_that_is_pasted_runs(tmp_path):
    trace = tmp_path / "ran"
    for text in (
        f"__import__('pathlib').Path({str(trace)!r}).write_text('x')\nhttpx.post('u', json={{'inputs': {{}}}})",
        f"curl h -d '{{\"inputs\": {{}}}}' ; touch {trace} ; $(touch {trace})",
    ):
        assert pasted(text).request.inputs == {}
    assert not trace.exists()
