/**
 * The components of an executable besides our own code: the imported libraries, the runtime, and the libraries linked into the
 * runtime. Each component has its copyright holder, its licence and the place of its source.
 *
 * The versions of the runtime's parts are those that the runtime itself tells (`process.versions`); a part that it tells
 * of and that is not in this table fails a test, so that an update of the runtime cannot smuggle anything in.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { libraries, type NpmPackage } from "./lock-file.ts";

const MODULES = join(import.meta.dir, "../../node_modules");

export interface Component {
  readonly name: string;
  /** Null: the runtime does not tell the version, which belongs to the runtime's commit. */
  readonly version: string | null;
  /** An SPDX expression. */
  readonly licence: string;
  readonly holder: string;
  readonly source: string;
}

interface Part {
  readonly name: string;
  /** Its key in `process.versions`. */
  readonly key?: string;
  readonly licence: string;
  readonly holder: string;
  readonly source: string;
}

const github = (path: string) => `https://github.com/${path}`;

/** Modules in JavaScript that the runtime carries for compatibility with Node.js, all under the MIT licence. */
const POLYFILLS = [
  ...["acorn", "acorn-walk", "assert", "browserify-zlib", "buffer", "constants-browserify"],
  ...["crypto-browserify", "domain-browser", "events", "https-browserify", "os-browserify"],
  ...["path-browserify", "process", "punycode", "querystring-es3", "stream-browserify", "stream-http"],
  ...["string_decoder", "timers-browserify", "tty-browserify", "url", "util", "vm-browserify"],
];

