"""The tools of an MCP server, as tools of ours: what its server says of each is bounded, shown, and not believed."""

from dataclasses import dataclass, replace

import structlog

from parlour.toolkits.data.datasource import Datasource, acting_on
from parlour.toolkits.data.keeping import basis_of
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.leading import leading_to
from parlour.toolkits.data.mcp.listing import WANTS_SIGN_IN, Definition, Listing, kept_listing, wanted
from parlour.toolkits.data.mcp.naming import tool_names
from parlour.toolkits.data.mcp.oauth.sign_in import WHAT_TO_DO, is_personal
from parlour.toolkits.data.mcp.rounds import resumed, whose
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings
from parlour.toolkits.data.mcp.wording import foreseen, plain, wording
from parlour.tools.acting import Foreseen
from parlour.tools.caching import Basis, Caching
from parlour.tools.outcomes import Failed, NotThere, Refused
from parlour.tools.schema_tool import schema_tool
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext

KIND = "mcp"
WHAT = "MCP server"
KEY = "parlour/idempotency-key"
"""Where the `_meta` of a call has the key that is the same for every attempt at it."""

log = structlog.get_logger(__name__)


def tools_of(shelf: Shelf, datasource: Datasource, prefix: str, limits: McpLimits) -> list[Tool]:
    """The tools of a server as it was last heard of. Those that may change something only where it may be changed."""
    if is_personal(datasource.settings) and _lets_nobody_in(datasource):
        return [_sign_in(datasource.name, prefix)]
    settings = McpSettings.model_validate(datasource.settings)
    chosen = wanted(kept_listing(datasource.known), settings)
    names = tool_names(prefix, [each.name for each in chosen])
    made: list[Tool] = []
    for each in chosen:
        foreign = Foreign(shelf, datasource, each, limits, is_trusted=settings.trusted)
        is_offered = each.effect(trusted=settings.trusted) == "read" or datasource.writable
        if is_offered and each.name in names:
            made.extend(foreign.as_tool(names[each.name], settings.timeout_s))
    return made


def _lets_nobody_in(datasource: Datasource) -> bool:
    known = datasource.known or {}
    return bool(known.get(WANTS_SIGN_IN)) and not known.get("tools")


def _sign_in(server: str, prefix: str) -> Tool:
    """Stands for the tools of a server that a person has not signed in to: what they are is not known before."""

    async def sign_in(context: ToolContext, arguments: Arguments) -> object:
        raise Failed("It wants somebody to sign in.", suggestion=WHAT_TO_DO)

    return schema_tool(
        tool_names(prefix, ["sign_in"])["sign_in"],
        f"“{server}” has tools for whoever has signed in there, which this person has not."
        " Call this when they want something of it: it says where to sign in.",
        {"type": "object", "properties": {}},
        sign_in,
        effect="read",
        wording=wording(server, "sign_in"),
        timeout_s=10.0,
        acting=Acting(),
    )


@dataclass(frozen=True, slots=True)
class Foreign:
    """One tool of a server, as it was when it was offered."""

    shelf: Shelf
    datasource: Datasource
    definition: Definition
    limits: McpLimits
    is_trusted: bool

    def as_tool(self, name: str, timeout_s: float) -> list[Tool]:
        """The tool; nothing where its schema cannot be used."""
        definition, server = self.definition, self.datasource.name
        effect = definition.effect(trusted=self.is_trusted)
        acting = acting_on(KIND, self.foresee, server, idempotent=self.is_trusted and definition.idempotent)
        try:
            tool = schema_tool(
                name,
                plain(definition.description, self.limits.description_chars) or f"{definition.name} of {server}",
                definition.schema,
                self.run,
                effect=effect,
                wording=wording(server, definition.name),
                timeout_s=timeout_s + 2 * self.limits.connect_s,
                acting=Acting() if effect == "read" else acting,
            )
        except ValueError as error:
            log.warning("a tool of an MCP server cannot be used", server=server, tool=definition.name, why=str(error))
            return []
        is_kept = effect == "read" and definition.idempotent
        return [replace(tool, is_foreign=not self.is_trusted, caching=Caching(self.basis) if is_kept else None)]

    async def basis(self, context: ToolContext, **_: Arguments) -> Basis | None:
        """What its results rest on: also that the server says the same of its tools. Raises NotThere."""
        chosen = await self.shelf.choose(context.caller, KIND, self.datasource.id, WHAT)
        return basis_of(chosen, chosen.settings.get("cache_s"), str((chosen.known or {}).get("digest")))

    async def foresee(self, context: ToolContext, arguments: Arguments) -> Foreseen:
        """What whoever decides is told. The server is not asked. Raises NotThere."""
        chosen = await self.shelf.choose(context.caller, KIND, self.datasource.id, WHAT)
        definition = self.definition
        return leading_to(chosen, foreseen(chosen.name, definition.name, definition.description, definition.digest))

    async def run(self, context: ToolContext, arguments: Arguments) -> object:
        """Call it, if it still is what it was when it was offered, with what it had asked for.

        Before a change the server is asked anew what it offers. Raises Refused, NotThere, NeedsInput, Failed, Unsure.
        """
        chosen = await self.shelf.choose(context.caller, KIND, self.datasource.id, WHAT)
        told = resumed(context.input, whose(chosen, self.definition), chosen.name)
        changes = context.effect is not None
        meta = {KEY: context.idempotency_key} if context.idempotency_key else {}
        async with self.shelf.lend(chosen) as source:
            link = source.of(context.caller.user_id)
            listing = await link.listing() if changes or link.last is None else link.last
            await self.check(chosen, listing)
            return await link.call(chosen.name, self.definition.name, arguments, meta, told, changes=changes)

    async def check(self, chosen: Datasource, listing: Listing) -> None:
        """Raise Refused or NotThere where the server offers something else by now, which is remembered."""
        now = listing.find(self.definition.name)
        if now == self.definition:
            return
        await self.shelf.remember(chosen, listing.as_json())
        name = plain(self.definition.name, 100)
        if now is None:
            raise NotThere(f"“{chosen.name}” has no tool {name} any more.")
        raise Refused(
            f"“{chosen.name}” says something else of its tool {name} than when it was offered, so it was not called.",
            suggestion="Look at what it says now, and ask again.",
        )
