/**
 * Indexes are typed by their declaration. Every `@ts-expect-error` here is a claim that the next line does not compile;
 * the compiler reports each one that turns out to be wrong. Nothing in this file is ever run.
 */
import { type DatabaseSchema, type DynamicTables, Session, ZERO_UUID } from "ovsdb-jsonrpc";
import { ordered } from "ovsdb-jsonrpc/indexes";
import { playground } from "./support/playground.gen.ts";

const options = {
  database: playground,
  remotes: "unix:/nonexistent",
  monitor: { Thing: ["name", "count", "color", "limit", "options", "parts"], Part: ["serial"] },
} as const;

const session = new Session({
  ...options,
  indexes: { Thing: { mode: ["options:mode"], parts: ["parts"], many: ["color", "limit"] } },
});
const things = session.replica.table("Thing");
things.index("mode").find("x");
things.index("parts").find(ZERO_UUID);
things.index("many").find("red", null);
// @ts-expect-error no such index
things.index("modes");
// @ts-expect-error the map's values are text
things.index("mode").find(1);
// @ts-expect-error a reference is a UUID
things.index("parts").find("x");
// @ts-expect-error two parts have two values
things.index("many").find("red");
// @ts-expect-error not a color
things.index("many").find("pink", 1);
// @ts-expect-error a part can be nothing only where its column can
things.index("many").find(null, 1);
// @ts-expect-error the table has no index
session.replica.table("Part").index("mode");

const inOrder = new Session({
  ...options,
  indexes: { Thing: { byCount: ordered("color", "count"), byMode: ordered("options:mode") } },
}).replica.table("Thing");
inOrder.index("byCount").range({ from: ["red"], to: ["red", 5], reverse: true });
inOrder.index("byCount").find("red", 5);
inOrder.index("byMode").range({ after: ["x"] });
// @ts-expect-error the first part is a color
inOrder.index("byCount").range({ from: [5] });
// @ts-expect-error two parts have at most two values
inOrder.index("byCount").range({ from: ["red", 5, 5] });
// @ts-expect-error an index that only finds equal values has no ranges
things.index("many").range({ from: ["red"] });
// @ts-expect-error a column that is not monitored
new Session({ ...options, indexes: { Thing: { ratio: ordered("ratio") } } });

// @ts-expect-error a column that is not monitored
new Session({ ...options, indexes: { Thing: { ratio: ["ratio"] } } });
// @ts-expect-error a table that is not monitored
new Session({ ...options, indexes: { Only: { value: ["value"] } } });
// @ts-expect-error also beside one that is
new Session({ ...options, indexes: { Part: { serial: ["serial"] }, Only: { value: ["value"] } } });
// @ts-expect-error a map needs a key
new Session({ ...options, indexes: { Thing: { options: ["options"] } } });
// @ts-expect-error no indexes, nothing to find by
new Session(options).replica.table("Thing").index("mode");

declare const parsed: DatabaseSchema<DynamicTables>;
const dynamic = new Session({
  database: parsed,
  remotes: "unix:/nonexistent",
  monitor: { Thing: ["name", "options"] },
  indexes: { Thing: { name: ["name"], mode: ["options:mode"] } },
});
dynamic.replica.table("Thing").index("mode").find("x");
dynamic.replica.table("Thing").index("name").find(null);
// @ts-expect-error no such index
dynamic.replica.table("Thing").index("modes");
