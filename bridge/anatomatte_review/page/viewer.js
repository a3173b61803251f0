// The picture that is looked at: result, alpha, parts with their legend, or plate and result with a wipe.

const at = (id) => document.getElementById(id);
const NAMES = { result: "Result", alpha: "Alpha", parts: "Parts", wipe: "Plate and result", regions: "Regions of faces" };

export class Viewer {
  view = "result";
  #picture = null;

  constructor() {
    for (const radio of document.querySelectorAll("input[name=view]")) {
      radio.addEventListener("change", () => { this.view = radio.value; this.show(this.#picture); });
    }
    at("wipe").addEventListener("input", () => this.#wipe(Number(at("wipe").value)));
    const drag = (event) => {
      if (this.view !== "wipe" || !(event.buttons & 1)) return;
      const box = at("frame").getBoundingClientRect();
      const place = Math.round((100 * (event.clientX - box.left)) / box.width);
      this.#wipe(Math.min(100, Math.max(0, place)));
      event.preventDefault();
    };
    at("frame").addEventListener("pointerdown", drag);
    at("frame").addEventListener("pointermove", drag);
    at("frame").addEventListener("dragstart", (event) => event.preventDefault());
    this.#wipe(50);
  }

  choose(view) {
    at(`view-${view}`).checked = true;
    this.view = view;
    this.show(this.#picture);
  }

  show(picture) {
    this.#picture = picture;
    const views = picture?.views ?? {};
    const wiping = this.view === "wipe";
    const address = views[wiping ? "result" : this.view] ?? picture?.thumb ?? views.plate;
    const trouble = picture?.state === "failed" ? [picture.error, picture.cure] : [];
    at("empty").hidden = Boolean(picture);
    at("figure").hidden = !address || trouble.length > 0;
    this.#trouble(trouble);
    this.#image(at("shown"), address, picture);
    this.#image(at("under"), wiping ? views.plate : null, picture);
    at("under").alt = "";
    for (const id of ["wipe", "edge"]) at(id).hidden = !wiping || !views.plate;
    at("under").hidden = !wiping || !views.plate;
    at("frame").classList.toggle("wiping", wiping);
    at("caption").textContent = picture ? this.#caption(picture, Boolean(views.result)) : "";
    this.#legend(this.view === "parts" || this.view === "regions" ? picture?.labels?.legend : null);
  }

  #image(place, address, picture) {
    if (!address) return place.removeAttribute("src");
    if (place.getAttribute("src") !== address) place.src = address;
    place.alt = picture ? `${NAMES[this.view]} of ${picture.name}` : "";
    return undefined;
  }

  #caption(picture, made) {
    if (!made) return picture.state === "failed" ? "" : `${picture.name}: not cut yet`;
    const people = Object.keys(picture.labels?.people ?? {}).length;
    const told = picture.told.length ? ` · ${picture.told.join(" ")}` : "";
    const who = picture.labels ? ` · ${people} ${people === 1 ? "person" : "people"}` : "";
    return `${picture.name}${who} · ${picture.seconds.toFixed(1)} s${told}`;
  }

  #trouble(words) {
    at("trouble").hidden = !words.length;
    at("trouble").replaceChildren(...words.filter(Boolean).map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
  }

  #legend(colours) {
    const mine = Object.entries(colours ?? {}).filter(([name]) => name.startsWith("face_") === (this.view === "regions"));
    at("legend").hidden = !mine.length;
    at("legend").replaceChildren(...mine.map(([name, colour]) => {
      const line = document.createElement("li");
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 10 10");
      svg.setAttribute("aria-hidden", "true");
      const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of [["width", 10], ["height", 10], ["rx", 2], ["fill", colour]]) box.setAttribute(key, value);
      svg.append(box);
      line.append(svg, name.replaceAll("_", " "));
      return line;
    }));
  }

  #wipe(percent) {
    at("wipe").value = String(percent);
    at("frame").style.setProperty("--wipe", `${percent}%`);
  }
}
