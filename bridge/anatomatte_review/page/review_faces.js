// Faces: their landmarks over the picture, and whose is replaced.

import { ask } from "./api.js";
import { at, button, pressed, swatch } from "./review_dom.js";
import { nameOf } from "./review_words.js";

const MOST_KEPT = 200;
const PLAIN = "#ffffff";
const HIDDEN = "rgb(255 96 96 / 70%)"; // landmarks that something hides
const SEEN = 0.5;
const DARK = "rgb(0 0 0 / 65%)";
const NOSE = 4; // the landmark from which a line says where a head looks
const OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109];

export class Faces {
  shown = false;
  picking = false;
  #shot;
  #screen;
  #run;
  #kept = new Map();

  constructor(shot, screen, run) {
    this.#shot = shot;
    this.#screen = screen;
    this.#run = run;
    screen.painters.push((ink) => this.#paint(ink));
    shot.addEventListener("state", () => { this.#panel(); this.#load(); });
    shot.addEventListener("frame", () => this.#load());
    at("marks").addEventListener("click", () => this.show(!this.shown));
    at("actor-pick").addEventListener("click", () => this.pick(!this.picking));
  }

  // Landmarks are drawn, or no longer.
  show(on) {
    this.shown = on;
    pressed(at("marks"), on);
    this.#load();
  }

  // The next click in the picture chooses the actor.
  pick(on) {
    this.picking = on && this.#shot.writable;
    pressed(at("actor-pick"), this.picking);
    at("screen").classList.toggle("picking", this.picking);
    if (this.picking) at("screen").focus({ preventScroll: true });
    this.#said();
  }

  leave() {
    if (!this.picking) return false;
    this.pick(false);
    return true;
  }

  // Somebody was clicked while an actor is chosen; nobody leaves it as it is.
  picked({ person }) {
    const found = this.#shot.state.people.find((one) => one.layer === person);
    if (!found) { at("actor-hint").textContent = "Nobody with a number is there; click somebody."; return; }
    this.pick(false);
    this.choose(found.number);
  }

  choose(number) {
    if (this.#shot.writable) this.#run(() => this.#shot.actor(number));
  }

  #panel() {
    const { people, actor, writable } = this.#shot.state;
    const held = document.activeElement?.dataset?.actor;
    const chip = (number, words, colour) => {
      const one = button("", () => this.choose(number), { className: "layer", disabled: !writable });
      one.dataset.actor = number;
      if (colour) one.append(swatch(colour));
      one.append(words);
      pressed(one, number === actor);
      return one;
    };
    at("actors").replaceChildren(chip(0, "Who fills most"), ...people.map((one) => chip(one.number, nameOf(one), one.colour)));
    if (held) at("actors").querySelector(`[data-actor="${held}"]`)?.focus();
    at("actor-pick").disabled = !writable;
    const whose = people.find((one) => one.number === actor);
    at("actor-state").textContent = whose ? nameOf(whose) : "who fills most";
    this.#said();
  }

  #said() {
    const faces = this.#faces();
    const words = faces?.length === 0 ? "The analysis found no face in this frame." : "";
    at("actor-hint").textContent = this.picking ? "Click the person in the picture; Esc leaves it." : words;
  }

  #key() { return `${this.#shot.state.id}|${this.#shot.bare}|${this.#shot.n}`; }

  #faces() { return this.#shot.state ? this.#kept.get(this.#key()) : undefined; }

  async #load() {
    if (!this.#shot.state?.frames.length) return;
    const key = this.#key();
    if (this.shown && !this.#kept.has(key)) {
      this.#kept.set(key, null); // it is on its way
      try {
        this.#kept.set(key, (await ask(`${this.#shot.address}/frames/${this.#shot.n}/faces`)).faces);
      } catch {
        this.#kept.delete(key); // asked again at the next look
      }
      if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value);
    }
    this.#said();
    this.#screen.draw();
  }

  #paint(ink) {
    const faces = this.shown && this.#faces();
    if (!faces) return;
    for (const face of faces) this.#face(ink, face);
  }

  #face(ink, { person, points, seen, yaw, pitch }) {
    const { people, actor } = this.#shot.state;
    const whose = people.find((one) => one.layer === person);
    const places = Array.from({ length: points.length / 2 }, (_, k) => this.#screen.pixel([points[2 * k], points[2 * k + 1]]));
    const wide = Math.hypot(places[454][0] - places[234][0], places[454][1] - places[234][1]);
    const size = Math.min(3, Math.max(1, wide / 110));
    const hidden = places.filter((_, k) => seen[k] < SEEN);
    const inSight = places.filter((_, k) => !(seen[k] < SEEN)); // of older sidecars none is known to be hidden
    const dots = (some, colour, wide) => {
      ink.fillStyle = colour;
      for (const [x, y] of some) ink.fillRect(x - wide / 2, y - wide / 2, wide, wide);
    };
    dots(hidden, HIDDEN, size);
    dots(inSight, DARK, size + 1);
    dots(inSight, PLAIN, size);
    const chosen = Boolean(whose) && whose.number === actor;
    this.#line(ink, [...OVAL, OVAL[0]].map((k) => places[k]), whose?.colour ?? PLAIN, chosen ? 3 : 1.5);
    const [x, y] = places[NOSE];
    const turn = Math.PI / 180;
    this.#line(ink, [[x, y], [x + 0.7 * wide * Math.sin(yaw * turn), y - 0.7 * wide * Math.sin(pitch * turn)]], "#ffd23f", 2);
    ink.font = "600 13px system-ui, sans-serif";
    const words = `${whose ? nameOf(whose) : "nobody numbered"}${chosen ? " · actor" : ""}`;
    const top = places[OVAL[0]];
    const width = ink.measureText(words).width;
    ink.fillStyle = DARK;
    ink.fillRect(top[0] - width / 2 - 4, top[1] - 24, width + 8, 18);
    ink.fillStyle = PLAIN;
    ink.fillText(words, top[0] - width / 2, top[1] - 10);
  }

  // A line in a colour, with a dark rim: seen over any picture.
  #line(ink, places, colour, width) {
    ink.beginPath();
    for (const place of places) ink.lineTo(...place);
    for (const [style, wide] of [[DARK, width + 2], [colour, width]]) {
      Object.assign(ink, { strokeStyle: style, lineWidth: wide });
      ink.stroke();
    }
  }
}
