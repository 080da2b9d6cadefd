// Pixels of a panel from pixels of a plane. `out` holds W × H canvas words and starts empty; `width` is the plane's.
// A screen pixel that covers several pixels shows their mean, or on a map the one with the largest |value|,
// because thin errors must not vanish.

import { CODES, IGNORED } from "./levels.js";
import { STEPS, shade } from "./colours.js";

// The codes in the order of |value|, so that the loop below compares small integers. An ignored pixel gives way to all.
export function rankTable(row, colours, [lo, hi]) {
  const size = new Float32Array(IGNORED + 1).fill(-2);
  for (let code = 0; code < CODES; code++) size[code] = Number.isNaN(row[code]) ? -1 : Math.abs(row[code]);
  const order = Uint16Array.from(size, (_, i) => i).sort((a, b) => size[a] - size[b]);
  const rank = new Uint16Array(IGNORED + 1);
  const colour = new Uint32Array(IGNORED + 1);
  order.forEach((code, i) => {
    rank[code] = i;
    colour[i] = shade(colours, lo, hi, code === IGNORED ? 0 : row[code]);
  });
  return { rank, colour };
}

export function paintRanked(out, { W, K, xs, ys, x0, x1, y0, y1 }, codes, width, { rank, colour }) {
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      let best = 0;
      for (let v = j * K; v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; u < i * K + K; u++) {
          const r = rank[codes[row + xs[u]]];
          if (r > best) best = r;
        }
      }
      out[j * W + i] = colour[best];
    }
  }
}

export function paintExtreme(out, { W, K, xs, ys, x0, x1, y0, y1 }, values, width, colours, [lo, hi]) {
  const scale = (STEPS - 1) / (hi - lo);
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      let best = NaN;
      let size = -1;
      for (let v = j * K; v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; u < i * K + K; u++) {
          const value = values[row + xs[u]];
          const now = value < 0 ? -value : value;
          if (now > size) {
            size = now;
            best = value;
          }
        }
      }
      if (size < 0) continue; // nothing but NaN here
      const step = Math.round((best - lo) * scale);
      out[j * W + i] = colours[step < 0 ? 0 : step >= STEPS ? STEPS - 1 : step];
    }
  }
}

// Grey: the mean of level[value], where `level` maps what the plane holds to 0..255.
export function paintLevels(out, { W, K, xs, ys, x0, x1, y0, y1 }, values, width, level) {
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      let sum = 0;
      for (let v = j * K; v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; u < i * K + K; u++) sum += level[values[row + xs[u]]];
      }
      const grey = Math.round(sum / (K * K));
      out[j * W + i] = (0xff000000 | (grey * 0x10101)) >>> 0;
    }
  }
}

// Grey: the mean of probabilities.
export function paintReal(out, { W, K, xs, ys, x0, x1, y0, y1 }, values, width) {
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      let sum = 0;
      for (let v = j * K; v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; u < i * K + K; u++) sum += values[row + xs[u]];
      }
      const mean = Math.round((255 * sum) / (K * K));
      const grey = mean < 0 ? 0 : mean > 255 ? 255 : mean;
      out[j * W + i] = (0xff000000 | (grey * 0x10101)) >>> 0;
    }
  }
}

export function paintWords(out, { W, K, xs, ys, x0, x1, y0, y1 }, words, width) {
  const n = K * K;
  for (let j = y0; j < y1; j++) {
    for (let i = x0; i < x1; i++) {
      if (K === 1) {
        out[j * W + i] = words[ys[j] * width + xs[i]];
        continue;
      }
      let r = 0;
      let g = 0;
      let b = 0;
      for (let v = j * K; v < j * K + K; v++) {
        const row = ys[v] * width;
        for (let u = i * K; u < i * K + K; u++) {
          const c = words[row + xs[u]];
          r += c & 255;
          g += (c >> 8) & 255;
          b += (c >> 16) & 255;
        }
      }
      const mixed = Math.round(r / n) | (Math.round(g / n) << 8) | (Math.round(b / n) << 16);
      out[j * W + i] = (0xff000000 | mixed) >>> 0;
    }
  }
}
