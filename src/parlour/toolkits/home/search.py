"""Search: candidates from the full-text index and from the names, ordered by how much of the query each explains.

The index finds whole words and their beginnings anywhere; the names in memory find what was misspelt. A score is
the share of the query that a thing accounts for, from 0 to 1, so that a threshold means the same for every query.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.fulltext import full_text
from parlour.toolkits.home.graph import Entity, Home, entities_by_id
from parlour.toolkits.home.index import FARTHEST, Entry, NameIndex, word_likeness
from parlour.toolkits.home.kinds import SYNONYMS
from parlour.toolkits.home.tables import texts
from parlour.toolkits.home.words import fold, name_form, stem, telling, words

MOST_CANDIDATES = 40
"""How many things are scored, or twice as many as results are wanted if that is more."""
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
    stems = [stem(word) for word in said]
    terms = [_alternatives(index, word) for word in said]
    ids = await _candidates(connection, home, index, said, terms, types, max(MOST_CANDIDATES, limit * 2))
    bodies = await _bodies(connection, home, ids)
    scored = [
        (score, thing_id, matched)
        for thing_id in ids
        if (entry := index.entry(thing_id)) is not None and (not types or entry.named.kind in types)
        for score, matched in (_score(query, stems, index, entry, bodies.get(thing_id, "")),)
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
    most: int,
) -> list[str]:
    by_name = [m.named.id for m in index.alike(" ".join(said), types, limit=most // 3)]
    limit = most * (4 if types else 1)
    index_of_texts = full_text(connection)
    by_text = await index_of_texts.hits(connection, home, terms, limit, every=True)
    telling_terms = [group for group in terms if not _is_common(index, group)]
    if len(by_text) < most // 4 and len(terms) > 1 and telling_terms:
        by_text += await index_of_texts.hits(connection, home, telling_terms, limit, every=False)
    return list(dict.fromkeys([*by_name, *by_text]))


def _is_common(index: NameIndex, group: Sequence[str]) -> bool:
    """Whether so many things are called by a word, or by one it may stand for, that it tells little beside others."""
    return sum(len(index.holders(stem(word))) for word in group) > max(MOST_CANDIDATES, len(index) // 100)


async def _bodies(connection: AsyncConnection, home: Home, ids: Sequence[str]) -> dict[str, str]:
    statement = select(texts.c.entity_id, texts.c.body).where(home.owns(texts), texts.c.entity_id.in_(ids))
    return {row.entity_id: row.body for row in await connection.execute(statement)}


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text))


def _score(query: str, said: Sequence[str], index: NameIndex, entry: Entry, body: str) -> tuple[float, str]:
    """How much of what was said a thing explains, and where most of it was found."""
    place = index.entry(entry.named.place or "")
    fields = (
        ("name", NAME, frozenset(entry.stems[0])),
        ("alias", ALIAS, frozenset(word for name in entry.stems[1:] for word in name)),
        ("class", CLASS, entry.classes | {entry.named.kind}),
        ("content", BODY, _stems(body)),
        ("place", PLACE, frozenset(word for name in place.stems for word in name) if place else frozenset[str]()),
    )
    total = 0.0
    worth = dict.fromkeys((name for name, _, _ in fields), 0.0)
    for word in said:
        best, where = 0.0, "name"
        for name, weight, known in fields:
            if weight > best and (found := _best(word, known) * weight) > best:
                best, where = found, name
        total += best
        worth[where] += best
    matched = max(worth, key=lambda name: worth[name])
    return min(1.0, total / len(said) * 0.9 + 0.1 * _closeness(query, said, entry.stems)), matched


def _best(word: str, known: frozenset[str]) -> float:
    """How alike the likest of the known words is; 0 for one that is only somewhat alike."""
    if word in known:
        return 1.0
    near = process.extractOne(word, known, scorer=OSA.normalized_similarity, score_cutoff=FARTHEST)
    begun = [other for other in known if other.startswith(word[:4])] if len(word) >= 4 else []
    best = max((word_likeness(word, other) for other in begun), default=0.0)
    return max(best if best >= FARTHEST else 0.0, near[1] if near else 0.0)


def _closeness(query: str, said: Sequence[str], names: Sequence[Sequence[str]]) -> float:
    """How little else a name says than what was asked for: 1.0 for the name itself."""
    form, wanted = {stem(word) for word in words(name_form(query))}, set(said)
    return max(len(wanted & set(name)) / len(form | set(name)) if name else 0.0 for name in names)


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
