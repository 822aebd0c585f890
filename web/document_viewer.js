// The viewer: OpenSeadragon over the archive's own IIIF service. Pages are turned, enlarged and rotated, ink is darkened, words are
// found by Content Search and lit where they stand. Where the service does not answer, the plain pictures below stay.

/* global OpenSeadragon */

const room = document.getElementById("viewer");
const at = (id) => document.getElementById(id);

async function fetched(address) {
  const answer = await fetch(address, { headers: { accept: "application/ld+json, application/problem+json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// An address of the service, asked of the host this page came from: behind a proxy the two may be written differently.
const here = (address) => new URL(address).pathname;

function open(canvases, first) {
  // OpenSeadragon writes a style of its own into the page unless one is there. The policy of the page refuses such, and the
  // stylesheet has what it says, so it is shown an element of that name which is no style.
  const style = document.createElementNS("urn:none", "style");
  style.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(style);
  const tileSources = canvases.map((canvas) => `${here(canvas.items[0].items[0].body.service[0].id)}/info.json`);
  return OpenSeadragon({
    element: at("stage"),
    drawer: "canvas",
    sequenceMode: true,
    showSequenceControl: false,
    showNavigationControl: false,
    showNavigator: true,
    navigatorPosition: "BOTTOM_RIGHT",
    preserveViewport: true,
    initialPage: Math.max(0, canvases.findIndex((canvas) => canvas.id.endsWith(`/${first}`))),
    tileSources,
    visibilityRatio: 0.2,
    maxZoomPixelRatio: 4,
    animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.4,
    loadTilesWithAjax: false,
    crossOriginPolicy: false,
  });
}

function tools(viewer, canvases) {
  const page = () => viewer.currentPage();
  const place = () => {
    at("place").textContent = `${room.dataset.page} ${page() + 1} / ${canvases.length}`;
    at("previous").disabled = page() === 0;
    at("next").disabled = page() === canvases.length - 1;
  };
  const go = (to) => to >= 0 && to < canvases.length && viewer.goToPage(to);
  const zoom = (by) => {
    viewer.viewport.zoomBy(by);
    viewer.viewport.applyConstraints();
  };
  const acts = {
    previous: () => go(page() - 1),
    next: () => go(page() + 1),
    closer: () => zoom(1.5),
    further: () => zoom(1 / 1.5),
    whole: () => viewer.viewport.goHome(),
    turn: () => viewer.viewport.setRotation((viewer.viewport.getRotation() + 90) % 360),
  };
  for (const [id, act] of Object.entries(acts)) at(id).addEventListener("click", act);
  const ink = () => {
    const negative = at("negative").getAttribute("aria-pressed") === "true";
    viewer.drawer.canvas.style.filter =
      `contrast(${at("contrast").value}%) brightness(${at("brightness").value}%) invert(${negative ? 1 : 0})`;
  };
  for (const id of ["contrast", "brightness"]) at(id).addEventListener("input", ink);
  at("negative").addEventListener("click", ({ currentTarget }) => {
    currentTarget.setAttribute("aria-pressed", String(currentTarget.getAttribute("aria-pressed") !== "true"));
    ink();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    const key = { PageUp: "previous", PageDown: "next", "+": "closer", "-": "further", "0": "whole", r: "turn" }[event.key];
    if (!key) return;
    event.preventDefault();
    acts[key]();
  });
  viewer.addHandler("page", () => setTimeout(place)); // after the viewer has counted on
  viewer.addHandler("open", place);
  place();
}

function words(viewer, canvases) {
  const form = at("words");
  if (!form) return;
  let hits = [];
  let shown = -1;
  const light = () => {
    viewer.clearOverlays();
    hits.forEach((hit, index) => {
      if (hit.page !== viewer.currentPage()) return;
      const element = document.createElement("div");
      element.className = index === shown ? "lit here" : "lit";
      const item = viewer.world.getItemAt(0);
      if (item) viewer.addOverlay({ element, location: item.imageToViewportRectangle(...hit.box) });
    });
    const said = hits.length === 0 ? room.dataset.nothing : `${shown + 1} / ${hits.length}`;
    at("hits").textContent = form.q.value.trim() === "" ? "" : said;
  };
  const show = (index) => {
    if (hits.length === 0) return light();
    shown = (index + hits.length) % hits.length;
    if (hits[shown].page !== viewer.currentPage()) viewer.goToPage(hits[shown].page);
    else light();
  };
  const find = async () => {
    const question = form.q.value.trim();
    hits = [];
    shown = -1;
    if (question !== "") {
      const asked = new URLSearchParams({ q: question });
      const found = await fetched(`${room.dataset.search}?${asked}`).catch(() => null);
      if (!found) {
        at("hits").textContent = room.dataset.fault;
        return;
      }
      hits = found.items.map(({ target }) => {
        const [canvas, box] = target.split("#xywh=");
        return { page: canvases.findIndex(({ id }) => id === canvas), box: box.split(",").map(Number) };
      });
    }
    show(hits.findIndex((hit) => hit.page >= viewer.currentPage()) || 0);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
  at("hit-before").addEventListener("click", () => show(shown - 1));
  at("hit-after").addEventListener("click", () => show(shown + 1));
  viewer.addHandler("open", light);
  if (form.q.value.trim() !== "") viewer.addOnceHandler("open", find);
}

if (room) {
  try {
    const manifest = await fetched(room.dataset.manifest);
    room.hidden = false;
    const viewer = open(manifest.items, room.dataset.first);
    tools(viewer, manifest.items);
    words(viewer, manifest.items);
    at("pages").hidden = true;
  } catch (error) {
    room.hidden = true; // the pictures below are still there
    console.warn(error.message);
  }
}
