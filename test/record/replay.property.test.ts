// A record of any history leads to the decisions that were made when it was recorded, byte for byte, each time.
import { expect, test } from "bun:test";
import { messageOf } from "../../src/result.ts";
import { type History, histories } from "../plug/support/check.ts";
import { checkProperty } from "../support/random.ts";
import { recordHistory, replayed } from "./support/recording.ts";

test("what was recorded is decided again, twice, without any database", () => {
  checkProperty(histories(200, 60, faultOfReplay));
}, 60_000);

test("a provider that goes takes no answer of another one with it", () => {
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const history: History = [
    { do: "set lport", lport: "b", to: wanted, run: true },
    { do: "unregister", type: "nic", run: true },
    { do: "catch up", run: true },
  ];
  expect(faultOfReplay(history)).toBeUndefined();
});

function faultOfReplay(history: History): string | undefined {
  const { record, decided } = recordHistory(history);
  try {
    for (const again of [replayed(record), replayed(record)]) {
      const at = again.findIndex((line, index) => line !== decided[index]);
      if (at !== -1) return `decided ${decided[at]}, and on replay ${again[at]}`;
      if (again.length < decided.length) return `${decided[again.length]} is missing on replay`;
    }
    return undefined;
  } catch (thrown) {
    return `the replay fails at line ${messageOf(thrown)}`;
  }
}
