// Pictures of the server's folder.

import * as api from "./api.js";

const at = (id) => document.getElementById(id);

export class Folder {
  #path = "";
  #held = { pictures: [] };

  constructor(take) {
    at("folder-open").addEventListener("click", () => { at("folder").showModal(); this.#go(this.#path); });
    at("folder-close").addEventListener("click", () => at("folder").close());
    at("folder-all").addEventListener("click", () => this.#take(take, this.#held.pictures));
    at("folder-take").addEventListener("click", () => {
      this.#take(take, [...at("folder-list").querySelectorAll("input:checked")].map((box) => box.value));
    });
  }

  #take(take, names) {
    at("folder").close();
    take(names.map((name) => (this.#path ? `${this.#path}/${name}` : name)));
  }

  async #go(path) {
    try {
      this.#held = await api.folder(path);
    } catch (why) {
      at("folder-path").textContent = `${why.message} ${why.cure ?? ""}`;
      return;
    }
    this.#path = this.#held.path;
    const { folders, pictures, whole } = this.#held;
    const many = `${pictures.length} ${pictures.length === 1 ? "picture" : "pictures"}${whole ? "" : ", cut off"}`;
    at("folder-path").textContent = `/${this.#path} · ${many}`;
    const up = this.#path ? [["..", this.#path.split("/").slice(0, -1).join("/")]] : [];
    const below = folders.map((name) => [name, this.#path ? `${this.#path}/${name}` : name]);
    at("folder-list").replaceChildren(
      ...[...up, ...below].map(([name, to]) => this.#line(this.#step(name, to))),
      ...pictures.map((name) => this.#line(this.#choice(name))),
    );
    at("folder-all").disabled = at("folder-take").disabled = !pictures.length;
  }

  #line(inside) {
    const line = document.createElement("li");
    line.append(inside);
    return line;
  }

  #step(name, to) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name === ".." ? "↑ up" : `${name}/` });
    button.addEventListener("click", () => this.#go(to));
    return button;
  }

  #choice(name) {
    const label = document.createElement("label");
    label.append(Object.assign(document.createElement("input"), { type: "checkbox", value: name }), ` ${name}`);
    return label;
  }
}
