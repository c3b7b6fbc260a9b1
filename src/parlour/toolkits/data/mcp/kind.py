"""MCP servers as a kind of datasource."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from parlour.clock import Clock
from parlour.errors import ParlourError
from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.desk import DatasourceDesk
from parlour.toolkits.data.kinds import Own, Shelf
from parlour.toolkits.data.mcp.commands import Command
from parlour.toolkits.data.mcp.listing import NOTHING, WANTS_SIGN_IN, Listing, wanted
from parlour.toolkits.data.mcp.naming import prefixes
from parlour.toolkits.data.mcp.oauth.sign_in import EVERYBODY, is_personal
from parlour.toolkits.data.mcp.offers import Offers, PersonalShelf
from parlour.toolkits.data.mcp.settings import ElsewhereSettings, McpLimits, McpSettings
from parlour.toolkits.data.mcp.tools import KIND, tools_of
from parlour.toolkits.data.mcp.wording import plain
from parlour.toolkits.data.network import Reach
from parlour.tools.outcomes import Failed, Refused, ToolProblem
from parlour.tools.tool import Tool

if TYPE_CHECKING:
    from parlour.toolkits.data.mcp.oauth.signing_in import SigningIn

_LOADING = Lock()
"""Parts of the package need each other while they load, which two threads at once do not survive."""
SOON_S = 1.0
"""So often at most a server is asked for its tools, whatever it says."""
MOST_NAMED = 8
ABSENT = Failed(
    "This server cannot use MCP servers: mcp is not installed.",
    suggestion="Install it with the extra “mcp”: pip install 'parlour[mcp]'.",
)


@dataclass(slots=True)
class _Made:
    """The tools of a server, as long as what they were made of is the same."""

    of: tuple[object, ...]
    tools: list[Tool]


class McpKind:
    """Programs that this server lists, and servers elsewhere over streamable HTTP."""

    name = KIND
    title = "MCP server"
    settings: type[BaseModel] = McpSettings

    def __init__(
        self,
        programs: Mapping[str, Command],
        reach: Reach,
        clock: Clock,
        limits: McpLimits | None = None,
        own: Reach | None = None,
    ) -> None:
        """`own` is where servers may be that somebody adds for themselves alone; None where nobody may."""
        self._programs = programs
        self._reach = reach
        self._clock = clock
        self._limits = limits or McpLimits()
        self._asked_at: dict[tuple[str, str], tuple[int, float]] = {}
        """At which revision and when each was asked for its tools last, by its id and for whom."""
        self._made: dict[tuple[str, str], _Made] = {}
        self._offers = Offers()
        self._own = None if own is None else _OwnMcpKind({}, own, clock, limits)

    def for_one(self) -> "McpKind | None":
        """The kind for somebody alone: no programs of this server, and no network but those that are for it."""
        return self._own

    def address(self, settings: McpSettings) -> str:
        """Where the secrets go: the URL, or the program. Raises Refused for a program that is not listed."""
        if settings.url:
            return settings.url
        command = self._programs.get(settings.program)
        if command is None:
            listed = ", ".join(sorted(self._programs)) or "none"
            raise Refused(
                f"No program “{settings.program}” is listed on this server; listed: {listed}.",
                suggestion="Whoever runs this server lists programs in the file that MCP_SERVERS_FILE names.",
            )
        refused = sorted(set(settings.variables) - command.takes)
        if refused:
            raise Refused(f"The program “{settings.program}” is not listed as taking {', '.join(refused)}.")
        return f"program:{settings.program}"

    async def connect(self, settings: McpSettings, *, project_id: str, writable: bool) -> Any:
        """The way to the server, which is asked when it is needed. Raises Failed without the package."""
        try:
            # The package takes a second to load, and is an extra: the first who needs it loads it.
            dialing: Any = await asyncio.to_thread(_dialing)
        except ModuleNotFoundError as absent:
            raise ABSENT from absent
        if settings.personal:
            return dialing.links_to(settings, self.address(settings), self._reach, self._limits, self._clock)
        command = self._programs.get(settings.program)
        return dialing.link_to(settings, self.address(settings), command, self._reach, self._limits, self._clock)

    def renews(self, source: Any, own: Own) -> None:
        """Let a server's entrance know where its tokens are kept."""
        source.renews(own)

    async def signing_in(self, desk: DatasourceDesk) -> "SigningIn":
        """Signs in for the servers of this kind. Raises Failed without the package."""
        try:
            found: Any = await asyncio.to_thread(_signing_in)
        except ModuleNotFoundError as absent:
            raise ABSENT from absent
        return found.SigningIn(desk, self._reach, self._clock)

    async def trial(self, source: Any) -> str:
        """How many tools answer, how many would be used, and what stands in the way."""
        settings: McpSettings = source.settings
        # Not as anybody: what a server offers to one person is not for whoever tries it out.
        link = source.of(EVERYBODY)
        try:
            listing = await link.listing()
        except ToolProblem:
            if link.entrance is None or link.entrance.problem is None:
                raise
            return "It answers, and wants somebody to sign in: keep it, and sign in then."
        used = wanted(listing, settings)
        reading = [each for each in used if each.effect(trusted=settings.trusted) == "read"]
        named = ", ".join(plain(each.name, 60) for each in used[:MOST_NAMED])
        more = f" and {len(used) - MOST_NAMED} more" if len(used) > MOST_NAMED else ""
        left = f" {listing.left_out} more cannot be used." if listing.left_out else ""
        words = f"It answers with {len(listing.tools)} tools; {len(used)} are used: {named}{more}.{left}"
        if len(reading) == len(used):
            return words
        asking = "All" if not reading else f"{len(used) - len(reading)}"
        return f"{words} {asking} of them may change something: they ask first, and need this to be writable."

    def tools(self, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        """The tools of every server that are everybody's, as it was last heard of; asked anew in the background when
        that is long ago."""
        return self._tools(PersonalShelf(shelf, self._offers, EVERYBODY), there)

    async def tools_for(self, user_id: str, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        """The same with what a person alone is offered. Where nothing is known of that, it is waited for a moment."""
        personal = [each for each in there if is_personal(each.settings)]
        for each in personal:
            self._offers.forget_before(each)
            if each.known:
                # It was heard as one person, before each had what they hear for themselves.
                shelf.errand(f"forget tools of {each.id}", lambda one=each: shelf.remember(one, {}))
        theirs = PersonalShelf(shelf, self._offers, user_id)
        for each in personal:
            self._ask_soon(theirs, theirs.seen(each))
        await asyncio.gather(*(self._offers.first(each, user_id, self._limits.first_s) for each in personal))
        return self._tools(theirs, there)

    def _tools(self, shelf: PersonalShelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        # What is everybody's keeps its name whatever somebody calls their own; the oldest comes first.
        in_order = sorted(there, key=lambda each: (bool(each.owner), each.id))
        names = prefixes({each.id: each.name for each in in_order})
        tools: list[Tool] = []
        for each in map(shelf.seen, there):
            self._ask_soon(shelf, each)
            tools.extend(self._tools_of(shelf, each, names[each.id]))
        return tools

    def _tools_of(self, shelf: PersonalShelf, datasource: Datasource, prefix: str) -> list[Tool]:
        known = datasource.known or {}
        whose = _whose(shelf, datasource)
        lent: Shelf = shelf.shelf if whose == EVERYBODY else shelf
        of = (lent, datasource.rev, prefix, known.get("digest"), known.get(WANTS_SIGN_IN))
        key = datasource.id, whose
        made = self._made.get(key)
        if made is None or made.of != of:
            if len(self._made) > 1_000:
                self._made.clear()
            made = _Made(of, tools_of(lent, datasource, prefix, self._limits))
            self._made[key] = made
        return made.tools

    def _ask_soon(self, shelf: PersonalShelf, datasource: Datasource, within_s: float | None = None) -> None:
        """Have the server asked for its tools, unless that was done of late, or within so many seconds."""
        whose = _whose(shelf, datasource)
        if whose == EVERYBODY and is_personal(datasource.settings):
            return
        if within_s is None:
            known = datasource.known
            # Where each signs in for themselves, each sign-in is a change of the settings.
            is_known = known and (whose != EVERYBODY or not known.get(WANTS_SIGN_IN))
            within_s = self._limits.listed_s if is_known else SOON_S
        now = self._clock.monotonic()
        rev, at = self._asked_at.get((datasource.id, whose), (None, 0.0))
        if rev == datasource.rev and now - at < within_s:
            return
        if len(self._asked_at) > 1_000:
            self._asked_at.clear()
        self._asked_at[datasource.id, whose] = (datasource.rev, now)
        shelf.errand(f"tools of {datasource.id} at {datasource.rev} for {whose}", lambda: self._ask(shelf, datasource))

    async def _ask(self, shelf: PersonalShelf, datasource: Datasource) -> None:
        try:
            async with shelf.lend(datasource) as source:
                link = source.of(shelf.user_id)
                link.changed = lambda: self._heard(shelf, datasource)
                known = await _heard_of(link, datasource)
        except (ToolProblem, ParlourError):
            # Said in the log once, where it happened; what was known last stays.
            return
        else:
            if known != datasource.known:
                await shelf.remember(datasource, known)
        finally:
            if is_personal(datasource.settings):
                self._offers.asked(datasource, shelf.user_id)

    def _heard(self, shelf: PersonalShelf, datasource: Datasource) -> None:
        """The server says that its tools are others now."""
        self._ask_soon(shelf, shelf.seen(datasource), SOON_S)
        self._asked_at.pop((datasource.id, _whose(shelf, datasource)), None)


def _whose(shelf: PersonalShelf, datasource: Datasource) -> str:
    """Whose tools they are: one person's, or everybody's."""
    return shelf.user_id if is_personal(datasource.settings) else EVERYBODY


class _OwnMcpKind(McpKind):
    """Servers elsewhere, of which each is one person's alone."""

    settings = ElsewhereSettings


async def _heard_of(link: Any, datasource: Datasource) -> Json:
    """What is known of a server once it was asked: its tools, or that it lets nobody in. Raises ToolProblem."""
    try:
        listing: Listing = await link.listing()
    except ToolProblem:
        if link.entrance is None or link.entrance.problem is None:
            raise
        return {**(datasource.known or NOTHING.as_json()), WANTS_SIGN_IN: True}
    return listing.as_json()


def _signing_in() -> Any:
    with _LOADING:
        from parlour.toolkits.data.mcp.oauth import signing_in
    return signing_in


def _dialing() -> Any:
    with _LOADING:
        from parlour.toolkits.data.mcp import dialing
    return dialing
