// The grid of a register's page. Arrows, Tab and Enter walk its cells; Ctrl+Enter says that a row is right and goes on; what is
// keyed is kept when its row is left. Nothing is done with a key while an input method is composing a letter.

const form = document.getElementById("grid");
const box = document.querySelector(".gridbox");
const say = document.getElementById("say");
const sheet = document.getElementById("sheet");
const pane = document.querySelector(".viewer .pane");
const inputsOf = (part) => [...part.querySelectorAll("input[name^='f.']")];
const lines = form ? [...form.querySelectorAll("tbody.line")].filter((line) => inputsOf(line).length > 0) : [];
const head = form ? inputsOf(document.getElementById("once")) : [];
const named = (mark, input) => form.elements.namedItem(mark + input.name.slice(1));
const shown = (input) => named("o", input);
const dirty = (input) => input.value.trim() !== shown(input).value.trim();
const toVisit = (input) => named("v", input) && !named("v", input).checked;
const toConfirm = (input) => !dirty(input) && named("c", input) && !named("c", input).checked && input.closest(".doubtful");
const rightOf = (line) => form.elements.namedItem(`d.${line.dataset.id}`);
const isDate = (value) => /^[0-9]{4}(-[0-9]{2}){0,2}$/.test(value);
const spoken = (value) => (isDate(value) ? value.split("-").reverse().join("/") : value);
const DITTO = ['"', '""', "''", "″", "〃", "nt", "-nt-"];

function tell(text) {
  say.textContent = text ?? "";
}

