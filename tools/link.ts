/**
 * Links providers of one's own into vifplugd, without a change to its sources: where they list the linked providers
 * (src/providers/linked.ts), these files' default exports stand.
 */
import { resolve } from "node:path";
import type { BunPlugin } from "bun";

/** @param files a module each, whose default export is a provider */
export function linkProviders(files: readonly string[]): BunPlugin {
  const imports = files.map((file, index) => `import p${index} from ${JSON.stringify(resolve(file))};\n`);
  const names = files.map((_, index) => `p${index}`);
  const contents = `${imports.join("")}export const linkedProviders = [${names.join(", ")}];\n`;
  return {
    name: "linked providers",
    setup(build) {
      build.onLoad({ filter: /\/src\/providers\/linked\.ts$/ }, () => ({ contents, loader: "ts" }));
    },
  };
}
