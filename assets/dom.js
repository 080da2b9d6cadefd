// Elements without a framework. Text is set as text: nothing from outside is ever parsed as HTML.

import { sheet } from "./sheet.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// Written only where it differs: an unchanged text node costs no layout.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const ICONS = {
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  home: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  outline: "M3 9c0-4 3-6 6-5.5S13.5 6 13 9s-2.5 4-5 3.5S3 12 3 9Z",
  lock: "M4.5 7.5h7v5h-7zM6 7.5v-2a2 2 0 0 1 4 0v2",
  save: "M8 3v7M5 7.5 8 10.5l3-3M3 13h10",
  brush: "M13.5 2.5 7.5 9M6.5 9.5a2 2 0 0 0-2.6 2c0 1.2-1.4 1.6-1.4 1.6s3.6 1 5-.6a2 2 0 0 0-1-3Z",
  eraser: "M6 13 2.5 9.5 9 3l4.5 4.5L8 13ZM5.5 6.5l4.5 4.5M6 13h7.5",
  bucket: "M6.5 2.5 2.5 7.5 8 12l4.5-5.5ZM2.5 7.5h9M13.5 9.5v3",
  line: "M3 13 13 3",
  rectangle: "M2.5 4h11v8h-11z",
  polygon: "M3.5 5 9 2.5 13.5 7l-3 6-6-1.5Z",
  hand: "M8 2v12M2 8h12M6.3 3.7 8 2l1.7 1.7M6.3 12.3 8 14l1.7-1.7M3.7 6.3 2 8l1.7 1.7M12.3 6.3 14 8l-1.7 1.7",
  redo: "M12.5 6.5h-6a3 3 0 0 0 0 6H10M10 4l2.5 2.5L10 9",
  back: "M3.5 6.5h6a3 3 0 0 1 0 6H6M6 4 3.5 6.5 6 9",
};

export const icon = name =>
  svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

// One instance per mounted element. Streamlit calls a component again for each message and each theme, and may run the
// cleanup of a call that a newer one has overtaken: an instance ends only when its element has left the page.
export function component(selector, make) {
  const live = new Map();
  const sweep = () => {
    for (const [root, instance] of live) {
      if (root.isConnected) continue;
      instance.end();
      live.delete(root);
    }
  };
  return ({ parentElement, data, setStateValue, setTriggerValue }) => {
    sweep();
    const root = parentElement.querySelector(selector);
    const home = root.getRootNode();
    if (!home.adoptedStyleSheets.includes(sheet())) home.adoptedStyleSheets.push(sheet());
    const instance = live.get(root) ?? make(root);
    live.set(root, instance);
    instance.tell(data, { state: setStateValue, trigger: setTriggerValue });
    return sweep;
  };
}
