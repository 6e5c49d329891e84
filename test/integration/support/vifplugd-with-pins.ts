/**
 * vifplugd with two more providers than it has: the example of docs/, twice, under the types `pinned` and `clamped`, each
 * with a file of its type's name in the folder PINS. Every call of theirs is a line on standard error.
 */
import { join } from "node:path";
import { pinnedProvider } from "../../../docs/examples/pinned-provider.ts";
import { builtinProviders } from "../../../src/providers/builtin.ts";
import type { Provider } from "../../../src/providers/provider.ts";

/** The provider, telling of its calls. */
function told(provider: Provider): Provider {
  const tell = (...words: readonly string[]) => console.error(`call ${provider.type}: ${words.join(" ")}`);
  return {
    ...provider,
    init(host) {
      tell("init");
      provider.init?.(host);
    },
    destroy() {
      tell("destroy");
      provider.destroy?.();
    },
    prepare(input) {
      const answer = provider.prepare(input);
      tell("prepare", input.operation, input.lport.name, answer.ready ? "ready" : "not-ready");
      return answer;
    },
    finish: ({ operation, lport }, output) => tell("finish", operation, lport.name, output?.name ?? "none"),
    release: ({ operation, lport }, output) => tell("release", operation, lport.name, output?.name ?? "none"),
  };
}

if (!(builtinProviders instanceof Map)) throw new Error("the built-in providers are no Map any more");
for (const type of ["pinned", "clamped"]) {
  builtinProviders.set(type, () => told(pinnedProvider(type, join(process.env.PINS ?? "", type))));
}
// Only now: the configuration's schema takes the provider types as they are when it is loaded.
await import("../../../src/main.ts");
