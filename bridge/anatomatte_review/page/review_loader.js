// Pictures of frames: fetched two at a time, given up when nobody wants them any more, kept within bounds.

import { fetched } from "./api.js";

const AT_ONCE = 2;
const MOST_BYTES = 300e6;

export class Loader extends EventTarget {
  #kept = new Map();
  #bytes = 0;
  #wanted = [];
  #busy = new Map();
  #faults = new Map();
  #pause = 0;
  seconds = 0; // that a picture took lately, on average

  get(key) {
    const found = this.#kept.get(key);
    if (found) { this.#kept.delete(key); this.#kept.set(key, found); }
    return found;
  }

  has(key) { return this.#kept.has(key); }
  fault(key) { return this.#faults.get(key); }
  get count() { return this.#kept.size; }

  // Requests ({key, address}) in the order of their worth; what is under way and not among them is given up,
  // unless one is patient.
  want(requests, patient = false) {
    this.#wanted = requests;
    const keys = new Set(requests.map((one) => one.key));
    for (const [key, stop] of this.#busy) if (!patient && !keys.has(key)) { stop.abort(); this.#busy.delete(key); }
    this.#next();
  }

  // What failed is tried once more.
  again() {
    this.#faults.clear();
    this.#next();
  }

  #next() {
    if (this.#pause) return;
    for (const one of this.#wanted) {
      if (this.#busy.size >= AT_ONCE) return;
      if (this.#kept.has(one.key) || this.#busy.has(one.key) || this.#faults.has(one.key)) continue;
      const stop = new AbortController();
      this.#busy.set(one.key, stop);
      this.#fetch(one, stop);
    }
  }

  async #fetch({ key, address }, stop) {
    try {
      const answer = await fetched(address, { signal: stop.signal, cache: "no-store" }); // plates may change meanwhile
      const blob = await answer.blob();
      this.seconds += (Number(answer.headers.get("X-Seconds")) - this.seconds) / 4;
      this.#keep(key, { blob, told: answer.headers.get("X-Told") ?? "", checks: JSON.parse(answer.headers.get("X-QC") || "{}"), seconds: Number(answer.headers.get("X-Seconds")) });
    } catch (why) {
      if (stop.signal.aborted) return;
      if (why.status === 429) this.#rest(why.after);
      else this.#faults.set(key, why);
    } finally {
      if (this.#busy.get(key) === stop) this.#busy.delete(key);
    }
    this.dispatchEvent(new CustomEvent("loaded", { detail: key }));
    this.#next();
  }

  #rest(seconds) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => { this.#pause = 0; this.#next(); }, 1000 * seconds);
  }

  #keep(key, found) {
    this.#kept.set(key, found);
    this.#bytes += found.blob.size;
    for (const [old, one] of this.#kept) {
      if (this.#bytes <= MOST_BYTES || old === key) break;
      this.#kept.delete(old);
      this.#bytes -= one.blob.size;
    }
  }
}
