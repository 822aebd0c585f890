// One walk through every room, in a real browser. Fails at the first thing that is not as it must be.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { BASE, PASSWORD, SCAN, PICTURES, CHROMIUM } = process.env;
const NAME = "Nguyễn Thị Thuỳ Dương";
const PLAIN = "nguyen thi thuy duong";

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const faults = [];

async function person(login, viewport) {
  const context = await browser.newContext({ baseURL: BASE, viewport: viewport ?? { width: 1366, height: 768 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("pageerror", (error) => faults.push(`${login}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) faults.push(`${login}: ${message.text()}`);
  });
  if (login !== "public") {
    await page.goto("/dang-nhap");
    await page.fill("#login", login);
    await page.fill("#password", PASSWORD);
    await page.press("#password", "Enter");
    await page.waitForURL("**/viec");
  }
  return page;
}

/** A picture at office and at telephone width; nothing may stick out sideways. */
async function picture(page, name) {
  const size = page.viewportSize();
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.screenshot({ path: join(PICTURES, `${name}-phone.png`), fullPage: true });
  assert.ok(wide <= 1, `${name} sticks out ${wide} px on a telephone`);
  await page.setViewportSize(size);
}

/** On a telephone, with the keyboard down and up, the picture stays in view beside the field being keyed. */
async function keyedInView(page, field) {
  const size = page.viewportSize();
  for (const height of [844, 430]) {
    await page.setViewportSize({ width: 390, height });
    await page.evaluate(() => scrollTo(0, 0));
    await page.evaluate(() => document.activeElement?.blur());
    await page.focus(field);
    await page.waitForTimeout(200);
    const [pane, input, spot] = await page.evaluate(
      (of) => [".viewer .pane", of, "#spot"].map((name) => {
        const { top, bottom } = document.querySelector(name).getBoundingClientRect();
        return { top, bottom };
      }),
      field,
    );
    const said = JSON.stringify({ height, pane, input, spot });
    assert.ok(pane.top >= -1 && pane.bottom - pane.top >= 90, `the picture is out of sight: ${said}`);
    assert.ok(input.top >= pane.bottom && input.bottom <= height, `the field is covered: ${said}`);
    assert.ok(spot.bottom > pane.top && spot.top < pane.bottom, `the field's place is not shown: ${said}`);
  }
  await page.setViewportSize(size);
}

// The archivist opens a batch and uploads; the line breaks once and the upload goes on.
const archivist = await person("vanthu");
await picture(archivist, "home");
await archivist.goto("/lo");
await archivist.fill("#name", "Thùng 1, bằng THPT 2008");
await archivist.fill("#declared_count", "1");
await archivist.click("form[action='/lo'] button");
await archivist.waitForURL(/\/lo\/[0-9a-f-]+$/);
const batch = archivist.url();
let broken = 0;
await archivist.route("**/api/v1/uploads/*", async (route) => {
  if (route.request().method() === "PATCH" && broken === 0) {
    broken += 1;
    await route.abort("connectionreset");
  } else {
    await route.continue();
  }
});
await archivist.setInputFiles("#files", SCAN);
await archivist.waitForSelector("#list .mark.good");
assert.equal(broken, 1, "the line did not break");
await archivist.waitForFunction(() => {
  const bar = document.getElementById("bar");
  return bar.max === bar.value;
}, undefined, { timeout: 240_000 });
await picture(archivist, "batch");
await archivist.click("#close-batch");
await archivist.waitForURL("**/bien-nhan");
const digest = await archivist.locator("tbody .digest").first().textContent();
assert.match(digest, /^[0-9a-f]{64}$/);
await picture(archivist, "receipt");

// The reviewer corrects one field and approves with the keyboard.
const reviewer = await person("chuyenvien");
await reviewer.goto("/ban-soat");
await picture(reviewer, "desk");
await reviewer.click("#first");
await reviewer.waitForSelector("#fields");
const record = reviewer.url();
await reviewer.waitForFunction(async () => {
  const image = document.querySelector("#sheet image");
  return image && (await fetch(image.getAttribute("href"))).ok;
}, undefined, { timeout: 120_000 });
await reviewer.focus("#f-ho_ten");
await picture(reviewer, "record");
await keyedInView(reviewer, "#f-ho_ten");
await keyedInView(reviewer, "#f-so_hieu");
await reviewer.fill("#f-ho_ten", NAME);

// Ctrl+Enter approves nothing while a doubtful field was not gone to: it goes there instead.
await reviewer.waitForFunction(() => document.querySelector(".sheet.scripted"));
const left = (page = reviewer) => page.evaluate(() => document.querySelectorAll(".entry.doubtful:not(.visited) .visit").length);
for (let before = await left(); before > 0; ) {
  await reviewer.keyboard.press("Control+Enter");
  const after = await left();
  assert.ok(after < before, "Ctrl+Enter goes to the next doubtful field");
  assert.equal(reviewer.url(), record);
  before = after;
}
for (const input of await reviewer.locator(".entry.doubtful .box > input:not([type=hidden])").all()) {
  if ((await input.inputValue()) === "") await input.fill("-");
}
await reviewer.focus("#f-ho_ten");
await reviewer.keyboard.press("Enter");
assert.equal(await reviewer.evaluate(() => document.activeElement.id), "approve", "Enter walks to the act");
await picture(reviewer, "record-visited");
await reviewer.focus("#f-ho_ten");
await reviewer.keyboard.press("Control+Enter");
await reviewer.waitForURL((url) => url.href !== record);
await reviewer.waitForSelector("#toast");
await picture(reviewer, "approved-toast");
await reviewer.click("#undo");
await reviewer.waitForURL(record);
assert.notEqual(await reviewer.getAttribute("#record-state", "data-state"), "approved");

// What was public, if only for a moment, is changed by two people: a colleague approves it now.
const colleague = await person("chuyenvien2");
await colleague.goto(record);
await colleague.waitForFunction(() => document.querySelector(".sheet.scripted"));
for (let tries = 0; (await left(colleague)) > 0; tries += 1) {
  assert.ok(tries < 20, "Ctrl+Enter visits one field after the other");
  await colleague.keyboard.press("Control+Enter");
}
await colleague.focus("#f-ho_ten");
await colleague.keyboard.press("Control+Enter");
await colleague.waitForURL((url) => url.href !== record);
await reviewer.goto(record);
assert.equal(await reviewer.getAttribute("#record-state", "data-state"), "approved");

// Found by its name without accents.
await reviewer.goto("/tra-cuu");
for (let tries = 0; ; tries += 1) {
  await reviewer.fill("input[name=text]", PLAIN);
  await reviewer.press("input[name=text]", "Enter");
  await reviewer.waitForLoadState();
  if ((await reviewer.locator(".hit h2").count()) > 0) break;
  assert.ok(tries < 30, "the approved record is not found");
  await reviewer.waitForTimeout(500);
}
assert.equal(await reviewer.locator(".hit h2").first().textContent(), NAME);
await picture(reviewer, "search");

// A citizen asks on the public page.
const citizen = await person("public");
await citizen.goto("/");
await picture(citizen, "welcome");
await citizen.goto("/yeu-cau");
await citizen.fill("#name", NAME);
await citizen.fill("#contact", "0900 000 000");
await picture(citizen, "request");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=2");
assert.equal(await citizen.inputValue("#ho_ten"), NAME, "who asks for themselves does not type the name twice");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=3");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=4");
await citizen.check("#consent");
await picture(citizen, "request-check");
await citizen.click("#send");
await citizen.waitForSelector("#tracking-code");
const code = (await citizen.textContent("#tracking-code")).trim();
await citizen.fill("#text", "Tôi học lớp 12A.");
await citizen.click("form[action$='/tra-loi'] button");
await citizen.waitForSelector("#messages .say");
await citizen.setInputFiles("#file", SCAN);
await citizen.click("form[action$='/giay-to'] button");
await citizen.waitForSelector("dd:has-text('.jpg')");
await picture(citizen, "tracking");

// The clerk confirms; another person releases.
await reviewer.goto("/cap-ban-sao");
await picture(reviewer, "copies");
await reviewer.click("tbody a");
await reviewer.waitForSelector("img.row-image");
await reviewer.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
await picture(reviewer, "copy-request");
await reviewer.click("form[action$='/xac-nhan'] button");
await reviewer.waitForSelector("#request-state[data-state=confirmed]");
assert.equal(await reviewer.locator("#release").count(), 0, "a clerk must not see the release");
const approver = await person("lanhdao");
await approver.goto(reviewer.url());
await approver.click("#release");
await approver.waitForSelector("#request-state");

// What nobody finds goes to the archivist.
await reviewer.goto("/cap-ban-sao/moi");
await reviewer.fill("#ho_ten", "Hồ Thị Không Có");
await reviewer.fill("#name", "Hồ Thị Không Có");
await reviewer.fill("#contact", "tại quầy");
await reviewer.check("#consent");
await picture(reviewer, "counter-entry");
await reviewer.click("form[action='/cap-ban-sao/moi'] button");
await reviewer.waitForSelector("#tracking-code");
await reviewer.goto("/cap-ban-sao?state=received");
await reviewer.click("tbody a:has-text('Không Có')");
await reviewer.click("#search");
await reviewer.waitForSelector("#request-state[data-state=searching]");
await picture(reviewer, "searched-request");
await archivist.goto("/tim-kho");
await picture(archivist, "searches");
await archivist.click("tbody a");
await picture(archivist, "search");
await archivist.fill("#looked", "Quyển 2006–2010");
await archivist.click("form[action$='/khong-thay'] button");
await archivist.waitForURL("**/tim-kho");
const administrator = await person("congnghe");
await administrator.goto("/thong-bao");
await picture(administrator, "notices");

// The citizen waits, fetches, and anyone verifies by file and by code.
for (let tries = 0; (await citizen.locator("#fetch-copy").count()) === 0; tries += 1) {
  assert.ok(tries < 60, "no copy came");
  await citizen.waitForTimeout(1000);
  await citizen.goto(`/yeu-cau/${code}`);
}
await picture(citizen, "issued");
const [download] = await Promise.all([citizen.waitForEvent("download"), citizen.click("#fetch-copy")]);
const copy = join(PICTURES, "copy.pdf");
await download.saveAs(copy);
await citizen.goto("/xac-minh");
await citizen.setInputFiles("#file", copy);
await citizen.click("form[enctype] button");
await citizen.waitForSelector("#verdict-file");
assert.equal(await citizen.getAttribute("#verdict-file", "data-code"), "unchanged");
assert.equal(await citizen.getAttribute("#verdict-seal", "data-code"), "test_authority");
assert.equal(await citizen.getAttribute("#verdict-archive", "data-code"), "valid");
const shown = await citizen.textContent("main");
assert.ok(shown.includes(NAME), "whoever presents the file sees whose it is");
await picture(citizen, "verified");

// One changed byte is seen.
const bytes = await readFile(copy);
bytes[Math.floor(bytes.length / 3)] ^= 1;
await writeFile(copy, bytes);
await citizen.goto("/xac-minh");
await citizen.setInputFiles("#file", copy);
await citizen.click("form[enctype] button");
await citizen.waitForSelector("#verdict-file");
assert.notEqual(await citizen.getAttribute("#verdict-file", "data-code"), "unchanged");
assert.equal(await citizen.getAttribute("#verdict-archive", "data-code"), "unknown");

await approver.goto("/so-cap-ban-sao");
const printed = (await approver.locator("tbody .digest").first().textContent()).trim();
await picture(approver, "issue-book");
await citizen.goto(`/xac-minh?ma=${printed}`);
assert.equal(await citizen.getAttribute("#verdict-archive", "data-code"), "valid");
await citizen.goto("/xac-minh/AAAAA-BBBBB-CCCCC-DDDDD");
assert.equal(await citizen.getAttribute("#verdict-archive", "data-code"), "unknown");

await citizen.goto("/ngon-ngu/en?ve=/yeu-cau");
assert.match(await citizen.textContent("h1"), /Who asks/);
await citizen.goto("/api");
await citizen.waitForSelector("#operations details");
await picture(citizen, "api");

assert.deepEqual(faults, [], "scripts must not fail");
await browser.close();
console.log("walked");