/** The runtime first, then the libraries linked into the runtime. */
export const RUNTIME_PARTS: readonly Part[] = [
  {
    name: "Bun",
    key: "bun",
    licence: "MIT",
    holder: "Oven and the Bun authors",
    source: github("oven-sh/bun"),
  },
  {
    name: "WebKit (JavaScriptCore, WTF, parts of WebCore)",
    key: "webkit",
    licence: "LGPL-2.0-or-later AND BSD-2-Clause",
    holder: "Apple Inc. and the WebKit authors",
    source: github("oven-sh/WebKit"),
  },
  {
    name: "TinyCC",
    key: "tinycc",
    licence: "LGPL-2.1-or-later",
    holder: "Fabrice Bellard and the TinyCC authors",
    source: github("oven-sh/tinycc"),
  },
  {
    name: "BoringSSL",
    key: "boringssl",
    licence: "Apache-2.0 AND OpenSSL AND ISC AND MIT",
    holder: "the OpenSSL authors, Google Inc. and others",
    source: github("oven-sh/boringssl"),
  },
  { name: "brotli", licence: "MIT", holder: "the Brotli authors", source: github("google/brotli") },
  {
    name: "c-ares",
    key: "ares",
    licence: "MIT",
    holder: "the c-ares authors",
    source: github("c-ares/c-ares"),
  },
  { name: "esbuild (ported)", licence: "MIT", holder: "Evan Wallace", source: github("evanw/esbuild") },
  { name: "highway", licence: "Apache-2.0", holder: "Google LLC", source: github("google/highway") },
  {
    name: "ICU",
    key: "icu",
    licence: "Unicode-3.0",
    holder: "Unicode, Inc. and others",
    source: github("unicode-org/icu"),
  },
  {
    name: "libarchive",
    key: "libarchive",
    licence: "BSD-2-Clause",
    holder: "Tim Kientzle and the libarchive authors",
    source: github("libarchive/libarchive"),
  },
  {
    name: "libbase64",
    licence: "BSD-2-Clause",
    holder: "Alfred Klomp and others",
    source: github("aklomp/base64"),
  },
  {
    name: "libdeflate",
    key: "libdeflate",
    licence: "MIT",
    holder: "Eric Biggers and Google LLC",
    source: github("ebiggers/libdeflate"),
  },
  {
    name: "libjpeg-turbo",
    licence: "IJG AND BSD-3-Clause AND Zlib",
    holder: "the libjpeg-turbo project, the Independent JPEG Group and others",
    source: github("libjpeg-turbo/libjpeg-turbo"),
  },
  {
    name: "libspng",
    licence: "BSD-2-Clause",
    holder: "Randy and others",
    source: github("randy408/libspng"),
  },
  {
    name: "libuv (its interface)",
    key: "uv",
    licence: "MIT",
    holder: "the libuv project contributors",
    source: github("libuv/libuv"),
  },
  { name: "libwebp", licence: "BSD-3-Clause", holder: "Google Inc.", source: github("webmproject/libwebp") },
  {
    name: "llhttp",
    key: "llhttp",
    licence: "MIT",
    holder: "Fedor Indutny and the Node.js contributors",
    source: github("nodejs/llhttp"),
  },
  {
    name: "lol-html",
    key: "lolhtml",
    licence: "BSD-3-Clause",
    holder: "Cloudflare, Inc.",
    source: github("cloudflare/lol-html"),
  },
  {
    name: "ls-hpack, ls-qpack, lsquic",
    key: "lshpack",
    licence: "MIT AND BSD-3-Clause",
    holder: "LiteSpeed Technologies Inc. and the Chromium authors",
    source: github("litespeedtech"),
  },
  {
    name: "mimalloc",
    key: "mimalloc",
    licence: "MIT",
    holder: "Microsoft Corporation, Daan Leijen",
    source: github("oven-sh/mimalloc"),
  },
  {
    name: "Node.js (parts of its library, and its interface)",
    key: "node",
    licence: "MIT",
    holder: "the Node.js contributors",
    source: github("nodejs/node"),
  },
  {
    name: "picohttpparser",
    key: "picohttpparser",
    licence: "MIT",
    holder: "Kazuho Oku, Tokuhiro Matsuno, Daisuke Murase, Shigeo Mitsunari",
    source: github("h2o/picohttpparser"),
  },
  {
    name: "simdutf",
    licence: "Apache-2.0",
    holder: "the simdutf authors",
    source: github("simdutf/simdutf"),
  },
  {
    name: "SQLite",
    key: "sqlite",
    licence: "blessing",
    holder: "nobody: it is in the public domain",
    source: "https://sqlite.org/src",
  },
  { name: "uucode", licence: "MIT", holder: "Jacob Sandlund", source: github("jacobsandlund/uucode") },
  {
    name: "uSockets",
    key: "usockets",
    licence: "Apache-2.0",
    holder: "Alex Hultman",
    source: github("uNetworking/uSockets"),
  },
  {
    name: "uWebSockets",
    key: "uwebsockets",
    licence: "Apache-2.0",
    holder: "Alex Hultman",
    source: github("uNetworking/uWebSockets"),
  },
  {
    name: "Zig (its standard library)",
    key: "zig",
    licence: "MIT",
    holder: "the Zig contributors",
    source: github("oven-sh/zig"),
  },
  {
    name: "zlib-ng",
    key: "zlib",
    licence: "Zlib",
    holder: "Jean-loup Gailly, Mark Adler and the zlib-ng authors",
    source: github("zlib-ng/zlib-ng"),
  },
  {
    name: "Zstandard",
    key: "zstd",
    licence: "BSD-3-Clause",
    holder: "Meta Platforms, Inc. and affiliates",
    source: github("facebook/zstd"),
  },
  ...POLYFILLS.map((name) => ({
    name: `${name} (polyfill)`,
    licence: "MIT",
    holder: "its authors",
    source: `https://www.npmjs.com/package/${name}`,
  })),
];

/** Keys of `process.versions` that tell of no code: interfaces that the runtime is compatible with, data in ICU. */
export const NO_PART = ["openssl", "v8", "napi", "unicode", "typescript", "modules"];

/** All components of an executable besides our own code. */
export function components(): readonly Component[] {
  const told: Readonly<Record<string, string | undefined>> = process.versions;
  return [
    ...libraries().map(imported),
    ...RUNTIME_PARTS.map(({ key, ...part }) => ({ ...part, version: told[key ?? ""] ?? null })),
  ];
}

/** The component of an npm package: its version and licence are from the lock file, the rest from the package. */
function imported({ name, version, license }: NpmPackage): Component {
  const folder = join(MODULES, name);
  const manifest: { readonly repository?: string | { readonly url?: string } } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const { repository } = manifest;
  const url = (typeof repository === "string" ? repository : repository?.url) ?? name;
  const path = /(?:^|[/:])([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url)?.[1];
  const source = path === undefined ? `https://www.npmjs.com/package/${name}` : github(path);
  return { name, version, licence: license, holder: holderOf(folder), source };
}

/** The copyright holder that the licence in the folder names. */
function holderOf(folder: string): string {
  const [file] = readdirSync(folder).filter((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8");
  const named = /^.*copyright (?:\(c\) )?(?:[\d, -]+)?(.+)$/im.exec(text)?.[1];
  return named?.trim() ?? "its authors";
}
