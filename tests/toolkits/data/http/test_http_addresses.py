"""Nothing outside of what an admin named is ever asked, however it is written and wherever a name leads."""

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from parlour.errors import InvalidRequest
from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.http.addresses import as_base, below
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import BadArguments, Failed, Refused, ToolProblem
from tests.providers import Answer
from tests.toolkits.data.http.conftest import ALL, TOKEN, Open, json

BASE = "https://api.example.com/v1"


# --- addresses of the network --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_what_is_open_may_be_spoken_to(address: str) -> None:
    assert Reach().allows(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1"),
        *("fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "not one", ""),
    ],
)
def test_what_is_not_open_may_not(address: str) -> None:
    assert not Reach().allows(address)


def test_a_house_lists_what_may_be_spoken_to_all_the_same() -> None:
    reach = Reach.of("192.168.1.0/24, fd00::/8")
    assert [reach.allows(each) for each in ("192.168.1.9", "fd12::1", "192.168.2.9", "::ffff:192.168.1.9")] == [
        True,
        True,
        False,
        False,
    ]


class Rebinding(AbstractResolver):
    """Says something else each time it is asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = [*answers]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        there = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kind = socket.AF_INET6 if ":" in there else socket.AF_INET
        return [{"hostname": host, "host": there, "port": port, "family": kind, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        return None


async def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere(opens: Open) -> None:
    resolver = Rebinding("127.0.0.1", "127.0.0.2")
    shop = await opens(networks="127.0.0.1/32", resolver=lambda: resolver)
    named = shop.api.base_url.replace("127.0.0.1", "api.example")
    await shop.project.add("named", {"base_url": named, "token": TOKEN}, kind="http")
    assert (await shop.get("/", datasource="named"))["status_code"] == 200
    with pytest.raises(Refused, match="leads to an address inside of a network"):
        await shop.get("/", datasource="named")
    assert len(shop.api.received) == 1


@pytest.mark.parametrize("there", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
async def test_a_name_that_leads_inside_is_not_followed(opens: Open, there: str) -> None:
    shop = await opens(networks="192.168.7.0/24", resolver=lambda: Rebinding(there), base_url="https://api.example")
    with pytest.raises(Refused, match="leads to an address inside of a network") as told:
        await shop.get("/")
    assert told.value.suggestion == "Whoever runs this server can list the network in DATASOURCE_PRIVATE_NETWORKS."
    assert there not in told.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "192.168.0.1", "169.254.169.254"])
async def test_an_address_that_leads_inside_is_not_even_kept(opens: Open, host: str) -> None:
    shop = await opens(base_url="https://api.example.com", networks="10.0.0.0/8")
    with pytest.raises(InvalidRequest, match="inside of a network"):
        await shop.project.add("inside", {"base_url": f"http://{host}/"}, kind="http")


# --- how the base is written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://API.Example.com:443/v1/", BASE),
        ("http://example.com.:8080", "http://example.com:8080"),
        ("https://bücher.example/ä b".replace(" ", ""), "https://xn--bcher-kva.example/%C3%A4b"),
        ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1"),
        ("http://[2606:4700::0:1111]/x", "http://[2606:4700::1111]/x"),
    ],
)
def test_a_base_is_kept_in_one_way(written: str, kept: str) -> None:
    assert as_base(written) == kept
    assert as_base(kept) == kept


@pytest.mark.parametrize(
    "written",
    [
        *("ftp://example.com", "example.com", "file:///etc/passwd", "https://", "http:///x", "http://[::1", "//x/y"),
        *("http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://127.1/", "http://0177.0.0.1/"),
        *("http://127.0.0.0x1/", "http://[fe80::1%25eth0]/", "http://1.2.3.4.5/", "http://a..b/", "http://a_b,c/"),
        *("https://user:pass@example.com/", "https://example.com/?a=b", "https://example.com/#x", "https://x/a?"),
        *("https://example.com\\@evil.example/", "https://exa mple.com/", "https://example.com/\r\nHost: x"),
        *("https://example.com/../x", "https://example.com/%2e%2e/x", "https://example.com:99999/"),
        *("http://0x①/", "http://①②⑦.①/", "http://２１３０７０６４３３/"),
    ],
)
def test_a_base_that_could_mean_something_else_is_none(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        as_base(written)


# --- paths below it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        ("", BASE),
        ("/", f"{BASE}/"),
        ("orders/7", f"{BASE}/orders/7"),
        ("/orders/?a=1&b", f"{BASE}/orders/?a=1&b="),
        ("/a b/ö%20", f"{BASE}/a%20b/%C3%B6%20"),
        ("/100%", f"{BASE}/100%25"),
        ("/a;b=c/x@y:z", f"{BASE}/a;b=c/x@y:z"),
        (f"{BASE}/orders/", f"{BASE}/orders/"),
        ("https://API.example.com:443/v1/orders?x=1#top", f"{BASE}/orders?x=1"),
        (BASE, BASE),
    ],
)
def test_a_path_is_taken_below_the_base(asked: str, url: str) -> None:
    assert below(BASE, asked, ()) == url


@pytest.mark.parametrize(
    "asked",
    [
        *("/..", "/../admin", "../admin", "/orders/../../admin", "/./x", "/%2e%2e/admin", "/%252e%252e/admin"),
        *("/%25252e%25252e/x", "/..;/admin", "/..%3b/admin", "/.%2e/x", "/a%2fb", "/a%2F..%2Fb", "/a%5cb", "/a\\b"),
        *("/a%252fb", "/a\r\nHost: evil", "/a%0d%0aX: y", "/a\x00", "/a%00", "/a\u202eb", "/x%" + "25" * 20 + "41"),
        *("//evil.example/x", "https://evil.example/v1/x", "http://api.example.com/v1/x", "https://api.example.com/v2"),
        *("https://api.example.com/v1/../v2", "https://api.example.com.evil.example/v1", "https://api.example.com/v11"),
        *("https://user@api.example.com/v1/x", "https://api.example.com:8443/v1/x", "file:///etc/passwd"),
    ],
)
def test_a_path_that_may_lead_elsewhere_is_refused(asked: str) -> None:
    with pytest.raises(Refused):
        below(BASE, asked, ())


@pytest.mark.parametrize("asked", ["/orders", "/orders/7", "/order%73/7", "/public/x"])
def test_paths_that_an_admin_named_may_be_asked(asked: str) -> None:
    assert below(BASE, asked, (), ["/orders", "/public/"]).startswith(BASE)


@pytest.mark.parametrize("asked", ["", "/", "/admin", "/ordersx", "/Orders", "//orders/x", "/x/orders", "/%6frder"])
def test_other_paths_may_not(asked: str) -> None:
    with pytest.raises(Refused):
        below(BASE, asked, (), ["/orders", "/public/"])


# --- redirects -----------------------------------------------------------------------------------------------------


def to(location: str, status: int = 302) -> Answer:
    return Answer((b"",), status, {"Location": location})


async def test_a_redirect_within_what_may_be_asked_is_followed_with_the_secrets(opens: Open) -> None:
    shop = await opens(token=TOKEN, secret_query={"key": "s3cret-key"})
    answers = iter([to("/v1/b?page=2&key=forged"), to("c"), json({"ok": 1})])
    shop.api.choose = lambda _: next(answers)
    found = await shop.get("/a")
    assert [each.path for each in shop.api.received] == [
        "/v1/a?key=s3cret-key",
        "/v1/b?page=2&key=s3cret-key",
        "/v1/c?key=s3cret-key",
    ]
    assert {each.headers["authorization"] for each in shop.api.received} == {f"Bearer {TOKEN}"}
    assert (found["url"], found["body"]) == (f"{shop.api.base_url}/c", {"ok": 1})


@pytest.mark.parametrize(
    "location",
    [
        *("http://127.0.0.1:9/v1/x", "http://localhost/v1/x", "//evil.example/x", "/admin", "/v1/../admin", "http://["),
        *("/v1/%2e%2e/admin", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "https://127.0.0.1/v1"),
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(opens: Open, location: str) -> None:
    shop = await opens(token=TOKEN)
    shop.says(to(location))
    with pytest.raises(Failed, match="sends on to somewhere that may not be asked"):
        await shop.get("/a")
    assert len(shop.api.received) == 1


async def test_a_redirect_in_circles_comes_to_an_end(opens: Open) -> None:
    shop = await opens()
    shop.says(to("/v1/again"))
    with pytest.raises(Failed, match="more than 5 times"):
        await shop.get("/a")
    assert len(shop.api.received) == 6


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_what_changes_something_is_never_sent_on(opens: Open, status: int) -> None:
    shop = await opens(writable=True, methods=ALL)
    shop.says(to("/v1/elsewhere", status))
    assert (await shop.request("POST", body={"a": 1}))["status_code"] == status
    assert await shop.asked() == ["POST /v1/orders"]


# --- what a call may set -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Accept": "a\r\nX-Evil: 1"}, BadArguments),
        ({"Accept": "a\nb"}, BadArguments),
        ({"Accept\r\nX-Evil": "1"}, BadArguments),
        ({"Accept:": "1"}, BadArguments),
        ({"Accept": "ö\u0100"}, BadArguments),
        ({"Accept": "1", "accept": "2"}, BadArguments),
        ({"Host": "evil.example"}, Refused),
        ({"Content-Length": "0"}, Refused),
        ({"Transfer-Encoding": "chunked"}, Refused),
        ({"Authorization": "Bearer mine"}, Refused),
        ({"Cookie": "a=b"}, Refused),
        ({"X-HTTP-Method-Override": "DELETE"}, Refused),
        ({"X-Fixed": "2"}, Refused),
        ({"X-Key": "2"}, Refused),
        ({"X-Other": "2"}, Refused),
    ],
)
async def test_a_header_that_is_none_or_not_the_calls_to_set_is_not_sent(
    opens: Open, headers: dict[str, str], error: type[ToolProblem]
) -> None:
    shop = await opens(headers={"X-Fixed": "1"}, secret_headers={"X-Key": "hush-hush"})
    with pytest.raises(error):
        await shop.get("/", headers=headers)
    assert shop.api.received == []


async def test_a_header_that_an_admin_allows_is_sent(opens: Open) -> None:
    shop = await opens(allowed_headers=["X-Page", "x-http-method-override", "authorization"])
    await shop.get("/", headers={"x-page": "2"})
    assert shop.api.received[0].headers["x-page"] == "2"
    for name in ("X-HTTP-Method-Override", "Authorization"):
        with pytest.raises(Refused):
            await shop.get("/", headers={name: "x"})


@pytest.mark.parametrize(
    "arguments", [{"query": {"key": "x"}}, {"path": "/?key=x"}, {"path": "/?a=1&%6bey=x"}, {"query": {"lang": "x"}}]
)
async def test_a_parameter_that_an_admin_set_is_not_set_again(opens: Open, arguments: dict[str, Any]) -> None:
    shop = await opens(secret_query={"key": "s3cret-key"}, query={"lang": "en"})
    with pytest.raises(Refused, match="is set by an admin"):
        await shop.get(**arguments)
    assert shop.api.received == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": {"Authorization": "Bearer hush-hush"}},
        {"headers": {"X-Api-Key": "hush-hush"}},
        {"headers": {"A": "hush\r\nB: c"}},
        {"headers": {"Host": "hush-hush"}},
        {"headers": {"A": "1"}, "secret_headers": {"a": "hush-hush"}},
        {"secret_headers": {"A": "hush\nhush"}},
        {"token": "abc"},
        {"token": "hush-hush", "user": "u", "password": "hush-hush"},
        {"user": "u"},
        {"user": "u:v", "password": "hush-hush"},
        {"password": "hush-hush"},
        {"methods": []},
        {"methods": ["TRACE"]},
        {"paths": ["/../hush-hush"]},
        {"openapi_path": "/../hush-hush"},
        {"query": {"a": "1"}, "secret_query": {"a": "hush-hush"}},
        {"nonsense": "hush-hush"},
    ],
)
async def test_settings_that_do_not_fit_are_named_and_no_secret_is_repeated(opens: Open, wrong: Any) -> None:
    shop = await opens()
    with pytest.raises(InvalidRequest, match="do not fit") as told:
        await shop.project.add("other", {"base_url": shop.api.base_url, **wrong}, kind="http")
    assert "hush-hush" not in told.value.safe.replace("“/../hush-hush”", "")


async def test_secrets_never_follow_to_another_address(opens: Open) -> None:
    shop = await opens(token=TOKEN, secret_headers={"X-Key": "hush-hush"})
    desk, who = shop.project.kit.desk, shop.project.caller
    with pytest.raises(InvalidRequest, match=r"Enter anew: secret_headers, token"):
        await desk.change(who, shop.id, DatasourceChange(settings={"base_url": "https://evil.example"}))
    await desk.change(who, shop.id, DatasourceChange(settings={"paths": ["/orders"]}))
    kept = await desk.one(who.project_id, shop.id)
    assert (kept.address, kept.secret_names) == (shop.api.base_url, ("secret_headers", "token"))
    assert TOKEN not in str(kept.settings)
    assert "hush-hush" not in str(kept.settings)
