"""Writes the kinds of providers for the page, from the table that the server asks them by."""

import json
from pathlib import Path

from parlour.models.other_kinds import OPENAI, OTHER_KINDS, THINKING

TARGET = Path("web/src/features/settings/kinds.ts")
HEAD = """\
// Written by `python -m gen` from src/parlour/models/other_kinds.py. Do not edit.

import type { ProviderKind } from "../../protocol/providers";

/** A format that providers speak. */
export interface Kind {
  kind: ProviderKind;
  label: string;
  /** Where its own provider answers; empty for the one that many speak. */
  address: string;
  /** What else it needs or takes. */
  options: readonly string[];
}

export const KINDS: readonly Kind[] = [
"""
TAIL = f"""\
];

/** How hard a model may be told to think. */
export const THINKING = {json.dumps(THINKING)} as const;
"""


def files() -> dict[Path, str]:
    """The one file: its path below the checkout, and its content."""
    lines = [_line(OPENAI, "OpenAI (Chat Completions)", "", ())]
    lines += [_line(kind.name, kind.label, kind.base_url, kind.options) for kind in OTHER_KINDS.values()]
    return {TARGET: HEAD + "".join(lines) + TAIL}


def _line(kind: str, label: str, address: str, options: tuple[str, ...]) -> str:
    said = f'kind: "{kind}", label: "{label}", address: "{address}", options: {json.dumps(options)}'
    return f"  {{ {said} }},\n"
