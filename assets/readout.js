// The strip under the panels: every number at one pixel. Its cells are always there, so that its height never jumps.

import { el, say } from "./dom.js";
import { exact, percent, pretty } from "./format.js";

const HINT = "Move over a picture; click pins a pixel.";
const NOTHING = "–";
const MEANING = {
  TP: "true positive",
  FP: "false positive",
  FN: "false negative",
  TN: "true negative",
};

export class Readout {
  constructor() {
    this.state = el("span", { class: "sl-where" });
    this.verdict = el("span", { class: "sl-verdict" });
    this.cells = el("dl", { class: "sl-cells" });
    this.spoken = el("span", { class: "sl-hidden", "aria-live": "polite" });
    const line = el("div", { class: "sl-line" }, this.state, this.verdict);
    this.root = el("div", { class: "sl-readout" }, line, this.cells, this.spoken);
    this.shape([], false);
  }

  // One cell per fact that this scene has.
  shape(maps, image, parts = true) {
    this.parts = parts; // whether it is known what the shares add up to
    const wanted = ["x, y", "target", "prediction p", "logit z", ...(image ? ["image"] : [])];
    for (const { name, kind } of maps) wanted.push(name, ...(kind === "share" && parts ? ["that is, of the loss"] : []));
    if (this.names?.join() === wanted.join()) return;
    this.names = wanted;
    this.values = wanted.map(() => el("dd", { text: NOTHING }));
    this.cells.replaceChildren(
      ...wanted.map((name, i) => el("div", {}, el("dt", { text: name, title: name }), this.values[i])),
    );
  }

  clear() {
    say(this.state, HINT);
    say(this.verdict, "");
    this.verdict.dataset.is = "";
    for (const name of Object.keys(this.root.dataset)) delete this.root.dataset[name];
    for (const cell of this.values) {
      say(cell, NOTHING);
      cell.removeAttribute("title");
    }
  }

  show(facts, { total, threshold, pinned, aloud }) {
    const { x, y, p, z, target, maps, image } = facts;
    const data = this.root.dataset;
    const ignored = target === null;
    Object.assign(data, { x, y, p, z, target: ignored ? "ignored" : target, verdict: facts.verdict });
    const cells = [[`${x}, ${y}`], [ignored ? "ignored" : String(target)], [p.toPrecision(4), p], [pretty(z), z]];
    if (image) {
      data.image = image.join(" ");
      cells.push([image.join(" ")]);
    }
    for (const { panel, value } of maps) {
      data[panel.kind] = value ?? "";
      cells.push(ignored ? [NOTHING] : [pretty(value), value, panel.unit]);
      if (panel.kind !== "share" || !this.parts) continue;
      if (ignored) {
        data.percent = "";
        cells.push([NOTHING]);
        continue;
      }
      data.percent = total ? (100 * value) / total : "";
      cells.push([total ? percent(value / total) : NOTHING]);
    }
    cells.forEach(([text, value, unit], i) => {
      say(this.values[i], text);
      const title = value === undefined ? text : exact(value);
      this.values[i].title = unit ? `${title} ${unit}` : title;
    });
    say(this.state, pinned ? "Pinned pixel. Escape unpins it." : "Pixel under the crosshair.");
    const means = ignored ? "ignored: counts nowhere" : MEANING[facts.verdict];
    say(this.verdict, ignored ? means : `${facts.verdict} · ${means} at p > ${Number(threshold.toFixed(4))}`);
    this.verdict.dataset.is = facts.verdict;
    if (aloud) {
      const heard = ignored ? [] : maps.map(({ panel, value }) => `${panel.name} ${pretty(value)}`);
      say(this.spoken, [`x ${x}, y ${y}, ${means}, p ${p.toPrecision(3)}`, ...heard].join(", "));
    }
  }
}
