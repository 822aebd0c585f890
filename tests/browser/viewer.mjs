// A document in the viewer: pages turned, enlarged, rotated, darkened, words found and lit; on a phone, in the dark, and without scripts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { BASE, PASSWORD, PICTURES, CHROMIUM, DOCUMENT, MIRADOR, TOKEN } = process.env;
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const faults = [];

async function person(more = {}) {
  const context = await browser.newContext({ baseURL: BASE, viewport: { width: 1366, height: 768 }, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto("/dang-nhap");
  await page.fill("#login", "soat");
  await page.fill("#password", PASSWORD);
  await page.press("#password", "Enter");
  await page.waitForURL("**/viec");
  return page;
}

// Something of the page is drawn: the canvas has more than one colour.
const drawn = (page, where = "#stage canvas") => page.waitForFunction((where) => {
  const canvas = document.querySelector(where);
  if (!canvas) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length && colours.size < 12; at += 4004) colours.add(`${data[at]},${data[at + 1]},${data[at + 2]},${data[at + 3]}`);
  return colours.size >= 12;
}, where, { timeout: 120_000 });
const says = (page, id, pattern) => page.waitForFunction(
  ([id, pattern]) => new RegExp(pattern).test(document.getElementById(id).textContent), [id, pattern]);

const page = await person();
await page.goto(`/van-ban/${DOCUMENT}`);
await page.click("text=Mở trong trình xem");
await page.waitForURL("**/xem");
await drawn(page);
await says(page, "place", "^Trang 1 / ");
assert.ok(await page.isHidden("#pages"), "the plain pictures are only for want of the viewer");
assert.ok(await page.isDisabled("#previous"));
await page.screenshot({ path: join(PICTURES, "viewer.png") });

await page.click("#next");
await says(page, "place", "^Trang 2 / ");
await drawn(page);
await page.keyboard.press("PageUp");
await says(page, "place", "^Trang 1 / ");
await page.click("#turn");
await page.click("#closer");
await page.keyboard.press("0");
await page.fill("#contrast", "180");
await page.click("#negative");
const filter = await page.evaluate(() => document.querySelector("#stage canvas").style.filter);
assert.match(filter, /contrast\(180%\).*invert\(1\)/);
await page.click("#negative");

await page.fill("#q", "học");
await page.press("#q", "Enter");
await says(page, "hits", "^1 / [1-9]");
await page.waitForSelector("#stage .lit.here");
await page.screenshot({ path: join(PICTURES, "words.png") });
await page.click("#hit-after");
await says(page, "hits", "^2 / ");
await page.fill("#q", "khongcochunay");
await page.press("#q", "Enter");
await says(page, "hits", "Không thấy");

// From a page with its words lit, the viewer opens at that page with the same words.
const manifest = await (await page.request.get(`/iiif/presentation/3/${DOCUMENT}/manifest.json`)).json();
const second = manifest.items[1].id.split("/").pop();
await page.goto(`/van-ban/${DOCUMENT}/xem?trang=${second}&text=h%E1%BB%8Dc`);
await drawn(page);
await says(page, "place", "^Trang 2 / ");
await says(page, "hits", " / [1-9]");

await page.setViewportSize({ width: 390, height: 844 });
const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
assert.ok(wide <= 1, `the phone's page sticks out ${wide} px`);
await page.screenshot({ path: join(PICTURES, "viewer-phone.png") });

const plain = await person({ javaScriptEnabled: false });
await plain.goto(`/van-ban/${DOCUMENT}/xem`);
assert.ok(await plain.isVisible("#pages img"));
assert.ok(await plain.isHidden("#viewer"));
await plain.screenshot({ path: join(PICTURES, "plain.png") });

assert.deepEqual(faults, []);

// A viewer by other people, on another origin, with a token and no session: it opens the document and draws its first page.
const script = await readFile(MIRADOR);
const elsewhere = createServer((request, answer) => {
  if (request.url === "/mirador.js") return answer.writeHead(200, { "content-type": "text/javascript" }).end(script);
  return answer.writeHead(200, { "content-type": "text/html" })
    .end('<!doctype html><meta charset="utf-8"><div id="mirador"></div><script src="/mirador.js"></script>');
});
await new Promise((listening) => elsewhere.listen(0, "127.0.0.1", listening));
const stranger = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
await stranger.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
await stranger.evaluate(([manifestId, token]) => {
  const headers = { Authorization: `Bearer ${token}` };
  window.Mirador.viewer({
    id: "mirador",
    windows: [{ manifestId }],
    requests: { preprocessors: [(_, options) => ({ ...options, headers: { ...options.headers, ...headers } })] },
    osdConfig: { loadTilesWithAjax: true, ajaxHeaders: headers },
  });
}, [`${BASE}/iiif/presentation/3/${DOCUMENT}/manifest.json`, TOKEN]);
await stranger.waitForSelector("text=hoc-ba.pdf");
await drawn(stranger, ".mirador-osd-container canvas");
await stranger.screenshot({ path: join(PICTURES, "mirador.png") });
elsewhere.closeAllConnections();
elsewhere.close();
await browser.close();
console.log("no fault on any page");
