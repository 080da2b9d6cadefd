// What a code stands for. A code is the grey level g of the prediction plus 256 where the target is 1.
// Pixels that are ignored share one code of their own, which no table of maps has an entry for.

export const CODES = 512;
export const IGNORED = CODES;
export const IGNORED_MARK = 2; // and what a plane of target marks holds there

// Probability and logit of each grey level.
export function levelTables(levels) {
  const p = new Float64Array(256);
  const z = new Float64Array(256);
  for (let g = 0; g < 256; g++) {
    if (levels.kind === "hard") {
      p[g] = levels.p[g < 128 ? 0 : 1];
      z[g] = levels.z[g < 128 ? 0 : 1];
    } else {
      p[g] = (g + 0.5) / 256;
      z[g] = Math.log((g + 0.5) / (255.5 - g));
    }
  }
  return { p, z };
}

// How a pixel stands at the threshold; ties go to the background. Numbers, because a picture holds millions.
export const TN = 0;
export const TP = 1;
export const FP = 2;
export const FN = 3;
export const OUTSIDE = 4;
export const SKIPPED = 5; // an ignored pixel
export const VERDICTS = ["TN", "TP", "FP", "FN", "", "ignored"];

export const verdict = (p, y, threshold) => (p > threshold ? (y ? TP : FP) : y ? FN : TN);

export const verdictTable = (p, threshold) =>
  Uint8Array.from({ length: IGNORED + 1 }, (_, code) =>
    code === IGNORED ? SKIPPED : verdict(p[code & 255], code >> 8, threshold));
