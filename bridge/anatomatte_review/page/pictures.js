// The pictures of the page and what becomes of them: each is a batch of one, a few of them at a time.

import * as api from "./api.js";

const AT_ONCE = 2;
const LOOK_MS = 250;

const wait = (ms, signal) =>
  new Promise((done, fail) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); fail(signal.reason); }, { once: true });
  });

export class Pictures extends EventTarget {
  list = [];
  selected = null;
  #wishes = () => new FormData();
  #running = 0;

  constructor(wishes) {
    super();
    this.#wishes = wishes;
  }

  get counts() {
    const of = (...states) => this.list.filter((one) => states.includes(one.state)).length;
    return { all: this.list.length, done: of("done"), failed: of("failed"), open: of("waiting", "running") };
  }

  addFiles(files) {
    this.#add([...files].map((file) => ({ name: file.name || "pasted.png", file, path: null })));
  }

  addPaths(paths) {
    this.#add(paths.map((path) => ({ name: path.split("/").pop(), file: null, path })));
  }

  #add(found) {
    const made = found.map((one) => ({
      ...one, key: crypto.randomUUID?.() ?? String(Math.random()), state: "waiting", stale: false, thumb: one.file ? URL.createObjectURL(one.file) : null,
      job: null, files: {}, views: {}, labels: null, told: [], error: "", cure: "", seconds: 0, stop: null,
    }));
    this.list.push(...made);
    if (!this.selected && made.length) this.selected = made[0];
    this.#changed();
    this.#next();
  }

  select(picture) {
    this.selected = picture;
    this.#changed();
    if (picture?.stale) this.redo([picture]);
  }

  step(by) {
    const at = this.list.indexOf(this.selected);
    const to = this.list[Math.min(this.list.length - 1, Math.max(0, at + by))];
    if (to && to !== this.selected) this.select(to);
  }

  drop(picture) {
    picture.stop?.abort();
    if (picture.job) api.remove(picture.job);
    if (picture.thumb) URL.revokeObjectURL(picture.thumb);
    const at = this.list.indexOf(picture);
    this.list.splice(at, 1);
    if (this.selected === picture) this.selected = this.list[Math.min(at, this.list.length - 1)] ?? null;
    this.#changed();
  }

  // Other settings: the one that is looked at is made again, the others when they are looked at or asked for.
  age() {
    for (const one of this.list) if (one.state !== "waiting") one.stale = true;
    if (this.selected) this.redo([this.selected]);
    this.#changed();
  }

  redo(pictures) {
    for (const one of pictures) {
      one.stop?.abort();
      Object.assign(one, { state: "waiting", stale: false, error: "", cure: "" });
    }
    this.#changed();
    this.#next();
  }

  cancel() {
    for (const one of this.list) {
      if (one.state === "waiting") one.state = "cancelled";
      one.stop?.abort();
    }
    this.#changed();
  }

  #next() {
    const first = this.selected?.state === "waiting" ? this.selected : null;
    while (this.#running < AT_ONCE) {
      const one = first?.state === "waiting" ? first : this.list.find((each) => each.state === "waiting");
      if (!one) return;
      this.#running += 1;
      one.state = "running";
      const stop = new AbortController();
      one.stop = stop;
      this.#make(one, stop.signal)
        .catch((why) => {
          if (one.stop !== stop) return; // it is being made again already
          const ended = why.name === "AbortError";
          Object.assign(one, { state: ended ? "cancelled" : "failed", error: ended ? "" : why.message, cure: why.cure ?? "" });
        })
        .finally(() => {
          this.#running -= 1;
          this.#changed();
          this.#next();
        });
      this.#changed();
    }
  }

  async #make(one, signal) {
    let state = await this.#sent(one, signal);
    const id = state.id;
    try {
      while (state.state === "waiting" || state.state === "running") {
        await wait(LOOK_MS, signal);
        state = await api.job(id, signal);
      }
    } catch (why) {
      api.remove(id);
      throw why;
    }
    const [item] = state.items;
    if (item.state !== "done") {
      api.remove(id);
      throw new api.Failure(item.error || "It was cancelled.", item.cure, 0, 0);
    }
    if (one.job) api.remove(one.job);
    Object.assign(one, { job: id, state: "done", files: item.files, views: item.views, labels: item.labels, told: item.told, seconds: item.seconds });
  }

  async #sent(one, signal) {
    for (;;) {
      const form = this.#wishes();
      if (one.file) form.append("image", one.file, one.name);
      else form.append("path", one.path);
      try {
        return await api.batch(form, signal);
      } catch (why) {
        if (why.status !== 429) throw why;
        await wait(1000 * why.after, signal);
      }
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
