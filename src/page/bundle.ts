/**
 * A macro that leaves the browser's script, style and body in the program as texts. The macro runs when the program is
 * bundled and, in a checkout, when the calling module is first loaded. The bundler cannot call itself from within, so the
 * macro starts a second bundler.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface PageParts {
  readonly script: string;
  readonly style: string;
  readonly body: string;
}

export function bundlePage(): PageParts {
  const folder = join(import.meta.dir, "browser");
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "build", join(folder, "main.ts"), "--target=browser", "--format=iife", "--minify"],
    { env: { ...process.env, BUN_BE_BUN: "1" } },
  );
  if (exitCode !== 0) throw new Error(`the page cannot be bundled: ${stderr}`);
  return {
    // No text in the script may end the script element.
    script: stdout.toString().replaceAll("</script", "<\\/script"),
    style: readFileSync(join(folder, "page.css"), "utf8"),
    body: readFileSync(join(folder, "body.html"), "utf8"),
  };
}
