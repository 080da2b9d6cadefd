// Numbers as people read them. Every number on screen goes through here.

const MINUS = "\u2212";
const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export const clip = (v, lo, hi) => Math.max(lo, Math.min(hi, v));

const signed = text => text.replace(/^-/, MINUS);

// Four significant digits, or three with an exponent where the number is very small or large.
export function pretty(v) {
  if (v === null || v === undefined || Number.isNaN(v)) return "undefined";
  if (!Number.isFinite(v)) return v > 0 ? "∞" : `${MINUS}∞`;
  if (v === 0) return "0";
  const size = Math.abs(v);
  if (size >= 1e5 || size < 1e-3) return signed(v.toExponential(2));
  return signed(size >= 1000 ? v.toFixed(1) : v.toPrecision(4));
}

// Nine significant digits name one float32.
export const exact = v => (typeof v === "number" ? v.toPrecision(9) : String(v));

// A part of a whole in percent, never with an exponent: "0.0021 %".
export function percent(part) {
  if (!Number.isFinite(part)) return "";
  const v = 100 * part;
  if (v !== 0 && Math.abs(v) < 1e-7) return `${signed(v < 0 ? "-" : "")}< 0.0000001 %`;
  const digits = v === 0 ? 0 : clip(1 - Math.floor(Math.log10(Math.abs(v))), 0, 9);
  return `${signed(v.toFixed(digits))} %`;
}

// Round positions between lo and hi (1, 2 or 5 times a power of ten apart), and one power of ten for all labels.
export function ticks(lo, hi, wanted = 4) {
  const span = hi - lo;
  // Flat but for rounding: there are no round numbers in between.
  if (!(span > 1e-12 * Math.max(Math.abs(lo), Math.abs(hi))) || !Number.isFinite(span)) return { factor: "", marks: [] };
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= rough * 0.999);
  const largest = Math.max(Math.abs(lo), Math.abs(hi));
  const exponent = largest >= 1e4 || largest < 0.01 ? Math.floor(Math.log10(largest) + 1e-9) : 0;
  const decimals = Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9));
  const marks = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * span; i++) {
    const value = i * step;
    const label = i === 0 ? "0" : signed((value / 10 ** exponent).toFixed(decimals));
    marks.push({ at: clip((value - lo) / span, 0, 1), value, label });
  }
  const power10 = [...String(exponent)].map(c => SUPERSCRIPT[c]).join("");
  return { factor: exponent ? `×10${power10}` : "", marks };
}
