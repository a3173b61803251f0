// The mouse and the pen on the picture: draw, click, pan, move the wipe.

import { at } from "./review_dom.js";

const STILL = 4; // pixels that a click may move
const EDGE = 12;

export class Hands {
  space = false;
  panned = false;
  #mode = "";
  #from = [0, 0];
  #last = [0, 0];

  // `picked(x, y)` is told where somebody clicked, in shares of the picture; `wiped(share)` where the wipe goes,
  // `began()` that somebody draws.
  constructor(screen, strokes, { picked, wiped, began }) {
    Object.assign(this, { screen, strokes, picked, wiped, began });
    const canvas = at("screen");
    canvas.addEventListener("mousedown", (event) => { if (event.button === 1) event.preventDefault(); });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", () => { this.#mode = ""; strokes.points = []; screen.draw(); });
    canvas.addEventListener("pointerleave", () => strokes.hover(null));
  }

  #down(event) {
    if (this.#mode || event.button > 1) return;
    this.#from = this.#last = [event.offsetX, event.offsetY];
    this.#mode = this.#meant(event);
    if (this.#mode === "draw") this.began();
    if (this.#mode === "draw") this.strokes.begin(this.screen.share(event.offsetX, event.offsetY));
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  #meant(event) {
    if (event.button === 1 || this.space) { this.panned = true; return "pan"; }
    if (this.strokes.drawing) return "draw";
    const { left, width } = this.screen.box;
    return this.screen.wiping && Math.abs(event.offsetX - left - this.screen.wipe * width) < EDGE ? "wipe" : "press";
  }

  #move(event) {
    const { offsetX: x, offsetY: y } = event;
    this.strokes.hover(this.screen.share(x, y));
    if (this.#mode === "press" && this.screen.zoom > 1 && this.#moved(x, y)) this.#mode = "pan";
    if (this.#mode === "pan") this.screen.panBy(x - this.#last[0], y - this.#last[1]);
    if (this.#mode === "wipe") this.wiped(this.screen.share(x, y)[0]);
    if (this.#mode === "draw") for (const one of this.#all(event)) this.strokes.extend(this.screen.share(one.offsetX, one.offsetY));
    this.#last = [x, y];
  }

  // Also what happened between two pictures of the screen: a pen is quicker than they are.
  #all(event) {
    const found = event.getCoalescedEvents?.() ?? [];
    return found.length ? found : [event];
  }

  #up(event) {
    const mode = this.#mode;
    this.#mode = "";
    if (mode === "draw") this.strokes.finish();
    if (mode !== "press" || this.#moved(event.offsetX, event.offsetY)) return;
    const id = this.strokes.hit(event.offsetX, event.offsetY);
    const [x, y] = this.screen.share(event.offsetX, event.offsetY);
    if (id) this.strokes.select(id === this.strokes.selected ? 0 : id);
    else if (x >= 0 && x <= 1 && y >= 0 && y <= 1) this.picked(x, y);
  }

  #moved(x, y) { return Math.hypot(x - this.#from[0], y - this.#from[1]) > STILL; }
}
