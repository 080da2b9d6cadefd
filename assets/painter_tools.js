// Everything beside the painted picture: tools, sliders, whole-picture steps. Says what the visitor wants, knows no pixel.

import { el, icon, say } from "./dom.js";
import { clip } from "./format.js";

const TOOLS = {
  brush: "Brush (B)",
  eraser: "Eraser (E): paints 1 − p of the brush's side; so does the right button",
  bucket: "Fill (G): the connected area on the same side of p = ½, or of the outline",
  line: "Line (L)",
  rectangle: "Rectangle (R)",
  polygon: "Polygon or lasso (P): click corners, or drag around; Enter or a double click closes",
  hand: "Move the picture (H); so does the middle button, and two fingers",
};
const WHOLE = {
  grow: ["Grow", "Each pixel takes the largest p of itself and its four neighbours: the object grows by one pixel"],
  shrink: ["Shrink", "The smallest p of itself and its four neighbours: the object shrinks by one pixel"],
  soften: ["Soften", "Weights 1 2 1 along rows and columns"],
  invert: ["Invert", "p becomes 1 − p"],
};
const PAINT_STARTS = {
  blank: ["Blank", "All background"],
  target: ["Target", "The target mask at the brush's p"],
  prediction: ["Prediction", "What was here before you drew"],
};

const WITHIN = ["painted", "outline"]; // what bounds the bucket

export const PAINT_RADII = { least: 0.5, most: 128 };
const OCTAVES = Math.log2(PAINT_RADII.most / PAINT_RADII.least);
export const radiusAt = part => Math.round(2 * PAINT_RADII.least * 2 ** (OCTAVES * part)) / 2;
export const partOfRadius = radius => clip(Math.log2(radius / PAINT_RADII.least) / OCTAVES, 0, 1);
export const probabilityOf = code => (code + 0.5) / 256;

const pressable = (label, title, onclick, ...inside) =>
  el("button", { type: "button", "aria-label": label, title, onclick }, ...inside);

export class PainterTools {
  // act: {tool, radius, hardness, value, onion, outline, within, pressure, undo, redo, zoom, home, whole, start}
  constructor(act) {
    this.buttons = new Map(Object.entries(TOOLS).map(([name, title]) =>
      [name, pressable(title, title, () => act.tool(name), icon(name))]));
    this.undo = pressable("Undo", "Undo (Z)", act.undo, icon("back"));
    this.redo = pressable("Redo", "Redo (Shift Z)", act.redo, icon("redo"));
    this.scale = el("output", { class: "sl-zoom", "aria-label": "zoom" });
    const bar = el("div", { class: "sl-toolbar", role: "toolbar", "aria-label": "Painter" },
      el("div", { class: "sl-group" }, ...this.buttons.values()),
      el("div", { class: "sl-group" }, this.undo, this.redo),
      el("div", { class: "sl-group" },
        pressable("Zoom out (-)", "Zoom out (-)", () => act.zoom(1 / 1.5), icon("minus")), this.scale,
        pressable("Zoom in (+)", "Zoom in (+)", () => act.zoom(1.5), icon("plus")),
        pressable("Show the whole picture (0)", "Show the whole picture (0)", act.home, icon("home"))));

    this.radius = slider("Radius", "[ and ]", 0.01, part => act.radius(radiusAt(part)));
    this.value = slider("Paints p", "the probability that the brush lays down", 1 / 255, part => act.value(Math.round(255 * part)));
    this.hardness = slider("Hardness", "1: a sharp rim", 0.05, act.hardness);
    this.onion = slider("Image", "how much of the image shines through", 0.05, act.onion);
    this.outline = el("input", { type: "checkbox", onchange: () => act.outline(this.outline.checked) });
    this.outlineWord = el("span", {});
    this.outlineLabel = el("label", { class: "sl-auto" }, this.outline, this.outlineWord);
    this.within = WITHIN.map(name => [name, el("button", { type: "button", onclick: () => act.within(name) })]);
    this.bounds = el("div", { class: "sl-toolbar sl-bounds", role: "group", "aria-label": "The fill is bounded by" },
      el("span", { class: "sl-says", text: "Fill up to" }), ...this.within.map(([, button]) => button));
    this.pressure = el("input", { type: "checkbox", onchange: () => act.pressure(this.pressure.checked) });
    this.pen = el("label", { class: "sl-auto", title: "On: a pen that presses hard paints wide. Off: it paints the chosen radius." },
      this.pressure, "Pen pressure");
    const sliders = el("div", { class: "sl-sliders" },
      this.value.root, this.radius.root, this.hardness.root, this.onion.root);

    const group = (label, table, take) => {
      const buttons = Object.entries(table).map(([name, [word, title]]) =>
        [name, pressable(word, title, () => take(name), el("span", { text: word }))]);
      const root = el("div", { class: "sl-group", role: "group", "aria-label": label },
        el("span", { class: "sl-says", text: label }), ...buttons.map(([, button]) => button));
      return { root, buttons: Object.fromEntries(buttons) };
    };
    this.wholes = group("Everything", WHOLE, act.whole);
    this.starts = group("Start from", PAINT_STARTS, act.start);
    this.root = el("div", {}, bar, this.bounds, sliders);
    this.foot = el("div", { class: "sl-toolbar sl-foot" }, this.starts.root, this.wholes.root, this.outlineLabel, this.pen);
  }

  show({ tool, radius, hardness, value, onion, outline, within, pen, pressure }, { past, future, z, target, image, other }) {
    for (const [name, button] of this.buttons) button.ariaPressed = String(name === tool);
    this.undo.disabled = !past;
    this.redo.disabled = !future;
    say(this.scale, `${z < 10 ? z.toFixed(1) : Math.round(z)}×`);
    this.radius.show(partOfRadius(radius), `${radius} px`);
    this.value.show(value / 255, probabilityOf(value).toFixed(3));
    this.hardness.show(hardness, hardness.toFixed(2));
    this.onion.show(onion, `${Math.round(100 * onion)} %`);
    this.value.root.hidden = this.hardness.root.hidden = target; // a target is yes or no
    this.wholes.buttons.soften.hidden = target;
    this.starts.buttons.target.title = target ? "What was here before you drew" : PAINT_STARTS.target[1];
    this.starts.buttons.prediction.title = target ? "The prediction, cut at p = ½" : PAINT_STARTS.prediction[1];
    this.onion.root.hidden = !image;
    this.outline.checked = outline;
    this.pen.hidden = !pen;
    this.pressure.checked = pressure;
    this.bounds.hidden = tool !== "bucket";
    for (const [name, button] of this.within) {
      button.ariaPressed = String(name === within);
      say(button, name === "painted" ? "what is painted" : `the ${other.toLowerCase()}`);
    }
    say(this.outlineWord, other);
  }
}

function slider(label, title, step, take) {
  const range = el("input", { type: "range", min: 0, max: 1, step, "aria-label": label });
  const shown = el("output", {});
  range.addEventListener("input", () => take(Number(range.value)));
  const root = el("div", { class: "sl-slider", title }, el("span", { text: label }), shown, el("div", { class: "sl-track" }, range));
  const show = (part, text) => {
    range.value = part;
    range.style.setProperty("--fill", `${100 * part}%`);
    range.ariaValueText = text;
    say(shown, text);
  };
  return { root, show };
}
