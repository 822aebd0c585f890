// Shows /api/openapi.json: operations by tag, their parameters, bodies and answers.

const make = (tag, text, kind) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  for (const key of ["oneOf", "anyOf", "allOf"]) {
    if (schema[key]) return schema[key].map(typeOf).join(" | ");
  }
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const kind = [].concat(schema.type ?? "any").join(" | ");
  return kind.startsWith("array") ? `[${typeOf(schema.items)}]` : kind;
}

function members(schema, schemas, depth = 0) {
  const list = make("ul");
  if (schema?.$ref) schema = schemas[schema.$ref.split("/").pop()];
  if (schema?.items) return members(schema.items, schemas, depth);
  for (const [name, member] of Object.entries(schema?.properties ?? {})) {
    const line = make("li");
    const needed = (schema.required ?? []).includes(name);
    line.append(make("code", name), ` ${typeOf(member)}${needed ? "" : " (optional)"} `);
    line.append(make("span", member.description ?? "", "soft"));
    if (depth < 2 && (member.$ref || member.items?.$ref)) line.append(members(member, schemas, depth + 1));
    list.append(line);
  }
  return list;
}

function operation(method, path, described, schemas) {
  const card = make("details", undefined, "card");
  const head = make("summary");
  head.append(make("span", method.toUpperCase(), "mark idle"), " ", make("code", path), " ");
  head.append(make("span", described.summary ?? "", "soft"));
  card.append(head);
  if (described.description) card.append(make("p", described.description));
  if (described.parameters?.length) {
    card.append(make("h2", "Parameters"));
    const list = make("ul");
    for (const parameter of described.parameters) {
      const line = make("li");
      line.append(make("code", parameter.name), ` ${parameter.in}, ${typeOf(parameter.schema)} `);
      line.append(make("span", parameter.description ?? "", "soft"));
      list.append(line);
    }
    card.append(list);
  }
  for (const [kind, body] of Object.entries(described.requestBody?.content ?? {})) {
    card.append(make("h2", `Body: ${kind} ${typeOf(body.schema)}`), members(body.schema, schemas));
  }
  card.append(make("h2", "Answers"));
  const answers = make("ul");
  for (const [status, answer] of Object.entries(described.responses ?? {})) {
    const line = make("li");
    line.append(make("code", status), ` ${answer.description ?? ""}`);
    for (const [kind, body] of Object.entries(answer.content ?? {})) {
      line.append(` ${kind} ${typeOf(body.schema)}`);
      if (status < "300") line.append(members(body.schema, schemas));
    }
    answers.append(line);
  }
  card.append(answers);
  return card;
}

const document_ = await (await fetch("/api/openapi.json")).json();
document.getElementById("about").textContent = document_.info.description;
const rooms = new Map();
for (const [path, methods] of Object.entries(document_.paths)) {
  for (const [method, described] of Object.entries(methods)) {
    if (!described.responses) continue;
    const room = described.tags?.[0] ?? "other";
    if (!rooms.has(room)) rooms.set(room, []);
    rooms.get(room).push(operation(method, path, described, document_.components?.schemas ?? {}));
  }
}
const place = document.getElementById("operations");
for (const [room, cards] of rooms) place.append(make("h2", room), ...cards);
