/** Sizes that layout and picture must agree on, in pixels. */

/** The label of an arrow. */
export const LABEL = {
  fontPx: 11,
  linePx: 16,
  paddingPx: 5,
  sidePx: 9,
  /** Kept free at the right of a line for how often it was taken. */
  countPx: 30,
} as const;

export const STATE = {
  namePx: 14,
  linePx: 15,
  lineFontPx: 11,
  sidePx: 12,
  /** From the top to below the name. */
  headPx: 32,
  /** Below the lines under the name. */
  gapPx: 4,
  widthMin: 96,
  /** Room for the loop before a line of what stays inside. */
  loopPx: 16,
  /** Diameter of a history state. */
  historyPx: 26,
  /** Room for the dot before an initial state. */
  dotPx: 12,
} as const;
