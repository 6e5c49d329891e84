// The page as one document.
import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { pageDocument, pagePolicy } from "../../src/page/document.ts";

const inside = (tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(pageDocument)?.[1] ?? "";
const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

test("names nothing outside of itself", () => {
  expect(pageDocument).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(pageDocument).not.toMatch(/@import|url\(/);
});

test("is held by its policy to the one script and the one style that it has", () => {
  expect(pageDocument.match(/<script/g)).toHaveLength(1);
  expect(pageDocument.match(/<style/g)).toHaveLength(1);
  expect(pagePolicy).toContain(`script-src ${hash(inside("script"))};`);
  expect(pagePolicy).toContain(`style-src ${hash(inside("style"))};`);
  expect(pagePolicy).toStartWith("default-src 'none';");
  expect(pageDocument).not.toMatch(/ (?:on\w+|style)="/);
});

test("is small", () => {
  expect(Buffer.byteLength(pageDocument)).toBeLessThan(64 << 10);
});
