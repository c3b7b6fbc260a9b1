"""The data of a house that will be killed many times: furnished once, by a server that ends in order."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from parlour.app import running
from parlour.config import Settings
from parlour.identity.who import who_is
from parlour.models.scripted import ScriptedModel
from tests.kill.boundary import Boundary
from tests.kill.child import Order
from tests.lifted import LIFTED
from tests.storage import Storage

CONVERSATIONS = 40
"""So few that a person's whole list fits into one snapshot."""


@dataclass(frozen=True, slots=True)
class House:
    """A data directory and a database with the demo house, and somebody who has a key to it."""

    folder: Path
    storage: Storage
    user_id: str
    token: str
    conversations: deque[str]
    """Conversations in which nothing was said yet."""

    def order(self, dies: Boundary | None = None, *, provider: str | None = None) -> Order:
        """A server over this house."""
        return Order(str(self.folder), setting_of(self.storage), provider, dies)

    def last_words(self, lines: int = 40) -> str:
        """The end of what its servers have logged, to be told when something went wrong."""
        log = self.folder / "server.log"
        logged = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
        return "\n".join(["the servers' log ends with:", *logged])


def setting_of(storage: Storage) -> str:
    """A database as people write it in DATABASE_URL."""
    plain = storage.url.set(drivername=storage.url.get_backend_name())
    return plain.render_as_string(hide_password=False)


async def furnished(storage: Storage, folder: Path) -> House:
    """The demo house over an empty database."""
    folder.mkdir(exist_ok=True)
    settings = Settings(data_dir=folder, database_url=setting_of(storage), **LIFTED)
    async with running(settings, models=[ScriptedModel()], demo=True) as app:
        admin = app.house.admin
        key = await app.gate.make_api_key(tenant_id=admin.tenant_id, user_id=admin.id, name="clients")
        who = who_is(admin, key.id)
        empty = [(await app.conversations.begin(who, project_id=None, title=None)).id for _ in range(CONVERSATIONS)]
    return House(folder, storage, admin.id, key.secret, deque(empty))
