// Situations in which a port is not plugged, and what the page says to a newcomer in each.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { faintTexts, open, picture, startBrowser, startWatched, type Watched } from "./support/page.ts";

setDefaultTimeout(120_000);

let browser: Browser;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  browser = await startBrowser();
  watched = await startWatched({
    config: {
      providers: [{ type: "dummy" }, { type: "representor" }],
      safety: { max_unplug: "25%" },
      metrics: { listen: "127.0.0.1:0", page: true },
    },
  });
  ({ page } = await open(browser, watched.address));
});
afterAll(async () => {
  await browser.close();
  await watched.hypervisor.stop();
});

/** Looks for the port as a person would, opens it, and returns what its page says. */
async function readAbout(lport: string): Promise<string> {
  await page.locator("#find").fill(lport);
  await page.locator(`tr.port[data-lport=${JSON.stringify(lport)}] a`).click();
  await page.locator("#port .conditions li").first().waitFor();
  const said = await page.locator("#port").textContent();
  await picture(page, `situation-${lport}`);
  expect(await faintTexts(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("#find").fill("");
  return said ?? "";
}

test("no provider answers to the plug type", async () => {
  await watched.hypervisor.addLport("no-provider", { "vif-plug-type": "acme" });
  const said = await readAbout("no-provider");
  expect(said).toContain('no enabled provider answers to plug type "acme"');
  expect(said).toContain("under providers");
});

test("the representor is not there yet", async () => {
  await watched.hypervisor.addLport("waiting", {
    "vif-plug-type": "representor",
    "vif-plug:representor:pf-mac": "00:53:00:00:00:42",
    "vif-plug:representor:vf-num": "1",
  });
  const said = await readAbout("waiting");
  expect(said).toContain("waiting");
  expect(said).toMatch(/00:53:00:00:00:42|representor/);
});

test("two ports want one interface name", async () => {
  await watched.hypervisor.addPlugged("same-first-15-a", {});
  await watched.hypervisor.addLport("same-first-15-abc", {});
  const said = await readAbout("same-first-15-abc");
  expect(said).toContain("conflict");
  expect(said).toContain("same-first-15-a");
});

test("the port was moved to another chassis", async () => {
  await watched.hypervisor.addPlugged("moved");
  await watched.hypervisor.setLport("moved", { "requested-chassis": "hv2" });
  await watched.hypervisor.gone("moved");
  await page.locator("#find").fill("moved");
  await page.locator("#shown").getByText("requested on another chassis").waitFor();
  await picture(page, "situation-moved");
  await page.locator("#find").fill("");
});

test("many ports were to go at once, and are held", async () => {
  const names = ["held1", "held2", "held3", "held4"];
  await watched.hypervisor.addLports(Object.fromEntries(names.map((name) => [name, {}])));
  for (const name of names) await watched.hypervisor.installed(name);
  await watched.hypervisor.chassis.nbctl(...names.flatMap((name) => ["--", "lsp-del", name]));
  await page.locator('tr.port[data-lport="held1"] .state').getByText("held").waitFor();
  const said = await readAbout("held1");
  expect(said).toContain("plug/confirm-unplug");
});

test("ovn-controller did not bind the port", async () => {
  const { chassis } = watched.hypervisor;
  await chassis.appctl("ovn-controller", "debug/pause");
  await watched.hypervisor.addLport("unbound");
  await page.locator('tr.port[data-lport="unbound"]').getByText("has not bound it here").waitFor();
  const said = await readAbout("unbound");
  await chassis.appctl("ovn-controller", "debug/resume");
  expect(said).toContain("ovn-controller has not bound it here: no chassis has it");
  expect(said).toContain("make sure that ovn-controller runs here");
});
