// The buttons over the comparison of A and B: which plane, one over the other or side by side, where they disagree, zoom.

import { el, icon, say } from "./dom.js";

const PLANES_SHOWN = {
  prediction: ["prediction", "What A and B say: p of the object"],
  share: ["share", "What each pixel pays to the loss, A and B in one range of colours"],
  gradient: ["gradient", "∂L/∂z: where the loss pushes, A and B in one range of colours"],
  difference: ["difference", "Share of A minus share of B"],
};

const named = (text, title, onclick) => el("button", { type: "button", title, text, onclick });

export class VersusBar {
  // act: {plane, beside, marks, zoom, home}
  constructor(act) {
    this.planes = Object.entries(PLANES_SHOWN).map(([name, [text, title]]) => [name, named(text, title, () => act.plane(name))]);
    this.over = named("swipe", "One over the other, with a divider to drag", () => act.beside(false));
    this.apart = named("side by side", "A on the left, B on the right", () => act.beside(true));
    this.marks = el("button", {
      type: "button", title: "Outline the fewest pixels that hold 80 % of |share of A − share of B|", onclick: act.marks,
    }, icon("outline"), el("span", { text: "Where they disagree" }));
    this.scale = el("output", { class: "sl-zoom", "aria-label": "zoom" });
    const zoom = (name, title, onclick) => el("button", { type: "button", title, "aria-label": title, onclick }, icon(name));
    this.layout = pickGroup("Layout", this.over, this.apart);
    this.root = el("div", { class: "sl-toolbar", role: "toolbar", "aria-label": "A and B" },
      pickGroup("Show", ...this.planes.map(([, button]) => button)), this.layout, this.marks,
      el("div", { class: "sl-group" },
        zoom("minus", "Zoom out (-)", () => act.zoom(1 / 1.5)), this.scale,
        zoom("plus", "Zoom in (+)", () => act.zoom(1.5)), zoom("home", "Show the whole picture (0)", act.home)));
  }

  show(plane, { beside, marks }, marked, z) {
    for (const [name, button] of this.planes) button.ariaPressed = String(name === plane);
    this.over.ariaPressed = String(!beside);
    this.apart.ariaPressed = String(beside);
    this.layout.hidden = plane === "difference"; // that is one picture
    this.marks.hidden = !marked;
    this.marks.ariaPressed = String(marks);
    say(this.scale, `${z < 10 ? z.toFixed(1) : Math.round(z)}×`);
  }
}

const pickGroup = (name, ...buttons) => el("span", { class: "sl-pick", role: "group", "aria-label": name },
  el("span", { class: "sl-pick-name", text: name }), ...buttons);
