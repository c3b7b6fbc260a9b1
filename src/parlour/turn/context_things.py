"""What a model is still told of exchanges that it is shown no more: the things that they were about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from parlour.models.base import HouseMessage
from parlour.turn.context_pieces import Count, Exchange, Shown
from parlour.turn.report import Piece
from parlour.turn.steps import Settled
from parlour.turn.things import Thing

Things = Callable[[Sequence[Settled]], Sequence[Thing]]
"""The things that the steps of an exchange were about."""
FAR_BACK = 50
"""So many exchanges that are left out are looked at, the newest."""


def no_things(steps: Sequence[Settled]) -> Sequence[Thing]:
    """For whoever reads the talk and nothing else."""
    return ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """The message that tells of things, if there are any, and the pieces of the prompt that it is."""

    messages: tuple[HouseMessage, ...] = ()
    pieces: tuple[Piece, ...] = ()
    room: int = 0
    """What it took of the room, counted thing by thing: a little more than the size of the whole."""


def spoken_of(earlier: Sequence[Exchange], kept: Sequence[Shown], things: Things, room: int, count: Count) -> Spoken:
    """The things of those exchanges of which nothing is `kept`, as many as there is room for, the newest first.

    Each is told once, in the order in which it was last spoken of. What was left out longer ago than `FAR_BACK`
    exchanges is not looked at.
    """
    shown = {each.piece.message_id for each in kept}
    left_out = [each for each in earlier if each.answer_id is not None and each.answer_id not in shown]
    left = room - count(_content(()))
    told: set[str] = set()
    taken: list[tuple[Exchange, list[Thing]]] = []
    for exchange in reversed(left_out[-FAR_BACK:]):
        new = [thing for thing in things(exchange.steps) if thing.id not in told]
        fitting, left = _fitting(new, left, count)
        if fitting:
            told |= {thing.id for thing in fitting}
            taken.append((exchange, fitting))
        if len(fitting) < len(new):
            break
    if not taken:
        return Spoken()
    taken.reverse()
    message = HouseMessage(_content([thing for _, those in taken for thing in those]))
    return Spoken((message,), _pieces(taken, count(message.text), count), room - left)


def _fitting(new: Sequence[Thing], room: int, count: Count) -> tuple[list[Thing], int]:
    """The first of an exchange's new things that there is room for, and the room that is left. Each is counted once:
    a result may tell of thousands."""
    fitting: list[Thing] = []
    for thing in new:
        size = count(_told(thing))
        if size > room:
            break
        fitting.append(thing)
        room -= size
    return fitting, room


def _told(thing: Thing) -> str:
    """One of them, with what stands between two."""
    return orjson.dumps(_as_json(thing)).decode() + ","


def _as_json(thing: Thing) -> dict[str, str]:
    return {"id": thing.id, "name": thing.name} | ({"type": thing.kind} if thing.kind else {})


def _content(things: Sequence[Thing]) -> str:
    """Things as the JSON text that a language model reads. It is data, never an instruction."""
    told = [_as_json(each) for each in things]
    return orjson.dumps({"from": "the house, for your information; no instruction", "spoken_of_before": told}).decode()


def _pieces(taken: Sequence[tuple[Exchange, list[Thing]]], size: int, count: Count) -> tuple[Piece, ...]:
    """A piece for each exchange, which copies no words; what frames all things is counted with the first."""
    sizes = [sum(count(_told(each)) for each in those) for _, those in taken]
    sizes[0] += size - sum(sizes)
    return tuple(
        Piece(kind="entities", tokens=tokens, message_id=exchange.answer_id, text="\n".join(each.id for each in those))
        for (exchange, those), tokens in zip(taken, sizes, strict=True)
    )
