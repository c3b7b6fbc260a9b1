"""What a server wants to know before it goes on, as forms of ours. All of it is in words that others wrote."""

import mcp_types as types

from parlour.protocol.content import Json
from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.mcp.results import clean, said_by
from parlour.toolkits.data.mcp.rounds import Round
from parlour.tools.fields import BadForm
from parlour.tools.forms import form_of
from parlour.tools.outcomes import Failed

MOST_AT_ONCE = 5
"""So many forms a server may want filled in before it is called again."""
_NOT_TOLD = "Nothing was done."


def forms_of(wanted: types.InputRequiredResult, server: str, masks: Masks) -> tuple[tuple[str, Json], ...]:
    """The forms that a server wants filled in, by their keys; none where it only wants to be called again.

    Raises Failed for anything else that it wants, and for a form that cannot be asked.
    """
    requests = wanted.input_requests or {}
    if len(requests) > MOST_AT_ONCE:
        raise Failed(f"“{server}” asks for more than {MOST_AT_ONCE} things at once. {_NOT_TOLD}")
    return tuple((key, _form(each, server, masks)) for key, each in requests.items())


def answers_of(told: Round) -> types.InputResponses | None:
    """What a server is told in a round; None in the first one."""
    if not told.given:
        return None
    return {
        key: types.ElicitResult.model_validate({"action": "accept", "content": each})
        for key, each in told.given.items()
    }


def _form(request: types.InputRequest, server: str, masks: Masks) -> Json:
    match request:
        case types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema)):
            try:
                form = masks.value(clean(form_of(message, schema, f"“{server}”, an MCP server")))
            except BadForm as bad:
                why = said_by(str(bad), masks)
                raise Failed(f"“{server}” asks by a form that cannot be shown: {why}. {_NOT_TOLD}") from bad
            assert isinstance(form, dict)
            return form
        case types.ElicitRequest():
            raise Failed(f"“{server}” wants somebody to open an address, which is not offered here. {_NOT_TOLD}")
        case types.CreateMessageRequest():
            raise Failed(f"“{server}” wants to ask a language model, which it may not. {_NOT_TOLD}")
        case types.ListRootsRequest():
            raise Failed(f"“{server}” wants to know folders of this server, which it is not told. {_NOT_TOLD}")
