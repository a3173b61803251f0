// People and parts as chips: which matte is shown, and what the colours of the views stand for.

import { at, button, made, pressed, swatch } from "./review_dom.js";
import { nameOf } from "./review_words.js";

export class Layers {
  layer = "";
  #shot;
  #changed;
  #person = "";

  constructor(shot, changed) {
    this.#shot = shot;
    this.#changed = changed;
    shot.addEventListener("state", () => this.#show());
  }

  // The layer's matte; the same again goes back to what was seen before.
  toggle(layer) { this.set(layer === this.layer ? "" : layer); }

  set(layer) {
    this.layer = layer;
    const [person] = layer.split(".");
    if (person.startsWith("person_")) this.#person = person;
    this.#show();
    this.#changed();
  }

  get words() {
    const [first, second] = this.layer.split(".");
    const { parts, people, regions } = this.#shot.state;
    const person = people.find((one) => one.layer === first);
    const what = second ?? (person ? "" : first);
    const part = parts[what]?.label ?? (regions[what] && `face: ${regions[what].label}`);
    return [person && nameOf(person), part].filter(Boolean).join(", ") || this.layer;
  }

  // Somebody was clicked: their matte; shown already, the part there; nobody there, back.
  pick({ person, part }, wantPart) {
    const whole = person && (wantPart || this.layer === person) && part ? `${person}.${part}` : person;
    if (!person) this.set("");
    else this.toggle(whole);
  }

  #show() {
    const { people, parts, regions } = this.#shot.state;
    if (!people.some((one) => one.layer === this.#person)) this.#person = "";
    const whose = this.#person ? `${this.#person}.` : "";
    const persons = people.map((one) => this.#chip(one.layer, nameOf(one), one.colour));
    const all = button("Everyone", () => { this.#person = ""; this.set(""); }, { className: "layer" });
    pressed(all, !this.layer);
    const fine = Object.entries(parts).filter(([, one]) => !one.group);
    const groups = Object.entries(parts).filter(([, one]) => one.group);
    const held = document.activeElement?.dataset?.layer;
    at("layers").replaceChildren(
      made("div", { className: "chips" }, all, ...persons),
      made("p", { className: "hint", textContent: this.#person ? `Parts of ${this.#name()}:` : "Parts of everyone:" }),
      made("div", { className: "chips" }, ...[...fine, ...(whose ? [] : groups)].map(([key, one]) => this.#chip(`${whose}${key}`, one.label, one.colour))),
      made("p", { className: "hint", textContent: "Regions of the face:" }),
      made("div", { className: "chips" }, ...Object.entries(regions).map(([key, one]) => this.#chip(`${whose}${key}`, one.label, one.colour))),
    );
    if (held) at("layers").querySelector(`[data-layer="${held}"]`)?.focus();
  }

  #name() {
    return nameOf(this.#shot.state.people.find((one) => one.layer === this.#person));
  }

  #chip(layer, words, colour) {
    const one = button("", () => this.toggle(layer), { className: "layer" });
    one.dataset.layer = layer;
    if (colour) one.append(swatch(colour));
    one.append(words);
    pressed(one, layer === this.layer);
    return one;
  }
}
