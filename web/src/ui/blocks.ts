/**
 * Cuts Markdown into pieces that can be drawn on their own, so that while an answer grows only its last piece is
 * read again. A cut is made only where the meaning cannot change: at a blank line outside of a fence, before a line
 * that begins something new. What defines the links of a text goes with every piece that might use it.
 */
export function blocksOf(text: string): string[] {
  if (/^\[\^[^\]]+\]:/m.test(text)) return [text];
  const blocks: string[] = [];
  const definitions: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const afterBlank = lines.length > 0 && lines[lines.length - 1]?.trim() === "";
    if (fence === null && afterBlank && beginsAnew(line)) {
      blocks.push(lines.join("\n"));
      lines = [];
    }
    fence = fenceAfter(fence, line);
    if (fence === null && DEFINITION.test(line)) definitions.push(line);
    lines.push(line);
  }
  return withDefinitions([...blocks, lines.join("\n")].filter((block) => block.trim() !== ""), definitions);
}

function withDefinitions(blocks: string[], definitions: readonly string[]): string[] {
  if (definitions.length === 0) return blocks;
  const known = `\n\n${definitions.join("\n")}`;
  return blocks.map((block) => (block.includes("[") ? block + known : block));
}

/** Where a link that is used by its name in the text is said to lead. */
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*\S/;

/** The fence that is open behind `line`, or null. */
export function fenceAfter(open: string | null, line: string): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
  if (open === null) return mark;
  return mark?.startsWith(open) === true ? null : open;
}

/** Not indented, not a list item, not a table or quotation that may go on, no raw markup. */
function beginsAnew(line: string): boolean {
  return /^[^\s]/.test(line) && !/^([-*+]\s|\d+[.)]\s|[|>:<])/.test(line);
}
