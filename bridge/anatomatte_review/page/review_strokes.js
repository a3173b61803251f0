// Strokes by hand: drawn with mouse, pen or keys, sent as corrections; those that are there are shown.

import { at, options, pressed } from "./review_dom.js";
import { KINDS, nameOf } from "./review_words.js";

const INKS = { keep: "#2fbf71", remove: "#ff5a4d" };
const STEP = 0.004; // shares of the picture's height between two points of a stroke
const MOST_POINTS = 400;
const HINTS = {
  "": "",
  stroke: "Draw on the picture. By keys: arrows move the cursor (Shift: faster), Enter puts a point, Enter again sends, Esc leaves.",
  one: "Choose who stays and who is the same person.",
};

export class Strokes extends EventTarget {
  tool = "";
  hidden = false;
  points = [];
  waiting = null; // what was drawn and is not in the shot yet
  selected = 0;
  cursor = [0.5, 0.5];
  #shot;
  #screen;
  #canvas = at("screen");
  #hover = null;

  constructor(shot, screen) {
    super();
    this.#shot = shot;
    this.#screen = screen;
    screen.painters.push((ink) => this.#paint(ink));
    for (const kind of Object.keys(KINDS)) at(`tool-${kind}`).addEventListener("click", () => this.take(this.tool === kind ? "" : kind));
    for (const id of ["radius", "reach", "part", "person"]) at(id).addEventListener("input", () => screen.draw());
    at("one-send").addEventListener("click", () => this.#unite());
    shot.addEventListener("state", () => this.#state());
    shot.addEventListener("frame", () => { this.points = []; screen.draw(); });
    this.#canvas.addEventListener("focus", () => screen.draw());
    this.#canvas.addEventListener("blur", () => screen.draw());
  }

  get radius() { return Number(at("radius").value) / 1000; }
  get reach() { return Math.min(10000, Math.max(0, Math.round(Number(at("reach").value) || 0))); }
  get drawing() { return Boolean(this.tool) && this.tool !== "one"; }

  take(tool) {
    if (tool && !this.#shot.writable) return;
    this.tool = tool;
    this.points = [];
    for (const kind of Object.keys(KINDS)) pressed(at(`tool-${kind}`), kind === tool);
    at("one-row").hidden = tool !== "one";
    this.#canvas.classList.toggle("drawing", this.drawing);
    this.#hint();
    if (this.drawing) this.#canvas.focus();
    if (tool === "one") at("one-a").focus();
    this.#screen.draw();
  }

  wider(by) {
    at("radius").value = String(Math.round(Number(at("radius").value) * (by > 0 ? 1.25 : 0.8) + by));
    this.#screen.draw();
  }

  begin(place) { this.points = [place]; this.#screen.draw(); }

  extend(place) {
    const [x, y] = this.points.at(-1);
    if (Math.hypot((place[0] - x) * (this.#shot.state.width / this.#shot.state.height), place[1] - y) < STEP) return;
    this.points.push(place);
    this.#screen.draw();
  }

  finish() {
    const { points } = this;
    this.points = [];
    if (points.length) this.send(this.#correction(points));
  }

  hover(place) { this.#hover = place; if (this.drawing) this.#screen.draw(); }

  // Keys on the picture while a tool is taken; true where one was ours.
  key(name) {
    const by = name.startsWith("Shift+") ? 0.05 : 0.005;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const move = moves[name.replace("Shift+", "")];
    if (move) {
      this.cursor = this.cursor.map((value, n) => Math.min(1, Math.max(0, value + move[n])));
    } else if (name === "Enter") {
      const [x, y] = this.points.at(-1) ?? [];
      if (x === this.cursor[0] && y === this.cursor[1]) this.finish();
      else this.points.push([...this.cursor]);
    } else if (name === "Backspace" && this.points.length) {
      this.points.pop();
    } else {
      return false;
    }
    this.#screen.draw();
    return true;
  }

  // Esc: first what is being drawn, then the tool, then the selection.
  leave() {
    if (this.points.length) this.points = [];
    else if (this.tool) this.take("");
    else if (this.selected) this.select(0);
    else return false;
    this.#screen.draw();
    return true;
  }

  select(id) {
    this.selected = id;
    this.#screen.draw();
    this.dispatchEvent(new Event("selected"));
  }

  // The correction whose stroke lies under a place of the canvas.
  hit(x, y) {
    const { frame, state } = this.#shot;
    for (const mark of this.hidden ? [] : frame?.marks ?? []) {
      const one = state.corrections.find((each) => each.id === mark.id);
      const near = Math.max(8, (one?.radius ?? 0) * this.#screen.box.height);
      const dots = mark.points.map((point) => this.#screen.pixel(point));
      if (dots.some((dot, n) => far(x, y, dot, dots[n + 1] ?? dot) < near)) return mark.id;
    }
    return 0;
  }

  async send(correction) {
    this.waiting = { correction, sending: true };
    this.dispatchEvent(new Event("waiting"));
    this.#screen.draw();
    try {
      await this.#shot.correct([correction]);
      if (this.waiting?.correction === correction) this.waiting = null;
      this.dispatchEvent(new Event("sent"));
    } catch (why) {
      this.waiting = { correction, sending: false };
      this.dispatchEvent(new CustomEvent("failed", { detail: why }));
    }
    this.#screen.draw();
  }

  hide(on) {
    this.hidden = on;
    pressed(at("strokes"), !on);
    this.#screen.draw();
  }

  drop() { this.waiting = null; this.#screen.draw(); }

  #unite() {
    const people = [Number(at("one-a").value), Number(at("one-b").value)];
    this.send({ kind: "one", frame: this.#shot.n, people, reach: this.reach });
  }

  #correction(points) {
    const { width, height } = this.#shot.state;
    const stroke = thinned(points, width / height).flat().map((value) => Number(value.toFixed(5)));
    const made = { kind: this.tool, frame: this.#shot.n, stroke, radius: this.radius, reach: this.reach };
    if (this.tool === "part") made.part = at("part").value;
    if (this.tool === "person") made.people = [Number(at("person").value)];
    return made;
  }

  #state() {
    const { parts, people, writable } = this.#shot.state;
    options(at("part"), Object.entries(parts).filter(([, one]) => !one.group).map(([key, one]) => [key, one.label]), at("part").value || "coat");
    const pairs = people.map((one) => [one.number, nameOf(one)]);
    for (const id of ["person", "one-a", "one-b"]) options(at(id), pairs);
    if (at("one-a").value === at("one-b").value && pairs.length > 1) at("one-b").value = pairs[1][0];
    at("tool-one").disabled = !writable || pairs.length < 2;
    for (const kind of ["keep", "remove", "part", "person"]) at(`tool-${kind}`).disabled = !writable || (kind === "person" && !pairs.length);
    if (this.selected && !this.#shot.state.corrections.some((one) => one.id === this.selected)) this.select(0);
    if (!writable) this.take("");
    this.#hint();
    this.#screen.draw();
  }

  #hint() {
    const words = HINTS[this.drawing ? "stroke" : this.tool];
    const told = this.#shot.writable ? words : "This server only looks at shots: start it with --allow-write to mend and accept.";
    at("tool-hint").textContent = told;
    at("tool-hint").hidden = !told;
  }

  #ink(one) {
    const { people, parts } = this.#shot.state;
    if (one.kind === "part") return parts[one.part]?.colour || "#e0b040";
    if (one.kind === "person") return people.find((each) => each.number === one.people[0])?.colour ?? "#60a0ff";
    return INKS[one.kind] ?? "#fff";
  }

  #paint(ink) {
    if (!this.#shot.state) return;
    const { frame, state, n } = this.#shot;
    for (const mark of this.hidden ? [] : frame?.marks ?? []) {
      const one = state.corrections.find((each) => each.id === mark.id);
      if (one && mark.points.length) this.#stroke(ink, mark.points, one, { belief: mark.belief, chosen: one.id === this.selected });
    }
    if (this.waiting?.correction.stroke && this.waiting.correction.frame === n) {
      this.#stroke(ink, paired(this.waiting.correction.stroke), this.waiting.correction, { belief: 1, dashed: true });
    }
    if (!this.drawing) return;
    const now = { kind: this.tool, part: at("part").value, people: [Number(at("person").value)], radius: this.radius };
    if (this.points.length) this.#stroke(ink, this.points, now, { belief: 1 });
    if (document.activeElement === this.#canvas) this.#cross(ink);
    if (this.#hover) this.#ring(ink, this.#hover, this.#ink(now));
  }

  #stroke(ink, points, one, { belief, chosen = false, dashed = false }) {
    const dots = points.map((point) => this.#screen.pixel(point));
    const line = new Path2D();
    line.moveTo(...dots[0]);
    for (const dot of dots.length > 1 ? dots.slice(1) : [[dots[0][0] + 0.01, dots[0][1]]]) line.lineTo(...dot);
    const colour = this.#ink(one);
    Object.assign(ink, { lineCap: "round", lineJoin: "round" });
    ink.setLineDash([]);
    for (const [width, style, opacity] of [[2 * one.radius * this.#screen.box.height, colour, 0.3], [chosen ? 7 : 4, "#000", 0.7], [chosen ? 4 : 2, chosen ? "#fff" : colour, 1]]) {
      Object.assign(ink, { lineWidth: Math.max(2, width), strokeStyle: style, globalAlpha: opacity * (0.25 + 0.75 * belief) });
      if (dashed && width < 8) ink.setLineDash([7, 7]);
      ink.stroke(line);
    }
  }

  #ring(ink, place, colour) {
    const [x, y] = this.#screen.pixel(place);
    const radius = Math.max(2, this.radius * this.#screen.box.height);
    for (const [width, style] of [[3, "#000"], [1.5, colour]]) {
      Object.assign(ink, { lineWidth: width, strokeStyle: style, globalAlpha: 0.9 });
      ink.beginPath();
      ink.arc(x, y, radius, 0, 2 * Math.PI);
      ink.stroke();
    }
  }

  #cross(ink) {
    const [x, y] = this.#screen.pixel(this.cursor);
    for (const [width, style] of [[4, "#000"], [1.5, "#fff"]]) {
      Object.assign(ink, { lineWidth: width, strokeStyle: style, globalAlpha: 0.9 });
      ink.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) { ink.moveTo(x + 4 * dx, y + 4 * dy); ink.lineTo(x + 13 * dx, y + 13 * dy); }
      ink.stroke();
    }
  }
}

const paired = (flat) => flat.reduce((points, value, n) => (n % 2 ? [...points.slice(0, -1), [points.at(-1)[0], value]] : [...points, [value, 0]]), []);

// How far a place is from the piece between two dots, in pixels.
function far(x, y, [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}

// Fewer points of the same line.
function thinned(points, aspect) {
  const kept = points.filter((point, n) => n === 0 || n === points.length - 1 || !straight(points[n - 1], point, points[n + 1], aspect));
  const every = Math.ceil(kept.length / MOST_POINTS);
  return kept.filter((_, n) => n % every === 0 || n === kept.length - 1);
}

function straight([ax, ay], [x, y], [bx, by], aspect) {
  return far(x * aspect, y, [ax * aspect, ay], [bx * aspect, by]) < 0.0004;
}
