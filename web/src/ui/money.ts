/** Amounts of money, which come as billionths of a US dollar. */

import { DOLLAR } from "../protocol/spending";
import { numberFrom } from "./numbers";

const CENT = DOLLAR / 100;
const LEAST = CENT / 100;

/** An amount as people say it: "0.2 ct", "$1.25". */
export function money(billionths: number): string {
  if (billionths === 0) return "$0";
  if (billionths >= DOLLAR) return `$${(billionths / DOLLAR).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  if (billionths < LEAST) return "under 0.01 ct";
  return `${(billionths / CENT).toLocaleString("en-GB", { maximumSignificantDigits: 2 })} ct`;
}

/** What an answer cost; null where nobody knows. */
export function costInWords(cost: number | null): string {
  if (cost === null) return "no price known";
  return cost === 0 ? "free" : money(cost);
}

/** Billionths from what somebody wrote in dollars; null where that is no amount. */
export function fromDollars(text: string): number | null {
  const dollars = /^\d{1,6}([.,]\d{1,9})?$/.test(text.trim()) ? numberFrom(text) : Number.NaN;
  return Number.isNaN(dollars) ? null : Math.round(dollars * DOLLAR);
}
