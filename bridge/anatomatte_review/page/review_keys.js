// All keys of the room: one table for what they do and for the help.

import { at, made } from "./review_dom.js";
import { VIEWS, VIEW_KEYS } from "./review_words.js";

const views = Object.keys(VIEWS).map((view, n) => [[VIEW_KEYS[n]], `view:${view}`, VIEWS[view]]);

// Keys as `named` calls them, what is done, its words.
export const KEYS = [
  ["Time", [
    [[" "], "play", "play, pause"],
    [["ArrowRight", "."], "step:1", "next frame"],
    [["ArrowLeft", ","], "step:-1", "frame before"],
    [["Shift+ArrowRight"], "step:10", "ten frames on"],
    [["Shift+ArrowLeft"], "step:-10", "ten frames back"],
    [["Home"], "step:-Infinity", "first frame"],
    [["End"], "step:Infinity", "last frame"],
    [["n"], "doubt:1", "next doubtful frame"],
    [["p"], "doubt:-1", "doubtful frame before"],
    [["w"], "worst", "the worst doubtful frame"],
    [["a"], "accept", "accept and go on; take it back where it is accepted"],
  ]],
  ["Views", views],
  ["Picture", [
    [["b"], "before", "while held: without any correction; of a new face: the plate"],
    [["h"], "hide", "hide the strokes, show them"],
    [["l"], "marks", "landmarks of faces, and where they look"],
    [["c"], "actor", "the next click chooses whose face is replaced"],
    [["f"], "full", "the plate's own resolution"],
    [["0"], "fit", "whole picture"],
    [["+", "="], "zoom:1.25", "zoom in; the wheel too"],
    [["-"], "zoom:0.8", "zoom out"],
    [["space + drag"], "", "pan; middle button too"],
  ]],
  ["Corrections", [
    [["k"], "tool:keep", "keep what lies under the stroke"],
    [["x"], "tool:remove", "remove it"],
    [["t"], "tool:part", "it is this part; again: choose which"],
    [["e"], "tool:person", "it is this person's; again: choose whose"],
    [["o"], "tool:one", "two numbers are one person"],
    [["["], "radius:-1", "smaller radius"],
    [["]"], "radius:1", "larger radius"],
    [["r"], "reach", "how many frames it reaches"],
    [["Enter"], "", "on the picture: put a point; again: send"],
    [["Escape"], "leave", "leave stroke, tool, selection, layer"],
    [["Delete"], "delete", "take the selected correction out"],
    [["z", "Ctrl+z"], "undo", "undo"],
    [["Shift+z", "Ctrl+Shift+z", "Ctrl+y"], "redo", "redo"],
  ]],
  ["Help", [[["?"], "help", "this list"]]],
];

const ORDERS = new Map(KEYS.flatMap(([, rows]) => rows.flatMap(([keys, order]) => keys.map((key) => [key, order]))));
const SIGNS = { " ": "Space", ArrowRight: "→", ArrowLeft: "←", Escape: "Esc" };

export function named(event) {
  const letter = event.key.length === 1;
  const key = letter ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (!letter || /[a-z]/.test(key)) ? "Shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shift}${key}`;
}

export const orderOf = (name) => ORDERS.get(name) || "";

const shown = (key) => key.split("+").map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+") || "+";

export function helped() {
  at("help-body").replaceChildren(...KEYS.map(([title, rows]) => {
    const grid = made("table", { className: "keys" });
    for (const [keys, , words] of rows) {
      const row = grid.insertRow();
      const head = made("th", { scope: "row" });
      keys.forEach((key, n) => head.append(n ? " " : "", made("kbd", { textContent: key === "+" ? "+" : shown(key) })));
      row.append(head, made("td", { textContent: words }));
    }
    return made("section", {}, made("h3", { textContent: title }), grid);
  }));
}
