/**
 * A provider that fails outside of every call: in a timer, in an event, in promises that nobody awaits. One of its ports
 * makes it never return from `destroy`.
 */
import type { Provider } from "../../../src/providers/provider.ts";
import "./nobody.ts";

let hangsAtEnd = false;

const straying: Provider = {
  type: "straying",
  prepare({ lport }) {
    const fail = () => {
      throw new Error(`strayed for ${lport.name}`);
    };
    const how = lport.options.get("stray");
    if (how === "timer") setTimeout(fail, 1);
    if (how === "immediate") setImmediate(fail);
    if (how === "promise") void Promise.resolve().then(fail);
    if (how === "async") void (async () => fail())();
    if (how === "end") hangsAtEnd = true;
    return { ready: true, interface: { name: lport.name.slice(0, 15), type: "internal", options: {} } };
  },
  destroy() {
    while (hangsAtEnd);
  },
};
export default straying;
