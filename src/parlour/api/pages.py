"""The web app: its built files, and its one page wherever a person may point a browser."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ADDRESSES = (
    "/",
    "/link",
    "/chat",
    "/chat/{conversation_id}",
    "/projects/{project_id}/chat/{conversation_id}",
    "/settings",
    "/settings/{section}",
)
"""Where the page opens; it reads the rest from the address itself."""

NOT_BUILT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Parlour</title>"
    "<p>Parlour is running, but its page was not built. In a checkout, <code>make run</code> builds it; the REST "
    "doors at <a href=/docs>/docs</a> work all the same.</p></html>"
)


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
        return FileResponse(folder / "index.html", headers={"Cache-Control": "no-cache"})

    return [*(Route(address, page) for address in ADDRESSES), Mount("/", _Files(directory=folder))]


async def _not_built(_: Request) -> Response:
    return HTMLResponse(NOT_BUILT, status_code=503)


class _Files(StaticFiles):
    """Files named by their content are kept for good; the others are asked for again."""

    async def get_response(self, path: str, scope: object) -> Response:
        try:
            response = await super().get_response(path, scope)  # pyright: ignore[reportArgumentType]
        except HTTPException:
            return HTMLResponse("<!doctype html><title>Not found</title><p>Nothing is here.", status_code=404)
        forever = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        return response
