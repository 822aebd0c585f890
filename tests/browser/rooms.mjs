// Nothing typed is lost: a citizen's four steps without scripts on a telephone, Back, sending twice; two tabs at one record, a
// session that ended under a form. Pictures in both shades. Fails at the first thing that is not as it must be.

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { BASE, PASSWORD, PICTURES, CHROMIUM } = process.env;
const NAME = "Nguyễn Thị Thuỳ Dương";

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

async function picture(page, name) {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0);
  assert.ok(wide <= 1, `${name} sticks out ${wide} px`);
}

// A citizen on a telephone, without scripts.
const phone = await browser.newContext({ baseURL: BASE, viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
const citizen = await phone.newPage();
citizen.setDefaultTimeout(30_000);
await citizen.goto("/yeu-cau");
await citizen.click("#go-on");
await citizen.waitForSelector("#e-name");
assert.equal(await citizen.locator("#e-contact").count(), 1, "each fault stands at its box");
await picture(citizen, "step-1-faults-phone");
assert.equal(await citizen.isVisible("#owner_died"), false, "who asks for themselves is not asked for a death");
await citizen.check("input[name=standing][value=relative]");
assert.equal(await citizen.isVisible("#relation"), true);
await citizen.fill("#name", NAME);
await citizen.fill("#contact", "0900 000 000");
await citizen.click("#go-on");
await citizen.waitForSelector("#e-owner_died");
assert.equal(await citizen.locator("#e-relation").count(), 1);
await picture(citizen, "step-1-relative-phone");
await citizen.fill("#owner_died", "2019");
await citizen.selectOption("#relation", "child");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=2");
await citizen.goto("/yeu-cau?buoc=1");
await citizen.check("input[name=standing][value=self]");
await citizen.click("#go-on");
await citizen.waitForSelector("#e-owner_died"); // what does not belong to the answer is shown again, not dropped
await citizen.fill("#owner_died", "");
await citizen.selectOption("#relation", "");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=2");
await citizen.fill("#ngay_sinh", "31/2/1990");
await citizen.click("#go-on");
await citizen.waitForSelector("#e-ngay_sinh");
assert.equal(await citizen.inputValue("#ngay_sinh"), "31/2/1990");
assert.equal(await citizen.inputValue("#ho_ten"), NAME, "who asks for themselves need not write their name twice");
await picture(citizen, "step-2-faults-phone");
await citizen.fill("#ngay_sinh", "12/3/1990");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=3");
await citizen.fill("#purpose", "Nộp hồ sơ xin việc");
await picture(citizen, "step-3-phone");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=4");
await citizen.goBack();
await citizen.waitForURL("**/yeu-cau?buoc=3");
assert.equal(await citizen.inputValue("#purpose"), "Nộp hồ sơ xin việc", "Back loses nothing");
await citizen.click("#go-on");
await citizen.waitForURL("**/yeu-cau?buoc=4");
await citizen.click("#send");
await citizen.waitForSelector(".say.bad");
await citizen.check("#consent");
await picture(citizen, "step-4-phone");
await citizen.click("#send");
await citizen.waitForSelector("#tracking-code");
const code = (await citizen.textContent("#tracking-code")).trim();
await picture(citizen, "sent-phone");

// Back and send again: the same request.
await citizen.goto("/yeu-cau?buoc=4");
await citizen.waitForSelector("#already-sent");
assert.ok((await citizen.textContent("#already-sent")).includes(code));
const twice = await phone.request.post("/yeu-cau", { form: { buoc: "4", consent: "2026-01" } });
assert.ok(twice.url().includes(code), "sending twice asks once");
await citizen.goto("/yeu-cau/AAAAA-BBBBB-CCCCC-DDDDD");
assert.equal(await citizen.inputValue("#ma"), "AAAAA-BBBBB-CCCCC-DDDDD", "a wrong code stays in its box");
await picture(citizen, "wrong-code-phone");
await citizen.goto("/xac-minh");
await picture(citizen, "verify-phone");

// The clerk: the session ends under a form, and the form goes on.
async function signedIn(login) {
  const context = await browser.newContext({ baseURL: BASE, viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto("/dang-nhap");
  await page.fill("#login", login);
  await page.fill("#password", PASSWORD);
  await page.press("#password", "Enter");
  await page.waitForURL("**/viec");
  return [context, page];
}
const [office, clerk] = await signedIn("chuyenvien");
await picture(clerk, "clerk-home");
await clerk.goto("/cap-ban-sao?state=received");
assert.equal(await clerk.getAttribute("#shown", "data-total"), "1", "one request, however often it was sent");
await picture(clerk, "requests");
await clerk.click("tbody a");
await clerk.waitForSelector("#request-state");
await clerk.fill("#reason", "Không có tên trong sổ gốc các năm 1988–1992.");
await office.clearCookies({ name: "sogoc" });
await clerk.click("form[action$='/tu-choi'] button");
await clerk.waitForSelector("#kept");
await picture(clerk, "form-kept");
await clerk.fill("#login", "chuyenvien");
await clerk.fill("#password", PASSWORD);
await clerk.press("#password", "Enter");
await clerk.waitForURL("**/cap-ban-sao");
await citizen.goto(`/yeu-cau/${code}`);
assert.ok((await citizen.textContent("main")).includes("1988–1992"), "the reason arrived");
await picture(citizen, "refused-phone");

for (const [path, name] of [["/viec", "home"], ["/ban-soat", "desk"], ["/cap-ban-sao", "requests"], ["/so-cap-ban-sao", "book"], ["/tra-cuu", "search"]]) {
  for (const theme of ["sang", "toi"]) {
    await clerk.goto(`/giao-dien/${theme}?ve=${encodeURIComponent(path)}`);
    await clerk.waitForURL(`**${path}`);
    await picture(clerk, `${name}-${theme}`);
  }
}
const [, keeper] = await signedIn("congnghe");
for (const [path, name] of [["/nguoi-dung", "people"], ["/nhat-ky", "log"], ["/kho/viec", "jobs"], ["/thong-bao", "notices"]]) {
  const answer = await keeper.goto(path);
  if (answer.status() === 200) await picture(keeper, name);
}
const [, archivist] = await signedIn("vanthu");
await archivist.goto("/lo");
await picture(archivist, "batches");
await browser.close();
console.log("walked");
