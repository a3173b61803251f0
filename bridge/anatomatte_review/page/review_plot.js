// The plot: score by threshold of every frame, a line at 1 above which a frame is doubtful.

import { at, options } from "./review_dom.js";
import { ratioOf, sentence, stateOf } from "./review_words.js";

const MOST = 2.5; // times the threshold; what is above is cut

export class Plot {
  #shot;
  #canvas = at("plot");
  #code = "";

  constructor(shot) {
    this.#shot = shot;
    new ResizeObserver(() => this.draw()).observe(this.#canvas);
    at("reason").addEventListener("change", () => { this.#code = at("reason").value; this.draw(); });
    this.#canvas.addEventListener("pointermove", (event) => this.#tell(event));
    this.#canvas.addEventListener("pointerleave", () => { at("plot-words").hidden = true; });
    const go = (event) => { if (event.buttons & 1) shot.go(this.#under(event).n); };
    this.#canvas.addEventListener("pointerdown", (event) => { this.#canvas.setPointerCapture(event.pointerId); go(event); });
    this.#canvas.addEventListener("pointermove", go);
    shot.addEventListener("state", () => { this.#reasons(); this.draw(); });
    shot.addEventListener("frame", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  #reasons() {
    const { frames, state } = this.#shot;
    const codes = [...new Set(frames.flatMap((one) => Object.keys(one.qc)))].filter((code) => state.reasons[code]);
    options(at("reason"), [["", "the worst score"], ...codes.map((code) => [code, state.reasons[code].words])]);
    this.#code = at("reason").value;
  }

  #under(event) {
    const { frames } = this.#shot;
    const place = Math.floor((event.offsetX / this.#canvas.clientWidth) * frames.length);
    return frames[Math.min(frames.length - 1, Math.max(0, place))];
  }

  #tell(event) {
    const { clientWidth } = this.#canvas;
    const words = at("plot-words");
    words.textContent = sentence(this.#under(event), this.#shot.state.reasons);
    words.hidden = false;
    words.style.left = `${Math.min(Math.max(0, event.offsetX - 120), Math.max(0, clientWidth - 330))}px`;
  }

  draw() {
    if (!this.#shot.state) return;
    const canvas = this.#canvas;
    const ratio = window.devicePixelRatio || 1;
    const wide = canvas.clientWidth;
    const tall = canvas.clientHeight;
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(tall * ratio);
    const ink = canvas.getContext("2d");
    ink.scale(ratio, ratio);
    const style = getComputedStyle(document.body);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.#columns(ink, wide, tall, colour);
    this.#lines(ink, wide, tall, colour);
    this.#aria();
  }

  // A column a frame, or of several frames the worst, where they are finer than a pixel.
  #columns(ink, wide, tall, colour) {
    const { frames, state } = this.#shot;
    const step = wide / frames.length;
    const tallest = new Map();
    frames.forEach((frame, place) => {
      const x = step < 1 ? Math.floor(place * step) : place * step;
      const height = ratioOf(frame, state.reasons, this.#code);
      if (!tallest.has(x) || tallest.get(x).height < height) tallest.set(x, { height, frame });
    });
    for (const [x, { height, frame }] of tallest) {
      const kind = stateOf(frame);
      ink.fillStyle = colour(height > 1 && kind !== "accepted" ? "doubt" : kind === "accepted" ? "accent" : "calm");
      const high = (Math.min(height, MOST) / MOST) * tall;
      ink.fillRect(x, tall - high, Math.max(1, step - (step > 4 ? 1 : 0)), high);
    }
  }

  #lines(ink, wide, tall, colour) {
    const { frames, state } = this.#shot;
    const step = wide / frames.length;
    ink.strokeStyle = colour("ink");
    ink.setLineDash([5, 4]);
    ink.beginPath();
    ink.moveTo(0, tall - tall / MOST);
    ink.lineTo(wide, tall - tall / MOST);
    for (const scene of state.scenes.slice(1)) {
      const x = this.#shot.place(scene.first) * step;
      ink.moveTo(x, 0);
      ink.lineTo(x, tall);
    }
    ink.stroke();
    ink.setLineDash([]);
    ink.fillStyle = colour("ink");
    ink.font = "11px system-ui, sans-serif";
    ink.fillText("1 × threshold", 4, tall - tall / MOST - 4);
    for (const one of state.corrections) {
      const x = (this.#shot.place(one.frame) + 0.5) * step;
      ink.fillText("◆", x - 4, 10);
    }
    const x = (this.#shot.place(this.#shot.n) + 0.5) * step;
    ink.fillRect(x - 1, 0, 2, tall);
  }

  #aria() {
    const { frames, n, frame, state } = this.#shot;
    const told = [["aria-valuemin", frames[0].n], ["aria-valuemax", frames.at(-1).n], ["aria-valuenow", n], ["aria-valuetext", sentence(frame, state.reasons)]];
    for (const [name, value] of told) this.#canvas.setAttribute(name, value);
  }
}
