// Colour limits where the server gives none: they hold 99.5 % of the pixels.

const HELD = 0.995;
const SAMPLE = 1 << 16;

const between = (kind, top) => (kind === "gradient" ? [-top, top] : [0, top]);

export function tableLimits(kind, row, counts) {
  const order = [...row.keys()].filter(c => counts[c] && Number.isFinite(row[c]));
  order.sort((a, b) => Math.abs(row[a]) - Math.abs(row[b]));
  const total = order.reduce((sum, c) => sum + counts[c], 0);
  let seen = 0;
  const code = order.find(c => (seen += counts[c]) >= HELD * total);
  return between(kind, Math.abs(row[code] ?? 0) || 1);
}

export function planeLimits(kind, values) {
  const stride = Math.max(1, Math.floor(values.length / SAMPLE)) | 1; // odd: does not walk down one column
  const sizes = [];
  for (let i = 0; i < values.length; i += stride) {
    if (Number.isFinite(values[i])) sizes.push(Math.abs(values[i]));
  }
  const sorted = Float32Array.from(sizes).sort();
  const held = sorted[Math.ceil(HELD * sorted.length) - 1];
  return between(kind, held || sorted[sorted.length - 1] || 1);
}
