/** The join, written with the operators of @tanstack/db-ivm. The result is kept in a map, as our own result is. */
import { D2, filter, join, MultiSet, map, output } from "@tanstack/db-ivm";
import {
  CHASSIS,
  type Interface,
  makeInterfaces,
  makePorts,
  type Plugged,
  type Port,
  type Solution,
} from "./join.ts";

export function joinByDbIvm(count: number): Solution {
  const result = new Map<string, Plugged>();
  const graph = new D2();
  const ports = graph.newInput<[string, Port]>();
  const interfaces = graph.newInput<[string, Interface]>();
  ports.pipe(
    filter(([, port]) => port.chassis === CHASSIS),
    join(interfaces, "inner"),
    map(([name, [port, iface]]): [string, Plugged | undefined] => {
      return [name, port && iface ? { name, mtu: port.mtu, ofport: iface.ofport } : undefined];
    }),
    output((message) => {
      // A change is a deletion of the old and an insertion of the new, in any order: insertions win.
      const inserted = new Set<string>();
      for (const [[name, plugged], multiplicity] of message.getInner()) {
        if (multiplicity > 0 && plugged !== undefined) {
          result.set(name, plugged);
          inserted.add(name);
        } else if (!inserted.has(name)) {
          result.delete(name);
        }
      }
    }),
  );
  graph.finalize();
  ports.sendData(new MultiSet(makePorts(count).map((port) => [[port.name, port], 1])));
  interfaces.sendData(new MultiSet(makeInterfaces(count).map((iface) => [[iface.lport, iface], 1])));
  graph.run();
  return {
    change(before, after) {
      ports.sendData(
        new MultiSet([
          [[before.name, before], -1],
          [[after.name, after], 1],
        ]),
      );
      graph.run();
    },
    recompute: undefined,
    plugged: (name) => result.get(name),
  };
}
