// The pictures of the face that is put in: chosen in the server's folder, or sent from this machine.

import { ask, folder } from "./api.js";
import { at, button, calm, copied, made, trouble } from "./review_dom.js";

const THUMB = 96;
const SHOWN = 320;

const joined = (path, name) => (path ? `${path}/${name}` : name);

export class Source {
  name = "";
  #shot;
  #chosen;
  #path = null;

  // `chosen()` is told that another source is named; `note()` leads to the consent note.
  constructor(shot, chosen, note) {
    this.#shot = shot;
    this.#chosen = chosen;
    this.note = note;
    at("source").addEventListener("submit", (event) => { event.preventDefault(); this.take(at("source-path").value.trim()); });
    at("source-open").addEventListener("click", () => this.#open());
    at("sources-close").addEventListener("click", () => at("sources").close());
    at("sources-all").addEventListener("click", () => { at("sources").close(); this.take(this.#path || "."); });
    at("source-send").addEventListener("change", () => this.send([...at("source-send").files]));
    at("face-copy").addEventListener("click", () => copied("face-command", "face-copy"));
    const place = at("face-box");
    for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault()); // a miss leads nowhere
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => { event.preventDefault(); place.classList.remove("over"); this.send([...event.dataTransfer.files]); });
  }

  // What the address says, without a look at the new face.
  said(name) {
    this.name = name;
    at("source-path").value = name.startsWith("sent:") ? "" : name;
    this.#tell();
  }

  take(name) {
    this.said(name);
    this.#chosen();
  }

  async send(files) {
    at("source-send").value = "";
    if (!files.length) return;
    const form = new FormData();
    for (const file of files) form.append("image", file);
    at("source-words").textContent = "Sending …";
    try {
      calm();
      this.take((await ask(`${this.#shot.address}/source`, { method: "POST", body: form })).source);
    } catch (why) {
      this.#tell();
      trouble(why, ...(this.#shot.state.consent.who ? [] : [button("To the consent note", () => this.note())]));
    }
  }

  // Which pictures are taken, one of them, and the command that renders with them.
  async #tell() {
    const { name } = this;
    const words = new URLSearchParams({ source: name });
    let found = null;
    try {
      if (name && this.#shot.state) found = await ask(`${this.#shot.address}/source?${words}`);
    } catch { /* the view of the new face tells it, with the cure */ }
    if (name !== this.name) return; // another one was named meanwhile
    const picture = at("source-shown");
    picture.hidden = !found;
    if (found) picture.src = `${this.#shot.address}/source/picture?${words}&width=${SHOWN}`;
    else picture.removeAttribute("src");
    const many = found?.pictures === 1 ? "One picture" : `${found?.pictures} pictures`;
    at("source-words").textContent = !found ? "" : found.sent ? `Sent to this room (${many.toLowerCase()}), gone when it closes. What is in the server's folder can be rendered with.` : `${many}: ${name}`;
    at("face-render").hidden = !found?.command;
    at("face-command").value = found?.command ?? "";
  }

  #open() {
    at("sources").showModal();
    this.#go(this.#path ?? this.#shot.state.path.split("/").slice(0, -1).join("/"));
  }

  async #go(path) {
    let held;
    try {
      held = await folder(path);
    } catch (why) {
      at("sources-path").textContent = `${why.message} ${why.cure ?? ""}`;
      return;
    }
    this.#path = held.path;
    const { folders, pictures, whole } = held;
    at("sources-path").textContent = `/${held.path} · ${pictures.length} ${pictures.length === 1 ? "picture" : "pictures"}${whole ? "" : ", cut off"}`;
    const up = held.path ? [button("↑ up", () => this.#go(held.path.split("/").slice(0, -1).join("/")))] : [];
    const below = folders.map((name) => button(`${name}/`, () => this.#go(joined(held.path, name))));
    at("sources-list").replaceChildren(...[...up, ...below, ...pictures.map((name) => this.#picture(held.path, name))].map((one) => made("li", {}, one)));
    at("sources-all").disabled = !pictures.length;
  }

  #picture(path, name) {
    const inside = joined(path, name);
    const words = new URLSearchParams({ source: inside, width: THUMB });
    const one = button("", () => { at("sources").close(); this.take(inside); }, { className: "pick" });
    one.append(made("img", { src: `${this.#shot.address}/source/picture?${words}`, alt: "", loading: "lazy" }), name);
    return one;
  }
}
