// What the components of one tab share. Inline components are separate modules: they meet on the window,
// under a name made from the code, so that a new version never meets an old one.

const ROOM = 256e6; // bytes of pixels kept in a tab
const PATIENCE = 1500; // ms until a missing plane is asked for; doubled each time

export const seg = (globalThis["@store@"] ??= {});

seg.planes ??= new Map(); // digest -> plane, the longest unused first
seg.arriving ??= new Set(); // digests that are being unpacked
seg.waiting ??= new Set(); // functions to call when a plane arrives
seg.users ??= new Set(); // functions that tell which digests a view needs
seg.places ??= new Map(); // digest -> where a view was, so that a page switch does not lose it
seg.listeners ??= new Set(); // see `broadcast`

export const planeOf = digest => seg.planes.get(digest);

export function keepPlane(digest, plane) {
  seg.planes.delete(digest);
  seg.planes.set(digest, plane);
  seg.arriving.delete(digest);
  const needed = new Set([...seg.users].flatMap(user => user()).concat(digest));
  let used = [...seg.planes.values()].reduce((sum, p) => sum + p.data.byteLength, 0);
  for (const [old, p] of seg.planes) {
    if (used <= ROOM) break;
    if (needed.has(old)) continue; // or two views would take it from each other for ever
    seg.planes.delete(old);
    used -= p.data.byteLength;
  }
  for (const call of [...seg.waiting]) call();
}

// Small news for everyone in the tab: {topic, ...}. Returns the way to stop listening.
export function listen(call) {
  seg.listeners.add(call);
  return () => seg.listeners.delete(call);
}

export function broadcast(news) {
  for (const call of [...seg.listeners]) call(news);
}

// Calls `ready` once all digests are here; asks for those that stay away. Returns the way to give up.
export function whenHere(digests, ready, ask) {
  let timer;
  let patience = PATIENCE;
  const missing = () => digests.filter(d => !seg.planes.has(d));
  const stop = () => {
    seg.waiting.delete(look);
    clearTimeout(timer);
  };
  const look = () => {
    if (missing().length) return;
    stop();
    ready();
  };
  const complain = () => {
    const lost = missing().filter(d => !seg.arriving.has(d));
    if (lost.length) ask(lost);
    patience = Math.min(2 * patience, 30000);
    timer = setTimeout(complain, patience);
  };
  seg.waiting.add(look);
  timer = setTimeout(complain, patience);
  look();
  return stop;
}
