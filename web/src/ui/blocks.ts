/**
 * Cuts Markdown into pieces that can be drawn on their own, so that while an answer grows only its last piece is
 * read again. A cut is made only where the meaning cannot change: at a blank line outside of a fence, before a line
 * that begins something new.
 */
export function blocksOf(text: string): string[] {
  if (/^\[[^\]]+\]:/m.test(text)) return [text];
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const afterBlank = lines.length > 0 && lines[lines.length - 1]?.trim() === "";
    if (fence === null && afterBlank && beginsAnew(line)) {
      blocks.push(lines.join("\n"));
      lines = [];
    }
    fence = fenceAfter(fence, line);
    lines.push(line);
  }
  return [...blocks, lines.join("\n")].filter((block) => block.trim() !== "");
}

/** The fence that is open behind `line`, or null. */
function fenceAfter(open: string | null, line: string): string | null {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
  if (open === null) return mark;
  return mark?.startsWith(open) === true ? null : open;
}

/** Not indented, not a list item, not a table or quotation that may go on, no raw markup. */
function beginsAnew(line: string): boolean {
  return /^[^\s]/.test(line) && !/^([-*+]\s|\d+[.)]\s|[|>:<])/.test(line);
}
