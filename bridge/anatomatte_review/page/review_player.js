// Plays what is there: the clock runs at the shot's rate, a frame that is not there yet is left out.

import { at, pressed } from "./review_dom.js";

const NEAR = 12;
const AHEAD = 120;
const TELL_MS = 250;

export class Player {
  #shot;
  #ready;
  #timer = 0;
  #began = 0;
  #from = 0;
  #seen = [];
  #last = null;
  #told = 0;

  // `ready(n)` says whether a frame's picture is there, `seconds()` what one takes; `changed()` is told when it
  // starts and stops.
  constructor(shot, ready, seconds, changed) {
    this.seconds = seconds;
    this.#shot = shot;
    this.#ready = ready;
    this.changed = changed;
    at("play").addEventListener("click", () => this.toggle());
    at("span").addEventListener("change", () => { if (this.playing) { this.stop(); this.start(); } });
    this.#show();
  }

  get playing() { return this.#timer !== 0; }

  toggle() { if (this.playing) this.stop(); else this.start(); }

  start() {
    if (!this.#shot.state || this.playing) return;
    this.range = this.#span();
    this.#from = Math.max(0, this.range.indexOf(this.#shot.n));
    this.#began = performance.now();
    this.#seen = [];
    this.#timer = requestAnimationFrame((now) => this.#tick(now));
    this.#show();
    this.changed();
  }

  stop() {
    cancelAnimationFrame(this.#timer);
    this.#timer = 0;
    this.#show();
    this.changed();
  }

  // The frames that the clock will come to when their pictures can be there, in that order, round the range.
  get coming() {
    const { range } = this;
    const lead = Math.ceil(this.seconds() * this.#shot.state.fps);
    const from = this.#due(performance.now()) + 1 + (lead < range.length ? lead : 0);
    return range.slice(0, AHEAD).map((_, n) => range[(from + n) % range.length]);
  }

  #due(now) {
    const passed = Math.max(0, Math.floor(((now - this.#began) / 1000) * this.#shot.state.fps));
    return (this.#from + passed) % this.range.length;
  }

  #span() {
    const { frames, n } = this.#shot;
    const place = this.#shot.place(n);
    if (at("span").value === "near") return frames.slice(Math.max(0, place - NEAR), place + NEAR + 1).map((one) => one.n);
    const { first, last } = at("span").value === "scene" ? this.#shot.scene() : this.#shot.state;
    return frames.map((one) => one.n).filter((one) => one >= first && one <= last);
  }

  #tick(now) {
    if (!this.playing) return;
    this.#timer = requestAnimationFrame((then) => this.#tick(then));
    const n = this.range[this.#due(now)];
    if (n !== this.#last && this.#ready(n)) {
      this.#last = n;
      this.#seen.push(now);
      this.#shot.go(n);
    }
    this.#seen = this.#seen.filter((one) => one > now - 1000);
    if (now - this.#told > TELL_MS) this.#tell(now);
  }

  #tell(now) {
    this.#told = now;
    const there = this.range.filter((one) => this.#ready(one)).length;
    at("speed").textContent = `${this.#seen.length} of ${Math.round(this.#shot.state.fps)} fps, ${there} of ${this.range.length} frames ready`;
  }

  #show() {
    at("play").replaceChildren(this.playing ? "Pause " : "Play ", Object.assign(document.createElement("kbd"), { textContent: "Space" }));
    pressed(at("play"), this.playing);
    if (!this.playing) at("speed").textContent = "";
  }
}
