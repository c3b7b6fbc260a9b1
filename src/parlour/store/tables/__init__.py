"""Every table of the house, as SQLAlchemy Core."""

from parlour.store.tables.acting import approvals, ledger, rules
from parlour.store.tables.joined import connections
from parlour.store.tables.journal import commits, deltas, events, jobs, nodes, topics
from parlour.store.tables.models import budgets, model_settings, spending
from parlour.store.tables.people import (
    audit,
    credentials,
    invitations,
    members,
    projects,
    providers,
    settings,
    sign_ins,
    tenants,
    users,
)
from parlour.store.tables.schema import Id, Lexemes, RowNumber, Time, metadata
from parlour.store.tables.talks import attempts, commands, conversations, message_edits, messages, notices, search_words
from parlour.store.tables.turns import tool_runs, turn_steps, turns

# fmt: off
__all__ = [
    "Id", "Lexemes", "RowNumber", "Time", "approvals", "attempts", "audit", "budgets", "commands", "commits",
    "connections", "conversations", "credentials", "deltas", "events", "invitations", "jobs", "ledger", "members",
    "message_edits", "messages", "metadata", "model_settings", "nodes", "notices", "projects", "providers", "rules",
    "search_words", "settings", "sign_ins", "spending", "tenants", "tool_runs", "topics", "turn_steps", "turns",
    "users",
]
