"""Everything that is done about people, put together: signing in, accounts, projects, and what they use."""

from dataclasses import dataclass

from parlour.clock import Clock
from parlour.identity.budgets import Budgets
from parlour.identity.gate import Gate
from parlour.identity.invitations import Invitations
from parlour.identity.oneself import Oneself, SignIns
from parlour.identity.passwords import Passwords
from parlour.identity.people import People
from parlour.identity.projects import Projects
from parlour.identity.signer import Signer
from parlour.identity.throttle import Throttle
from parlour.identity.usage import Usage
from parlour.identity.vault import Vault
from parlour.journal.unit import Writer
from parlour.store.database import Reads


@dataclass(frozen=True, slots=True)
class Household:
    """What the doors open on where people are concerned."""

    gate: Gate
    sign_ins: SignIns
    oneself: Oneself
    people: People
    invitations: Invitations
    projects: Projects
    usage: Usage
    budgets: Budgets


def household(
    reads: Reads, brief: Reads, writer: Writer, clock: Clock, vault: Vault, passwords: Passwords
) -> Household:
    """The household over one store; `brief` is for short reads by key, which every request makes."""

    async def key() -> bytes:
        return await vault.derived(writer, "access tokens")

    signer = Signer(key, clock)
    gate = Gate(brief, writer, clock, signer)
    throttle = Throttle(reads, writer, clock)
    return Household(
        gate=gate,
        sign_ins=SignIns(reads, writer, clock, passwords, throttle, signer),
        oneself=Oneself(reads, writer, clock, gate, passwords, throttle),
        people=People(reads, writer, clock, gate),
        invitations=Invitations(reads, writer, clock, passwords),
        projects=Projects(reads, writer, clock),
        usage=Usage(reads, clock),
        budgets=Budgets(reads, writer, clock),
    )