function goTo(element) {
  element?.focus({ preventScroll: true });
  element?.select?.();
  element?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function count() {
  const left = [...head, ...lines.flatMap(inputsOf)].filter(toVisit).length;
  document.getElementById("left").textContent = left;
  document.getElementById("right-rows").textContent = lines.filter((line) => rightOf(line)?.checked).length;
}

// The picture ----------------------------------------------------------------------------------

let width = 100; // of the pane, in percent

function place(rect, [x, y, w, h], edge) {
  rect.setAttribute("x", x - edge);
  rect.setAttribute("y", y - edge);
  rect.setAttribute("width", w + 2 * edge);
  rect.setAttribute("height", h + 2 * edge);
  rect.setAttribute("visibility", "visible");
}

function show(line, cell) {
  const spot = line.querySelector(".strip .spot");
  const at = cell?.dataset.spot?.split(",").map(Number);
  if (spot && at?.length === 4) place(spot, at, at[3] * 0.12);
  else spot?.setAttribute("visibility", "hidden");
  const row = line.dataset.row?.split(",").map(Number);
  if (row?.length !== 4 || !sheet?.viewBox) return;
  place(document.getElementById("row-spot"), row, 0);
  const scale = sheet.getBoundingClientRect().width / sheet.viewBox.baseVal.width;
  pane.scrollTo({ top: (row[1] + row[3] / 2) * scale - pane.clientHeight / 2 });
}

document.querySelector(".viewer .bar")?.addEventListener("click", (event) => {
  const zoom = event.target.dataset.zoom;
  if (!zoom) return;
  width = zoom === "fit" ? 100 : Math.min(600, Math.max(100, width * (zoom === "in" ? 1.4 : 1 / 1.4)));
  sheet.style.width = `${width}%`;
});

// Keeping what was keyed -----------------------------------------------------------------------

let chain = Promise.resolve();
let waiting = 0;

function rowOf(line) {
  const id = line.dataset.id;
  return { id, record_version: Number(form.elements.namedItem(`n.${id}`).value), record_digest: form.elements.namedItem(`g.${id}`).value };
}

const keyOf = (input) => input.name.split(".").slice(2).join(".");
const changed = (inputs) => inputs.filter((input) => dirty(input) && !DITTO.includes(input.value.trim()));

// What a key filled in over a doubtful value stays to be visited: it is kept with the form, when somebody went there.
function fieldsOf(inputs) {
  const kept = changed(inputs).filter((input) => !(named("w", input) && toVisit(input)));
  return Object.fromEntries(kept.map((input) => [keyOf(input), input.value.trim()]));
}

function keep(part) {
  waiting += 1;
  chain = chain.then(() => put(part)).catch(() => tell(form.dataset.away)).finally(() => (waiting -= 1));
}

async function put(part) {
  const ofHead = part.id === "once";
  const fields = fieldsOf(inputsOf(part));
  if (Object.keys(fields).length === 0) return;
  const sent = ofHead ? lines : [part];
  const rows = sent.map((line) => (ofHead ? rowOf(line) : { ...rowOf(line), fields }));
  const answer = await fetch(`/api/v1/pages/${form.dataset.page}/rows`, {
    method: "PUT",
    headers: { "content-type": "application/json", "x-form-token": form.elements.form_token.value },
    body: JSON.stringify(ofHead ? { head: fields, rows } : { rows }),
  });
  if (answer.status === 422) return mark(part, await answer.json());
  if (answer.status === 409) return tell(form.dataset.changed);
  if (answer.status === 401 || answer.status === 403) return tell(form.dataset.signedOut);
  if (!answer.ok) return tell(form.dataset.away);
  settle(part, sent, fields, await answer.json());
  tell(form.dataset.kept);
}

// The rows that were sent stand as they were typed; of the others nothing is known that was not shown.
function settle(part, sent, fields, page) {
  const now = new Map(page.rows.map((row) => [row.id, row]));
  for (const line of sent) {
    const row = now.get(line.dataset.id);
    if (!row) continue;
    form.elements.namedItem(`n.${row.id}`).value = row.version;
    form.elements.namedItem(`g.${row.id}`).value = row.record_digest;
  }
  const first = now.get(sent[0].dataset.id);
  for (const input of inputsOf(part)) {
    const typed = fields[keyOf(input)];
    if (typed === undefined) continue;
    const value = spoken(first?.fields[keyOf(input)]?.value ?? typed);
    if (input.value.trim() === typed) input.value = value;
    shown(input).value = value;
    input.removeAttribute("aria-invalid");
    input.parentElement.querySelector(".fault")?.remove();
    input.closest("td, .of-page").classList.remove("bad");
  }
  for (const line of lines) warn(line, now.get(line.dataset.id)?.warnings ?? []);
}

function warn(line, warnings) {
  for (const cell of line.querySelectorAll("td[data-key]")) {
    cell.querySelectorAll(".warn").forEach((old) => old.remove());
    for (const one of warnings.filter((one) => one.key === cell.dataset.key)) {
      const small = document.createElement("small");
      small.className = "warn";
      small.dataset.code = one.code;
      small.textContent = document.documentElement.lang === "en" ? one.en : one.vi;
      cell.append(small);
    }
  }
}

function mark(part, problem) {
  for (const fault of problem.errors ?? []) {
    const key = fault.pointer.split("/").pop();
    const input = inputsOf(part).find((one) => keyOf(one) === key);
    if (!input) continue;
    input.setAttribute("aria-invalid", "true");
    input.closest("td, .of-page").classList.add("bad");
    input.parentElement.querySelector(".fault")?.remove();
    const small = document.createElement("small");
    small.className = "fault";
    small.textContent = document.documentElement.lang === "en" ? fault.detail : fault.detail_vi;
    input.after(small);
  }
}

// Walking --------------------------------------------------------------------------------------

const lineOf = (element) => element?.closest("tbody.line");

/** What of a line is still in the way of saying that it is right. */
function inTheWay(line) {
  const inputs = inputsOf(line);
  const visit = inputs.find(toVisit);
  if (visit) return [visit, form.dataset.first];
  const confirm = inputs.find(toConfirm);
  if (confirm) return [named("c", confirm), form.dataset.confirm];
  const missing = inputs.find((input) => "mandatory" in input.dataset && input.value.trim() === "");
  return missing ? [missing, form.dataset.missing] : null;
}

function begin(line) {
  const inputs = inputsOf(line);
  goTo(inputs.find(toVisit) ?? inputs[0]);
}

/** Says that a line is right, and goes to the next one of which nobody has said so. */
function right(line) {
  repeat(document.activeElement);
  const way = inTheWay(line);
  if (way) {
    tell(way[1]);
    return goTo(way[0]);
  }
  tell("");
  const tick = rightOf(line);
  if (tick) tick.checked = true;
  line.classList.add("is-right");
  count();
  const at = lines.indexOf(line);
  const rest = [...lines.slice(at + 1), ...lines.slice(0, at)];
  const next = rest.find((other) => rightOf(other) && !rightOf(other).checked);
  if (next) return begin(next);
  const once = head.find(toVisit);
  if (once) {
    tell(form.dataset.first);
    return goTo(once);
  }
  tell(form.dataset.done);
  goTo(document.getElementById("approve") ?? document.getElementById("save"));
}

function next(input) {
  const line = lineOf(input);
  const inputs = line ? inputsOf(line) : head;
  const after = inputs[inputs.indexOf(input) + 1];
  if (after) return goTo(after);
  if (!line) return lines[0] && begin(lines[0]);
  const open = inputs.find(toVisit);
  if (open) return goTo(open);
  const below = lines[lines.indexOf(line) + 1];
  return goTo(below ? inputsOf(below)[0] : document.getElementById("approve"));
}

/** The box in the same column, so many lines further down. */
function beside(input, by) {
  const line = lineOf(input);
  const other = lines[lines.indexOf(line) + by];
  return line && other ? inputsOf(other)[inputsOf(line).indexOf(input)] : undefined;
}

function set(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A ditto mark says the same as the box above it. */
function repeat(input) {
  const above = input?.name?.startsWith("f.") && DITTO.includes(input.value.trim()) ? beside(input, -1) : null;
  if (above) set(input, above.value);
}

/** Into the empty boxes below, down to the first that is not; into an empty box, from above. */
function fill(input) {
  if (input.value.trim() === "") {
    const above = beside(input, -1);
    return above && set(input, above.value);
  }
  for (let below = beside(input, 1); below && below.value.trim() === ""; below = beside(below, 1)) {
    below.value = input.value;
    if (!named("w", below)) {
      const filled = document.createElement("input");
      Object.assign(filled, { type: "hidden", name: `w${below.name.slice(1)}`, value: "1" });
      below.after(filled);
    }
    unright(lineOf(below));
  }
}

function unright(line) {
  const tick = line && rightOf(line);
  if (tick?.checked) tick.checked = false;
  line?.classList.remove("is-right");
  count();
}

const whole = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;
const atStart = (input) => input.selectionEnd === 0 || whole(input);
const atEnd = (input) => input.selectionStart === input.value.length || whole(input);

function key(event) {
  // An input method is at work: the key is its own.
  if (event.isComposing || event.keyCode === 229) return false;
  const input = event.target;
  const line = lineOf(input);
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "s") return () => document.getElementById("save").click();
  if (event.key === "Enter" && control) return () => (line ? right(line) : lines[0] && begin(lines[0]));
  if (!input.name?.startsWith("f.")) return false;
  if (control && event.key.toLowerCase() === "d") return () => fill(input);
  if (control && event.key === "'") return () => beside(input, -1) && set(input, beside(input, -1).value);
  if (control || event.altKey) return false;
  const inputs = line ? inputsOf(line) : head;
  const at = inputs.indexOf(input);
  switch (event.key) {
    case "Enter": return () => (repeat(input), event.shiftKey ? goTo(inputs[at - 1] ?? input) : next(input));
    case "Escape": return () => (set(input, shown(input).value), input.select());
    case "F2": return () => input.setSelectionRange(input.value.length, input.value.length);
    case "ArrowDown": return () => (repeat(input), goTo(line ? beside(input, 1) : inputs[at + 1] ?? inputsOf(lines[0])[0]));
    case "ArrowUp": return () => (repeat(input), goTo(line ? beside(input, -1) ?? head[0] : inputs[at - 1]));
    case "ArrowLeft": return !event.shiftKey && atStart(input) && at > 0 && (() => goTo(inputs[at - 1]));
    case "ArrowRight": return !event.shiftKey && atEnd(input) && at + 1 < inputs.length && (() => goTo(inputs[at + 1]));
    default: return false;
  }
}

let part = null; // where the cursor is: a line, or what is printed once
let top = null; // where the pointed line stood before the strip above another one closed

function arrive(event) {
  const input = event.target;
  const line = lineOf(input);
  const now = line ?? input.closest("#once");
  if (part && now && now !== part) keep(part);
  if (now) part = now;
  if (line) {
    // It stays open while a button has the cursor, or the button would slip from under the pointer.
    lines.forEach((one) => one.classList.toggle("current", one === line));
    show(line, input.closest("td"));
  }
  if (line && top !== null) box.scrollTop += line.querySelector(".cells").getBoundingClientRect().top - top;
  top = null;
  const tick = input.name?.startsWith("f.") && named("v", input);
  if (tick) {
    tick.checked = true;
    input.closest("td, .of-page").classList.add("visited");
    count();
  }
  const filled = input.name?.startsWith("f.") && named("w", input);
  filled?.remove?.();
}

let sending = false;

function send(event) {
  const by = event.submitter;
  if (sending) return;
  if (waiting > 0) {
    event.preventDefault();
    chain.finally(() => form.requestSubmit(by));
    return;
  }
  sending = true;
}

function start() {
  form.classList.add("scripted");
  form.addEventListener("keydown", (event) => {
    const act = key(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
  box.addEventListener("pointerdown", (event) => {
    const cells = event.target.closest(".cells");
    top = cells ? cells.getBoundingClientRect().top : null;
  });
  form.addEventListener("focusin", arrive);
  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("f.")) unright(lineOf(event.target));
    if (event.target.name?.startsWith("d.")) count();
  });
  form.addEventListener("change", (event) => repeat(event.target));
  form.addEventListener("click", (event) => {
    const take = event.target.dataset.take;
    if (take === undefined) return;
    const input = inputsOf(event.target.closest("td, .box"))[0];
    set(input, take);
    goTo(input);
  });
  form.querySelectorAll("[data-take]").forEach((button) => (button.hidden = false));
  form.addEventListener("submit", send);
  addEventListener("pageshow", () => (sending = false));
  addEventListener("beforeunload", (event) => {
    if (!sending && [...head, ...lines.flatMap(inputsOf)].some(dirty)) event.preventDefault();
  });
  count();
  // The picture, the head, the grid and its buttons fill one screen; what stands above them scrolls away, unless it says something.
  if (!document.querySelector("main > [role=alert], main > .toast")) form.scrollIntoView({ block: "start" });
  const all = [...head, ...lines.flatMap(inputsOf)];
  const first = all.find((input) => input.getAttribute("aria-invalid")) ?? head.find(toVisit);
  if (first) goTo(first);
  else if (lines[0]) begin(lines[0]);
}

if (form && lines.length > 0 && document.getElementById("save")) start();
