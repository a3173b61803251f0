// Small helpers for elements.

export const at = (id) => document.getElementById(id);

export function made(tag, properties = {}, ...inside) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in one) one[name] = value;
    else one.setAttribute(name, value);
  }
  one.append(...inside);
  return one;
}

export function button(words, run, properties = {}) {
  const one = made("button", { type: "button", textContent: words, ...properties });
  one.addEventListener("click", run);
  return one;
}

// A square of a colour; what it stands for is said beside it.
export function swatch(colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of [["viewBox", "0 0 10 10"], ["aria-hidden", "true"], ["class", "swatch"]]) svg.setAttribute(key, value);
  const box = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of [["width", 10], ["height", 10], ["rx", 2], ["fill", colour]]) box.setAttribute(key, value);
  svg.append(box);
  return svg;
}

export function pressed(one, on) {
  one.setAttribute("aria-pressed", String(Boolean(on)));
}

export function options(select, pairs, kept = select.value) {
  select.replaceChildren(...pairs.map(([value, words]) => new Option(words, value)));
  if (pairs.some(([value]) => String(value) === String(kept))) select.value = kept;
}

// A failure as two sentences, with what can be done about it; it stays until somebody closes it.
export function trouble(why, ...actions) {
  const place = at("trouble");
  const lines = [why.message, why.cure].filter(Boolean).map((text) => made("p", { textContent: text }));
  const close = button("Close", () => { place.hidden = true; });
  place.replaceChildren(...lines, made("div", { className: "actions" }, ...actions, close));
  place.hidden = false;
}

export function calm() {
  at("trouble").hidden = true;
}

// A button of the id *button* takes the words of a field to the clipboard.
export async function copied(field, button) {
  at(field).select();
  try {
    await navigator.clipboard.writeText(at(field).value);
    at(button).textContent = "Copied";
  } catch {
    at(button).textContent = "Press Ctrl+C"; // no clipboard without https: the words are selected
  }
  setTimeout(() => { at(button).textContent = "Copy"; }, 3000);
}
