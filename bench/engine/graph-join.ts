/** The join, written as nodes of src/graph. */
import {
  type Cause,
  Engine,
  input,
  type KeyedChanges,
  keyedChanges,
  node,
  unchanged,
  updated,
} from "../../src/graph/index.ts";
import {
  CHASSIS,
  type Interface,
  makeInterfaces,
  makePorts,
  type Plugged,
  type Port,
  type Solution,
} from "./join.ts";

type Table<Row> = Map<string, Row>;

export function joinByGraph(count: number): Solution {
  const ports = table<Port>("ports", (port) => port.name);
  const interfaces = table<Interface>("interfaces", (iface) => iface.lport);

  const wanted = node({
    name: "wanted",
    kind: "derived",
    inputs: { ports },
    data: () => new Map<string, Port>(),
    changes: keyedChanges<string>,
    run({ inputs, data }) {
      data.clear();
      for (const port of inputs.ports.data.values()) if (port.chassis === CHASSIS) data.set(port.name, port);
      return updated;
    },
    handlers: {
      ports({ input, data, changes }) {
        for (const [name, cause] of input.changes) {
          const port = input.data.get(name);
          if (port?.chassis === CHASSIS) data.set(name, port);
          else if (!data.delete(name)) continue;
          changes.set(name, cause);
        }
        return changes.size > 0 ? updated : unchanged;
      },
    },
  });

  const plugged = node({
    name: "plugged",
    kind: "output",
    inputs: { wanted, interfaces },
    data: () => new Map<string, Plugged>(),
    changes: keyedChanges<string>,
    run({ inputs, data }) {
      data.clear();
      for (const name of inputs.wanted.data.keys()) join(inputs, data, name);
      return updated;
    },
    handlers: {
      wanted: ({ input, inputs, data, changes }) => joinAll(inputs, data, input.changes, changes),
      interfaces: ({ input, inputs, data, changes }) => joinAll(inputs, data, input.changes, changes),
    },
  });

  const engine = new Engine([plugged]);
  engine.push(ports, makePorts(count));
  engine.push(interfaces, makeInterfaces(count));
  engine.run();
  return {
    change(_, after) {
      engine.push(ports, [after]);
      engine.run();
    },
    recompute() {
      engine.recompute("benchmark");
      engine.run();
    },
    plugged: (name) => engine.data(plugged).get(name),
  };
}

function table<Row>(name: string, keyOf: (row: Row) => string) {
  return input({
    name,
    data: (): Table<Row> => new Map(),
    changes: keyedChanges<string>,
    apply(rows: readonly Row[], { data, changes, cause }) {
      for (const row of rows) {
        data.set(keyOf(row), row);
        changes.set(keyOf(row), cause);
      }
      return updated;
    },
  });
}

interface Inputs {
  readonly wanted: { readonly data: ReadonlyMap<string, Port> };
  readonly interfaces: { readonly data: ReadonlyMap<string, Interface> };
}

function join(inputs: Inputs, data: Table<Plugged>, name: string): boolean {
  const port = inputs.wanted.data.get(name);
  const iface = inputs.interfaces.data.get(name);
  if (port === undefined || iface === undefined) return data.delete(name);
  data.set(name, { name, mtu: port.mtu, ofport: iface.ofport });
  return true;
}

function joinAll(
  inputs: Inputs,
  data: Table<Plugged>,
  changed: ReadonlyMap<string, Cause>,
  changes: KeyedChanges<string>,
) {
  for (const [name, cause] of changed) if (join(inputs, data, name)) changes.set(name, cause);
  return changes.size > 0 ? updated : unchanged;
}
