"""Every door and every command, with what a stranger might ask of somebody else's there."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["open", "own", "theirs", "admins"]
"""Whom a door is for: everybody; who is signed in, about what is theirs; whoever owns what it names; admins."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked at a door. `{name}` stands for an id of somebody else's, in the path, the query and the body."""

    kind: Kind
    body: Any = None
    query: str = ""


DECIDED = {"settings": {"model": "built-in"}, "version": 0}
SHELF = {"name": "shelf", "base_url": "http://127.0.0.1:9/v1", "models": ["a"]}
COMPLETION = {"messages": [{"role": "user", "content": "hello"}]}
SHOP: dict[str, Any] = {"name": "shop", "kind": "sql", "settings": {"dialect": "sqlite", "database": "shop.db"}}
WORDS = {"content": "hello", "command_id": "{fresh}"}

DOORS: dict[str, Ask] = {
    "POST /api/v1/auth/link": Ask("open", {"link": "nonsense"}),
    "POST /api/v1/auth/login": Ask("open", {"username": "ann", "password": "wrong"}),
    "POST /api/v1/auth/token": Ask("open", {"username": "ann", "password": "wrong"}),
    "POST /api/v1/auth/refresh": Ask("open", {"refresh_token": "nonsense"}),
    "POST /api/v1/invitations/open": Ask("open", {"secret": "nonsense"}),
    "POST /api/v1/invitations/accept": Ask("open", {"secret": "nonsense", "username": "eve"}),
    "GET /healthz": Ask("open"),
    "GET /readyz": Ask("open"),
    "GET /metrics": Ask("admins"),
    "GET /api/v1/system/status": Ask("admins"),
    "GET /api/v1/auth/me": Ask("own"),
    "PATCH /api/v1/auth/me": Ask("own", {"full_name": "Somebody Else"}),
    "POST /api/v1/auth/ws-ticket": Ask("own"),
    "GET /api/v1/auth/tokens": Ask("own"),
    "POST /api/v1/auth/tokens": Ask("own", {"name": "laptop"}),
    "DELETE /api/v1/auth/tokens/{token_id}": Ask("theirs"),
    "POST /api/v1/auth/password": Ask("own", {"password": "short"}),
    "GET /api/v1/auth/sessions": Ask("own"),
    "DELETE /api/v1/auth/sessions/{session_id}": Ask("theirs"),
    "POST /api/v1/auth/logout-everywhere": Ask("own"),
    "POST /api/v1/auth/logout": Ask("own"),
    "GET /api/v1/users": Ask("admins"),
    "POST /api/v1/users": Ask("admins", {"username": "eve"}),
    "GET /api/v1/users/{user_id}": Ask("admins"),
    "PATCH /api/v1/users/{user_id}": Ask("admins", {"role": "guest"}),
    "DELETE /api/v1/users/{user_id}": Ask("admins"),
    "POST /api/v1/users/{user_id}/link": Ask("admins"),
    "GET /api/v1/invitations": Ask("admins"),
    "POST /api/v1/invitations": Ask("admins", {"project_ids": ["{project_id}"]}),
    "DELETE /api/v1/invitations/{invitation_id}": Ask("admins"),
    "GET /api/v1/projects": Ask("own"),
    "POST /api/v1/projects": Ask("own", {"name": "The boat"}),
    "GET /api/v1/projects/{project_id}": Ask("theirs"),
    "PATCH /api/v1/projects/{project_id}": Ask("theirs", {"name": "Mine"}),
    "DELETE /api/v1/projects/{project_id}": Ask("theirs"),
    "GET /api/v1/projects/{project_id}/members": Ask("theirs"),
    "PUT /api/v1/projects/{project_id}/members/{user_id}": Ask("theirs"),
    "DELETE /api/v1/projects/{project_id}/members/{user_id}": Ask("theirs"),
    "GET /api/v1/projects/{project_id}/datasources": Ask("theirs"),
    "POST /api/v1/projects/{project_id}/datasources": Ask("admins", SHOP),
    "POST /api/v1/projects/{project_id}/datasources/check": Ask(
        "admins", {"kind": "sql", "settings": SHOP["settings"]}
    ),
    "GET /api/v1/projects/{project_id}/datasources/{datasource_id}": Ask("theirs"),
    "PATCH /api/v1/projects/{project_id}/datasources/{datasource_id}": Ask("admins", {"writable": True}),
    "DELETE /api/v1/projects/{project_id}/datasources/{datasource_id}": Ask("admins"),
    "POST /api/v1/projects/{project_id}/datasources/{datasource_id}/check": Ask("admins"),
    "GET /api/v1/audit": Ask("admins", query="?user_id={user_id}"),
    "POST /api/v1/chat/conversations": Ask("theirs", {"project_id": "{project_id}"}),
    "GET /api/v1/chat/conversations": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/chat/conversations/{conversation_id}": Ask("theirs"),
    "PATCH /api/v1/chat/conversations/{conversation_id}": Ask("theirs", {"title": "Mine"}),
    "DELETE /api/v1/chat/conversations/{conversation_id}": Ask("theirs"),
    "GET /api/v1/chat/conversations/{conversation_id}/messages": Ask("theirs"),
    "POST /api/v1/chat/messages": Ask("theirs", {"content": "hello", "conversation_id": "{conversation_id}"}),
    "GET /api/v1/chat/messages/{message_id}": Ask("theirs"),
    "PATCH /api/v1/chat/messages/{message_id}": Ask("theirs", WORDS),
    "DELETE /api/v1/chat/messages/{message_id}": Ask("theirs"),
    "GET /api/v1/chat/messages/{message_id}/edits": Ask("theirs"),
    "GET /api/v1/chat/messages/{message_id}/attempts": Ask("theirs"),
    "GET /api/v1/chat/messages/{message_id}/context": Ask("theirs"),
    "GET /api/v1/chat/messages/{message_id}/tool-runs": Ask("theirs"),
    "POST /api/v1/chat/messages/{message_id}/regenerate": Ask("theirs", {"command_id": "{fresh}"}),
    "POST /api/v1/chat/messages/{message_id}/tool-calls/{tool_call_id}/undo": Ask("theirs", {"command_id": "{fresh}"}),
    "POST /api/v1/chat/turns/{turn_id}/stop": Ask("theirs"),
    "GET /api/v1/chat/search": Ask("own", query="?q=harbour"),
    "GET /api/v1/tools": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/tools/runs": Ask("theirs", query="?conversation_id={conversation_id}"),
    "GET /api/v1/tools/runs/{run_id}": Ask("theirs"),
    "GET /api/v1/approvals": Ask("own"),
    "GET /api/v1/approvals/{approval_id}": Ask("theirs"),
    "POST /api/v1/approvals/{approval_id}/decision": Ask("theirs", {"decision": "approve", "command_id": "{fresh}"}),
    "GET /api/v1/approvals/rules": Ask("own"),
    "DELETE /api/v1/approvals/rules/{rule_id}": Ask("theirs"),
    "GET /api/v1/models": Ask("own"),
    "POST /api/v1/models/allowed": Ask("admins", {"provider": "shelf"}),
    "PUT /api/v1/models/default": Ask("admins", {"model": "shelf/small"}),
    "GET /api/v1/models/settings": Ask("theirs", query="?conversation_id={conversation_id}"),
    "PUT /api/v1/models/settings": Ask("theirs", DECIDED, "?conversation_id={conversation_id}"),
    "GET /api/v1/models/effective": Ask("theirs", query="?conversation_id={conversation_id}"),
    "GET /api/v1/models/routing": Ask("admins"),
    "PUT /api/v1/models/routing": Ask("admins", {"fast": ["shelf/small"]}),
    "DELETE /api/v1/models/routing": Ask("admins"),
    "GET /api/v1/models/instances": Ask("admins"),
    "GET /api/v1/providers": Ask("admins"),
    "POST /api/v1/providers": Ask("admins", SHELF),
    "PATCH /api/v1/providers/{name}": Ask("admins", {"models": ["large"]}),
    "DELETE /api/v1/providers/{name}": Ask("admins"),
    "POST /api/v1/providers/try": Ask("admins", {"name": "{name}"}),
    "GET /api/v1/usage": Ask("own", query="?project_id={project_id}&user_id={user_id}"),
    "GET /api/v1/usage/nearly-used": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/budgets": Ask("own"),
    "PUT /api/v1/budgets": Ask("admins", {"scope": "project:{project_id}", "period": "day", "max_cost": 1}),
    "DELETE /api/v1/budgets/{budget_id}": Ask("admins"),
    "GET /api/v1/connections": Ask("admins"),
    "POST /api/v1/connections": Ask("admins", {"base_url": "http://127.0.0.1:9", "token": "secret"}),
    "PATCH /api/v1/connections/{connection_id}": Ask("admins", {"is_on": False}),
    "DELETE /api/v1/connections/{connection_id}": Ask("admins"),
    "POST /api/v1/connections/check": Ask("admins", {"base_url": "http://127.0.0.1:9", "token": "secret"}),
    "POST /api/v1/connections/{connection_id}/check": Ask("admins"),
    "POST /api/v1/answers/warm": Ask("theirs", {"questions": ["hello"], "project_id": "{project_id}"}),
    "GET /api/v1/suggestions": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/system/abilities": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/system": Ask("theirs", query="?project_id={project_id}"),
    "POST /v1/chat/completions": Ask("theirs", {**COMPLETION, "metadata": {"conversation_id": "{conversation_id}"}}),
    "GET /v1/models": Ask("own"),
    "GET /v1/models/{name}": Ask("theirs"),
}

