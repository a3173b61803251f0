// What a frame is, in a sign and in words: never in a colour alone.

export const STATES = {
  doubtful: { sign: "!", words: "doubtful" },
  accepted: { sign: "✓", words: "accepted" },
  ok: { sign: "○", words: "nothing found" },
  unchecked: { sign: "–", words: "not checked yet" },
  missing: { sign: "×", words: "file is missing" },
};

export const VIEWS = {
  plate: "Plate", matte: "Matte", people: "People", parts: "Parts",
  overlay: "Overlay", comp: "Comp", evidence: "Hard parts", band: "Edge band",
  regions: "Face", replaced: "New face",
};

export const VIEW_KEYS = "123456789d";

export const KINDS = { keep: "Keep", remove: "Remove", part: "Part", person: "Person", one: "One" };

export function stateOf(frame) {
  if (frame.missing) return "missing";
  if (frame.accepted) return "accepted";
  if (frame.doubtful.length) return "doubtful";
  return Object.keys(frame.qc).length ? "ok" : "unchecked";
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export function ratioOf(frame, reasons, code) {
  if (!code) return frame.ratio;
  return (frame.qc[code] ?? 0) / (reasons[code]?.threshold || 1);
}

// The frame's worst reason, or all of them, with the cure of the worst.
export function sentence(frame, reasons) {
  const said = `Frame ${frame.n}: ${STATES[stateOf(frame)].words}.`;
  if (!frame.doubtful.length) return said;
  const told = frame.doubtful.map((code) => `${reasons[code]?.words ?? code} (${ratioOf(frame, reasons, code).toFixed(1)} × its threshold)`);
  const cure = reasons[frame.doubtful[0]]?.cure;
  return `${said} ${capital(told.join(", "))}.${cure ? ` ${capital(cure)}.` : ""}`;
}

export function short(frame, reasons) {
  const found = frame.doubtful.map((code) => reasons[code]?.words ?? code).join(", ");
  return `${STATES[stateOf(frame)].words}${found ? `: ${found}` : ""}`;
}

export function nameOf(person) {
  return person.name || `Person ${person.number}`;
}
