// The page: pictures come in by drop, choice, paste or from the server's folder; keys do what the mouse does.

import * as about from "./about.js";
import * as api from "./api.js";
import { Folder } from "./folder.js";
import { Pictures } from "./pictures.js";
import { Settings } from "./settings.js";
import { Viewer } from "./viewer.js";

const at = (id) => document.getElementById(id);
const VIEWS = { 1: "result", 2: "alpha", 3: "parts", 4: "wipe", 5: "regions" };
const WORDS = { waiting: "waiting", running: "working …", done: "done", failed: "failed", cancelled: "cancelled" };

const settings = new Settings(at("settings"), () => pictures.age());
const pictures = new Pictures(() => settings.wishes());
const viewer = new Viewer();
const buttons = new Map();

function thumb(one) {
  const line = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const image = Object.assign(document.createElement("img"), { alt: "" });
  image.addEventListener("error", () => image.removeAttribute("src"));
  const name = Object.assign(document.createElement("span"), { className: "name", textContent: one.name });
  const state = Object.assign(document.createElement("span"), { className: "state" });
  button.append(image, name, state);
  button.addEventListener("click", () => pictures.select(one));
  line.append(button);
  return { line, button, image, state };
}

function strip() {
  for (const [key, made] of buttons) {
    if (!pictures.list.some((one) => one.key === key)) { made.line.remove(); buttons.delete(key); }
  }
  for (const one of pictures.list) {
    if (!buttons.has(one.key)) { buttons.set(one.key, thumb(one)); at("strip").append(buttons.get(one.key).line); }
    const { button, image, state } = buttons.get(one.key);
    const address = one.views.plate ?? one.thumb;
    if (address && image.getAttribute("src") !== address) image.src = address;
    state.textContent = one.stale ? "other settings" : WORDS[one.state];
    button.className = one.state;
    button.setAttribute("aria-current", String(one === pictures.selected));
  }
}

function link(anchor, address, name) {
  anchor.classList.toggle("disabled", !address);
  if (!address) { anchor.removeAttribute("href"); anchor.setAttribute("aria-disabled", "true"); return; }
  anchor.removeAttribute("aria-disabled");
  anchor.href = address;
  anchor.download = name;
}

function said({ all, done, failed, open }) {
  if (!all) return "No picture yet.";
  const bad = failed ? `, ${failed} failed` : "";
  return open ? `Working: ${done} of ${all} done${bad}.` : `${done} of ${all} done${bad}.`;
}

function show() {
  const counts = pictures.counts;
  strip();
  viewer.show(pictures.selected);
  const text = said(counts);
  if (at("said").textContent !== text) at("said").textContent = text;
  at("progress").hidden = at("cancel").hidden = !counts.open;
  at("progress").max = Math.max(1, counts.all);
  at("progress").value = counts.all - counts.open;
  at("apply").hidden = !pictures.list.some((one) => one.stale);
  const [name, address] = Object.entries(pictures.selected?.files ?? {})[0] ?? [];
  link(at("save"), address, name);
  const jobs = pictures.list.filter((one) => one.job).map((one) => one.job);
  link(at("save-all"), jobs.length ? api.zip(jobs) : null, "anatomatte.zip");
}

function filesOf(data) {
  return [...(data?.files ?? [])].filter((file) => file.size);
}

function typing(target) {
  return target.closest?.("input:not([type=radio], [type=checkbox], [type=file], [type=range], [type=color]), select, textarea, dialog");
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const inStrip = event.target.closest?.("#strip");
  if (VIEWS[event.key]) viewer.choose(VIEWS[event.key]);
  else if (event.key === "Escape" && pictures.counts.open) pictures.cancel();
  else if (inStrip && event.key === "ArrowRight") pictures.step(1);
  else if (inStrip && event.key === "ArrowLeft") pictures.step(-1);
  else if (inStrip && event.key === "Delete" && pictures.selected) pictures.drop(pictures.selected);
  else return;
  event.preventDefault();
  if (inStrip) (buttons.get(pictures.selected?.key)?.button ?? at("choose")).focus();
}

function wire() {
  pictures.addEventListener("change", show);
  at("choose").addEventListener("change", () => { pictures.addFiles(filesOf(at("choose"))); at("choose").value = ""; });
  at("cancel").addEventListener("click", () => pictures.cancel());
  at("apply").addEventListener("click", () => pictures.redo(pictures.list.filter((one) => one.stale)));
  document.addEventListener("keydown", keys);
  document.addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if (files.length) { pictures.addFiles(files); event.preventDefault(); }
  });
  document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    pictures.addFiles(filesOf(event.dataTransfer));
  });
  new Folder((paths) => pictures.addPaths(paths));
  about.wire();
}

async function watch() {
  try {
    const status = await api.status();
    about.shownEngine(status);
    at("folder-open").hidden = !status.folder;
    if (!at("parts").childElementCount) settings.offer(status.parts);
  } catch (why) {
    Object.assign(at("engine"), { textContent: why.message, className: "chip failed" });
  }
  setTimeout(watch, document.hidden ? 20000 : 4000);
}

wire();
show();
watch();
