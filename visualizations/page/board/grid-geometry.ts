/** Where the tiles of a windowed grid are: plain arithmetic. */

export const TILE_HEIGHT = 158;
export const TILE_GAP = 10;
const TILE_WIDTH_MIN = 256;
/** Rows kept on either side of what can be seen. */
const SPARE_ROWS = 2;

export interface Geometry {
  readonly columns: number;
  readonly tileWidth: number;
  /** Of all tiles. */
  readonly height: number;
}

export function geometryOf(width: number, count: number): Geometry {
  const columns = Math.max(1, Math.floor((width + TILE_GAP) / (TILE_WIDTH_MIN + TILE_GAP)));
  const tileWidth = (width + TILE_GAP) / columns - TILE_GAP;
  const rows = Math.ceil(count / columns);
  return { columns, tileWidth, height: Math.max(0, rows * (TILE_HEIGHT + TILE_GAP) - TILE_GAP) };
}

export function placeOf(index: number, { columns, tileWidth }: Geometry): [x: number, y: number] {
  const row = Math.floor(index / columns);
  return [(index % columns) * (tileWidth + TILE_GAP), row * (TILE_HEIGHT + TILE_GAP)];
}

/** First and one past the last tile between two heights, with some to spare. */
export function visibleRange(
  top: number,
  bottom: number,
  count: number,
  { columns }: Geometry,
): [first: number, end: number] {
  const step = TILE_HEIGHT + TILE_GAP;
  const firstRow = Math.max(0, Math.floor(top / step) - SPARE_ROWS);
  const endRow = Math.max(0, Math.ceil(bottom / step) + SPARE_ROWS);
  return [Math.min(firstRow * columns, count), Math.min(endRow * columns, count)];
}

/** Where a key leads from a tile; null for a key that leads nowhere. */
export function stepOf(
  key: string,
  index: number,
  count: number,
  columns: number,
  pageRows: number,
): number | null {
  const clamped = (next: number): number => Math.min(Math.max(next, 0), count - 1);
  const inColumn = (next: number): number => (next < 0 || next >= count ? index : next);
  switch (key) {
    case 'ArrowLeft':
      return clamped(index - 1);
    case 'ArrowRight':
      return clamped(index + 1);
    case 'ArrowUp':
      return inColumn(index - columns);
    case 'ArrowDown':
      return inColumn(index + columns);
    case 'PageUp':
      return clamped(index - columns * pageRows);
    case 'PageDown':
      return clamped(index + columns * pageRows);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
