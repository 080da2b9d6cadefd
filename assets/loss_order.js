// The rows of a table in the order of a column, and where a common range of colours ends. Pure.

// "" keeps the order given, "fp" sorts upwards, "-fp" downwards; what is unknown comes last either way.
export function ordered(rows, sort) {
  if (!sort) return [...rows];
  const down = sort.startsWith("-");
  const column = down ? sort.slice(1) : sort;
  const known = v => v !== null && v !== undefined;
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column], other[column]];
    if (!known(a) || !known(b)) return known(b) - known(a);
    return down ? compare(b, a) : compare(a, b);
  });
}

// A click: first the way that is asked for most (names upwards, numbers downwards), then the other, then as given.
export function nextSort(sort, column) {
  const [first, second] = column === "title" ? [column, `-${column}`] : [`-${column}`, column];
  if (sort === first) return second;
  return sort === second ? "" : first;
}

// What is common to losses of different units: the part of each loss that a pixel pays, the part of the gradient's
// length that it holds. The range ends where four of five losses are inside.
export function commonTop(tiles, map) {
  const parts = tiles.map(tile => topPart(tile, map)).filter(part => part > 0 && Number.isFinite(part)).sort((a, b) => a - b);
  return parts.length ? parts[Math.min(parts.length - 1, Math.floor(0.8 * parts.length))] : 1;
}

const wholeOf = ({ total, norm }, map) => (map === "share" ? total : norm);
const topPart = (tile, map) => tile.tops[map === "share" ? 0 : 1] / wholeOf(tile, map);

export function limitsOf(tile, { map, colours }, common) {
  const own = tile.tops[map === "share" ? 0 : 1];
  const whole = wholeOf(tile, map);
  const top = (colours === "one" && whole > 0 ? common * whole : own) || 1;
  return map === "share" ? [0, top] : [-top, top];
}