ELSEWHERE = {
    "POST /v1/chat/completions": Ask("theirs", {**COMPLETION, "metadata": {"project_id": "{project_id}"}}),
    "POST /api/v1/chat/messages": Ask("theirs", {"content": "hello", "project_id": "{project_id}"}),
    "GET /api/v1/chat/conversations/{conversation_id}/messages": Ask("theirs", query="?before={message_id}"),
    "GET /api/v1/models": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/models/settings": Ask("theirs", query="?project_id={project_id}"),
    "PUT /api/v1/models/settings": Ask("theirs", DECIDED, "?project_id={project_id}"),
    "GET /api/v1/models/effective": Ask("theirs", query="?project_id={project_id}"),
    "GET /api/v1/providers": Ask("theirs", query="?project_id={project_id}"),
    "POST /api/v1/providers": Ask("theirs", SHELF, "?project_id={project_id}"),
    "PATCH /api/v1/providers/{name}": Ask("theirs", {"models": ["large"]}, "?project_id={project_id}"),
    "DELETE /api/v1/providers/{name}": Ask("theirs", query="?project_id={project_id}"),
    "POST /api/v1/providers/try": Ask("theirs", {"name": "{name}"}, "?project_id={project_id}"),
}
"""What the same doors may be asked besides."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said over the socket; `{name}` as above. `silent` is a command that is not answered."""

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    kind: Literal["theirs", "own"] = "theirs"


