/** A server that accepts connections and ignores them, to measure what clients alone cost the machine. Prints its port. */
import { createServer } from "node:net";

const server = createServer((socket) => {
  socket.resume();
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" ? address?.port : 0}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
