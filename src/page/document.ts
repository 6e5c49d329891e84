/**
 * The page as one document without external resources, and the policy that the browser enforces: the page runs its own
 * script alone, uses its own style alone, and talks to this daemon alone.
 */
import { createHash } from "node:crypto";
import { bundlePage } from "./bundle.ts" with { type: "macro" };

const { script, style, body } = bundlePage();

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 8h4m6 0h4' stroke='%23208a68' stroke-width='2'/%3E%3Ccircle cx='8' cy='8' r='3' fill='%23208a68'/%3E%3C/svg%3E";

export const pageDocument = [
  '<!doctype html><html lang="en"><head><meta charset="utf-8">',
  '<meta name="viewport" content="width=device-width, initial-scale=1">',
  '<meta name="color-scheme" content="light dark"><title>vifplugd</title>',
  `<link rel="icon" href="${ICON}"><style>${style}</style></head>`,
  `<body>${body}<script>${script}</script></body></html>\n`,
].join("");

/** The name of the page. A program with another page has another name. */
export const pageName = createHash("sha256").update(pageDocument).digest("base64url").slice(0, 16);

export const pagePolicy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
