/**
 * `npm run test:browser [-- ARGUMENT...]`: builds the executable and tries its page in a real browser; the pictures that
 * the documentation shows are made by it, with `PICTURES=docs/pictures`.
 */
import { join } from "node:path";

const root = join(import.meta.dir, "..");
for (const command of [
  ["run", "build.ts"],
  [
    "test",
    "./test/browser/page.browser.ts",
    "./test/browser/situations.browser.ts",
    ...process.argv.slice(2),
  ],
]) {
  const { exitCode } = Bun.spawnSync([process.execPath, ...command], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}
