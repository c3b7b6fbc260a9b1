"""Sample people, for trying a house: none has a password, so each comes in by a one-time link."""

from contextlib import suppress

from parlour.clock import Clock
from parlour.errors import Duplicate
from parlour.identity.people import add_person
from parlour.identity.projects import Projects
from parlour.identity.who import who_is
from parlour.journal.unit import Writer
from parlour.protocol.people import NewProject, NewUser
from parlour.store.database import Reads
from parlour.store.queries.people import Person, person_named

SAMPLE_USER = "demo"
_PEOPLE = (
    NewUser(username=SAMPLE_USER, full_name="Demo User", email="demo@example.com"),
    NewUser(username="guest", full_name="Demo Guest", email="guest@example.com", role="guest"),
)
_PROJECT = NewProject(name="Sample project", description="A project to try things in, shared with the sample guest.")


async def add_sample(reads: Reads, writer: Writer, clock: Clock, tenant_id: str) -> list[str]:
    """Add what is missing of the sample; what was added, in words."""
    made: list[str] = []
    people: list[Person] = []
    for new in _PEOPLE:
        with suppress(Duplicate):
            await add_person(reads, writer, clock, tenant_id, new)
            made.append(f"{new.username} is a member of this house now, as {new.role}.")
        async with reads.read() as connection:
            found = await person_named(connection, tenant_id, new.username)
        if found is not None:
            people.append(found)
    demo, *others = people
    projects = Projects(reads, writer, clock)
    owner = who_is(demo, "")
    if all(project.owner_id != demo.id for project in await projects.listed(owner)):
        project = await projects.add(owner, _PROJECT)
        for other in others:
            await projects.add_member(owner, project.id, other.id)
        made.append(f"{demo.username} has a project, {project.name}.")
    return made
