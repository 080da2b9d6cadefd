// All that one message of the viewer says about its pixels: paints a panel, judges a pixel, tells its numbers.

import { CODES, IGNORED, IGNORED_MARK, SKIPPED, VERDICTS, levelTables, verdict, verdictTable } from "./levels.js";
import { RAMPS } from "./colours.js";
import { paintHatch } from "./hatch.js";
import { paintExtreme, paintLevels, paintRanked, paintReal, paintWords, rankTable } from "./paint.js";
import { planeLimits, tableLimits } from "./limits.js";
import { verdictsOfCodes, verdictsOfPlanes } from "./outline.js";

const GREYS = Float32Array.from({ length: 256 }, (_, i) => i);
const BETWEEN = 141; // what an ignored pixel adds to the grey of a screen pixel that covers others, too
const MASK = Float32Array.from({ length: 256 }, (_, i) => (i === IGNORED_MARK ? BETWEEN : i ? 255 : 0));
const CODED_MASK = Float32Array.from({ length: IGNORED + 1 }, (_, code) =>
  (code === IGNORED ? BETWEEN : code >> 8 ? 255 : 0));

export const isMap = panel => panel.kind === "share" || panel.kind === "gradient";

export const digestsOf = head => [head.image, head.pair, head.prediction, head.target].filter(Boolean);

export class Scene {
  // `planes` maps a digest to its plane, `values` holds the maps one after the other: tables, or planes where head.dense.
  constructor(head, values, planes) {
    [this.w, this.h] = head.size;
    this.tick = head.tick;
    this.panels = head.panels;
    this.dense = head.dense;
    this.image = planes(head.image);
    this.pair = planes(head.pair);
    this.prediction = planes(head.prediction);
    this.target = planes(head.target);
    if (this.pair) Object.assign(this, levelTables(head.levels));
    const length = this.dense ? this.w * this.h : CODES;
    const mapped = this.panels.filter(isMap);
    this.maps = new Map(mapped.map((panel, i) => [panel, values.subarray(i * length, (i + 1) * length)]));
  }

  limits(panel) {
    if (!isMap(panel)) return [0, 1];
    if (panel.limits) return panel.limits;
    const values = this.maps.get(panel);
    return this.dense
      ? planeLimits(panel.kind, values)
      : tableLimits(panel.kind, values, this.pair.counts);
  }

  paint(panel, out, grid, limits) {
    this.paintAll(panel, out, grid, limits);
    if (panel.kind === "image" || panel.kind === "prediction") return; // they are seen also where nothing counts
    if (this.pair?.greys) paintHatch(out, grid, this.pair.data, this.w, IGNORED);
    else if (this.target) paintHatch(out, grid, this.target.data, this.w, IGNORED_MARK);
  }

  paintAll(panel, out, grid, limits) {
    const { w, pair } = this;
    const values = this.maps.get(panel);
    if (values && this.dense) return paintExtreme(out, grid, values, w, RAMPS[panel.kind], limits);
    if (values) return paintRanked(out, grid, pair.data, w, rankTable(values, RAMPS[panel.kind], limits));
    if (panel.kind === "image") {
      if (this.image?.kind === "rgb") paintWords(out, grid, this.image.data, w);
      else if (this.image) paintLevels(out, grid, this.image.data, w, GREYS);
      return undefined;
    }
    if (panel.kind === "target") {
      return pair
        ? paintLevels(out, grid, pair.data, w, CODED_MASK)
        : paintLevels(out, grid, this.target.data, w, MASK);
    }
    if (!pair) return paintReal(out, grid, this.prediction.data, w);
    const level = Float32Array.from({ length: CODES }, (_, code) => 255 * this.p[code & 255]);
    return paintLevels(out, grid, pair.greys ?? pair.data, w, level);
  }

  verdicts(grid, threshold) {
    return this.pair
      ? verdictsOfCodes(grid, this.pair.data, this.w, verdictTable(this.p, threshold))
      : verdictsOfPlanes(grid, this.prediction.data, this.target.data, this.w, threshold);
  }

  // Everything known of the pixel, exact to what was sent.
  facts(x, y, threshold) {
    const at = y * this.w + x;
    const code = this.pair?.data[at];
    const ignored = this.pair ? code === IGNORED : this.target.data[at] === IGNORED_MARK;
    const grey = this.pair?.greys ? this.pair.greys[at] : code & 255;
    const p = this.pair ? this.p[grey] : this.prediction.data[at];
    const z = this.pair ? this.z[grey] : Math.log(p / (1 - p));
    const target = ignored ? null : this.pair ? code >> 8 : Number(this.target.data[at] > 0);
    const maps = [...this.maps].map(([panel, values]) => ({
      panel,
      value: ignored ? null : values[this.dense ? at : code],
    }));
    const found = VERDICTS[ignored ? SKIPPED : verdict(p, target, threshold)];
    return { x, y, p, z, target, maps, verdict: found, image: this.colour(at) };
  }

  colour(at) {
    if (!this.image) return null;
    const c = this.image.data[at];
    return this.image.kind === "rgb" ? [c & 255, (c >> 8) & 255, (c >> 16) & 255] : [c];
  }
}
