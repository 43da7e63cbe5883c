"""Every form of an address that is not somebody else's is refused; names lead where they lead."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from infrastructure.webhooks.addresses import is_public
from infrastructure.webhooks.guard import ANY_PORT, Guard, Refused
from shared.addresses import networks

PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")
PRIVATE = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "2002:7f00:1::",
    "2002:101:101::",
    "2001:0:101:101::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "5f00::1",
    "4000::1",
)


def guard(
    *answers: Sequence[str],
    allow_http: bool = False,
    allowed: Sequence[str] = (),
    ports: Sequence[int] = (443, 8443),
) -> Guard:
    """With a resolver that gives these answers, one after the other."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0)

    return Guard(
        allow_http=allow_http,
        networks=networks(allowed),
        ports=frozenset(ports),
        resolve=resolve,
    )


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", PRIVATE)
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "https://hall.example/hook?a=b",
        "https://hall.example:8443/",
        "HTTPS://HALL.example",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://a1.example/",
    ],
)
def test_no_objection(url: str) -> None:
    assert guard().objection(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://hall.example/",
        "ftp://hall.example/",
        "hall.example",
        "https://",
        "https:///path",
        "https://user@hall.example/",
        "https://hall.example:22/",
        "https://hall.example:80/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0x7F.0x0.0x0.0x1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://hall.example./",
        "https://hall.example.0x1/",
        "https://①②⑦.⓪.⓪.①/",
        "https://１２７.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://ha ll.example/",
        "https://hall..example/",
        "https://-hall.example/",
        f"https://{'a' * 64}.example/",
    ],
)
def test_objection(url: str) -> None:
    assert guard().objection(url) is not None


def test_settings_open_what_they_name() -> None:
    inside = guard(allow_http=True, allowed=["10.1.0.0/16"], ports=[ANY_PORT])
    assert inside.objection("http://10.1.2.3:9000/") is None
    assert inside.objection("http://[::ffff:10.1.2.3]:9000/") is None
    assert inside.objection("http://10.2.2.3:9000/") is not None
    assert guard(allowed=["10.1.0.0/16"]).objection("https://10.1.2.3:9000/") is not None


@pytest.mark.parametrize("text", PRIVATE)
async def test_a_name_that_leads_inside(text: str) -> None:
    with pytest.raises(Refused):
        await guard([text]).addresses("hall.example", 443)


async def test_one_wrong_address_among_many() -> None:
    with pytest.raises(Refused):
        await guard(["1.1.1.1", "10.0.0.1"]).addresses("hall.example", 443)


async def test_a_name_of_ones_own_machine() -> None:
    """By the resolver of the system."""
    system = Guard(allow_http=True, networks=(), ports=frozenset({ANY_PORT}))
    assert system.objection("http://localhost/") is None
    with pytest.raises(Refused):
        await system.addresses("localhost", 80)


async def test_no_address_and_no_sense() -> None:
    with pytest.raises(OSError, match="no address"):
        await guard([]).addresses("hall.example", 443)
    for nonsense in ("fe80::1%lo", "not an address"):
        with pytest.raises(Refused):
            await guard([nonsense]).addresses("hall.example", 443)


async def test_an_answer_is_for_one_connection() -> None:
    """Whoever comes next asks again."""
    changing = guard(["1.1.1.1"], ["127.0.0.1"])
    assert await changing.addresses("hall.example", 443) == ["1.1.1.1"]
    with pytest.raises(Refused):
        await changing.addresses("hall.example", 443)
