/** Asks a daemon through its control socket, without a process of `vifplugd status` or ovs-appctl. */
import { connect } from "node:net";

export interface Answer {
  readonly ready: boolean;
}

const REQUEST = JSON.stringify({ id: 0, method: "plug/status", params: ["json"] });

/** Asks whether the daemon is ready. A socket without a listener counts as "not ready". */
export function askStatus(socketPath: string): Promise<Answer> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(socketPath)
      .setEncoding("utf8")
      .on("connect", () => socket.write(REQUEST))
      .on("error", () => resolve({ ready: false }))
      .on("data", (chunk) => {
        text += String(chunk);
        const ready = readyIn(text);
        if (ready === null) return;
        socket.destroy();
        resolve({ ready });
      });
  });
}

/** Whether the reply says that the daemon is ready; null: the reply is not complete. */
export function readyIn(reply: string): boolean | null {
  try {
    return JSON.parse(JSON.parse(reply).result).ready === true;
  } catch {
    return null;
  }
}
