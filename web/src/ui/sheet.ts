/** Rows as the text that spreadsheets read. */

export type Cell = string | number | boolean | null;

/** What a spreadsheet would take for a formula, and run. */
const FORMULA = /^[=+\-@\t\r]/;

/** Comma-separated, as spreadsheets open it: quoted where needed, and no text in it is run as a formula. */
export function commaSeparated(rows: readonly (readonly Cell[])[]): string {
  const quoted = (text: string) => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `\ufeff${rows.map((row) => row.map((cell) => quoted(harmless(cell))).join(",")).join("\r\n")}\r\n`;
}

/** Tab-separated, as it is pasted into a spreadsheet. */
export function tabSeparated(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map((cell) => harmless(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}

function harmless(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  return FORMULA.test(cell) && !isNumber(cell) ? `'${cell}` : cell;
}

/** "-12.5" is a number, not a formula. */
function isNumber(text: string): boolean {
  return /^[+-]?\d+([.,]\d+)*$/.test(text);
}
