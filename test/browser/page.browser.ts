// The page, in a real browser, of a real daemon on a real chassis.
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { addManyPorts, deleteAllPorts } from "../integration/support/many-ports.ts";
import {
  addressOf,
  faintTexts,
  open,
  PHONE,
  picture,
  startBrowser,
  startWatched,
  type Watched,
} from "./support/page.ts";

setDefaultTimeout(120_000);

let browser: Browser;
let watched: Watched;
let errors: readonly string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
  watched = await startWatched();
});
afterAll(async () => {
  await browser.close();
  await watched.hypervisor.stop();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(errors).toEqual([]);
});

async function visit(hash = "", options: Parameters<typeof open>[2] = {}): Promise<Page> {
  const opened = await open(browser, watched.address + hash, options);
  ({ errors } = opened);
  return opened.page;
}

const row = (page: Page, lport: string) => page.locator(`tr.port[data-lport=${JSON.stringify(lport)}]`);
const text = (page: Page, selector: string) => page.locator(selector).textContent();

test("shows at first sight what this chassis is, how it stands, and every port", async () => {
  await watched.hypervisor.addPlugged("web1");
  const page = await visit();
  await row(page, "web1").locator(".state").getByText("plugged").waitFor();
  expect(await text(page, "#chassis")).toBe("hv1");
  expect(await text(page, "#readiness")).toContain("Ready");
  expect(await text(page, "#path")).toContain("connected, bridge br-int");
  expect(await page.title()).toBe("hv1 · vifplugd");
  expect(await text(page, "#latency-text")).toMatch(/median .*1 commit/);
});

test("shows a port that is plugged while somebody looks", async () => {
  const page = await visit();
  await row(page, "web1").waitFor();
  await watched.hypervisor.addPlugged("web2");
  await row(page, "web2").locator(".state").getByText("plugged").waitFor();
  await watched.hypervisor.deleteLport("web2");
  await row(page, "web2").waitFor({ state: "detached" });
});

test("puts trouble first, and filters by name, state and plug type", async () => {
  const { hypervisor } = watched;
  await hypervisor.addLports({ zz: { "vif-plug-type": "acme" }, db1: {}, db2: {} });
  const page = await visit();
  await row(page, "db2").locator(".state").getByText("plugged").waitFor();
  await page.locator("tr.port").first().getByText("no-provider").waitFor();
  expect(await page.title()).toBe("(1) hv1 · vifplugd");
  await page.locator("#find").fill("db");
  await row(page, "zz").waitFor({ state: "detached" });
  expect(await page.locator("tr.port").count()).toBe(2);
  expect(await text(page, "#shown")).toBe("2 of 4 ports");
  await page.locator("#find").fill("");
  await page.locator("#states button", { hasText: "no-provider" }).click();
  await row(page, "db1").waitFor({ state: "detached" });
  expect(await page.locator("tr.port").count()).toBe(1);
  await page.locator("#states button", { hasText: "all" }).click();
  await page.locator("#provider").selectOption("acme");
  await row(page, "db1").waitFor({ state: "detached" });
  expect(await page.locator("tr.port").count()).toBe(1);
});

test("says why a port is not plugged, what would have to change, and follows it", async () => {
  const page = await visit();
  await row(page, "zz").getByRole("link").click();
  await page.locator("#port").getByText('no enabled provider answers to plug type "acme"').first().waitFor();
  expect(await text(page, "#port")).toContain("What would have to change");
  expect(await page.locator('#port [data-holds="no"]').count()).toBeGreaterThan(0);
  expect(page.url()).toEndWith("#/port/zz");
  await picture(page, "port");
  await watched.hypervisor.setLport("zz", { "vif-plug-type": "dummy" });
  await page.locator("#port .facts").getByText("plugged").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#port").waitFor({ state: "hidden" });
  await watched.hypervisor.deleteLport("zz");
});

test("shows nothing that a tenant writes as markup, and shows what cannot be seen", async () => {
  const hostile = `<img src=x onerror=document.title="owned">\u202e</script><script>document.title="owned"</script>`;
  await watched.hypervisor.addLports({ [hostile]: { "vif-plug-type": `<b>"'` } });
  const page = await visit();
  const link = page.locator("tr.port").first().getByRole("link");
  await link.getByText("<img src=x").waitFor();
  expect(await link.textContent()).toBe(hostile.replace("\u202e", "\ufffd"));
  await link.click();
  await page.locator("#port h2").getByText("<img src=x").waitFor();
  await page.locator("#port .conditions li").first().waitFor();
  expect(await page.title()).not.toBe("owned");
  expect(await page.locator("main img, main b:not(#states b), main script").count()).toBe(0);
  await watched.hypervisor.deleteLport(hostile);
});

test("draws the dataflow graph, and lights what runs", async () => {
  const page = await visit("#/graph");
  await page.locator('#picture [data-node="plug"]').waitFor();
  expect(await page.locator("#picture [data-node]").count()).toBeGreaterThan(10);
  await keepLit(page);
  await watched.hypervisor.addPlugged("lit");
  await page.locator('#picture [data-node="plug"].ran').waitFor({ state: "attached" });
  expect(await page.locator("#picture path.wire.ran").count()).toBeGreaterThan(0);
  expect(await text(page, "#recomputes")).toContain("plug");
  await picture(page, "graph");
  await watched.hypervisor.deleteLport("lit");
});

