// Written by `python -m gen` from src/parlour/protocol/text.py. Do not edit.
/**
 * Lengths and cuts of text in UTF-16 code units, the unit of every offset and length on the wire.
 *
 * A JavaScript string counts in these units, so both reducers agree without asking each other. A cut never
 * splits a surrogate pair: where it would, it is made one unit earlier.
 */

/** How much of one part's text stands in a state; the rest is read by REST. */
export const STATE_TEXT_UNITS = 65536;
