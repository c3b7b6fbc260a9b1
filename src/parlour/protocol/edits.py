"""The bodies of changing and taking back what was said."""

from parlour.protocol.commands import Id
from parlour.protocol.content import Value, Words
from parlour.protocol.rest import MessageView


class OtherWords(Value):
    """What a message is to say from now on."""

    content: Words
    command_id: Id | None = None
    """Chosen by the client: however often it is sent, it counts once."""


class EarlierWordsView(Value):
    """What a message said before a change."""

    edit: int
    """0 for the first words, 1 for those after the first change."""
    content: str
    replaced_at: str


class EditList(Value):
    """What a message said before each change, the first words first."""

    edits: list[EarlierWordsView]


class EditedMessage(MessageView):
    """A message that was changed, with what it said before."""

    edit_history: list[EarlierWordsView]
