// The operations of the service, from its OpenAPI.

const plain = (text) => (text ?? "").replaceAll("`", "");
const made = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: plain(text), className: name ?? "" });

function kind(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.anyOf) return schema.anyOf.filter((one) => one.type !== "null").map(kind).join(" or ");
  if (schema.type === "array") return `${kind(schema.items)}, several`;
  return schema.format === "binary" ? "file" : schema.type ?? "";
}

function range(schema = {}) {
  const [one] = schema.anyOf ?? [schema];
  const { minimum, maximum } = one;
  return minimum === undefined ? "" : ` from ${minimum} to ${maximum}`;
}

function table(rows) {
  const grid = document.createElement("table");
  for (const [name, about] of rows) {
    const row = grid.insertRow();
    row.append(Object.assign(made("th", name), { scope: "row" }));
    row.insertCell().textContent = plain(about);
  }
  return grid;
}

function fields(operation) {
  const asked = (operation.parameters ?? []).map((one) => [one.name, `${one.in}: ${kind(one.schema)}. ${one.description ?? ""}`]);
  const form = operation.requestBody?.content["multipart/form-data"]?.schema;
  const sent = Object.entries(form?.properties ?? {}).map(([name, one]) => {
    const preset = one.default === undefined || one.default === null || one.default === "" ? "" : ` (${one.default})`;
    return [name, `${kind(one)}${range(one)}${preset}. ${one.description ?? ""}`];
  });
  return [...sent, ...asked];
}

function curl(verb, path, operation) {
  const base = location.href.replace(/\/docs.*$/, "");
  const form = operation.requestBody ? " -F image=@photo.jpg" : "";
  const method = verb === "delete" ? " -X DELETE" : "";
  return `curl${method}${form} ${base}${path}`;
}

function section(verb, path, operation) {
  const part = document.createElement("section");
  const head = made("h2");
  head.append(made("span", verb.toUpperCase(), "verb"), made("code", path));
  const told = Object.entries(operation.responses).map(([code, one]) => [code, one.description]);
  const answers = document.createElement("details");
  answers.append(made("summary", "Answers"), table(told));
  part.append(head, made("p", operation.description ?? operation.summary), made("pre", curl(verb, path, operation)));
  part.querySelector("pre").tabIndex = 0;
  if (fields(operation).length) part.append(table(fields(operation)));
  part.append(answers);
  return part;
}

const api = await (await fetch("openapi.json")).json();
const parts = Object.entries(api.paths).flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, one]) => section(verb, path, one)));
document.getElementById("doc").replaceChildren(made("p", api.info.description), ...parts);
