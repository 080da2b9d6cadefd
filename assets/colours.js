// Colour ramps as 32-bit canvas words. An odd number of steps, so that the middle of a diverging ramp is exactly white.

import { clip } from "./format.js";

export const STEPS = 511;

export const word = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
const byte = v => clip(Math.round(v), 0, 255);
const parse = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
export const wordOf = hex => word(...parse(hex));

// Magma as a polynomial of degree six per channel: perceptually uniform, dark at 0.
const MAGMA = [
  [-0.002136485, 0.251660541, 8.353717279, -27.668733086, 52.17613981, -50.768525365, 18.655705066],
  [-0.000749655, 0.677523244, -3.577719515, 14.264730781, -27.943606072, 29.046582821, -11.48977352],
  [-0.005386128, 2.494026599, 0.314467903, -13.649213188, 12.944169442, 4.234152994, -5.601961509],
];
const magma = t => word(...MAGMA.map(c => byte(255 * c.reduceRight((sum, a) => sum * t + a, 0))));

// Blue, white at the middle, red.
const DIVERGING = "#053061 #2166ac #4393c3 #92c5de #d1e5f0 #ffffff #fddbc7 #f4a582 #d6604d #b2182b #67001f"
  .split(" ").map(parse);

function diverging(t) {
  const at = t * (DIVERGING.length - 1);
  const low = Math.min(Math.floor(at), DIVERGING.length - 2);
  const part = at - low;
  return word(...DIVERGING[low].map((v, i) => byte(v + part * (DIVERGING[low + 1][i] - v))));
}

const grey = t => word(byte(255 * t), byte(255 * t), byte(255 * t));
const ramp = f => Uint32Array.from({ length: STEPS }, (_, i) => f(i / (STEPS - 1)));

const twoWays = ramp(diverging);
export const RAMPS = { share: ramp(magma), gradient: twoWays, difference: twoWays, prediction: ramp(grey) };

// The word of a value between the limits; a value that is no number has no colour.
export function shade(colours, lo, hi, v) {
  if (Number.isNaN(v)) return 0;
  return colours[clip(Math.round(((STEPS - 1) * (v - lo)) / (hi - lo)), 0, STEPS - 1)];
}

// The ramp as a CSS gradient, for colour bars.
export function gradientOf(colours) {
  const stops = Array.from({ length: 18 }, (_, i) => {
    const c = colours[Math.round((i / 17) * (STEPS - 1))];
    return `rgb(${c & 255} ${(c >> 8) & 255} ${(c >> 16) & 255})`;
  });
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}
