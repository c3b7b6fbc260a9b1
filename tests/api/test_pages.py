"""The page is where a person may point a browser, and no old one is ever shown."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from parlour.api.pages import ADDRESSES, page_routes
from tests.api.conftest import Answer, Caller
from tests.served import on_a_free_port

PAGE = "<!doctype html><title>Parlour</title>"


@asynccontextmanager
async def asking(folder: Path | None) -> AsyncGenerator[Caller]:
    """Somebody who asks for the pages built in `folder`."""
    listener = on_a_free_port()
    app = Starlette(routes=page_routes(folder))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with aiohttp.ClientSession() as session:
        yield Caller(session, f"http://127.0.0.1:{listener.getsockname()[1]}", {})
    server.should_exit = True
    await serving


@pytest.fixture
async def anybody(tmp_path: Path) -> AsyncIterator[Caller]:
    """Somebody who asks for the pages of a house."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "theme.js").write_text("2")
    (tmp_path / "manifest.webmanifest").write_text("{}")
    async with asking(tmp_path) as caller:
        yield caller


async def gets(caller: Caller, path: str, accept: str = "*/*") -> Answer:
    """What comes back for a path."""
    return await caller("GET", f"/{path}", Accept=accept)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_address_opens_the_page_and_asks_for_it_again(anybody: Caller, address: str) -> None:
    answer = await gets(anybody, address.replace("{", "").replace("}", ""))
    assert (answer.status, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_browser_at_an_address_where_nothing_is_gets_the_page_which_says_so(anybody: Caller) -> None:
    answer = await gets(anybody, "/nowhere/at/all", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status, answer.text) == (404, PAGE)
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/gone-abc.js", "/nowhere", "/%2e%2e/pages.py"])
async def test_whoever_asks_for_a_file_that_is_not_there_gets_no_page(anybody: Caller, path: str) -> None:
    answer = await gets(anybody, path)
    assert answer.status == 404
    assert PAGE not in answer.text


async def test_only_files_named_by_their_content_are_kept(anybody: Caller) -> None:
    kept = (await gets(anybody, "/assets/index-abc.js")).headers["cache-control"]
    asked_again = [
        (await gets(anybody, path)).headers["cache-control"] for path in ("/theme.js", "/manifest.webmanifest")
    ]
    assert kept == "public, max-age=31536000, immutable"
    assert asked_again == ["no-cache", "no-cache"]


async def test_the_manifest_says_what_it_is(anybody: Caller) -> None:
    answer = await gets(anybody, "/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")


async def test_a_page_that_was_not_built_says_how_to_build_it() -> None:
    async with asking(None) as caller:
        answer = await gets(caller, "/chat")
    assert answer.status == 503
    assert "make run" in answer.text
