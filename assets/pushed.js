// A round prediction beside a round target: where it can be, what six losses say, and what is worth saying about it. Pure.

import { clip } from "./format.js";
import { sixLosses, targetOf } from "./six_losses.js";

export const GRID = 64;
export const TARGET = { x: 43, y: 32, r: 11 };
export const STARTS = { x: 33, y: 27, r: 9, soft: 1 };
export const RADII = [3, 20];
export const SOFTNESS = [0.4, 4];
export const SIX = { bce: "BCE", focal: "Focal", dice: "Dice", tversky: "Tversky", boundary: "Boundary", hausdorff_dt: "Hausdorff" };

const SURE = 6; // the largest logit: p = 0.9975
const AHEAD = 2; // px moved towards the target to feel a slope
const FLAT = 0.003; // of the bar's length: less than that per step is no help to anybody

// Inside the picture, between the ends.
export function placed({ x, y, r, soft }) {
  const size = clip(r, ...RADII);
  const inside = v => clip(v, size + 1, GRID - size - 1); // what leaves the picture would be free
  return { x: inside(x), y: inside(y), r: size, soft: clip(soft, ...SOFTNESS) };
}

export function probabilities({ x, y, r, soft }) {
  const p = new Float64Array(GRID * GRID);
  for (let v = 0; v < GRID; v++) {
    for (let u = 0; u < GRID; u++) {
      const z = clip((r - Math.hypot(u + 0.5 - x, v + 0.5 - y)) / soft, -SURE, SURE);
      p[v * GRID + u] = 1 / (1 + Math.exp(-z));
    }
  }
  return p;
}

const mask = ({ x, y, r }) => Uint8Array.from({ length: GRID * GRID }, (_, i) =>
  (Math.hypot((i % GRID) + 0.5 - x, Math.floor(i / GRID) + 0.5 - y) <= r ? 1 : 0));

const KNOWN = targetOf(mask(TARGET), GRID, GRID);
const PERFECT = sixLosses(Float64Array.from(KNOWN.y), { ...KNOWN, y: KNOWN.y });
const FLOOR = { bce: 0, focal: 0, dice: 0, tversky: 0, boundary: PERFECT.boundary, hausdorff_dt: 0 };
const FARTHEST = sixLosses(probabilities({ ...STARTS, x: 10, y: 10 }), KNOWN);

// The bar of a loss: from nothing wrong to the starting object in the farthest corner.
export const barOf = (name, value) => (value - FLOOR[name]) / (FARTHEST[name] - FLOOR[name]);

// Everything the figure shows: values, bars, how much of each bar a step towards the target would take away.
export function measured(at) {
  const p = probabilities(at);
  const values = sixLosses(p, KNOWN);
  const [dx, dy] = [TARGET.x - at.x, TARGET.y - at.y];
  const apart = Math.hypot(dx, dy);
  const step = Math.min(AHEAD, apart);
  const nearer = apart > 0.5 ? sixLosses(probabilities({ ...at, x: at.x + (step * dx) / apart, y: at.y + (step * dy) / apart }), KNOWN) : values;
  let both = 0;
  let said = 0;
  for (let i = 0; i < p.length; i++) {
    both += p[i] > 0.5 && KNOWN.y[i];
    said += p[i] > 0.5;
  }
  const six = Object.keys(SIX).map(name => {
    const falls = barOf(name, values[name]) - barOf(name, nearer[name]);
    return { name, value: values[name], bar: barOf(name, values[name]), falls, flat: falls < FLAT };
  });
  return { p, six, apart, overlap: (2 * both) / (said + KNOWN.y.reduce((a, b) => a + b, 0)), touches: both > 0 };
}

// The way from the object to the target.
export function wayOf({ x, y }) {
  const [dx, dy] = [TARGET.x - x, TARGET.y - y];
  const size = Math.hypot(dx, dy);
  const words = [
    ...(Math.abs(dy) > 0.38 * size ? [dy < 0 ? "up" : "down"] : []),
    ...(Math.abs(dx) > 0.38 * size ? [dx < 0 ? "to the left" : "to the right"] : []),
  ];
  return words.join(" and ");
}

const list = names => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

export function saying(at, { six, apart, overlap, touches }) {
  const of = flat => six.filter(one => one.flat === flat).map(({ name }) => SIX[name]);
  if (!touches) {
    const dice = six.find(({ name }) => name === "dice");
    const [stuck, falling] = [of(true), of(false)];
    const still = falling.length ? `; ${list(falling)} still fall${falling.length === 1 ? "s" : ""} ${wayOf(at)}` : "";
    return stuck.length
      ? `No overlap any more: ${list(stuck)} ${stuck.length === 1 ? "is" : "are"} stuck (Dice at ${dice.value.toPrecision(3)})${still}.`
      : `No overlap any more, but it is so soft that all six still fall ${wayOf(at)}.`;
  }
  if (apart <= 1 && overlap > 0.95) return at.soft > 2
    ? "On the target but unsure: overlap losses are low, while BCE charges every doubtful pixel."
    : "On the target: every loss is close to its lowest.";
  if (apart <= 1) return `In the right place, but too ${at.r < TARGET.r ? "small" : "large"}: Dice overlap ${overlap.toFixed(2)}.`;
  const flat = of(true);
  return flat.length
    ? `They overlap (Dice overlap ${overlap.toFixed(2)}), but ${list(flat)} would not fall by a step ${wayOf(at)}.`
    : `They overlap (Dice overlap ${overlap.toFixed(2)}): all six losses fall if the prediction goes ${wayOf(at)}.`;
}
