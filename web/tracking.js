// What needs a script on the page of a request: copying its code, printing, looking again without a reload that loses typing.

const copy = document.getElementById("copy-code");
const code = document.getElementById("tracking-code");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      copy.textContent = copy.dataset.done;
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
}
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
