// The shot under review: what the server says of it, the frame that is looked at, and every change of it.

import { ask } from "./api.js";
import { stateOf } from "./review_words.js";

const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// 53 bits of a text, to tell one look of a shot from another.
function digest(text) {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let n = 0; n < text.length; n += 1) {
    const code = text.charCodeAt(n);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

export class Shot extends EventTarget {
  state = null;
  n = 0;
  looks = "";
  bare = "";
  #places = new Map();
  #turn = Promise.resolve();

  get frames() { return this.state.frames; }
  get frame() { return this.at(this.n); }
  get writable() { return Boolean(this.state?.writable); }
  get address() { return `shots/${encodeURIComponent(this.state.id)}`; }

  at(n) { return this.frames[this.#places.get(n)]; }
  place(n) { return this.#places.get(n) ?? 0; }

  async open(path, preset = "") {
    const state = await ask("shots", json("POST", { shot: path, ...(preset && { preset }) }));
    this.#take(state);
    return state;
  }

  // The server's word again, where it has another one.
  async refresh() {
    await this.#queued(async () => {
      const state = await this.#asked("", { headers: { "If-None-Match": `"${this.state.revision}"` } });
      if (state && state.revision !== this.state.revision) this.#take(state);
    });
  }

  correct(corrections) { return this.#change("/corrections", json("POST", { corrections })); }
  drop(id) { return this.#change(`/corrections/${id}`, { method: "DELETE" }); }
  accept(n, accepted) { return this.#change(`/accepted/${n}`, json("PUT", { accepted })); }
  person(number, changed) { return this.#change(`/people/${number}`, json("PATCH", changed)); }
  consent(note) { return this.#change("/consent", json("PUT", note)); }
  actor(number) { return this.#change("/actor", json("PUT", { number })); }
  undo() { return this.#change("/undo", { method: "POST" }); }
  redo() { return this.#change("/redo", { method: "POST" }); }

  // Who and what is at a place of the frame, in shares.
  who(x, y) {
    return this.#asked(`/frames/${this.n}/at?x=${x.toFixed(5)}&y=${y.toFixed(5)}&revision=${this.state.revision}`);
  }

  go(n) {
    if (!this.frames.length) return;
    const wanted = this.#places.has(n) ? n : this.#nearest(n);
    if (wanted === this.n) return;
    this.n = wanted;
    this.dispatchEvent(new Event("frame"));
  }

  step(by) {
    const last = this.frames.length - 1;
    this.go(this.frames[Math.min(last, Math.max(0, this.place(this.n) + by))].n);
  }

  // The next doubtful frame in time, or the one before; after the last comes the first.
  doubt(by) {
    const all = this.frames.filter((one) => stateOf(one) === "doubtful").map((one) => one.n);
    if (by < 0) all.reverse();
    return all.find((n) => (by < 0 ? n < this.n : n > this.n)) ?? all.find((n) => n !== this.n) ?? null;
  }

  scene() {
    return this.state.scenes.find((one) => one.first <= this.n && this.n <= one.last) ?? this.state;
  }

  #nearest(n) {
    return this.frames.reduce((best, one) => (Math.abs(one.n - n) < Math.abs(best - n) ? one.n : best), this.frames[0].n);
  }

  #queued(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => null);
    return done;
  }

  #change(path, options) {
    return this.#queued(async () => {
      const match = { ...options.headers, "If-Match": `"${this.state.revision}"` };
      try {
        this.#take(await this.#asked(path, { ...options, headers: match }));
      } catch (why) {
        if (why.status === 409) {
          this.#take(await this.#asked(""));
          why.cure = "The shot was loaded again; look at it, then do it once more.";
        }
        throw why;
      }
    });
  }

  // A request of this shot; one that the server closed meanwhile is opened again.
  async #asked(path, options = {}) {
    try {
      return await ask(this.address + path, options);
    } catch (why) {
      if (why.status !== 404) throw why;
      const { revision } = this.state;
      await this.open(this.state.path, this.state.preset);
      if (options.headers?.["If-Match"] && this.state.revision !== revision) { why.status = 409; throw why; }
      return ask(this.address + path, options);
    }
  }

  #take(state) {
    const same = this.state?.path === state.path;
    this.state = state;
    this.#places = new Map(state.frames.map((one, place) => [one.n, place]));
    const seen = { people: state.people.map((one) => [one.number, one.wears]), scenes: state.scenes, frames: state.frames.map((one) => [one.n, one.people, one.missing]) };
    this.bare = digest(JSON.stringify(seen));
    const mended = state.corrections.length || state.frames.some((one) => one.painted);
    const hands = mended ? [state.corrections, state.frames.map((one) => [one.marks, one.painted])] : null;
    this.looks = hands ? `${this.bare}+${digest(JSON.stringify(hands))}` : this.bare;
    if (!same || !this.#places.has(this.n)) this.n = state.frames[0]?.n ?? state.first;
    this.dispatchEvent(new Event("state"));
  }
}
