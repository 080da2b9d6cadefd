// Pointer, wheel and keys over the panels, as intentions: {hover, leave, pan, zoom, click, home, step, pinHere, unpin, ...}.
// u and v run from 0 to 1 across the panel under the pointer.

const STILL = 4; // px that a click may move

export const spot = (pic, e) => {
  const r = pic.getBoundingClientRect();
  return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height];
};

export function watchPointer(stage, act) {
  const down = new Map(); // pointers that press, by id: {pic, u, v}
  let travelled = 0;

  const panelOf = e => e.target.closest?.(".sl-pic");

  stage.addEventListener("wheel", e => {
    const pic = panelOf(e);
    if (!pic) return;
    const lines = e.deltaMode === 1 ? 16 : 1;
    const factor = Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.0022));
    // At home, wheeling down scrolls the page on: a picture must not trap the visitor.
    if (act.zoom(Math.max(0.5, Math.min(2, factor)), ...spot(pic, e))) e.preventDefault();
  }, { passive: false });

  stage.addEventListener("pointerdown", e => {
    const pic = panelOf(e);
    if (!pic || e.button > 0) return;
    pic.setPointerCapture(e.pointerId);
    const [u, v] = spot(pic, e);
    down.set(e.pointerId, { pic, u, v, x: e.clientX, y: e.clientY });
    travelled = down.size > 1 ? Infinity : 0;
    act.hover(u, v);
  });

  stage.addEventListener("pointermove", e => {
    const held = down.get(e.pointerId);
    if (!held) {
      const pic = panelOf(e);
      if (pic) act.hover(...spot(pic, e));
      return;
    }
    const [u, v] = spot(held.pic, e);
    travelled += Math.hypot(e.clientX - held.x, e.clientY - held.y);
    const others = [...down].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
    if (others.length) {
      const other = others[0];
      const before = Math.hypot(held.u - other.u, held.v - other.v);
      const after = Math.hypot(u - other.u, v - other.v);
      if (before > 0) act.zoom(after / before, (u + other.u) / 2, (v + other.v) / 2);
      act.pan((u - held.u) / 2, (v - held.v) / 2);
    } else if (travelled > STILL) {
      act.pan(u - held.u, v - held.v);
    }
    Object.assign(held, { u, v, x: e.clientX, y: e.clientY });
  });

  const release = e => {
    const held = down.get(e.pointerId);
    down.delete(e.pointerId);
    if (held && e.type === "pointerup" && travelled <= STILL) act.click(held.u, held.v);
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", () => down.size || act.leave());
  stage.addEventListener("focusout", () => act.leave());
  stage.addEventListener("dblclick", e => panelOf(e) && act.home());
}

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function watchKeys(stage, act) {
  stage.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const keys = {
      "+": () => act.zoom(1.5),
      "=": () => act.zoom(1.5),
      "-": () => act.zoom(1 / 1.5),
      0: act.home,
      o: act.outlines,
      O: act.outlines,
      Enter: act.pinHere,
      Escape: act.unpin,
    };
    const arrow = ARROWS[e.key];
    if (arrow) act.step(...arrow.map(d => d * (e.shiftKey ? 10 : 1)));
    else if (keys[e.key]) keys[e.key]();
    else return;
    e.preventDefault();
    e.stopPropagation(); // Streamlit listens to single letters too
  });
}
