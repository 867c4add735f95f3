// Lists every endpoint of openapi.json with its input and output, and tries safe ones in place.

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const shapeName = (schema) => schema?.$ref?.split("/").pop();

function describe(schema, all, depth = 0) {
  if (!schema) return "";
  const name = shapeName(schema);
  if (name) return depth > 3 ? name : describe(all[name], all, depth + 1);
  if (schema.properties) {
    const pad = "  ".repeat(depth + 1);
    const lines = Object.entries(schema.properties).map(([key, value]) => {
      const optional = schema.required?.includes(key) ? "" : "?";
      return `${pad}${key}${optional}: ${describe(value, all, depth + 1)}`;
    });
    return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
  }
  if (schema.type === "array") return `[${describe(schema.items, all, depth)}]`;
  if (schema.anyOf) return schema.anyOf.map((each) => describe(each, all, depth)).join(" | ");
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  return [schema.type ?? "any", schema.format].filter(Boolean).join(" ");
}

const jsonSchema = (part) => part?.content?.["application/json"]?.schema;

function curl(method, path, operation) {
  const lines = [`curl -X ${method.toUpperCase()} '${location.origin}${path}'`];
  if (operation["x-role"]) lines.push("  -H 'Authorization: Bearer TOKEN'");
  if (operation.requestBody) lines.push("  -H 'Content-Type: application/json' -d '{…}'");
  return lines.join(" \\\n");
}

function tryIt(path, operation) {
  const form = el("form", { class: "try" });
  const inputs = operation.parameters.map((parameter) => {
    const input = el("input", { name: parameter.name, "data-in": parameter.in });
    form.append(el("label", {}, `${parameter.name} `, input));
    return input;
  });
  const output = el("pre", { class: "output", tabindex: "0" });
  form.append(el("button", {}, "GET"), output);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    for (const input of inputs) {
      if (input.dataset.in === "path") {
        target = target.replace(`{${input.name}}`, encodeURIComponent(input.value));
      } else if (input.value) query.set(input.name, input.value);
    }
    const response = await fetch(query.size ? `${target}?${query}` : target);
    const text = await response.text();
    output.textContent = `${response.status}\n${text.slice(0, 20000)}`;
  });
  return form;
}

function endpoint(method, path, operation, all) {
  const body = jsonSchema(operation.requestBody);
  const good = Object.entries(operation.responses).find(([status]) => status !== "default");
  const result = jsonSchema(good[1]);
  const details = el(
    "details", { "data-words": `${method} ${path} ${operation.summary}`.toLowerCase() },
    el("summary", {},
      el("span", { class: `method ${method}` }, method.toUpperCase()), " ",
      el("code", {}, path), ` ${operation.summary} `,
      el("span", { class: "role" }, operation["x-role"] ?? "open to all")),
    el("pre", { tabindex: "0" }, curl(method, path, operation)),
  );
  for (const parameter of operation.parameters) {
    details.append(el("p", {}, `${parameter.in} `, el("code", {}, parameter.name),
      `: ${describe(parameter.schema, all)}`));
  }
  if (body) details.append(el("h3", {}, "Body"), el("pre", { tabindex: "0" }, describe(body, all)));
  details.append(el("h3", {}, `Result ${good[0]}`),
    el("pre", { tabindex: "0" }, result ? describe(result, all) : "no JSON body"));
  if (method === "get" && result) details.append(tryIt(path, operation));
  return details;
}

const main = document.getElementById("endpoints");
try {
  const api = await (await fetch("/api/v1/openapi.json")).json();
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, el("section", {}, el("h2", {}, tag)));
      groups.get(tag).append(endpoint(method, path, operation, api.components.schemas));
    }
  }
  main.replaceChildren(...groups.values());
} catch (error) {
  main.textContent = `The description could not be loaded: ${error.message}`;
}

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase();
  for (const item of main.querySelectorAll("details")) {
    item.hidden = !item.dataset.words.includes(words);
  }
});
