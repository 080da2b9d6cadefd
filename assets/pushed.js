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
export const FLAT = 0.002; // of the bar's length: less than that per step is no help to anybody

// The other small steps by which a slope is felt, and how they are called: "it falls if it …".
const SMALL_STEPS = { shrinks: { r: -1 }, grows: { r: 1 }, softens: { soft: 0.25 }, sharpens: { soft: -0.25 } };

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
// Where a loss is largest of all places, sizes and softnesses: in the corner, for each loss in its own shape.
const WORST = [[20, 0.4], [20, 1], [17, 0.4], [3, 4]].map(([r, soft]) => sixLosses(probabilities(placed({ x: 0, y: 0, r, soft })), KNOWN));
export const LARGEST = Object.fromEntries(Object.keys(SIX).map(name => [name, Math.max(...WORST.map(one => one[name]))]));
const OBJECT = KNOWN.y.reduce((a, b) => a + b, 0);

// The bar of a loss: from nothing wrong, 0, to its largest value in this picture, 1.
export const barOf = (name, value) => clip((value - FLOOR[name]) / (LARGEST[name] - FLOOR[name]), 0, 1);

// Where the object is after one small step of each kind; a step that cannot be made is left out.
export function stepsFrom(at) {
  const [dx, dy] = [TARGET.x - at.x, TARGET.y - at.y];
  const apart = Math.hypot(dx, dy);
  const step = Math.min(AHEAD, apart);
  const found = apart > 0.5 ? { nears: { ...at, x: at.x + (step * dx) / apart, y: at.y + (step * dy) / apart } } : {};
  for (const [name, by] of Object.entries(SMALL_STEPS)) {
    const [what, d] = Object.entries(by)[0];
    const then = { ...at, [what]: clip(at[what] + d, ...(what === "r" ? RADII : SOFTNESS)) };
    if (then[what] !== at[what]) found[name] = then;
  }
  return found;
}

// Everything the figure shows: values, bars, how much of each bar a small step of each kind would take away.
export function measured(at) {
  const p = probabilities(at);
  const values = sixLosses(p, KNOWN);
  const after = Object.entries(stepsFrom(at)).map(([name, then]) => [name, sixLosses(probabilities(then), KNOWN)]);
  let both = 0;
  let said = 0;
  for (let i = 0; i < p.length; i++) {
    both += p[i] > 0.5 && KNOWN.y[i];
    said += p[i] > 0.5;
  }
  const six = Object.keys(SIX).map(name => {
    const ways = Object.fromEntries(after.map(([way, then]) => [way, (values[name] - then[name]) / (LARGEST[name] - FLOOR[name])]));
    const [way, falls] = Object.entries(ways).reduce((a, b) => (b[1] > a[1] ? b : a));
    const softer = after.find(([step]) => step === "softens")?.[1][name];
    return { name, value: values[name], bar: barOf(name, values[name]), ways, way, falls, softer, flat: falls < FLAT };
  });
  return { p, six, apart: Math.hypot(TARGET.x - at.x, TARGET.y - at.y), overlap: (2 * both) / (said + OBJECT), touches: both > 0 };
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

const percents = v => `${v < 0.0995 ? (100 * v).toPrecision(2) : Math.round(100 * v)} %`;
const fall = names => `${list(names)} fall${names.length === 1 ? "s" : ""}`;

// What the losses do that are not stuck: by moving where that helps, else by the step that helps most.
function descents(six, at) {
  const groups = new Map();
  for (const one of six.filter(({ flat }) => !flat)) {
    const way = one.ways.nears >= FLAT ? `goes ${wayOf(at)}` : one.way;
    groups.set(way, [...(groups.get(way) ?? []), SIX[one.name]]);
  }
  return [...groups].map(([way, names]) => (names.length === 6 ? `all six losses fall if it ${way}` : `${fall(names)} if it ${way}`)).join(", ");
}

// Where Dice and cross-entropy disagree by their own numbers: what it costs to say too little, and what doubt saves.
function contrast(at, { six, apart, touches, overlap }) {
  const [bce, dice] = ["bce", "dice"].map(wanted => six.find(({ name }) => name === wanted));
  const levels = `Dice stands at ${percents(dice.bar)} of its largest value, BCE at only ${percents(bce.bar)}`;
  if (touches && at.r < 0.75 * TARGET.r && dice.bar > 2.5 * bce.bar) {
    return ` ${levels}: the object is ${percents(OBJECT / GRID ** 2)} of the picture, and BCE is a mean over all pixels.`;
  }
  if (apart <= 1) return overlap > 0.95 && at.soft > 2 && dice.bar > 2.5 * bce.bar ? ` ${levels}: pale hits are lost overlap to Dice.` : "";
  const saves = bce.softer === undefined ? 0 : 1 - bce.softer / bce.value;
  const then = bce.softer === undefined ? 0 : 1 - dice.softer / dice.value;
  if (saves < 0.02 || saves < 5 * Math.abs(then)) return "";
  return ` A little softer, BCE would drop by ${percents(saves)}, Dice ${then < 0 ? "would rise " : ""}by ${Math.abs(then) < 0.001 ? "less than 0.1 %" : percents(Math.abs(then))}: doubt makes mistakes cheap for BCE only.`;
}

export function saying(at, found) {
  const { six, apart, overlap, touches } = found;
  const dice = six.find(({ name }) => name === "dice");
  const stuck = six.filter(({ flat }) => flat).map(({ name }) => SIX[name]);
  const ways = descents(six, at);
  if (!touches) {
    return stuck.length
      ? `No overlap any more: ${list(stuck)} ${stuck.length === 1 ? "is" : "are"} stuck (Dice at ${dice.value.toPrecision(3)})${ways ? `; ${ways}` : ""}.`
      : `No overlap any more, but ${ways}.`;
  }
  const still = stuck.length ? `${ways ? "; " : ""}${list(stuck)} hardly change${stuck.length === 1 ? "s" : ""}` : "";
  const where = apart > 1 ? `They overlap (Dice overlap ${overlap.toFixed(2)})`
    : overlap > 0.95 ? "On the target but unsure"
    : `In the right place, but too ${at.r < TARGET.r ? "small" : "large"} (Dice overlap ${overlap.toFixed(2)})`;
  if (apart <= 1 && overlap > 0.95 && dice.bar < 0.15) return "On the target: every loss is close to its lowest.";
  return `${where}: ${ways}${still}.${contrast(at, found)}`;
}
