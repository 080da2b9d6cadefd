// Where pictures of one size are looked at, and the pixel under the crosshair: one view for all of them, kept in the tab.

import { HOME, frameOf, moved, panelAt, placeAt, revealing, settled, zoomed } from "./view.js";
import { seg } from "./store.js";

export class Sight {
  // `changed()` is called when the view or the crosshair has moved.
  constructor(changed) {
    Object.assign(this, { changed, view: HOME, at: null });
  }

  // The place is remembered under the size, as the viewer remembers it.
  of(size) {
    const name = `${size}`;
    if (name === this.name) return;
    Object.assign(this, { name, size, frame: frameOf(...size), at: null });
    this.view = settled(this.frame, seg.places.get(name) ?? HOME);
  }

  holds = ([x, y]) => x >= 0 && y >= 0 && x < this.size[0] && y < this.size[1];

  look(view) {
    const differs = ["z", "x", "y"].some(k => view[k] !== this.view[k]);
    if (!differs) return false;
    this.view = view;
    seg.places.set(this.name, view);
    this.changed();
    return true;
  }

  zoom = (factor, u, v) => (this.frame ? this.look(zoomed(this.frame, this.view, factor, u, v)) : false);
  pan = (du, dv) => this.frame && this.look(moved(this.frame, this.view, du, dv));
  home = () => this.frame && this.look(settled(this.frame, HOME));

  hover(u, v) {
    if (!this.frame) return;
    const pixel = placeAt(this.frame, this.view, u, v).map(Math.floor);
    this.point(this.holds(pixel) ? pixel : null);
  }

  point(pixel) {
    this.at = pixel;
    this.changed();
  }

  step(dx, dy) {
    if (!this.frame) return;
    const [w, h] = this.size;
    const [x, y] = this.at ?? [w >> 1, h >> 1];
    const inside = (v, most) => Math.max(0, Math.min(most - 1, v));
    this.at = [inside(x + dx, w), inside(y + dy, h)];
    this.look(revealing(this.frame, this.view, ...this.at));
    this.changed();
  }

  // The crosshair in parts of a panel, or null.
  get cross() {
    if (!this.at) return null;
    const [u, v] = panelAt(this.frame, this.view, this.at[0] + 0.5, this.at[1] + 0.5);
    return { u, v, du: this.view.z / this.frame.width, dv: this.view.z / this.frame.height };
  }
}
