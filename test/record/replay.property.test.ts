// A record of any history leads to the decisions that were made when it was recorded, byte for byte, each time.
import { test } from "bun:test";
import { messageOf } from "../../src/result.ts";
import { histories } from "../plug/support/check.ts";
import { checkProperty } from "../support/random.ts";
import { recordHistory, replayed } from "./support/recording.ts";

test("what was recorded is decided again, twice, without any database", () => {
  checkProperty(
    histories(120, 60, (history) => {
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
    }),
  );
}, 60_000);
