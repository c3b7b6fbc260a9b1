"""Writes the well-known providers for the page, from the table that the server asks them by."""

from pathlib import Path

from parlour.models.presets import PRESETS, Preset

TARGET = Path("web/src/features/settings/presets.ts")
HEAD = """\
// Written by `python -m gen` from src/parlour/models/presets.py. Do not edit.

/** Well-known servers of models, so that nobody has to look their addresses up. */

export interface Preset {
  label: string;
  name: string;
  address: string;
  /** Whether it asks for a key. */
  wantsKey: boolean;
}

export const PRESETS: readonly Preset[] = [
"""


def files() -> dict[Path, str]:
    """The one file: its path below the checkout, and its content."""
    return {TARGET: HEAD + "".join(map(_line, PRESETS)) + "];\n"}


def _line(preset: Preset) -> str:
    wants_key = "true" if preset.wants_key else "false"
    return (
        f'  {{ label: "{preset.label}", name: "{preset.name}", address: "{preset.address}", wantsKey: {wants_key} }},\n'
    )
