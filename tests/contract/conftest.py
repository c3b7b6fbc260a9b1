"""Rows that the contract suites stand on."""

import pytest
from sqlalchemy import insert

from parlour.journal.unit import Unit, Writer
from parlour.store.tables import conversations, projects, tenants, turns, users

NOW = "2026-11-20T12:00:00.000Z"


@pytest.fixture
async def turn(writer: Writer) -> tuple[str, int]:
    """A running turn with everything it belongs to: (its id, its fence)."""
    await writer.commit(
        Unit(
            changes=[
                insert(tenants).values(id="tenant", name="t", created_at=NOW),
                insert(users).values(
                    id="user", tenant_id="tenant", username="u", role="admin", is_active=True, created_at=NOW
                ),
                insert(projects).values(id="project", tenant_id="tenant", name="p", is_home=True, created_at=NOW),
                insert(conversations).values(
                    id="c",
                    tenant_id="tenant",
                    project_id="project",
                    owner_id="user",
                    title="",
                    title_is_own=False,
                    message_count=0,
                    total_tokens=0,
                    metadata={},
                    created_at=NOW,
                    updated_at=NOW,
                    last_activity_at=NOW,
                    version=1,
                ),
                insert(turns).values(
                    id="turn",
                    tenant_id="tenant",
                    conversation_id="c",
                    user_id="user",
                    project_id="project",
                    question_id="q",
                    position=1,
                    status="running",
                    stop_asked=False,
                    fence=3,
                    deaths=0,
                    running_ms=0,
                    queued_at=NOW,
                ),
            ]
        )
    )
    return "turn", 3
