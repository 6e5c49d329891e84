/** A provider that tells of its calls: every one is a line on standard error. */
import type { Provider } from "../../../../src/providers/provider.ts";

export function told(provider: Provider): Provider {
  const tell = (...words: readonly string[]) => console.error(`call ${provider.type}: ${words.join(" ")}`);
  return {
    ...provider,
    init(host, options) {
      tell("init");
      provider.init?.(host, options);
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
