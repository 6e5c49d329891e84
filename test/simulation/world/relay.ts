/**
 * A relay: clients are connected to it, and it follows a source that nobody else sees. The source may go, and come back as
 * it was, with the content of another time, or empty; the relay's clients are told of what is different, and of nothing else.
 */
import { Database, type Write } from "../ovsdb/database.ts";
import type { Schema } from "../ovsdb/schema.ts";
import { ServedDatabase, type Storage } from "../ovsdb/served-database.ts";
import type { SimulatedServer } from "../ovsdb/server.ts";
import { ServerProcess } from "./server-process.ts";
import { CONVERTED, type Southbound, transactAtOnce } from "./southbound.ts";
import type { World } from "./world.ts";

export function relay(world: World, schema: Schema): Southbound {
  const source = new Database(schema);
  const followed = new Database(schema);
  let isSourceThere = true;
  let arrives = 0;
  const storage: Storage = {
    model: "relay",
    isReady: () => true,
    propose: (_, done) => done("again"),
    // Nobody in these histories writes the Southbound by way of the relay.
    forward: (_, answer) => answer([{ error: "not allowed", details: "this relay only reads" }]),
  };
  const status = (server: SimulatedServer) =>
    server.setStatus(schema.name, "relay", {
      ...{ connected: isSourceThere, leader: false, cid: null, sid: null, index: null, schema },
    });
  const server = new ServerProcess(world, "relay", "tcp:10.0.0.1:6642", (one) => {
    one.add(followed, storage);
    status(one);
  });
  /** After the time that the source's messages take; in their order. */
  const soon = (run: (served: ServedDatabase) => void) => {
    const { scheduler, network } = world;
    arrives = Math.max(arrives, scheduler.now + network.delay());
    scheduler.at(arrives, () => {
      const served = server.server.database(schema.name);
      if (served !== undefined) run(served);
    });
  };
  const writer = new ServedDatabase(source, null, {
    newUuid: () => world.newUuid(),
    now: () => world.scheduler.now,
    timer: () => {},
    onCommit: (_, changes) => {
      const transaction = world.newUuid();
      if (isSourceThere) soon((served) => served.commit(changes, transaction));
      southbound.onChange();
    },
  });
  /** As a relay that is connected anew: it has asked for everything. */
  const follow = () => {
    const content = source.content();
    soon((served) => {
      served.replaceContent(content, world.newUuid());
      status(server.server);
    });
  };
  const connect = (isThere: boolean) => {
    if (isSourceThere === isThere) return;
    isSourceThere = isThere;
    if (isThere) follow();
    else soon(() => status(server.server));
  };
  const southbound: Southbound = {
    remotes: server.address,
    servers: [server],
    get content() {
      return isSourceThere ? source : null;
    },
    transact: (operations) => isSourceThere && transactAtOnce(world, writer, operations),
    onChange: () => {},
    faults: {
      kill: () => {
        server.kill();
        world.scheduler.after(world.outage(), () => server.start());
        return "the relay is killed";
      },
      source: () => {
        connect(false);
        world.scheduler.after(world.outage(), () => connect(true));
        return "the relay's source goes";
      },
      halt: () => {
        server.halt(world.outage());
        return "the relay stands still";
      },
      convert: () => {
        if (server.alive) server.server.convert(followed);
        return CONVERTED;
      },
    },
    calm: () => {
      server.start();
      connect(true);
    },
    restore: (content: readonly Write[] | null) => {
      // The relay may be quick enough for its clients not to be told that it had lost its source.
      if (world.random.int(2) === 0) connect(false);
      source.replace(content ?? []);
      isSourceThere = true;
      follow();
      southbound.onChange();
    },
  };
  return southbound;
}
