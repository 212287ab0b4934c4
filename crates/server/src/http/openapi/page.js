// Lists the operations of /api/openapi.json, and sends them. Text is inserted as text only.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function resolve(api, schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? api.components.schemas[name] : schema ?? {};
}

/** Returns an example value of a schema. */
function example(api, schema) {
  const { type, enum: values, properties, items, oneOf } = resolve(api, schema);
  if (values) return values[0];
  if (oneOf) return example(api, oneOf.find((one) => one.type !== "null"));
  switch ([type].flat()[0]) {
    case "object": return Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, example(api, inner)]));
    case "array": return items ? [example(api, items)] : [];
    case "integer": case "number": return 0;
    case "boolean": return false;
    default: return "";
  }
}

/** Returns a labelled control; `name` is its accessible name and, for parameters, its name in the request. */
function control(id, name, hint, made) {
  made.id = id;
  return [element("label", { htmlFor: id, textContent: hint ? `${name}: ${hint}` : name }), made];
}

/** Returns the URL of the request, with the values of path and query parameters. */
function target(path, inputs) {
  const query = new URLSearchParams();
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(parameter.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

async function body(response) {
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    const { value } = await response.body.getReader().read();
    return `${new TextDecoder().decode(value)}\n… and so on, as long as one listens`;
  }
  const text = await response.text();
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

async function send(method, url, json, output) {
  output.textContent = "Sending…";
  const stop = new AbortController();
  try {
    const headers = json === undefined ? {} : { "Content-Type": "application/json" };
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: json, signal: stop.signal });
    const wait = response.headers.get("retry-after");
    const head = `${response.status} ${response.statusText}${wait ? `\nRetry-After: ${wait}` : ""}`;
    output.textContent = `${head}\n\n`;
    output.textContent = `${head}\n\n${await body(response)}`.trimEnd();
  } catch {
    output.textContent = "The server could not be reached. Check that it runs, then send the call again.";
  } finally {
    stop.abort();
  }
}

function call(api, path, method, operation, id) {
  const inputs = (operation.parameters ?? []).map((parameter) => ({ parameter, input: element("input", { required: parameter.in === "path", autocomplete: "off" }) }));
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  const text = schema && element("textarea", { value: JSON.stringify(example(api, schema), null, 2), spellcheck: false });
  const output = element("pre", { ariaLive: "polite", tabIndex: -1 });
  const answers = Object.entries(operation.responses).map(([status, { description = "" }]) => element("li", {}, `${status} ${description.replaceAll("`", "")}`));
  const form = element("form", {},
    ...(operation.description ? [element("p", { textContent: operation.description })] : []),
    ...inputs.flatMap(({ parameter, input }, at) => control(`${id}-${at}`, parameter.name, parameter.description, input)),
    ...(text ? control(`${id}-body`, "Body", "", text) : []),
    element("button", { textContent: `Send ${method.toUpperCase()} ${path}` }),
    output,
    element("h3", { textContent: "Answers" }),
    element("ul", {}, ...answers));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method, target(path, inputs), text?.value, output);
  });
  const name = element("code", { textContent: `${method.toUpperCase()} ${path}` });
  return element("details", {}, element("summary", {}, name, element("span", { textContent: operation.summary ?? "" })), form);
}

function section(api, tag) {
  const found = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]?.tags?.includes(tag.name)).map((method) => ({ path, method, operation: item[method] })));
  if (!found.length) return [];
  const calls = found.map(({ path, method, operation }, at) => call(api, path, method, operation, `${tag.name.replaceAll(" ", "-")}-${at}`));
  return [element("section", {}, element("h2", { textContent: tag.description ?? tag.name }), ...calls)];
}

const about = document.getElementById("about");
try {
  const api = await (await fetch("/api/openapi.json")).json();
  about.textContent = api.info.description;
  document.getElementById("calls").append(...api.tags.flatMap((tag) => section(api, tag)));
} catch (error) {
  console.error(error);
  about.textContent = "The description could not be loaded. Reload the page.";
}
