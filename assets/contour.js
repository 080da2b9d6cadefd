// Lines of equal height over a grid, by marching squares. NaN has no line.

// Round levels between lo and hi: about n of them, at 1, 2 or 5 times a power of ten.
export function levelsOf(lo, hi, n = 8) {
  const span = hi - lo;
  if (!(span > 1e-12 * Math.max(Math.abs(lo), Math.abs(hi))) || !Number.isFinite(span)) return []; // flat but for rounding
  const rough = span / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= rough * 0.999);
  const levels = [];
  for (let i = Math.floor(lo / step) + 1; i * step < hi; i++) levels.push(i * step);
  return levels;
}

// The line of one level as segments [x0, y0, x1, y1, ...] in grid units; row 0 is y = 0.
export function isoline(values, w, h, level) {
  const out = [];
  for (let y = 0; y + 1 < h; y++) {
    for (let x = 0; x + 1 < w; x++) {
      const i = y * w + x;
      const [a, b, c, d] = [values[i], values[i + 1], values[i + w + 1], values[i + w]]; // around the cell
      if (Number.isNaN(a + b + c + d)) continue;
      const cross = [];
      const edge = (p, q, x0, y0, dx, dy) => {
        if (p < level === q < level) return;
        const t = (level - p) / (q - p);
        cross.push(x0 + t * dx, y0 + t * dy);
      };
      edge(a, b, x, y, 1, 0);
      edge(b, c, x + 1, y, 0, 1);
      edge(d, c, x, y + 1, 1, 0);
      edge(a, d, x, y, 0, 1);
      if (cross.length === 4) out.push(...cross);
      else if (cross.length === 8) {
        // A saddle: the middle of the cell says which corners belong together.
        const joined = (a + b + c + d) / 4 < level === a < level;
        const pairs = joined ? [0, 1, 2, 3] : [0, 3, 1, 2];
        for (const k of pairs) out.push(cross[2 * k], cross[2 * k + 1]);
      }
    }
  }
  return out;
}

// Segments as an SVG path; `place` maps a grid point to the picture.
export function pathOf(segments, place) {
  let path = "";
  for (let i = 0; i < segments.length; i += 4) {
    const [x0, y0] = place(segments[i], segments[i + 1]);
    const [x1, y1] = place(segments[i + 2], segments[i + 3]);
    path += `M${x0.toFixed(1)} ${y0.toFixed(1)}L${x1.toFixed(1)} ${y1.toFixed(1)}`;
  }
  return path;
}
