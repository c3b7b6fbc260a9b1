"""Messages as they stand: with the words of an answer that is still being written."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.snapshot import as_they_stand
from parlour.store.queries.messages import MessagePage, StoredMessage


async def page_as_it_stands(connection: AsyncConnection, page: MessagePage) -> MessagePage:
    """A page of one conversation, its running answers as far as they have come."""
    values = await as_they_stand(connection, [stored.value for stored in page.messages])
    stood = [replace(stored, value=value) for stored, value in zip(page.messages, values, strict=True)]
    return replace(page, messages=stood)


async def message_as_it_stands(connection: AsyncConnection, stored: StoredMessage) -> StoredMessage:
    """One message, as far as it has come."""
    (value,) = await as_they_stand(connection, [stored.value])
    return replace(stored, value=value)
