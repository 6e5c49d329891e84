/** Fills a Southbound with port bindings of other chassis, as in a cloud. */
import { type Site, uuidOf } from "../plug/site.ts";

/** The number of chassis of the port bindings. */
export const CHASSIS_COUNT = 500;
const ROWS_IN_A_TRANSACTION = 1_000;

export function chassisName(index: number): string {
  return `cloud${index}`;
}

export async function fillCloud({ southbound }: Site, bindings: number): Promise<void> {
  const indexes = Array.from({ length: CHASSIS_COUNT }, (_, index) => index);
  const { result } = await southbound.request("transact", [
    "OVN_Southbound",
    ...indexes.map((index) => ({
      op: "insert",
      table: "Encap",
      "uuid-name": `encap${index}`,
      row: { type: "geneve", ip: `10.${index >> 8}.${index & 255}.1`, chassis_name: chassisName(index) },
    })),
    ...indexes.map((index) => ({
      op: "insert",
      table: "Chassis",
      row: {
        name: chassisName(index),
        hostname: `${chassisName(index)}.example`,
        encaps: ["named-uuid", `encap${index}`],
      },
    })),
  ]);
  const chassis = uuidsOf(result).slice(CHASSIS_COUNT);
  for (let first = 0; first < bindings; first += ROWS_IN_A_TRANSACTION) {
    const rows = Array.from({ length: Math.min(ROWS_IN_A_TRANSACTION, bindings - first) }, (_, key) => {
      const at = (first + key) % CHASSIS_COUNT;
      return {
        op: "insert",
        table: "Port_Binding",
        row: {
          logical_port: `of-others-${first + key}`,
          datapath: ["named-uuid", "datapath"],
          tunnel_key: key + 1,
          options: ["map", [["requested-chassis", chassisName(at)]]],
          requested_chassis: uuidOf(chassis[at] ?? ""),
        },
      };
    });
    const datapath = {
      op: "insert",
      table: "Datapath_Binding",
      "uuid-name": "datapath",
      row: { tunnel_key: 100 + first / ROWS_IN_A_TRANSACTION },
    };
    await southbound.request("transact", ["OVN_Southbound", datapath, ...rows]);
  }
}

function uuidsOf(result: unknown): readonly string[] {
  const results: readonly { readonly uuid?: readonly [string, string] }[] = Array.isArray(result)
    ? result
    : [];
  return results.map(({ uuid }) => uuid?.[1] ?? "");
}
