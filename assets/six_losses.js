// Six losses of a small picture, as the library computes them: p and y row by row, y 0 or 1. Pure.

// Squared distance of every pixel to the nearest one where the mask is `wanted`; Infinity where there is none. Exact:
// down the columns first, then along each row over all columns.
export function squaredDistances(mask, w, h, wanted = 1) {
  const column = new Float64Array(w * h).fill(Infinity);
  for (let x = 0; x < w; x++) {
    let last = -Infinity;
    for (let y = 0; y < h; y++) {
      if (mask[y * w + x] === wanted) last = y;
      column[y * w + x] = (y - last) ** 2;
    }
    last = Infinity;
    for (let y = h - 1; y >= 0; y--) {
      if (mask[y * w + x] === wanted) last = y;
      const i = y * w + x;
      column[i] = Math.min(column[i], (last - y) ** 2);
    }
  }
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let best = Infinity;
      for (let d = 0; d < w && d * d < best; d++) {
        if (x >= d) best = Math.min(best, column[y * w + x - d] + d * d);
        if (x + d < w) best = Math.min(best, column[y * w + x + d] + d * d);
      }
      out[y * w + x] = best;
    }
  }
  return out;
}

// Squared distance to the nearest pixel of the other class; 0 everywhere where there is only one class.
export function squaredToOther(mask, w, h) {
  const [inside, outside] = [squaredDistances(mask, w, h, 0), squaredDistances(mask, w, h, 1)];
  return Float64Array.from(mask, (m, i) => {
    const d = m ? inside[i] : outside[i];
    return Number.isFinite(d) && Number.isFinite(m ? outside[i] : inside[i]) ? d : 0;
  });
}

// What is known of a target, worked out once.
export function targetOf(y, w, h) {
  const squared = squaredToOther(y, w, h);
  let floor = 0;
  const far = Float64Array.from(squared, (d, i) => {
    if (!d) return 0;
    const phi = y[i] ? 1 - Math.sqrt(d) : Math.sqrt(d);
    floor += y[i] ? phi : 0;
    return Math.abs(phi);
  });
  return { y, w, h, squared, far, floor: floor / y.length };
}

// All six at the library's defaults: focal α = ¼ γ = 2, Tversky α = 0.3 β = 0.7, smoothing 1, Hausdorff α = 2.
export function sixLosses(p, { y, w, h, squared, far, floor }) {
  const n = w * h;
  const reach = squaredToOther(Uint8Array.from(p, v => (v > 0.5 ? 1 : 0)), w, h);
  let [bce, focal, tp, fp, fn, boundary, hausdorff] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const e = y[i] ? 1 - p[i] : p[i];
    const ce = -Math.log(y[i] ? p[i] : 1 - p[i]);
    bce += ce;
    focal += (y[i] ? 0.25 : 0.75) * e * e * ce;
    if (y[i]) {
      tp += p[i];
      fn += e;
    } else fp += e;
    boundary += far[i] * e;
    hausdorff += e * e * (squared[i] + reach[i]);
  }
  const priced = 0.3 * fp + 0.7 * fn;
  return {
    bce: bce / n,
    focal: focal / n,
    dice: (fp + fn) / (2 * tp + fp + fn + 1),
    tversky: priced / (tp + priced + 1),
    boundary: floor + boundary / n,
    hausdorff_dt: hausdorff / n,
  };
}
