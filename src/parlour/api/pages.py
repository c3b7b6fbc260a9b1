"""The web app: its built files, and its one page wherever a person may point a browser."""

from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ADDRESSES = (
    "/",
    "/link",
    "/chat",
    "/chat/{conversation_id}",
    "/projects/{project_id}/chat",
    "/projects/{project_id}/chat/{conversation_id}",
    "/invitation",
    "/inbox",
    "/settings",
    "/settings/{section}",
)
"""Where the page opens; it reads the rest from the address itself."""

NOT_BUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>"
    "<p>Parlour is running, but its page was not built. In a checkout, <code>make run</code> builds it; the REST "
    "doors at <a href=/docs>/docs</a> work all the same.</p></html>"
)
ASK_AGAIN = {"Cache-Control": "no-cache"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def built_pages() -> Path | None:
    """The folder of the built web app: inside the package, or in the checkout; None where it was not built."""
    inside = Path(__file__).parent.parent / "web"
    beside = Path(__file__).parents[3] / "web" / "dist"
    return next((folder for folder in (inside, beside) if (folder / "index.html").is_file()), None)


def page_routes(folder: Path | None) -> list[Route | Mount]:
    """The routes of the web app built in `folder`."""
    if folder is None:
        return [Route(address, _not_built) for address in ADDRESSES]

    async def page(_: Request) -> Response:
        return _page(folder)

    return [*(Route(address, page) for address in ADDRESSES), Mount("/", _Files(folder))]


def _page(folder: Path, status: int = 200) -> Response:
    return FileResponse(folder / "index.html", status, headers=ASK_AGAIN)


async def _not_built(_: Request) -> Response:
    return HTMLResponse(NOT_BUILT, status_code=503)


class _Files(StaticFiles):
    """Files named by their content are kept for good; the others are asked for again.

    Whoever points a browser at an address where nothing is gets the page, which says so and leads on.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as refused:
            if refused.status_code == 404 and "text/html" in Headers(scope=scope).get("accept", ""):
                return _page(self._folder, 404)
            return HTMLResponse("<!doctype html><title>Not found</title><p>Nothing is here.", refused.status_code)
        response.headers.update(FOREVER if path.startswith("assets/") else ASK_AGAIN)
        return response
