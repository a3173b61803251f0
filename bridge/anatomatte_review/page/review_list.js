// The shots of the server's folder, and plates that were not analysed yet.

import { ask } from "./api.js";
import { at, button, made } from "./review_dom.js";

const DASH = "–";

export class List {
  #open;
  #path = "";

  constructor(open) { this.#open = open; }

  async show(path = this.#path) {
    try {
      const held = await ask(`shots?path=${encodeURIComponent(path)}`);
      this.#path = held.path;
      this.#told(held);
    } catch (why) {
      at("list-path").textContent = `${why.message} ${why.cure ?? ""}`;
      const up = button("Try again", () => this.show(path));
      at("list-body").replaceChildren(up);
    }
  }

  #told({ path, folders, shots, plates, whole, writable }) {
    const many = `${shots.length} ${shots.length === 1 ? "shot" : "shots"}`;
    at("list-path").textContent = `/${path} · ${many}${whole ? "" : ", the list is cut off"}${writable ? "" : " · this server only looks (start it with --allow-write to mend)"}`;
    const up = path ? [["↑ up", path.split("/").slice(0, -1).join("/")]] : [];
    const below = folders.map((name) => [`${name}/`, path ? `${path}/${name}` : name]);
    const steps = [...up, ...below].map(([words, to]) => made("li", {}, button(words, () => this.show(to))));
    const parts = [];
    if (steps.length) parts.push(made("ul", { className: "steps", "aria-label": "Folders" }, ...steps));
    if (shots.length) parts.push(this.#shots(shots));
    else parts.push(made("p", { className: "hint", textContent: "No shot in this folder. A shot is what “anatomatte analyse PLATE” writes beside a plate." }));
    if (plates.length) parts.push(this.#plates(plates));
    at("list-body").replaceChildren(...parts);
  }

  #shots(shots) {
    const grid = made("table", { className: "shots" });
    const heads = ["Shot", "Frames", "People", "Doubtful", "Accepted", "Checked"];
    grid.createTHead().insertRow().append(...heads.map((text) => made("th", { scope: "col", textContent: text })));
    const body = grid.createTBody();
    for (const one of shots) {
      const row = body.insertRow();
      const head = made("th", { scope: "row" }, one.fault ? one.name : button(one.name, () => this.#open(one.path), { className: "open" }));
      row.append(head);
      if (one.fault) {
        row.append(made("td", { className: "failed", colSpan: heads.length - 1, textContent: one.fault }));
        continue;
      }
      const badge = made("span", { className: one.doubtful ? "chip doubting" : "chip", textContent: one.checked ? `${one.doubtful ? "! " : ""}${one.doubtful}` : DASH });
      for (const cell of [`${one.first}–${one.last}`, one.people, badge, one.accepted, one.checked]) row.append(made("td", {}, cell));
    }
    return grid;
  }

  #plates(plates) {
    const lines = plates.map((one) => {
      const range = one.last ? ` · ${one.first}–${one.last}` : "";
      return made("li", {}, `${one.name}${range} `, made("code", { textContent: `anatomatte analyse '${one.path}'` }));
    });
    return made("section", {}, made("h2", { textContent: "Plates that were not analysed" }), made("p", { className: "hint", textContent: "In the server's folder, this makes a shot of one:" }), made("ul", { className: "plates" }, ...lines));
  }
}
