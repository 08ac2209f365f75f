"""The guard: every spelling of a private address is refused with one sentence, and nothing is dialled."""

import socket

import httpcore
import pytest

from playground.addresses import is_public
from playground.call import Stop
from playground.errors import BadRequestError
from playground.fetch import Allowance, Fetcher
from playground.guard import Guard, look_up, parse
from playground.line import Line

PUBLIC = "93.184.215.14"
NAMES = {
    "public.example": [PUBLIC],
    "public6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "both.example": [PUBLIC, "10.0.0.1"],
    "mixed.example": [PUBLIC, "::1"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
    "loop.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:10.1.2.3"],
    "metadata.google.internal": ["169.254.169.254"],
    "unique.example": ["fd00:ec2::254"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
}


def answers(host: str, port: int) -> list[str]:
    """The system's own reading of numbers in any spelling, and the names of the table; nobody else is asked."""
    name = host.lower().rstrip(".")
    if name in NAMES:
        return NAMES[name]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(address[0]) for *_, address in found]


class Phone:
    """Remembers what would have been dialled."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    def __call__(self, line: Line, number: str, port: int, seconds: float) -> None:
        self.dialled.append((number, port))
        raise httpcore.ConnectError


@pytest.fixture
def phone() -> Phone:
    return Phone()


def fetch(phone: Phone, url: object, guard: Guard | None = None) -> bytes:
    fetcher = Fetcher(guard or Guard(resolver=answers), dial=phone)
    return fetcher.get(url, "image_url", Stop(), Allowance(2**20))


SPELLINGS = [
    "http://127.0.0.1/",
    "http://127.0.0.1:443/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://017700000001/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.1/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]:80/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[2001:0:53aa:64c::f5ff:fffe]/",
    "http://[2606:2800::5efe:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://3232235521/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://loop.example/",
    "http://both.example/",
    "http://mixed.example/",
    "http://mapped.example/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "http://unique.example/",
    "http://127.0.0.1.nip.example/",
    "http://nobody-knows.example/",
    "http://%31%32%37.0.0.1/",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_a_closed_address_is_dialled(phone: Phone, url: str):
    with pytest.raises(BadRequestError) as caught:
        fetch(phone, url)
    assert "no address on the public internet" in caught.value.message
    assert phone.dialled == []


def test_the_refusals_are_one_sentence_so_that_the_answer_is_no_oracle(phone: Phone):
    said = set()
    for url in SPELLINGS:
        with pytest.raises(BadRequestError) as caught:
            fetch(phone, url)
        said.add(str(caught.value.body()))
    assert len(said) == 1


MALFORMED = [
    "file:///etc/passwd",
    "ftp://public.example/a.png",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stats",
    "ldap://public.example/",
    "jar:http://public.example!/a",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "blob:http://public.example/1",
    "//public.example/a.png",
    "/etc/passwd",
    "public.example/a.png",
    "http:public.example",
    "http:/public.example",
    "http://",
    "http:///a.png",
    "https://?x",
    "http://user@public.example/",
    "http://user:password@public.example/",
    "http://@public.example/",
    "http://public.example@127.0.0.1/",
    "http://public.example:80@127.0.0.1/",
    "http://127.0.0.1\\@public.example/",
    "http://public.example\\@127.0.0.1/",
    "http://public.example:80:80/",
    "http://public.example:0/",
    "http://public.example:65536/",
    "http://public.example:-1/",
    "http://public.example:http/",
    "http://[::1/",
    "http://[::1]x/",
    "http://[public.example]/",
    "http://public.example/\r\nHost: 127.0.0.1",
    "http://public.exam\nple/",
    "http://public\x00.example/",
    "http://0177.0.0.1/",
    "http://012.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://ⓛocalhost/",
    f"http://{'a' * 9000}.example/",
    "",
    "   ",
    None,
    7,
    ["http://public.example/"],
]


@pytest.mark.parametrize("url", MALFORMED, ids=repr)
def test_what_is_no_plain_web_address_is_refused_before_anything_is_looked_up(phone: Phone, url: object):
    def resolver(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    with pytest.raises(BadRequestError, match=r"`inputs\.image_url`"):
        fetch(phone, url, Guard(resolver=resolver))
    assert phone.dialled == []


@pytest.mark.parametrize("port", [1, 21, 22, 25, 79, 81, 444, 3306, 6379, 8000, 8080, 8443, 9200, 65535])
def test_other_ports_than_the_webs_are_refused(phone: Phone, port: int):
    with pytest.raises(BadRequestError, match=f"names port {port}; only 80 and 443"):
        fetch(phone, f"http://public.example:{port}/")
    assert phone.dialled == []


@pytest.mark.parametrize(
    ("url", "number", "port"),
    [
        ("http://public.example/a.png", PUBLIC, 80),
        ("https://public.example/a.png", PUBLIC, 443),
        ("https://PUBLIC.example.:443/a.png", PUBLIC, 443),
        ("http://public.example:443/a.png", PUBLIC, 443),
        ("http://public6.example/", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", 80),
        ("http://127.0.0.1#@public.example/", None, 80),
        ("http://public.example#@127.0.0.1/", PUBLIC, 80),
        ("http://public.example?@127.0.0.1/", PUBLIC, 80),
        ("http://public.example/@127.0.0.1/", PUBLIC, 80),
        ("http://[64:ff9b::93.184.215.14]/", "64:ff9b::5db8:d70e", 80),
    ],
)
def test_the_number_that_was_checked_is_the_one_dialled(phone: Phone, url: str, number: str | None, port: int):
    with pytest.raises(BadRequestError):
        fetch(phone, url)
    assert phone.dialled == ([(number, port)] if number else [])


def test_a_name_that_changes_between_two_look_ups_gains_nothing(phone: Phone):
    changing = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    with pytest.raises(BadRequestError):
        fetch(phone, "http://rebinding.example/", Guard(resolver=lambda host, port: next(changing)))
    assert phone.dialled == [(PUBLIC, 80)]
    assert list(changing) == [["127.0.0.1"], ["127.0.0.1"]]


def test_an_operator_allows_hosts_by_name_and_by_port(phone: Phone):
    guard = Guard(frozenset({"loop.example", "localhost:8000", "[::1]:9000"}), answers)
    assert guard.numbers("LOOP.example", 1234, "x") == ["127.0.0.1"]
    assert guard.numbers("localhost.", 8000, "x") == ["127.0.0.1", "::1"]
    assert guard.numbers("::1", 9000, "x") == ["::1"]
    for host, port in (("localhost", 80), ("127.0.0.1", 80), ("::1", 80), ("sub.loop.example", 80)):
        with pytest.raises(BadRequestError, match="no address on the public internet"):
            guard.numbers(host, port, "x")


def test_a_machines_own_public_address_is_closed():
    guard = Guard(frozenset({"mine.example"}), answers)
    assert guard.is_open("public.example", 80, "10.0.0.2", PUBLIC)
    assert not guard.is_open("public.example", 80, PUBLIC, PUBLIC)
    assert guard.is_open("mine.example", 80, PUBLIC, PUBLIC)


def test_public_addresses_are_public():
    for text in ("1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:830::200e"):
        assert is_public(text)
    assert not is_public("public.example")


def test_the_systems_resolver_reads_numbers():
    assert look_up("127.1", 80) == ["127.0.0.1"]


def test_a_fragment_is_not_sent_and_the_rest_is_kept():
    assert str(parse(" https://public.example/a%2Fb?x=%20y&sig=a%2Bb#frag ", "x")) == (
        "https://public.example/a%2Fb?x=%20y&sig=a%2Bb"
    )
