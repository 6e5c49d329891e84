// A provider that is somebody else's file: its state while its present files cannot be used.
import { expect, test } from "bun:test";
import type { Bundle } from "../../../src/providers/module-file/bundle.ts";
import { ModuleProvider } from "../../../src/providers/module-file/module-provider.ts";
import { fail, ok, type Result } from "../../../src/result.ts";

const GOOD: Bundle = {
  ...{ hash: "good", files: [] },
  code: 'export default { type: "acme", prepare: () => ({ ready: false, reason: "no device" }) };',
};

test("it is ready with a reason while its files cannot be loaded anew, until they can or are as before", async () => {
  let files: Result<Bundle, string> = ok(GOOD);
  const log: string[] = [];
  const loaded = Promise.withResolvers<void>();
  const provider = new ModuleProvider({
    ...{ type: "acme", path: "/x/acme.ts", options: {} },
    checkOptions: () => null,
    bundle: async () => files,
  });
  provider.init({ wake: () => loaded.resolve(), log: (_, message) => log.push(message) });
  await loaded.promise;
  expect(provider.state()).toEqual({ state: "ready" });
  files = fail("/x/acme.ts:1:9: expected an expression");
  expect(await provider.renewed()).toBeNull();
  const reason = "/x/acme.ts:1:9: expected an expression; the module that was loaded before stays in force";
  expect(provider.state()).toEqual({ state: "ready", reason });
  expect(log).toEqual([reason]);
  files = ok(GOOD);
  expect(await provider.renewed()).toBeNull();
  expect(provider.state()).toEqual({ state: "ready" });
  provider.destroy();
});
