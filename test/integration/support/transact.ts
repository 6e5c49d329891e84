/** One transaction in the words of RFC 7047 section 4.1.3, for what is too much for a command line. */
import { connect } from "node:net";
import { splitMessages } from "../../../tools/chassis/messages.ts";

/** Returns the results of the operations; throws with the server's words when one fails, and then nothing is stored. */
export function transact(
  socketPath: string,
  database: string,
  operations: readonly object[],
): Promise<readonly unknown[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
  const socket = connect(socketPath).setEncoding("utf8");
  const receive = splitMessages(({ id, result }) => {
    if (id !== "transact") return;
    const results = Array.isArray(result) ? result : [result];
    const failed = results.find((one) => one?.error !== undefined);
    if (failed === undefined) resolve(results);
    else reject(new Error(`${database}: ${JSON.stringify(failed)}`));
    socket.end();
  });
  socket
    .on("data", (text) => receive(String(text)))
    .on("error", reject)
    .on("close", () => reject(new Error(`${socketPath}: closed before it answered`)));
  socket.write(JSON.stringify({ id: "transact", method: "transact", params: [database, ...operations] }));
  return promise;
}
