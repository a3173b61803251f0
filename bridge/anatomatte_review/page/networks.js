// Networks of others in About: what there is, under which licence, and a button that brings one here.

import * as api from "./api.js";

const PAUSE_MS = 700;
const MADE = { className: "", textContent: "" };
const made = (tag, facts) => Object.assign(document.createElement(tag), { ...MADE, ...facts });
const button = (text, done, name = "") => {
  const one = made("button", { type: "button", textContent: text, className: name });
  one.addEventListener("click", done);
  return one;
};

function said(bytes) {
  if (!bytes) return "";
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

// One network: a line that says what it is, and what can be done about it.
class Line {
  #place = made("div", { className: "doing" });
  #told = made("p", { className: "hint" });
  #bar = made("progress", { max: 1 });
  #shape = "";
  #asks = false;
  #one;
  #changed;

  constructor(one, changed) {
    this.#changed = changed;
    this.element = made("li");
    const name = made("strong", { textContent: one.title });
    const size = one.bytes ? `, ${said(one.bytes)}` : "";
    this.element.append(name, made("p", { className: "hint", textContent: `${one.id}: ${one.licence}${size}` }), this.#place, this.#told);
    this.#told.setAttribute("role", "status");
    this.#bar.setAttribute("aria-label", `${one.title}: how much is here`);
  }

  show(one, allowed) {
    this.#one = one;
    const pull = one.pull;
    const open = pull && ["waiting", "running"].includes(pull.state);
    const shape = open ? "open" : one.here ? "here" : one.refused ? "refused" : !one.source ? "hand" : !allowed ? "closed" : this.#asks ? "asks" : "button";
    if (shape !== this.#shape) this.#draw(shape);
    if (open) this.#progress(pull);
    const told = one.here && pull?.state !== "done" ? "" : this.#words(pull);
    if (this.#told.textContent !== told) this.#told.textContent = told;
    this.#told.classList.toggle("failed", pull?.state === "failed" && !one.here);
  }

  #words(pull) {
    if (!pull) return "";
    if (pull.state === "waiting") return "Waiting for its turn.";
    if (pull.state === "running") return pull.ending ? "Ending …" : "";
    if (pull.state === "cancelled") return "Cancelled; what is here is kept for the next try.";
    return pull.state === "failed" ? `${pull.error} ${pull.cure}` : pull.told;
  }

  #progress(pull) {
    if (pull.total) { this.#bar.max = pull.total; this.#bar.value = pull.done; } else this.#bar.removeAttribute("value");
    this.#bar.title = [said(pull.done), said(pull.total)].filter(Boolean).join(" of ");
    this.#bar.nextElementSibling.textContent = this.#bar.title;
  }

  #draw(shape) {
    const one = this.#one;
    const held = this.#place.contains(document.activeElement);
    const make = {
      open: () => [this.#bar, made("span", { className: "hint" }), button("Cancel", () => this.#do(() => api.cancelPull(one.id)))],
      here: () => [made("span", { className: "chip", textContent: "here" })],
      refused: () => [made("span", { className: "hint", textContent: one.refused })],
      hand: () => [made("span", { className: "hint", textContent: one.by_hand })],
      closed: () => [],
      asks: () => this.#question(),
      button: () => [button("Get it …", () => { this.#asks = true; this.show(this.#one, true); })],
    };
    this.#shape = shape;
    this.#place.className = ["refused", "hand", "asks"].includes(shape) ? "doing wide" : "doing";
    this.#place.replaceChildren(...make[shape]());
    for (const each of this.#place.querySelectorAll("button")) each.setAttribute("aria-label", `${each.textContent.replace(" …", "")}: ${one.title}`);
    if (!held) return;
    const next = this.#place.querySelector("button");
    if (!next) this.#place.tabIndex = -1;
    (next ?? this.#place).focus();
  }

  #question() {
    const one = this.#one;
    const licence = `${one.licence_name}: it ${one.licence_means}. ${one.note}`.replace(/: it nobody/, ": nobody");
    const page = made("a", { href: one.page, textContent: one.page, target: "_blank", rel: "noreferrer" });
    const told = made("p", {});
    told.append(licence.trim(), " ", ...(one.page ? [page, " "] : []), `It comes from ${one.source}.`);
    const yes = button("Accept the licence and get it", () => this.#do(() => api.pull(one.id, one.licence)), "primary");
    return [told, yes, button("Not now", () => { this.#asks = false; this.show(this.#one, true); })];
  }

  async #do(work) {
    this.#asks = false;
    try {
      await work();
    } catch (why) {
      this.#told.textContent = `${why.message} ${why.cure ?? ""}`;
      return;
    }
    await this.#changed();
  }
}

export class Networks {
  section = made("section");
  #list = made("ul", { className: "networks" });
  #summary = made("summary", { textContent: "Networks of others" });
  #how = made("p", { className: "hint" });
  #lines = new Map();
  #timer = 0;

  constructor() {
    const fold = made("details");
    fold.append(this.#summary, this.#how, this.#list);
    this.section.append(fold);
  }

  // Looks again while something is on its way and *wanted* says so.
  async watch(wanted) {
    clearTimeout(this.#timer);
    const open = await this.#look(wanted);
    if (open && wanted()) this.#timer = setTimeout(() => this.watch(wanted), PAUSE_MS);
  }

  async #look(wanted) {
    let found;
    try {
      found = await api.models();
    } catch (why) {
      this.#how.textContent = `${why.message} ${why.cure ?? ""}`;
      return false;
    }
    const here = found.models.filter((one) => one.here).length;
    this.#summary.textContent = `Networks of others (${here} of ${found.models.length} here)`;
    this.#how.textContent = found.allowed
      ? "They bring other mattes and parts to the node; each has a licence of its own."
      : "This server fetches none: whoever runs it starts it with --allow-pull, or uses `anatomatte models pull`.";
    for (const one of found.models) {
      if (!this.#lines.has(one.id)) {
        this.#lines.set(one.id, new Line(one, () => this.watch(wanted)));
        this.#list.append(this.#lines.get(one.id).element);
      }
      this.#lines.get(one.id).show(one, found.allowed);
    }
    return found.models.some((one) => ["waiting", "running"].includes(one.pull?.state));
  }
}
