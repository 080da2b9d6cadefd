// A list to choose from with a search above it: what mouse and keyboard do is the same for every such list.
// A subclass lays `rows` (name -> {root}), says what `filter` leaves and what `taken` does.

import { el } from "./dom.js";

let boxes = 0;

export class Listbox {
  constructor(label, placeholder, nothing) {
    this.id = `sl-list-${(boxes += 1)}`;
    this.rows = new Map();
    this.search = el("input", {
      type: "search", class: "sl-search", placeholder, "aria-label": placeholder,
      "aria-controls": this.id, autocomplete: "off", spellcheck: "false",
      oninput: () => this.filter(), onkeydown: e => this.key(e, true),
    });
    this.list = el("ul", {
      role: "listbox", id: this.id, tabindex: 0, class: "sl-list", "aria-label": label,
      onkeydown: e => this.key(e),
      // By keyboard only: a list that scrolls under a pressed mouse would lose the click.
      onfocus: () => this.list.matches(":focus-visible") && (this.active ?? this.activate(this.chosen)),
    });
    this.none = el("p", { class: "sl-none", text: nothing, hidden: true });
  }

  // The names that can be seen, from top to bottom.
  get seen() {
    return [...this.rows].filter(([, { root }]) => !root.hidden).map(([name]) => name);
  }

  choose(name) {
    const fresh = name !== this.chosen;
    this.chosen = name;
    for (const [other, { root }] of this.rows) root.ariaSelected = String(other === name);
    if (fresh && this.rows.has(name)) this.reveal(this.rows.get(name).root);
  }

  pick(name) {
    this.activate(name);
    if (name === this.chosen) return;
    this.choose(name); // at once; the server's answer confirms it
    this.taken(name);
  }

  // Enter takes the active row, or the first that the search has left.
  pickFirst(first) {
    const name = this.active ?? (this.search.value ? first : null);
    if (name) this.pick(name);
  }

  activate(name) {
    this.active = name;
    for (const [other, { root }] of this.rows) root.classList.toggle("active", other === name);
    const row = this.rows.get(name)?.root;
    this.list.setAttribute("aria-activedescendant", row?.id ?? "");
    this.search.setAttribute("aria-activedescendant", row?.id ?? "");
    if (row) this.reveal(row);
  }

  reveal(row) {
    const { list } = this; // scrolls the list alone, never the page
    if (row.offsetTop < list.scrollTop) list.scrollTop = row.offsetTop;
    const end = row.offsetTop + row.offsetHeight;
    if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
  }

  key(e, searching = false) {
    const names = this.seen;
    const at = names.indexOf(this.active);
    const go = i => this.activate(names[Math.max(0, Math.min(names.length - 1, i))] ?? null);
    const keys = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at < 0 ? names.length - 1 : at - 1),
      Enter: () => this.pickFirst(searching ? names[0] : null),
      Escape: () => {
        this.search.value = "";
        this.filter();
      },
      ...(searching ? {} : { Home: () => go(0), End: () => go(names.length - 1), " ": () => this.active && this.pick(this.active) }),
    };
    e.stopPropagation(); // Streamlit listens to single letters
    if (!keys[e.key]) return;
    keys[e.key]();
    e.preventDefault();
  }
}
