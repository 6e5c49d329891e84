/** The executable with the provider of straying.ts linked into it. */
import { join } from "node:path";
import { linkProviders } from "../../../tools/link.ts";

/** Builds it in that folder, and returns its path. */
export async function buildStraying(folder: string): Promise<string> {
  const outfile = join(folder, "vifplugd-straying");
  await Bun.build({
    entrypoints: [join(import.meta.dir, "../../../src/main.ts")],
    format: "esm",
    sourcemap: "inline",
    throw: true,
    define: { BUILD_COMMIT: '"test"', BUILD_TARGET: '"test"' },
    plugins: [linkProviders([join(import.meta.dir, "straying.ts")])],
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  });
  return outfile;
}
