// Pointers, wheel and keys over the easel, as intentions. One finger paints, two move the picture; the right button
// erases, the middle one moves. u and v run from 0 to 1 across the picture.

import { ARROWS, spot } from "./gestures.js";

export function watchBrush(pic, act) {
  const fingers = new Map();
  let mode = null; // "paint", "pan" or "pinch", as long as something presses
  let last = null;

  pic.addEventListener("contextmenu", e => e.preventDefault());
  pic.addEventListener("wheel", e => {
    const lines = e.deltaMode === 1 ? 16 : 1;
    const factor = Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.0022));
    if (act.zoom(Math.max(0.5, Math.min(2, factor)), ...spot(pic, e))) e.preventDefault();
  }, { passive: false });

  pic.addEventListener("pointerdown", e => {
    pic.setPointerCapture(e.pointerId);
    const place = spot(pic, e);
    if (e.pointerType === "touch") fingers.set(e.pointerId, place);
    if (fingers.size > 1) {
      if (mode === "paint") act.cancel(); // it was no stroke, but the first of two fingers
      mode = "pinch";
      return;
    }
    last = place;
    mode = e.button === 1 || act.moves() ? "pan" : "paint";
    if (mode === "paint") act.press(place, { erase: e.button === 2 || e.button === 5, type: e.pointerType, pressure: e.pressure });
    e.preventDefault();
    act.focus();
  });

  pic.addEventListener("pointermove", e => {
    const place = spot(pic, e);
    if (mode === "pinch" && fingers.has(e.pointerId)) {
      const [u0, v0] = fingers.get(e.pointerId);
      const [ou, ov] = [...fingers].find(([id]) => id !== e.pointerId)?.[1] ?? [u0, v0];
      const [before, after] = [Math.hypot(u0 - ou, v0 - ov), Math.hypot(place[0] - ou, place[1] - ov)];
      if (before > 0 && after > 0) act.zoom(after / before, (place[0] + ou) / 2, (place[1] + ov) / 2);
      act.pan((place[0] - u0) / 2, (place[1] - v0) / 2);
      fingers.set(e.pointerId, place);
    } else if (mode === "pan") {
      act.pan(place[0] - last[0], place[1] - last[1]);
      last = place;
    } else if (mode === "paint") {
      const path = e.getCoalescedEvents?.() ?? [];
      for (const part of path.length ? path : [e]) act.drag(spot(pic, part), { type: e.pointerType, pressure: part.pressure });
    } else {
      act.hover(place);
    }
  });

  const lift = e => {
    fingers.delete(e.pointerId);
    if (mode === "paint") {
      if (e.type === "pointerup") act.release(spot(pic, e));
      else act.cancel();
    }
    if (!fingers.size) mode = null; // the finger that stays after a pinch does not begin to paint
  };
  pic.addEventListener("pointerup", lift);
  pic.addEventListener("pointercancel", lift);
  pic.addEventListener("pointerleave", () => mode ?? act.leave());
  pic.addEventListener("dblclick", () => act.close());
}

// Letters work wherever the focus is in the painter; a button or a slider keeps the keys that work it.
const OWN_KEYS = ["Enter", " ", "Tab", "Home", "End", "PageUp", "PageDown", ...Object.keys(ARROWS)];

export function watchBrushKeys(root, act) {
  root.addEventListener("keydown", e => {
    if (OWN_KEYS.includes(e.key) && e.target.closest("button, input")) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (e.altKey || ((e.ctrlKey || e.metaKey) && key !== "z" && key !== "y")) return;
    const arrow = ARROWS[e.key];
    const keys = {
      "+": () => act.zoom(1.5),
      "=": () => act.zoom(1.5),
      "-": () => act.zoom(1 / 1.5),
      0: () => act.home(),
      "[": () => act.radius(-1),
      "]": () => act.radius(1),
      z: () => (e.shiftKey ? act.redo() : act.undo()),
      y: () => act.redo(),
      x: () => act.swap(),
      Enter: () => act.strike(true),
      " ": () => act.strike(false),
      Escape: () => act.cancel(),
      ...Object.fromEntries(Object.entries({ b: "brush", e: "eraser", g: "bucket", l: "line", r: "rectangle", p: "polygon", h: "hand" })
        .map(([letter, tool]) => [letter, () => act.tool(tool)])),
    };
    if (arrow) act.step(...arrow.map(d => d * (e.shiftKey ? 10 : 1)));
    else if (keys[key]) keys[key]();
    else return;
    e.preventDefault();
    e.stopPropagation(); // Streamlit listens to single letters too
  });
}
