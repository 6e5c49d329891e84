/** A browser with the page of a daemon in it. */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import {
  type Hypervisor,
  type HypervisorOptions,
  startHypervisor,
} from "../../integration/support/hypervisor.ts";

/** Where Debian puts it; CHROMIUM names another one. */
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** What a browser asks strangers for when nobody is looking. */
const QUIET = ["quic", "background-networking", "component-update", "sync"].map(
  (what) => `--disable-${what}`,
);

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function startBrowser(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", ...QUIET];
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

export interface Watched {
  readonly hypervisor: Hypervisor;
  readonly address: string;
}

/** A chassis whose daemon serves the page. */
export async function startWatched(options: HypervisorOptions = {}): Promise<Watched> {
  const metrics = { listen: "127.0.0.1:0", page: true };
  const hypervisor = await startHypervisor({ ...options, config: { metrics, ...options.config } });
  return { hypervisor, address: await addressOf(hypervisor) };
}

export async function addressOf({ daemon }: Hypervisor, from = 0): Promise<string> {
  const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/, 30_000, from);
  return `http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}/`;
}

export interface OpenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly scheme?: "light" | "dark";
}

/** Opens an address; every error that the page or its policy meets fails the test through `errors`. */
export async function open(browser: Browser, address: string, options: OpenOptions = {}) {
  const { viewport = DESKTOP, scheme = "light" } = options;
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    reducedMotion: "reduce",
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("net::ERR_")) errors.push(message.text());
  });
  await page.goto(address);
  return { page, errors };
}

/** Keeps a picture of what the page shows, for people: docs/pictures. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}

const FAINT = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paint = (element) => {
    const style = getComputedStyle(element);
    const colour = element instanceof SVGGeometryElement ? style.fill : style.backgroundColor;
    return !colour.startsWith("rgb") || channels(colour)[3] === 0 ? null : colour;
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""));
  if (texts.length === 0) throw new Error("the page has no text");
  return texts.flatMap((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const stack = document.elementsFromPoint(x, y);
    if (!stack.includes(element)) return [];
    const behind = stack.slice(stack.indexOf(element)).filter((one) => !(one instanceof SVGTextContentElement)).map(paint);
    const ground = behind.find((colour) => colour !== null) ?? "rgb(255, 255, 255)";
    const style = getComputedStyle(element);
    const [low, high] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    return ratio >= 4.5 ? [] : [ratio.toFixed(2) + " " + element.textContent.trim()];
  });
})()`;

/**
 * The texts in view whose colour differs too little from what is painted behind them (below 4.5 to 1, which WCAG asks of small
 * text), each with its ratio.
 */
export async function faintTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(FAINT);
}
