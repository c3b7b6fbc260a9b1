"""What is not theirs does not exist."""

import itertools

import pytest

from parlour.errors import ConversationNotFound, Forbidden, MessageNotFound, NotFound, ParlourError
from parlour.identity.access import (
    conversation_for,
    may_follow,
    message_for,
    project_for,
    tool_run_for,
    turn_for,
)
from parlour.identity.consent import allow_provider
from parlour.ids import new_id
from parlour.protocol.roles import PERMISSIONS, ROLES
from parlour.store.queries.choices import choices
from tests.house import Lived, anybody, exchange


async def test_the_owner_finds_what_is_theirs(lived: Lived) -> None:
    ann = anybody(lived.ann)
    conversation = await lived.conversations.begin(ann)
    ids = await exchange(lived, conversation, "hello")
    async with lived.database.read() as connection:
        assert (await conversation_for(connection, ann, conversation.id)).value.id == conversation.id
        assert (await message_for(connection, ann, ids.question_id)).value.id == ids.question_id
        assert (await turn_for(connection, ann, ids.turn_id)).value.id == ids.turn_id
        assert (await tool_run_for(connection, ann, ids.run_id)).id == ids.run_id


async def test_a_stranger_gets_the_same_answer_as_for_an_unknown_id(lived: Lived) -> None:
    conversation = await lived.conversations.begin(anybody(lived.ann))
    ids = await exchange(lived, conversation, "hello")
    bob = anybody(lived.bob)
    asked = [
        (conversation_for, conversation.id, ConversationNotFound),
        (message_for, ids.question_id, MessageNotFound),
        (turn_for, ids.turn_id, NotFound),
        (tool_run_for, ids.run_id, NotFound),
    ]
    async with lived.database.read() as connection:
        for ask, known, refusal in asked:
            answers: list[tuple[type[ParlourError], str]] = []
            for identifier in (known, new_id(), "nonsense", "\x00"):
                with pytest.raises(refusal) as caught:
                    await ask(connection, bob, identifier)
                answers.append((type(caught.value), caught.value.safe))
            assert len(set(answers)) == 1


async def test_a_topic_is_followed_by_whom_it_belongs_to(lived: Lived) -> None:
    ann, bob = anybody(lived.ann), anybody(lived.bob)
    conversation = await lived.conversations.begin(ann)
    theirs = [f"conversation:{conversation.id}", f"user:{ann.user_id}"]
    shared = f"project:{lived.house.home_project_id}"
    nonsense = ["", "conversation:", f"room:{conversation.id}", f"project:{new_id()}", "project:\x00"]
    async with lived.database.read() as connection:
        assert [await may_follow(connection, ann, topic) for topic in [*theirs, shared]] == [True] * 3
        assert [await may_follow(connection, bob, topic) for topic in [*theirs, shared]] == [False, False, True]
        assert not any([await may_follow(connection, ann, topic) for topic in nonsense])


async def test_the_shared_project_is_meant_when_none_is_named(lived: Lived) -> None:
    async with lived.database.read() as connection:
        assert (await project_for(connection, anybody(lived.ann), None)).id == lived.house.home_project_id
        with pytest.raises(NotFound):
            await project_for(connection, anybody(lived.ann), new_id())


async def test_only_an_admin_lets_words_out_of_the_house(lived: Lived) -> None:
    with pytest.raises(Forbidden):
        await allow_provider(lived.writer, lived.clock, anybody(lived.ann), "openai", is_allowed=True)
    admin = anybody(lived.house.admin)
    await allow_provider(lived.writer, lived.clock, admin, "openai", is_allowed=True)
    await allow_provider(lived.writer, lived.clock, admin, "ollama", is_allowed=True)
    await allow_provider(lived.writer, lived.clock, admin, "ollama", is_allowed=False)
    async with lived.database.read() as connection:
        assert (await choices(connection, admin.tenant_id)).allowed == {"openai"}


def test_everybody_may_read_and_each_role_may_all_that_a_lesser_one_may() -> None:
    ranks = [PERMISSIONS[role] for role in reversed(ROLES)]
    assert all("tools:read" in rank for rank in ranks)
    assert all(lesser <= greater for lesser, greater in itertools.pairwise(ranks))
    assert PERMISSIONS["guest"] == {"tools:read"}
    assert [role for role in ROLES if "house:manage" in PERMISSIONS[role]] == ["admin"]
