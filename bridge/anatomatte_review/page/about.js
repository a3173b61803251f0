// About: engine, device, models, versions, what is wrong and the cure.

import * as api from "./api.js";
import { Networks } from "./networks.js";

const at = (id) => document.getElementById(id);

function table(title, rows) {
  const head = document.createElement("h3");
  head.textContent = title;
  const made = document.createElement("table");
  for (const [name, told, state] of rows) {
    const row = made.insertRow();
    const first = document.createElement("th");
    Object.assign(first, { scope: "row", textContent: name });
    row.append(first);
    const cell = row.insertCell();
    cell.textContent = told;
    if (state) cell.className = state;
  }
  return [head, made];
}

export function shownEngine(status) {
  const { state, waiting } = status.engine;
  const words = { starting: "engine starting", ready: "engine ready", failed: "engine failed", stopped: "stopped" };
  const chip = at("engine");
  chip.textContent = words[state] + (waiting ? `, ${waiting} waiting` : "");
  chip.classList.toggle("failed", state === "failed");
  chip.title = status.engine.fault;
}

function parts(status) {
  const engine = status.engine;
  const doing = engine.fault || `${engine.state}; ${engine.done} pictures done, ${engine.failed} failed, ${engine.waiting} waiting`;
  const limits = status.limits;
  const made = [
    ...table("Engine", [["Engine", doing, engine.fault ? "failed" : ""], ["Device", status.device], ["Mean time", engine.seconds ? `${engine.seconds.toFixed(2)} s a picture` : "no picture yet"]]),
    ...table("Limits", [["A picture", `${limits.file_mb} MB, ${limits.megapixels} megapixels`], ["A batch", `${limits.files} pictures, ${limits.batch_mb} MB`], ["Results", `kept for ${limits.kept_minutes} minutes, ${limits.kept_mb} MB`]]),
    ...table("Networks", status.models.map((one) => [one.title, `${one.id}: ${one.licence}${one.commercial ? "" : " (no commercial use)"}${one.refused ? `; ${one.refused}` : ""}`])),
    ...table("Versions", Object.entries(status.versions)),
  ];
  return made;
}

const health = (status) => table("Health", status.doctor.map((one) => [one.name, one.told, one.state]));

export function wire() {
  const dialog = at("about");
  const networks = new Networks();
  at("about-open").addEventListener("click", async () => {
    dialog.showModal();
    const looked = document.createElement("section");
    looked.textContent = "Looking at the installation …";
    try {
      at("about-text").replaceChildren(...parts(await api.status()), networks.section, looked);
      networks.watch(() => dialog.open);
      looked.replaceChildren(...health(await api.status(true)));
    } catch (why) {
      at("about-text").textContent = `${why.message} ${why.cure ?? ""}`;
    }
  });
  at("about-close").addEventListener("click", () => dialog.close());
}
