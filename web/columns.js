// The column map: a border on the picture moves as its number is typed; the column under the cursor
// is told apart. Without this script the button "draw again" does the same.

const sheet = document.getElementById("sheet");
const form = document.getElementById("columns");
const corners = sheet?.dataset.corners.split(",").map(Number);

function place(line, share) {
  const between = (a, b) => a + (b - a) * share;
  const [ulx, uly, urx, ury, lrx, lry, llx, lly] = corners;
  line.setAttribute("x1", between(ulx, urx));
  line.setAttribute("y1", between(uly, ury));
  line.setAttribute("x2", between(llx, lrx));
  line.setAttribute("y2", between(lly, lry));
}

function lineOf(input) {
  return sheet?.querySelector(`line[data-edge="${input.dataset.edge}"]`);
}

form?.addEventListener("input", (event) => {
  const share = Number(event.target.value) / 100;
  const line = event.target.dataset.edge && lineOf(event.target);
  if (line && Number.isFinite(share)) place(line, share);
});

form?.addEventListener("focusin", (event) => {
  sheet?.querySelectorAll(".border.current").forEach((line) => line.classList.remove("current"));
  const input = event.target.closest(".column")?.querySelector("input");
  if (input) lineOf(input)?.classList.add("current");
});

for (const id of ["class", "page_id"]) {
  document.getElementById(id)?.addEventListener("change", () => form.requestSubmit());
}
