"""How long the built-in model takes for a question, and how much memory its index of names takes.

Run: PYTHONPATH=src:. python -m bench.intents [entities …]     (1,000 and 3,000 when none are given)

For every size: a house is made up, an index is built name by name, and questions and commands of all kinds, understood
ones and declined ones alike, are put one after the other in this thread, both readers of commands included. Times are
milliseconds each.
"""

import asyncio
import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterator

from parlour.models.base import ModelRequest, UserMessage
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import grammar_of
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import english
from parlour.models.intents.model import IntentsModel
from parlour.models.intents.spelling import english_words
from parlour.tools.language import NameChanges, Named
from tests.models.intents.asking import acting_tools_of, understander
from tests.models.intents.house import CALLER, HouseNames

ADJECTIVES = "north south east west upper lower old new little great inner outer front back second third"
ROOMS = "kitchen bedroom study hall bathroom office lounge cellar pantry library studio workshop nursery"
DEVICES = (
    ("ceiling light", "light"),
    ("floor lamp", "lamp"),
    ("desk lamp", "lamp"),
    ("blinds", "blind"),
    ("climate sensor", "temperature sensor"),
    ("radiator", "radiator"),
    ("speaker", "speaker"),
    ("smoke detector", "smoke detector"),
    ("window", "window"),
    ("thermostat", "thermostat"),
    ("socket", "plug"),
    ("fan", "fan"),
)
BAR_MS = 40
QUESTIONS = (
    "what's in the {room}?",
    "which lights are on in the {room}",
    "is the {room} {device} on?",
    "what's the temperature in the {room}",
    "tell me about the {room} {device}",
    "what can the {room} {device} do",
    "how is the {room} {device} connected to the {room2} {device2}?",
    "what's in the {room} and the {room2}?",
    "whihc lihgts are on in the {room}",
    "find anything about the {device}",
    "is the {device} on?",
    "what's in the {room} and what is the weather like",
    "turn on the {device} in the {room}",
    "which automation closes the blinds",
    "turn on the {room} {device}",
    "turn off all the lights in the {room}",
    "set the {room} {device} to 50 percent",
    "turn on the {room} {device} tomorrow",
    "switch the {room} {device} off and turn on the {room2} {device2}",
    "rename the {room} {device} to Big Thing",
    "trun teh {room} {device} off",
    "tell me a story about the {device} in the {room} that lived happily and never saw the sun again",
)


def house(count: int) -> list[Named]:
    """A house of `count` named things."""
    things = [Named("home", "home", ("The House",)), Named("up", "zone", ("Upstairs",), place="home")]
    rooms = [f"{adjective} {room}" for adjective in ADJECTIVES.split(" ") for room in ROOMS.split(" ")]
    for room in rooms[: max(1, count // 12)]:
        things.append(Named(room, "room", (room.title(),), place="up"))
        for device, name in DEVICES:
            things.append(
                Named(f"{room} {device}", "device", (f"{room} {device}".title(),), (name, *_broader(name)), place=room)
            )
    return things[:count]


def _broader(name: str) -> tuple[str, ...]:
    return {"lamp": ("light",), "temperature sensor": ("sensor",), "smoke detector": ("sensor",)}.get(name, ())


def questions(things: list[Named], count: int) -> Iterator[str]:
    """`count` questions, every kind as often as every other."""
    rooms = [n.names[0].lower() for n in things if n.kind == "room"]
    for at in range(count):
        yield QUESTIONS[at % len(QUESTIONS)].format(
            room=rooms[at * 7 % len(rooms)],
            room2=rooms[at * 11 % len(rooms)],
            device=DEVICES[at % len(DEVICES)][0],
            device2=DEVICES[(at + 5) % len(DEVICES)][0],
        )


def measure(count: int, asked: int = 600) -> None:
    """Print one line for a house of `count` things."""
    things = house(count)
    tracemalloc.start()
    index = NameIndex(english().spoken)
    index.apply(NameChanges(1, things, (), True))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    start = time.perf_counter()
    NameIndex(english().spoken).apply(NameChanges(1, things, (), True))
    built = (time.perf_counter() - start) * 1000
    grammar = grammar_of(acting_tools_of(HouseNames()), english())
    times: list[float] = []
    for question in questions(things, asked):
        start = time.perf_counter()
        understander(grammar, index).understand([Turn(question)])
        times.append((time.perf_counter() - start) * 1000)
    whole = asyncio.run(_streamed(things, 150))
    print(
        f"{len(things):>6}: question p50 {_at(times, 50):.2f} p95 {_at(times, 95):.2f} max {max(times):.2f} ms;"
        f" whole answer p50 {_at(whole, 50):.2f} p95 {_at(whole, 95):.2f} max {max(whole):.2f} ms;"
        f" index {held / 1024 / 1024:.2f} MiB, built in {built:.1f} ms ({built / len(things):.3f} ms a thing)"
    )
    if _at(whole, 95) > BAR_MS:
        print(f"       missed: p95 of a whole answer is above {BAR_MS} ms")


async def _streamed(things: list[Named], asked: int) -> list[float]:
    """Milliseconds for a step of the model, from the request to its last event."""
    names = HouseNames({n.id: n for n in things})
    model, tools = IntentsModel(), acting_tools_of(names)
    times: list[float] = []
    for question in ["what's upstairs?", *questions(things, asked)]:
        request = ModelRequest("", (UserMessage(question),), tools, CALLER)
        start = time.perf_counter()
        async for _ in model.stream(request):
            pass
        times.append((time.perf_counter() - start) * 1000)
    return times[1:]


def _at(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


if __name__ == "__main__":
    english_words()
    for size in [int(a) for a in sys.argv[1:]] or [1_000, 3_000]:
        measure(size)
