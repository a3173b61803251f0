// The panels beside the picture: this frame, doubtful frames, people, corrections, what can be taken out.

import { fetched } from "./api.js";
import { at, button, copied, made, swatch, trouble } from "./review_dom.js";
import { nameOf, ratioOf, sentence, short, stateOf } from "./review_words.js";

const EXPORTS = [["list", "List (CSV)"], ["corrections", "Corrections (JSON)"], ["preset", "Preset (TOML)"], ["sidecar", "Sidecar (zip)"]];
const MOST_DOUBTS = 200;

function table(heads, rows) {
  const grid = made("table", { className: "tight" });
  grid.createTHead().insertRow().append(...heads.map((text) => made("th", { scope: "col", textContent: text })));
  const body = grid.createTBody();
  for (const [first, ...rest] of rows) {
    const row = body.insertRow();
    row.append(made("th", { scope: "row", textContent: first }), ...rest.map((text) => made("td", { textContent: text })));
  }
  return grid;
}

export class Panels {
  #shot;
  #strokes;
  #checks = {};

  // `run(work)` does a change and tells a failure.
  constructor(shot, strokes, run) {
    Object.assign(this, { run });
    this.#shot = shot;
    this.#strokes = strokes;
    shot.addEventListener("state", () => this.#all());
    shot.addEventListener("frame", () => { this.#checks = {}; this.#frame(); this.#corrections(); });
    strokes.addEventListener("selected", () => this.#corrections());
    at("consent").addEventListener("submit", (event) => { event.preventDefault(); this.#agree(Object.fromEntries(new FormData(at("consent")))); });
    at("consent-back").addEventListener("click", () => this.#agree({}));
    at("command-copy").addEventListener("click", () => copied("command", "command-copy"));
    for (const [what, words] of EXPORTS) at("export").append(button(words, () => this.save(what)));
    at("export").append(button("This frame (EXR)", () => this.save(`frame-${shot.n}`), { id: "export-frame" }));
  }

  // What the checks say of the picture that is shown now, after corrections.
  checks(found) {
    this.#checks = found;
    this.#scores();
  }

  #all() {
    const { state } = this.#shot;
    this.#frame();
    this.#doubts();
    this.#people();
    this.#consent();
    this.#corrections();
    at("command").value = state.command;
    const open = state.doubtful.length;
    at("counts").hidden = false;
    at("counts").textContent = `${state.frames.length} frames, ${open} doubtful, ${state.accepted} accepted, ${state.checked} checked`;
    at("counts").classList.toggle("doubting", open > 0);
    for (const [id, steps] of [["undo", state.undo], ["redo", state.redo]]) {
      at(id).disabled = !state.writable || !steps.length;
      at(id).title = steps.length ? `${id === "undo" ? "Undo" : "Redo"}: ${steps[0]}` : "";
    }
  }

  #frame() {
    const { frame, state } = this.#shot;
    if (!frame) return;
    const kind = stateOf(frame);
    const text = sentence(frame, state.reasons);
    if (at("now").textContent !== text) at("now").textContent = text;
    at("now").className = kind;
    at("number").value = frame.n;
    Object.assign(at("number"), { min: state.frames[0].n, max: state.frames.at(-1).n });
    at("accept").replaceChildren(kind === "accepted" ? "Take back " : "Accept ", made("kbd", { textContent: "A" }));
    at("accept").title = kind === "accepted" ? "It is to be looked at again" : "It is good as it is; goes on to the next doubtful frame";
    at("accept").disabled = !state.writable;
    at("export-frame").disabled = frame.missing;
    this.#scores();
    for (const one of at("doubts").querySelectorAll("button")) one.setAttribute("aria-current", String(Number(one.dataset.n) === frame.n));
  }

  #scores() {
    const { frame, state } = this.#shot;
    const codes = Object.keys(state.reasons).filter((code) => code in frame.qc || code in this.#checks);
    codes.sort((a, b) => ratioOf(frame, state.reasons, b) - ratioOf(frame, state.reasons, a));
    const now = Object.keys(this.#checks).length > 0;
    const rows = codes.map((code) => [
      state.reasons[code].words, frame.qc[code]?.toFixed(2) ?? "–", ...(now ? [this.#checks[code]?.toFixed(2) ?? "–"] : []), state.reasons[code].threshold.toFixed(2),
    ]);
    const none = made("p", { className: "hint", textContent: "No check has seen this frame; analyse or render it with the shot." });
    at("scores-body").replaceChildren(rows.length ? table(["Reason", "Score", ...(now ? ["Now"] : []), "Limit"], rows) : none);
  }

  #doubts() {
    const { state } = this.#shot;
    const lines = state.doubtful.slice(0, MOST_DOUBTS).map((n) => {
      const one = button("", () => this.#shot.go(n));
      one.dataset.n = n;
      one.append(made("b", { textContent: `! ${n}` }), ` ${short(this.#shot.at(n), state.reasons).replace(/^doubtful: /, "")}`);
      return made("li", {}, one);
    });
    const rest = state.doubtful.length - lines.length;
    if (rest > 0) lines.push(made("li", { className: "hint", textContent: `and ${rest} more` }));
    if (!lines.length) lines.push(made("li", { className: "hint", textContent: state.checked ? "No frame is doubtful." : "No frame was checked yet." }));
    at("doubts").replaceChildren(...lines);
  }

  #agree(note) {
    document.activeElement?.blur();
    this.run(() => this.#shot.consent(note));
  }

  #consent() {
    const { consent, writable } = this.#shot.state;
    const given = Boolean(consent.who);
    at("consent-state").textContent = given ? `${consent.who}, ${consent.when}` : "none";
    const typing = at("consent").contains(document.activeElement) && document.activeElement.matches("input");
    for (const input of at("consent").querySelectorAll("input")) {
      if (!typing) input.value = consent[input.name];
      input.disabled = !writable;
    }
    for (const one of at("consent").querySelectorAll("button")) one.disabled = !writable || (one.id === "consent-back" && !given);
  }

  #people() {
    const { people, wears, writable } = this.#shot.state;
    if (at("people").contains(document.activeElement) && document.activeElement.matches("input")) return; // somebody types there
    const forms = people.map((one) => this.#person(one, writable));
    const words = made("p", { className: "hint", textContent: `Words for what somebody wears: ${wears.join(", ")}.` });
    const none = made("p", { className: "hint", textContent: "The analysis found nobody." });
    at("people").replaceChildren(...(forms.length ? [...forms, words] : [none]));
  }

  #person(one, writable) {
    const name = made("input", { value: one.name, maxLength: 40, disabled: !writable, "aria-label": `Name of person ${one.number}`, placeholder: "name" });
    const wears = made("input", { value: one.wears, maxLength: 200, disabled: !writable, "aria-label": `What person ${one.number} wears`, placeholder: "wears: coat, trousers" });
    const save = made("button", { type: "submit", textContent: "Save", disabled: !writable });
    const form = made("form", { className: "person" }, made("p", {}, swatch(one.colour), `${nameOf(one)} · frames ${one.first}–${one.last}`), name, wears, save);
    form.setAttribute("aria-label", `Person ${one.number}`);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      document.activeElement?.blur();
      this.run(() => this.#shot.person(one.number, { name: name.value.trim(), wears: wears.value.trim() }));
    });
    return form;
  }

  #corrections() {
    const { state, frame } = this.#shot;
    if (!state) return;
    const here = new Set(frame?.marks.map((mark) => mark.id));
    at("corrections-count").textContent = String(state.corrections.length);
    const lines = state.corrections.map((one) => {
      const go = button(one.said, () => { this.#shot.go(one.frame); this.#strokes.select(one.id === this.#strokes.selected ? 0 : one.id); });
      go.setAttribute("aria-pressed", String(one.id === this.#strokes.selected));
      go.title = `Reaches frames ${one.first} to ${one.last}`;
      if (here.has(one.id) || one.frame === frame?.n) go.classList.add("here");
      const away = button("×", () => this.remove(one.id), { disabled: !state.writable });
      away.setAttribute("aria-label", `Take correction ${one.id} out`);
      return made("li", {}, go, away);
    });
    at("corrections").replaceChildren(...(lines.length ? lines : [made("li", { className: "hint", textContent: "None yet." })]));
  }

  remove(id) {
    if (id && this.#shot.writable) this.run(() => this.#shot.drop(id));
  }

  async save(what) {
    const one = [...at("export").children];
    for (const each of one) each.disabled = true;
    try {
      const answer = await fetched(`${this.#shot.address}/export/${what}`);
      const named = /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "");
      const address = URL.createObjectURL(await answer.blob());
      made("a", { href: address, download: named?.[1] ?? what }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    } catch (why) {
      trouble(why, button("Try again", () => this.save(what)));
    } finally {
      for (const each of one) each.disabled = false;
    }
  }
}
