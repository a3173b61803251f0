// The service as the page uses it; addresses are relative, so a proxy's path before it does not matter.

const me = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Failure extends Error {
  constructor(error, cure, status, after) {
    super(error);
    Object.assign(this, { cure, status, after });
  }
}

// The answer of a request that went well, or a `Failure`.
export async function fetched(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { ...options.headers, "X-Client": me } });
  } catch (why) {
    if (why.name === "AbortError") throw why;
    throw new Failure("The server does not answer.", "See whether it still runs, then try again.", 0, 0);
  }
  if (answer.ok || answer.status === 304) return answer;
  const told = await answer.json().catch(() => ({}));
  const after = Number(answer.headers.get("Retry-After")) || 1;
  throw new Failure(told.error ?? `The server says ${answer.status}.`, told.cure ?? "", answer.status, after);
}

export async function ask(path, options = {}) {
  const answer = await fetched(path, options);
  return answer.status === 204 || answer.status === 304 ? null : answer.json();
}

export const status = (doctor = false) => ask(`status${doctor ? "?doctor=true" : ""}`);
export const models = () => ask("models");
export const pull = (id, licence) => ask(`models/${id}`, { method: "POST", body: new URLSearchParams({ licence }) });
export const cancelPull = (id) => ask(`models/${id}`, { method: "DELETE" });
export const folder = (path) => ask(`folder?path=${encodeURIComponent(path)}`);
export const job = (id, signal) => ask(`jobs/${id}`, { signal });
export const remove = (id) => ask(`jobs/${id}`, { method: "DELETE" }).catch(() => null);
export const batch = (form, signal) => ask("batch", { method: "POST", body: form, signal });
export const zip = (ids) => {
  const [first, ...rest] = ids;
  return `jobs/${first}/result${rest.length ? `?${rest.map((id) => `also=${id}`).join("&")}` : ""}`;
};
