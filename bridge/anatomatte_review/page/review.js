// The review room: opens shots, and does what keys and buttons order.

import * as about from "./about.js";
import { status } from "./api.js";
import { at, button, calm, made, trouble } from "./review_dom.js";
import { Faces } from "./review_faces.js";
import { Film } from "./review_film.js";
import { Hands } from "./review_hands.js";
import { helped, named, orderOf } from "./review_keys.js";
import { Layers } from "./review_layers.js";
import { List } from "./review_list.js";
import { Loader } from "./review_loader.js";
import { Look } from "./review_look.js";
import { Panels } from "./review_panels.js";
import { Player } from "./review_player.js";
import { Plot } from "./review_plot.js";
import { Screen } from "./review_screen.js";
import { Shot } from "./review_shot.js";
import { Source } from "./review_source.js";
import { Strokes } from "./review_strokes.js";
import { VIEWS, VIEW_KEYS } from "./review_words.js";

let addressing = 0;
let held = false;
const POLL_MS = 5000;
const ADDRESS_MS = 300;

const shot = new Shot();
const loader = new Loader();
const screen = new Screen(at("screen"));
const strokes = new Strokes(shot, screen);
const layers = new Layers(shot, () => (layers.layer && look.view !== "matte" ? look.set({ view: "matte" }) : look.look()));
const look = new Look(shot, loader, screen, layers, { seen: (found) => panels.checks(look.before ? {} : found.checks), asked: readdress });
const panels = new Panels(shot, strokes, run);
const faces = new Faces(shot, screen, run);
const source = new Source(shot, () => look.set({ view: "replaced", source: source.name }), () => look.note());
const list = new List((path) => { location.hash = address(path); });
const player = new Player(shot, (n) => look.ready(n), () => loader.seconds, playing);
const hands = new Hands(screen, strokes, { picked: pick, wiped: wipe, began: () => player.stop() });
new Film(shot);
new Plot(shot);

// A change of the shot; a failure is told with its cure.
async function run(work) {
  try {
    calm();
    return await work();
  } catch (why) {
    trouble(why);
    return null;
  }
}

async function pick(x, y) {
  const place = await run(() => shot.who(x, y));
  if (place && faces.picking) faces.picked(place);
  else if (place) layers.pick(place, look.view === "parts" || look.view === "evidence");
}

function wipe(share) {
  screen.wipe = Math.min(1, Math.max(0, share));
  at("wipe").value = String(Math.round(100 * screen.wipe));
  screen.draw();
}

function playing() {
  look.coming = player.playing ? player.coming : null;
  at("now").setAttribute("aria-live", player.playing ? "off" : "polite");
  look.look();
}

async function accept() {
  if (!shot.writable) return;
  const { n, accepted } = shot.frame;
  const next = accepted ? null : shot.doubt(1);
  await run(async () => {
    await shot.accept(n, !accepted);
    if (next !== null && shot.n === n) shot.go(next);
  });
}

const doubt = (n) => (n === null ? undefined : shot.go(n));
const focusOn = (id) => { at(id).focus(); at(id).select?.(); };

const ORDERS = {
  play: () => player.toggle(),
  step: (by) => { player.stop(); shot.step(Number(by)); },
  doubt: (by) => { player.stop(); doubt(shot.doubt(Number(by))); },
  worst: () => { player.stop(); doubt(shot.state.doubtful[0] ?? null); },
  view: (view) => look.set({ view }),
  marks: () => faces.show(!faces.shown),
  actor: () => faces.pick(!faces.picking),
  hide: () => strokes.hide(!strokes.hidden),
  full: () => look.set({ full: !look.full }),
  before: () => look.set({ before: !look.before }),
  fit: () => screen.fit(),
  zoom: (by) => screen.zoomBy(Number(by)),
  tool: (kind) => {
    if (strokes.tool === kind && (kind === "part" || kind === "person")) focusOn(kind);
    else strokes.take(strokes.tool === kind ? "" : kind);
  },
  radius: (by) => strokes.wider(Number(by)),
  reach: () => focusOn("reach"),
  leave: () => { if (!faces.leave() && !strokes.leave() && layers.layer) layers.set(""); },
  delete: () => panels.remove(strokes.selected),
  undo: () => { if (!at("undo").disabled) run(() => shot.undo()); },
  redo: () => { if (!at("redo").disabled) run(() => shot.redo()); },
  accept,
  help: () => at("help").showModal(),
};

