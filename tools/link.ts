/**
 * Links providers from outside into vifplugd without a change to the sources: the default exports of the given files take the
 * place of the list of linked providers (src/providers/linked.ts).
 */
import { resolve } from "node:path";
import type { BunPlugin } from "bun";

/** @param files modules; the default export of each is a provider */
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
