/** Numbers as people write them. */

/** Some read it as more than a thousand, others as a little more than one. */
const EITHER_WAY = /^[-+]?[1-9]\d{0,2},\d{3}$/;

/** The number that somebody wrote, its decimals behind a point or a comma; NaN for what is none, or could be two. */
export function numberFrom(text: string): number {
  const written = text.trim();
  return written === "" || EITHER_WAY.test(written) ? Number.NaN : Number(written.replace(",", "."));
}