function obey(order) {
  const [name, word] = order.split(/:(.*)/);
  ORDERS[name](word);
}

const FIELDS = "input:not([type=radio]):not([type=checkbox]), select, textarea";

// Whether a key belongs to what has the focus, and not to the room.
function elsewhere(event, name) {
  const { target } = event;
  if (at("room").hidden || document.querySelector("dialog[open]")) return true;
  if (target.closest?.(FIELDS)) {
    if ((name === "Enter" || name === "Escape") && !target.closest("form")) at("screen").focus();
    return true;
  }
  if (target.matches?.("input[type=radio]") && name.startsWith("Arrow")) return true;
  return Boolean(target.closest?.("button, summary, a")) && (name === " " || name === "Enter");
}

function pressedKey(event) {
  const name = named(event);
  if (event.altKey || elsewhere(event, name)) return;
  if (event.target === at("screen") && strokes.drawing && strokes.key(name)) { event.preventDefault(); return; }
  const order = orderOf(name);
  if (!order) return;
  event.preventDefault();
  if (order === "play") { hands.space = true; return; } // it plays when the key goes up, if nothing was panned
  if (order === "before") { if (!event.repeat) hold(true); return; }
  obey(order);
}

// B is held: for so long nothing of the corrections is seen.
function hold(on) {
  if (on === held) return;
  held = on;
  look.set({ before: on });
}

function releasedKey(event) {
  if (event.key === " " && hands.space) {
    hands.space = false;
    if (!hands.panned) player.toggle();
    hands.panned = false;
  }
  if (event.key.toLowerCase() === "b") hold(false);
}

const address = (path, words = {}) => {
  const said = new URLSearchParams(words).toString();
  return `#${path.split("/").map(encodeURIComponent).join("/")}${said ? `?${said}` : ""}`;
};

function readdress() {
  clearTimeout(addressing);
  addressing = setTimeout(() => {
    if (at("room").hidden) return;
    const words = { frame: shot.n, view: look.view };
    if (layers.layer) words.layer = layers.layer;
    if (shot.state.preset) words.preset = shot.state.preset;
    if (look.source) words.source = look.source;
    if (faces.shown) words.marks = 1;
    history.replaceState(null, "", address(shot.state.path, words));
  }, ADDRESS_MS);
}

// What the address says: a shot, with a frame and a view; nothing is the list.
async function arrive() {
  const [path, words] = location.hash.slice(1).split("?");
  const said = new URLSearchParams(words ?? "");
  player.stop();
  if (!path) return leaveRoom();
  at("list").hidden = false;
  at("room").hidden = true;
  const name = decodeURIComponent(path);
  at("list-path").textContent = `Opening ${name} …`;
  at("list-body").replaceChildren();
  try {
    await shot.open(name, said.get("preset") ?? "");
  } catch (why) {
    trouble(why, button("Try again", () => { calm(); arrive(); }));
    return list.show(name.split("/").slice(0, -1).join("/"));
  }
  enter(said);
  return undefined;
}

function enter(said) {
  for (const id of ["room", "shots-open", "help-open", "counts"]) at(id).hidden = false;
  at("list").hidden = true;
  at("title").textContent = document.title = shot.state.name.replace(/\.shot\.json$/, "");
  document.title = `${at("title").textContent}: Review`;
  screen.aspect = shot.state.width / shot.state.height;
  screen.fit();
  if (said.get("frame")) shot.go(Number(said.get("frame")));
  source.said(said.get("source") ?? "");
  faces.show(said.has("marks"));
  look.set({ source: source.name, view: VIEWS[said.get("view")] ? said.get("view") : look.view });
  if (said.get("layer")) layers.set(said.get("layer"));
  at("screen").focus();
}

