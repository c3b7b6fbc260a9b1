import { useState } from "react";
import type { Row } from "./rows";

/** Whether the rows are those of before with some more, or some less, in front of them. */
export function useGrownInFront(rows: readonly Row[]): boolean {
  const [known, setKnown] = useState({ rows, isGrown: false });
  if (known.rows === rows) return known.isGrown;
  const isGrown = known.rows[0]?.key !== rows[0]?.key && doMeet(known.rows, rows);
  setKnown({ rows, isGrown });
  return isGrown;
}

/** Counts how often somebody was taken elsewhere: to rows of which none was there before. */
export function useVisit(rows: readonly Row[]): number {
  const [known, setKnown] = useState({ rows, visit: 0 });
  if (known.rows === rows) return known.visit;
  const isElsewhere = known.rows.length > 0 && rows.length > 0 && !doMeet(known.rows, rows);
  const visit = known.visit + (isElsewhere ? 1 : 0);
  setKnown({ rows, visit });
  return visit;
}

/** Whether one of them begins within the other. */
function doMeet(some: readonly Row[], others: readonly Row[]): boolean {
  return some.some((row) => row.key === others[0]?.key) || others.some((row) => row.key === some[0]?.key);
}
