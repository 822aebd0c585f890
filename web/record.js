// The desk: shows on the image where the focused field stands; Enter goes to the next doubtful
// field, Ctrl+Enter saves and approves.

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

const inputs = [...form.querySelectorAll(".entry input:not([type=hidden])")];
const doubtful = (input) => input.closest(".entry").classList.contains("doubtful");

form.addEventListener("focusin", (event) => show(event.target.closest(".entry")));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    document.getElementById("approve")?.click();
    return;
  }
  const at = inputs.indexOf(event.target);
  if (at < 0) return;
  event.preventDefault();
  const rest = [...inputs.slice(at + 1), ...inputs.slice(0, at)];
  const next = rest.find(doubtful) ?? inputs[at + 1] ?? document.getElementById("approve");
  next?.focus();
  next?.select?.();
});

// A register's row is small on its page: start at the row, large enough to read.
if (row && sheet.viewBox) {
  const rowWidth = row.width.baseVal.value / sheet.viewBox.baseVal.width;
  const rowHeight = row.height.baseVal.value / sheet.viewBox.baseVal.width;
  const legible = 2600 / (rowHeight * pane.clientWidth); // 26 pixels a row
  setWidth(Math.max(Math.min(220, 100 / Math.max(rowWidth, 0.3)), legible));
  centre([row.x.baseVal.value, row.y.baseVal.value, row.width.baseVal.value, row.height.baseVal.value]);
}
const first = inputs.find((input) => input.getAttribute("aria-invalid")) ?? inputs.find(doubtful);
if (first && !first.readOnly) first.focus({ preventScroll: true });