/** For a picture, what lights up stays lit; else it would have faded before the picture is taken. */
async function keepLit(page: Page): Promise<void> {
  if (process.env.PICTURES === undefined) return;
  const rule = "#picture * { animation-play-state: paused !important; animation-delay: -200ms !important }";
  await page.evaluate(`document.styleSheets[0].insertRule(${JSON.stringify(rule)})`);
}

test("stays quick with 5,000 ports, of which few are elements", async () => {
  const { hypervisor } = watched;
  const names = Array.from({ length: 5000 }, (_, i) => `vm${String(i).padStart(4, "0")}`);
  await addManyPorts(hypervisor, names, "none");
  const page = await visit();
  await page.locator("#states").getByText("5,000").first().waitFor({ timeout: 60_000 });
  expect(await page.locator("tr.port").count()).toBeLessThan(100);
  await page.evaluate("scrollTo(0, 42 * 4990)");
  await row(page, "vm4985").waitFor();
  expect(await page.locator("tr.port").count()).toBeLessThan(100);
  await page.locator("#find").fill("vm2345");
  await row(page, "vm2345").waitFor();
  await row(page, "vm4985").waitFor({ state: "detached" });
  await deleteAllPorts(hypervisor);
  await page.locator("#find").fill("");
  await page.locator("tr.port").first().waitFor({ state: "detached", timeout: 60_000 });
  await hypervisor.addLport("web1");
  await row(page, "web1").waitFor({ timeout: 60_000 });
});

test("serves eight pages, and tells the ninth that they are open", async () => {
  const pages = await Promise.all(Array.from({ length: 8 }, () => open(browser, watched.address)));
  for (const { page } of pages) await row(page, "web1").waitFor();
  const { page } = await open(browser, watched.address);
  await page.locator("#stale").getByText("as many pages open").waitFor();
  await pages[0]?.page.close();
  await row(page, "web1").waitFor();
});

test("fits a phone: no sideways scrolling, and a port fills the width", async () => {
  const page = await visit("", { viewport: PHONE });
  await row(page, "web1").waitFor();
  const width = () => page.evaluate<number>("document.documentElement.scrollWidth");
  expect(await width()).toBeLessThanOrEqual(PHONE.width);
  await picture(page, "phone");
  await row(page, "web1").click();
  await page.locator("#port .conditions li").first().waitFor();
  expect(await width()).toBeLessThanOrEqual(PHONE.width);
  expect(await page.locator(".list").isVisible()).toBe(false);
});

test.each(["light", "dark"] as const)(
  "can be read on a %s ground: ports, a port and the graph",
  async (scheme) => {
    const { hypervisor } = watched;
    const lport = `in-trouble-${scheme}`;
    await hypervisor.addLport(lport, { "vif-plug-type": "acme" });
    const page = await visit("", { scheme });
    await row(page, lport).click();
    await page.locator("#port .conditions li").first().waitFor();
    expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
      scheme === "dark" ? "rgb(16, 20, 23)" : "rgb(244, 246, 247)",
    );
    await picture(page, `port-${scheme}`);
    expect(await faintTexts(page)).toEqual([]);
    await page.getByText("Graph", { exact: true }).click();
    await page.locator("svg .node").first().waitFor();
    await picture(page, `graph-${scheme}`);
    expect(await faintTexts(page)).toEqual([]);
    await hypervisor.deleteLport(lport);
  },
);

test("is labelled for those who do not see it", async () => {
  const page = await visit();
  await row(page, "web1").waitFor();
  const unnamed = await page.evaluate(`
    [...document.querySelectorAll("a, button, input, select, section, svg[role=img], table")]
      .filter((element) => {
        const label = element.closest("label")?.textContent ?? "";
        const named = ["aria-label", "aria-labelledby", "aria-describedby"].some((name) => element.hasAttribute(name));
        return !named && label.trim() === "" && element.textContent.trim() === "";
      })
      .map((element) => element.outerHTML)
  `);
  expect(unnamed).toEqual([]);
  await page.keyboard.press("/");
  expect(await page.evaluate("document.activeElement.id")).toBe("find");
});

test("says that the daemon is gone, keeps what it said, and comes back by itself", async () => {
  const { hypervisor } = watched;
  const page = await visit();
  await row(page, "web1").waitFor();
  const listen = new URL(watched.address).host;
  await hypervisor.daemon.stop();
  await page.locator("#stale").getByText("does not answer").waitFor();
  expect(await row(page, "web1").count()).toBe(1);
  await hypervisor.startDaemon({ metrics: { listen, page: true } });
  expect(await addressOf(hypervisor)).toBe(watched.address);
  await page.locator("#stale").waitFor({ state: "hidden", timeout: 60_000 });
  await row(page, "web1").locator(".state").getByText("plugged").waitFor();
});
