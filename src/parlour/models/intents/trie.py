"""A trie over words: which things are called exactly what stands here."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Node:
    children: "dict[str, _Node]" = field(default_factory=dict)
    ids: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Trie:
    """Phrases and the ids of what they name."""

    _root: _Node = field(default_factory=_Node)

    def put(self, phrase: tuple[str, ...], thing: str) -> None:
        """Let `phrase` name `thing`."""
        node = self._root
        for word in phrase:
            node = node.children.setdefault(word, _Node())
        node.ids.add(thing)

    def remove(self, phrase: tuple[str, ...], thing: str) -> None:
        """Let `phrase` no longer name `thing`; branches that lead nowhere are cut."""
        path = [self._root]
        for word in phrase:
            child = path[-1].children.get(word)
            if child is None:
                return
            path.append(child)
        path[-1].ids.discard(thing)
        for parent, word, node in reversed(list(zip(path, phrase, path[1:], strict=False))):
            if node.ids or node.children:
                return
            del parent.children[word]

    def at(self, phrase: tuple[str, ...]) -> frozenset[str]:
        """What this phrase names."""
        node: _Node | None = self._root
        for word in phrase:
            node = node.children.get(word) if node is not None else None
        return frozenset(node.ids) if node is not None else frozenset()

    def longest(
        self, words: tuple[str, ...], start: int, allowed: Callable[[str], bool] | None = None
    ) -> tuple[int, frozenset[str]]:
        """Where the longest phrase that begins at `start` ends, and what it names; (start, nothing) when none does.

        Only what is `allowed` counts.
        """
        node, end, ids = self._root, start, frozenset[str]()
        for at in range(start, len(words)):
            child = node.children.get(words[at])
            if child is None:
                break
            node = child
            named = node.ids if allowed is None else {i for i in node.ids if allowed(i)}
            if named:
                end, ids = at + 1, frozenset(named)
        return end, ids
