"""Search: candidates from the full-text index and from the names, ordered by how much of the query each explains.

The index finds whole words and their beginnings anywhere; the names in memory find what was misspelt. A score is
the share of the query that a thing accounts for, from 0 to 1, so that a threshold means the same for every query.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.fulltext import full_text
from parlour.toolkits.home.graph import Entity, Home, entities_by_id
from parlour.toolkits.home.index import FARTHEST, NameIndex, word_likeness
from parlour.toolkits.home.kinds import SYNONYMS
from parlour.toolkits.home.tables import texts
from parlour.toolkits.home.words import fold, name_form, stem, telling, words
from parlour.tools.language import Named

MOST_CANDIDATES = 150
LONGEST_EXCERPT = 160

NAME, ALIAS, CLASS, PLACE, BODY = 1.0, 0.97, 0.85, 0.7, 0.75
"""What a word is worth by where it is found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: how well it fits, where the words were, and the piece of text that holds them."""

    entity: Entity
    score: float
    matched: str
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class _Text:
    names: Sequence[frozenset[str]]
    classes: frozenset[str]
    place: frozenset[str]
    body: frozenset[str]


async def search(
    connection: AsyncConnection,
    home: Home,
    index: NameIndex,
    query: str,
    types: Collection[str],
    limit: int,
    threshold: float,
) -> list[Hit]:
    """The best `limit` things for `query` that score at least `threshold`, best first."""
    said = list(dict.fromkeys(telling(query)))[:16]
    if not said:
        return []
    terms = [_alternatives(index, word) for word in said]
    ids = await _candidates(connection, home, index, said, terms, types)
    bodies = await _bodies(connection, home, ids)
    scored = [
        (score, thing_id, matched)
        for thing_id in ids
        if (named := index.get(thing_id)) is not None and (not types or named.kind in types)
        for score, matched in (_score(query, said, _text(index, named, bodies.get(thing_id, ""))),)
        if score >= threshold
    ]
    scored.sort(key=lambda s: (-s[0], s[1]))
    best = scored[:limit]
    things = await entities_by_id(connection, home, [thing_id for _, thing_id, _ in best])
    return [
        Hit(things[i], score, matched, excerpt(things[i], said) if matched == "content" else None)
        for score, i, matched in best
        if i in things
    ]


def _alternatives(index: NameIndex, word: str) -> list[str]:
    """The words that will do for a word that was said: itself, its stem, a synonym, and names it nearly is."""
    near = [known for known in index.corrections(stem(word)) if known.isalnum()]
    synonym = words(SYNONYMS.get(stem(word), ""))
    return list(dict.fromkeys([word, stem(word), *synonym, *near]))


async def _candidates(
    connection: AsyncConnection,
    home: Home,
    index: NameIndex,
    said: Sequence[str],
    terms: Sequence[Sequence[str]],
    types: Collection[str],
) -> list[str]:
    by_name = [m.named.id for m in index.alike(" ".join(said), types, limit=MOST_CANDIDATES // 3)]
    by_text = await full_text(connection).hits(connection, home, terms, MOST_CANDIDATES * (3 if types else 1))
    return list(dict.fromkeys([*by_name, *by_text]))


async def _bodies(connection: AsyncConnection, home: Home, ids: Sequence[str]) -> dict[str, str]:
    statement = select(texts.c.entity_id, texts.c.body).where(home.owns(texts), texts.c.entity_id.in_(ids))
    return {row.entity_id: row.body for row in await connection.execute(statement)}


def _text(index: NameIndex, named: Named, body: str) -> _Text:
    place = index.get(named.place or "")
    return _Text(
        names=tuple(_stems(name) for name in named.names),
        classes=_stems(" ".join((*named.classes, named.kind))),
        place=_stems(" ".join(place.names)) if place else frozenset(),
        body=_stems(body),
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


def _score(query: str, said: Sequence[str], text: _Text) -> tuple[float, str]:
    """How much of what was said a thing explains, and where most of it was found."""
    aliases = frozenset(word for name in text.names[1:] for word in name)
    fields = (
        ("name", NAME, text.names[0]),
        ("alias", ALIAS, aliases),
        ("class", CLASS, text.classes),
        ("content", BODY, text.body),
        ("place", PLACE, text.place),
    )
    total = 0.0
    worth = dict.fromkeys((name for name, _, _ in fields), 0.0)
    for word in map(stem, said):
        best, where = max(((_best(word, known) * weight, name) for name, weight, known in fields), key=lambda b: b[0])
        total += best
        worth[where] += best
    score = total / len(said)
    matched = max(worth, key=lambda name: worth[name])
    return min(1.0, score * 0.9 + 0.1 * _closeness(query, said, text.names)), matched


def _best(word: str, known: frozenset[str]) -> float:
    if word in known:
        return 1.0
    best = max((word_likeness(word, other) for other in known), default=0.0)
    return best if best >= FARTHEST else 0.0


def _closeness(query: str, said: Sequence[str], names: Sequence[frozenset[str]]) -> float:
    """How little else a name says than what was asked for: 1.0 for the name itself."""
    form = {stem(word) for word in words(name_form(query))}
    wanted = {stem(word) for word in said}
    return max(len(wanted & name) / len(form | name) if name else 0.0 for name in names)


def excerpt(thing: Entity, said: Sequence[str]) -> str | None:
    """The first piece of a thing's content that holds a word of the query."""
    wanted = {stem(word) for word in said}
    for piece in pieces(thing.content):
        for sentence in piece.replace("? ", "?\n").replace("! ", "!\n").replace(". ", ".\n").split("\n"):
            if wanted & {stem(word) for word in words(sentence)}:
                clipped = sentence.strip()
                return clipped if len(clipped) <= LONGEST_EXCERPT else f"{clipped[: LONGEST_EXCERPT - 1].rstrip()}…"
    return None


def pieces(value: JsonValue) -> list[str]:
    """Every text in a content, in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [piece for inner in value.values() for piece in pieces(inner)]
    if isinstance(value, list):
        return [piece for inner in value for piece in pieces(inner)]
    return []


def searchable(content: JsonValue) -> str:
    """The text of a content as it is indexed."""
    return fold("\n".join(pieces(content)))
