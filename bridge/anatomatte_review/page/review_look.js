// What is seen of a frame: the view, before or now, proxy or full, one picture or two with a wipe.

import { at, button, calm, pressed, trouble } from "./review_dom.js";
import { VIEWS } from "./review_words.js";

const WIDTHS = [640, 960, 1280];
const FULL = 8192;
const AROUND = 6;

export class Look {
  view = "matte";
  before = false;
  full = false;
  wipeOf = "";
  source = ""; // pictures of the face that is put in
  sending = 0; // strokes that are on their way
  mended = false; // a correction was sent and its picture is not there yet
  coming = null; // the frames that are played, while they are
  #shot;
  #loader;
  #screen;
  #layers;
  #faulted = "";
  #opened = "";
  #width = WIDTHS[0];

  // `seen(found)` is told what was shown, `asked()` that something else is looked at.
  constructor(shot, loader, screen, layers, { seen, asked }) {
    Object.assign(this, { seen, asked });
    this.#shot = shot;
    this.#loader = loader;
    this.#screen = screen;
    this.#layers = layers;
    loader.addEventListener("loaded", () => this.show());
  }

  // A picture of a frame that can be asked for; the same key is the same picture.
  #request(n, view, before) {
    if (view === "replaced" && before) return this.#request(n, "plate", false);
    const { state, looks, bare, address } = this.#shot;
    const layer = view === "matte" ? this.#layers.layer : "";
    const width = this.full ? FULL : this.#width;
    const hands = view === "plate" ? "" : before ? bare : looks;
    const words = { width, revision: state.revision };
    if (layer) words.layer = layer;
    if (before && hands !== looks) words.before = true;
    if (this.full) words.full = true;
    const fresh = view === "replaced" ? `|${JSON.stringify([this.source, state.actor, state.consent])}` : "";
    if (fresh && this.source) words.source = this.source;
    return {
      key: [state.id + fresh, view, layer, hands, width, n].join("|"),
      get address() { return `${address}/frames/${n}/${view}?${new URLSearchParams(words)}`; },
    };
  }

  #above(n) { return this.#request(n, this.view, this.before); }

  #below(n) {
    if (!this.wipeOf) return null;
    return this.wipeOf === "plate" ? this.#request(n, "plate", false) : this.#request(n, this.view, true);
  }

  ready(n) {
    const below = this.#below(n);
    return this.#loader.has(this.#above(n).key) && (!below || this.#loader.has(below.key));
  }

  // Ask for what is seen and what will be seen next, then show it.
  look() {
    const wide = at("screen").clientWidth * window.devicePixelRatio;
    if (!this.#shot.state || !wide) return;
    this.#width = WIDTHS.find((one) => one >= wide) ?? WIDTHS.at(-1);
    const frames = [this.#shot.n, ...(this.coming ?? this.#beside())].filter((one) => !this.#shot.at(one).missing);
    this.#loader.want(frames.flatMap((one) => [this.#above(one), this.#below(one)]).filter(Boolean), this.coming !== null);
    this.show();
    this.asked();
  }

  #beside() {
    if (this.full) return [];
    const { frames, n } = this.#shot;
    const place = this.#shot.place(n);
    const steps = Array.from({ length: AROUND }, (_, k) => [k + 1, -k - 1]).flat();
    return steps.map((by) => frames[place + by]?.n).filter((one) => one !== undefined);
  }

  async show() {
    if (!this.#shot.state) return;
    const { n } = this.#shot;
    const above = this.#above(n);
    const below = this.#below(n);
    const found = this.#loader.get(above.key);
    const under = below && this.#loader.get(below.key);
    this.#faults([above, below].filter(Boolean));
    const there = Boolean(found && (!below || under));
    this.#busy(there);
    if (this.#shot.frame.missing) this.#screen.show(null);
    if (!there) return;
    const shown = await this.#screen.show({ key: above.key, blob: found.blob }, under ? { key: below.key, blob: under.blob } : null);
    if (!shown || this.#above(this.#shot.n).key !== above.key) return; // something else is looked at by now
    this.mended = false;
    this.#busy(true);
    const words = this.#layers.layer && this.view === "matte" ? `${VIEWS[this.view]} of ${this.#layers.words}` : VIEWS[this.view];
    at("screen").setAttribute("aria-label", `${words}, frame ${n}${this.before ? this.view === "replaced" ? ": the plate" : ", before any correction" : ""}`);
    at("told").textContent = found.told;
    at("told").hidden = !found.told || this.coming !== null;
    this.seen(found);
  }

  #busy(there) {
    const words = this.sending ? "carrying the stroke …" : this.mended ? "re-segmenting …" : "rendering …";
    const missing = this.#shot.frame?.missing;
    at("busy").textContent = missing && !this.sending ? `The file of frame ${this.#shot.n} is missing.` : words;
    at("busy").hidden = there && !this.sending;
    if (this.coming) at("busy").hidden = true;
    at("screen").classList.toggle("stale", !there && !this.coming);
  }

  // A picture that cannot be made is told once, until it is asked for again.
  #faults(requests) {
    const why = requests.map((one) => this.#loader.fault(one.key)).find(Boolean);
    const key = why ? requests[0].key : "";
    if (key === this.#faulted) return;
    if (this.#faulted && !why) calm();
    this.#faulted = key;
    if (!why) return;
    if (why.status === 404 && this.#opened !== key) {
      this.#opened = key; // the server closed the shot meanwhile: opened again
      this.#shot.refresh().then(() => this.again(), (late) => trouble(late));
      return;
    }
    const note = this.view === "replaced" && !this.#shot.state.consent.who ? [button("To the consent note", () => this.note())] : [];
    trouble(why, ...note, button("Try again", () => this.again()));
  }

  // To where the consent note is written.
  note() {
    calm();
    at("consent-box").open = true;
    at("consent-who").focus();
  }

  again() {
    calm();
    this.#faulted = "";
    this.#loader.again();
    this.look();
  }

  set(changed) {
    Object.assign(this, changed);
    if (this.view !== "matte" && this.#layers.layer && changed.view) this.#layers.set("");
    at(`view-${this.view}`).checked = true;
    pressed(at("before"), this.before);
    pressed(at("full"), this.full);
    at("wipe-of").value = this.wipeOf;
    at("wipe").hidden = !this.wipeOf;
    this.look();
  }
}
