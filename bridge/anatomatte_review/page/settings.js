// The settings: what the form says, as the fields of a batch.

const PAUSE_MS = 400;

export class Settings {
  #form;
  #timer = 0;

  constructor(form, changed) {
    this.#form = form;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      this.#show();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(changed, PAUSE_MS);
    });
    form.querySelector("#keep-all").addEventListener("click", () => {
      for (const box of form.querySelectorAll("#parts input")) box.checked = false;
      form.dispatchEvent(new Event("input"));
    });
    this.#show();
  }

  offer(parts) {
    const place = this.#form.querySelector("#parts");
    place.replaceChildren(...Object.entries(parts).map(([value, text]) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "only", value });
      label.append(box, ` ${text}`);
      return label;
    }));
  }

  get #values() {
    return new FormData(this.#form);
  }

  // A new form for one picture.
  wishes() {
    const said = this.#values;
    const form = new FormData();
    const ground = said.get("ground");
    if (ground === "colour") form.set("bg", said.get("colour"));
    if (ground === "picture" && said.get("groundfile")?.size) form.set("bg", said.get("groundfile"));
    for (const name of ["erode", "feather", "format"]) form.set(name, said.get(name));
    if (said.get("hard")) form.set("threshold", said.get("threshold"));
    form.set("only", said.getAll("only").join(","));
    for (const name of ["alpha", "parts", "regions", "plate"]) form.set(name, "true");
    return form;
  }

  #show() {
    const said = this.#values;
    const at = (id) => this.#form.querySelector(id);
    at("#colour-row").hidden = said.get("ground") !== "colour";
    at("#ground-row").hidden = said.get("ground") !== "picture";
    at("#threshold-row").hidden = !said.get("hard");
    at("output[for=erode]").value = `${said.get("erode")} px`;
    at("output[for=feather]").value = `${said.get("feather")} px`;
    at("output[for=threshold]").value = Number(said.get("threshold")).toFixed(2);
    const kept = said.getAll("only").length;
    at("#kept").textContent = kept ? `${kept} chosen` : "all";
  }
}
