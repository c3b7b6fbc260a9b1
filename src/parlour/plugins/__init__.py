"""What a plugin imports: these names stay. See docs/how-to/plugins.md; nothing else of Parlour is for plugins."""

from parlour.protocol.content import Preview
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Kind, Shelf, Source
from parlour.tools.acting import Foreseen, Found
from parlour.tools.caller import Caller
from parlour.tools.declaring import tool
from parlour.tools.language import Frame, Language, Slot
from parlour.tools.outcomes import BadArguments, Failed, NotThere, Refused, ToolProblem, Unsure
from parlour.tools.schema_tool import schema_tool
from parlour.tools.tool import Acting, Tool, ToolContext, Wording
from parlour.tools.toolset import Toolset

__all__ = [
    "Acting",
    "BadArguments",
    "Caller",
    "Datasource",
    "Failed",
    "Foreseen",
    "Found",
    "Frame",
    "Kind",
    "Language",
    "NotThere",
    "Preview",
    "Refused",
    "Shelf",
    "Slot",
    "Source",
    "Tool",
    "ToolContext",
    "ToolProblem",
    "Toolset",
    "Unsure",
    "Wording",
    "schema_tool",
    "tool",
]
