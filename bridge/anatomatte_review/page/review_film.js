// The filmstrip: only the cells that are seen exist, however long the shot is.

import { at, made } from "./review_dom.js";
import { STATES, short, stateOf } from "./review_words.js";

const CELL = 118;
const BESIDE = 4;
const THUMB = 160;
const REST_MS = 120; // a cell that is scrolled past sooner asks for no picture

export class Film {
  #shot;
  #cells = new Map();

  constructor(shot) {
    this.#shot = shot;
    at("film").addEventListener("scroll", () => this.#fill());
    new ResizeObserver(() => this.#fill()).observe(at("film"));
    at("film").addEventListener("click", (event) => {
      const cell = event.target.closest("[data-n]");
      if (cell) shot.go(Number(cell.dataset.n));
    });
    shot.addEventListener("state", () => this.#anew());
    shot.addEventListener("frame", () => this.follow());
    at("signs").replaceChildren(
      ...Object.values(STATES).map((one, n) => made("li", {}, made("span", { className: `sign ${Object.keys(STATES)[n]}`, textContent: one.sign }), ` ${one.words}`)),
      made("li", {}, made("span", { className: "sign key", textContent: "◆" }), " correction"),
    );
  }

  #anew() {
    at("film-cells").replaceChildren();
    this.#cells.clear();
    at("film-cells").style.width = `${CELL * this.#shot.frames.length}px`;
    this.follow();
  }

  // The cell of the current frame comes into sight.
  follow() {
    const film = at("film");
    const left = CELL * this.#shot.place(this.#shot.n);
    if (left < film.scrollLeft || left + CELL > film.scrollLeft + film.clientWidth) {
      film.scrollLeft = left - (film.clientWidth - CELL) / 2;
    }
    this.#fill();
  }

  #fill() {
    if (!this.#shot.state) return;
    const film = at("film");
    const { frames, n } = this.#shot;
    const from = Math.max(0, Math.floor(film.scrollLeft / CELL) - BESIDE);
    const to = Math.min(frames.length, Math.ceil((film.scrollLeft + film.clientWidth) / CELL) + BESIDE);
    const seen = new Set(frames.slice(from, to).map((one) => one.n));
    for (const [number, cell] of this.#cells) if (!seen.has(number)) { this.#gone(cell); this.#cells.delete(number); }
    for (let place = from; place < to; place += 1) {
      const frame = frames[place];
      if (!this.#cells.has(frame.n)) this.#cells.set(frame.n, this.#cell(frame, place));
      this.#cells.get(frame.n).setAttribute("aria-selected", String(frame.n === n));
    }
    if (this.#cells.has(n)) film.setAttribute("aria-activedescendant", `cell-${n}`);
    else film.removeAttribute("aria-activedescendant");
  }

  #cell(frame, place) {
    const { state, frames, address } = this.#shot;
    const kind = stateOf(frame);
    const keyed = state.corrections.filter((one) => one.frame === frame.n);
    const words = `Frame ${frame.n}, ${short(frame, state.reasons)}${keyed.length ? `, ${keyed.length} corrections drawn here` : ""}${frame.painted ? ", painted" : ""}`;
    const cell = made("div", { id: `cell-${frame.n}`, className: `cell ${kind}`, title: words, role: "option" });
    for (const [name, value] of [["aria-label", words], ["aria-setsize", frames.length], ["aria-posinset", place + 1]]) cell.setAttribute(name, value);
    cell.dataset.n = frame.n;
    cell.style.left = `${CELL * place}px`;
    if (!frame.missing) cell.append(this.#thumb(`${address}/thumbs/${frame.n}?width=${THUMB}`));
    cell.append(made("span", { className: `sign ${kind}`, textContent: STATES[kind].sign }), made("span", { className: "number", textContent: frame.n }));
    if (keyed.length || frame.painted) cell.append(made("span", { className: "sign key", textContent: keyed.length ? "◆" : "✎" }));
    at("film-cells").append(cell);
    return cell;
  }

  #thumb(address) {
    const image = made("img", { alt: "", draggable: false });
    image.addEventListener("error", () => image.remove());
    setTimeout(() => { if (image.isConnected) image.src = address; }, this.#cells.size ? REST_MS : 0);
    return image;
  }

  #gone(cell) {
    cell.querySelector("img")?.removeAttribute("src"); // what is not seen is not fetched to the end
    cell.remove();
  }
}