function leaveRoom() {
  for (const id of ["room", "shots-open", "help-open", "counts"]) at(id).hidden = true;
  at("list").hidden = false;
  at("title").textContent = "Review";
  document.title = "Anatomatte: Review";
  loader.want([]);
  return list.show(shot.state?.path.split("/").slice(0, -1).join("/"));
}

function resend(why) {
  const { correction } = strokes.waiting;
  trouble(why, button("Send it again", () => { calm(); strokes.send(correction); }), button("Drop it", () => { calm(); strokes.drop(); }));
}

function wireShot() {
  shot.addEventListener("state", () => { screen.aspect = shot.state.width / shot.state.height; look.look(); });
  shot.addEventListener("frame", () => {
    if (player.playing) look.coming = player.coming;
    look.look();
  });
  strokes.addEventListener("waiting", () => { look.sending += 1; look.mended = true; look.show(); });
  strokes.addEventListener("sent", () => { look.sending -= 1; look.show(); });
  strokes.addEventListener("failed", (event) => { look.sending -= 1; look.mended = false; look.show(); resend(event.detail); });
}

function wireButtons() {
  at("views").append(...Object.entries(VIEWS).flatMap(([view, words], n) => {
    const radio = made("input", { type: "radio", name: "view", id: `view-${view}`, value: view, checked: view === look.view });
    radio.addEventListener("change", () => look.set({ view }));
    const label = made("label", {}, `${words} `, made("kbd", { textContent: VIEW_KEYS[n].toUpperCase() }));
    Object.assign(label, { htmlFor: radio.id, title: `${words} (${VIEW_KEYS[n].toUpperCase()})` });
    return [radio, label];
  }));
  const orders = {
    before: "before", strokes: "hide", full: "full", "zoom-in": "zoom:1.25", "zoom-out": "zoom:0.8", "zoom-fit": "fit", undo: "undo", redo: "redo", accept: "accept",
    "frame-back": "step:-1", "frame-on": "step:1", "doubt-back": "doubt:-1", "doubt-on": "doubt:1", "doubt-worst": "worst", "help-open": "help",
  };
  for (const [id, order] of Object.entries(orders)) at(id).addEventListener("click", () => obey(order));
  at("help-close").addEventListener("click", () => at("help").close());
  at("shots-open").addEventListener("click", () => { location.hash = ""; });
  at("wipe-of").addEventListener("change", () => look.set({ wipeOf: at("wipe-of").value }));
  at("wipe").addEventListener("input", () => wipe(Number(at("wipe").value) / 100));
  at("number").addEventListener("change", () => { player.stop(); shot.go(Number(at("number").value)); at("number").value = shot.n; });
  // After a click keys are the room's again, not those of the button that was clicked.
  at("room").addEventListener("click", (event) => {
    if (event.detail > 0 && event.target.closest("button, .tabs")) at("screen").focus({ preventScroll: true });
  });
}

function wireWindow() {
  document.addEventListener("keydown", pressedKey);
  document.addEventListener("keyup", releasedKey);
  window.addEventListener("blur", () => { hands.space = false; hold(false); });
  window.addEventListener("hashchange", arrive);
  let wide = window.innerWidth;
  window.addEventListener("resize", () => { if (Math.abs(window.innerWidth - wide) > 80) { wide = window.innerWidth; look.look(); } });
}

async function watch() {
  try {
    about.shownEngine(await status());
    if (!document.hidden && !at("room").hidden && !strokes.waiting?.sending) await shot.refresh();
  } catch (why) {
    if (!why.status) Object.assign(at("engine"), { textContent: why.message, className: "chip failed" });
  }
  setTimeout(watch, document.hidden ? 4 * POLL_MS : POLL_MS);
}

wireShot();
wireButtons();
wireWindow();
about.wire();
helped();
arrive();
watch();
