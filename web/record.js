// The desk: shows on the image where the focused field stands. A doubtful field counts as visited once it was gone to;
// Enter goes to the next one that was not, then to the act; Ctrl+Enter approves once none is left.

const form = document.getElementById("fields");
const pane = document.querySelector(".viewer .pane");
const sheet = document.getElementById("sheet");
const spot = document.getElementById("spot");
const row = document.querySelector(".row-spot");
let width = 100; // of the pane, in percent
let shown = null;

function setWidth(percent) {
  width = Math.min(600, Math.max(100, percent));
  sheet.style.width = `${width}%`;
}

function centre([x, y, w, h]) {
  const scale = sheet.getBoundingClientRect().width / sheet.viewBox.baseVal.width;
  pane.scrollTo({
    left: (x + w / 2) * scale - pane.clientWidth / 2,
    top: (y + h / 2) * scale - pane.clientHeight / 2,
  });
}

function show(entry) {
  if (!spot) return;
  const box = entry?.dataset.spot;
  shown = box ? box.split(",").map(Number) : null;
  spot.setAttribute("visibility", shown ? "visible" : "hidden");
  if (!shown) return;
  const [x, y, w, h] = shown;
  const scale = sheet.getBoundingClientRect().width / sheet.viewBox.baseVal.width;
  const edge = Math.max(4 / scale, h * 0.15);
  spot.setAttribute("x", x - edge);
  spot.setAttribute("y", y - edge);
  spot.setAttribute("width", w + 2 * edge);
  spot.setAttribute("height", h + 2 * edge);
  centre(shown);
}

// A telephone's keyboard makes the pane lower: what is being keyed stays in its middle.
new ResizeObserver(() => shown && centre(shown)).observe(pane);

document.querySelector(".viewer .bar")?.addEventListener("click", (event) => {
  const zoom = event.target.dataset.zoom;
  if (zoom === "in") setWidth(width * 1.4);
  if (zoom === "out") setWidth(width / 1.4);
  if (zoom === "fit") setWidth(100);
  if (zoom === "spot" && shown) setWidth(Math.max(width, 220));
  if (shown) centre(shown);
});

// The wheel zooms at the pointer and a drag moves, as in every viewer of maps; faint ink is brought out on request.
pane?.addEventListener("wheel", (event) => {
  if (event.shiftKey || !sheet.viewBox) return;
  const rect = pane.getBoundingClientRect();
  const at = { x: event.clientX - rect.left, y: event.clientY - rect.top };
  const before = width;
  setWidth(width * (event.deltaY < 0 ? 1.2 : 1 / 1.2));
  if (width === before) return;
  event.preventDefault();
  const grown = width / before;
  pane.scrollTo({ left: (pane.scrollLeft + at.x) * grown - at.x, top: (pane.scrollTop + at.y) * grown - at.y });
}, { passive: false });
let held = null;
pane?.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && event.button === 0) {
    held = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
    pane.setPointerCapture(event.pointerId);
    event.preventDefault();
  }
});
pane?.addEventListener("pointermove", (event) => {
  if (held) pane.scrollTo({ left: held.x - event.clientX, top: held.y - event.clientY });
});
for (const end of ["pointerup", "pointercancel"]) pane?.addEventListener(end, () => (held = null));
document.getElementById("contrast")?.addEventListener("click", (event) => {
  const on = sheet.classList.toggle("contrast");
  event.currentTarget.setAttribute("aria-pressed", String(on));
});

const inputs = [...form.querySelectorAll(".box > input:not([type=hidden])")];
const left = document.getElementById("left");
const keys = document.getElementById("keys");
const approve = document.getElementById("approve");
const visit = (input) => input.closest(".entry").querySelector(".visit input");
const toVisit = (input) => visit(input) && !visit(input).checked;

function count() {
  if (left) left.textContent = inputs.filter(toVisit).length;
}

function goTo(element) {
  element?.focus();
  element?.select?.();
}

// Scripts tick what was gone to; without them a person ticks it.
form.classList.add("scripted");
form.addEventListener("focusin", (event) => {
  const entry = event.target.closest(".entry");
  show(entry);
  const tick = entry?.querySelector(".visit input");
  if (tick && !tick.checked && inputs.includes(event.target)) {
    tick.checked = true;
    entry.classList.add("visited");
    count();
  }
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  const at = inputs.indexOf(event.target);
  const whole = event.ctrlKey || event.metaKey;
  if (at < 0 && !whole) return;
  event.preventDefault();
  const rest = [...inputs.slice(at + 1), ...inputs.slice(0, Math.max(at, 0))];
  const next = rest.find(toVisit);
  if (whole && next && approve) keys.textContent = keys.dataset.first;
  if (whole && !next) approve?.click();
  else goTo(next ?? approve ?? document.getElementById("save"));
});

// What somebody else saved takes the place of what was typed.
for (const button of form.querySelectorAll("[data-take]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = document.getElementById(button.dataset.for);
    input.value = button.dataset.take;
    goTo(input);
  });
}

// Leaving with something typed is asked about first.
let sending = false;
form.addEventListener("submit", () => (sending = true));
addEventListener("pageshow", () => (sending = false));
addEventListener("beforeunload", (event) => {
  if (!sending && inputs.some((input) => input.value !== input.defaultValue)) event.preventDefault();
});

// A register's row is small on its page: start at the row, large enough to read.
if (row && sheet.viewBox) {
  const rowWidth = row.width.baseVal.value / sheet.viewBox.baseVal.width;
  const rowHeight = row.height.baseVal.value / sheet.viewBox.baseVal.width;
  const legible = 2600 / (rowHeight * pane.clientWidth); // 26 pixels a row
  setWidth(Math.max(Math.min(220, 100 / Math.max(rowWidth, 0.3)), legible));
  centre([row.x.baseVal.value, row.y.baseVal.value, row.width.baseVal.value, row.height.baseVal.value]);
}
const first = inputs.find((input) => input.getAttribute("aria-invalid")) ?? inputs.find(toVisit) ?? inputs[0];
if (first && !first.readOnly) first.focus({ preventScroll: true });
count();
