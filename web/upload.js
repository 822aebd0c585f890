// Resumable upload, tus 1.0 core and creation: one file at a time, in pieces, resumed at the
// server's offset after any interruption, even after closing the page.

const PIECE = 8 * 1024 * 1024;
const room = document.getElementById("upload");
const list = document.getElementById("list");
const input = document.getElementById("files");
const drop = document.getElementById("drop");
const words = room.dataset;
const tus = { "Tus-Resumable": "1.0.0", "X-Form-Token": words.token };
const queue = [];
let busy = false;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const memory = (file) => `tus:${words.batch}:${file.name}:${file.size}:${file.lastModified}`;

class Refused extends Error {}

async function ask(url, options) {
  const answer = await fetch(url, { ...options, headers: { ...tus, ...options.headers } });
  if (answer.status >= 500 || answer.status === 423 || answer.status === 429) throw new Error("later");
  return answer;
}

async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  const said = document.documentElement.lang === "vi" ? problem.title_vi : problem.title;
  return new Refused(said ?? String(answer.status));
}

async function begin(file) {
  const metadata = `filename ${base64(file.webkitRelativePath || file.name)}`;
  const headers = { "Upload-Length": String(file.size), "Upload-Metadata": metadata };
  const answer = await ask(`/api/v1/batches/${words.batch}/uploads`, { method: "POST", headers });
  if (answer.status !== 201) throw await refusal(answer);
  return answer.headers.get("Location");
}

async function offsetOf(url) {
  const answer = await ask(url, { method: "HEAD", headers: {} });
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
}

async function send(file, told) {
  let url = localStorage.getItem(memory(file));
  let offset = url ? await offsetOf(url) : null;
  if (offset === null) {
    url = await begin(file);
    offset = 0;
    localStorage.setItem(memory(file), url);
  }
  told(offset / Math.max(1, file.size));
  while (offset < file.size) {
    const answer = await ask(url, {
      method: "PATCH",
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: file.slice(offset, offset + PIECE),
    });
    if (answer.status === 409) {
      offset = await offsetOf(url);
      if (offset === null) throw new Error("later");
      continue;
    }
    if (answer.status === 404 || answer.status === 410) {
      localStorage.removeItem(memory(file));
      throw new Error("later");
    }
    if (!answer.ok) throw await refusal(answer);
    offset = Number(answer.headers.get("Upload-Offset"));
    told(offset / file.size);
  }
  localStorage.removeItem(memory(file));
  const answer = await ask(url, { method: "GET", headers: {} });
  return answer.ok ? (await answer.json()).scan?.state : undefined;
}

async function work() {
  if (busy) return;
  busy = true;
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { file, bar, state } = next;
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try {
        const outcome = await send(file, (part) => { bar.value = part; });
        bar.value = 1;
        state.textContent = words[outcome] ?? words.done;
        state.className = `mark ${outcome === "quarantined" ? "bad" : "good"}`;
        break;
      } catch (error) {
        if (error instanceof Refused) {
          state.textContent = `${words.failed}: ${error.message}`;
          state.className = "mark bad";
          break;
        }
        state.textContent = words.retry;
        await pause(wait);
      }
    }
  }
  busy = false;
}

function add(files) {
  for (const file of files) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const state = document.createElement("span");
    name.className = "name";
    name.textContent = file.webkitRelativePath || file.name;
    bar.max = 1;
    bar.value = 0;
    state.className = "mark idle";
    state.textContent = words.waiting;
    line.append(name, bar, state);
    list.append(line);
    queue.push({ file, bar, state });
  }
  work();
}

input.addEventListener("change", () => { add(input.files); input.value = ""; });
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});