COMMANDS: dict[str, list[Frame]] = {
    "subscribe": [
        Frame({"topic": "conversation:{conversation_id}"}),
        Frame({"topic": "project:{project_id}"}),
        Frame({"topic": "user:{user_id}"}),
        Frame({"topic": "conversation:{conversation_id}", "after": 1}),
    ],
    "unsubscribe": [Frame({"topic": "conversation:{conversation_id}"}, "own")],
    "send_message": [
        Frame({"content": "hello", "client_message_id": "{fresh}", "conversation_id": "{conversation_id}"}),
        Frame({"content": "hello", "client_message_id": "{fresh}", "project_id": "{project_id}"}),
    ],
    "edit_message": [Frame({"message_id": "{question_id}", **WORDS})],
    "delete_message": [Frame({"message_id": "{question_id}", "command_id": "{fresh}"})],
    "regenerate": [Frame({"message_id": "{message_id}", "command_id": "{fresh}"})],
    "stop_generation": [Frame({"turn_id": "{turn_id}"})],
    "decide_tool_call": [Frame({"approval_id": "{approval_id}", "decision": "approve", "command_id": "{fresh}"})],
    "typing_indicator": [Frame({"conversation_id": "{conversation_id}", "is_typing": True})],
    "heartbeat": [Frame({}, "own")],
}
