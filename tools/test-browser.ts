/**
 * `npm run test:browser [-- ARGUMENT...]`: builds the executable and tests its page in a real browser. With
 * `PICTURES=docs/pictures` the tests also make the pictures of the documentation.
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
