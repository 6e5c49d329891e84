/** Asks a daemon by its control socket, without the process that `vifplugd status` or ovs-appctl would be. */
import { connect } from "node:net";

export interface Answer {
  readonly ready: boolean;
}

const REQUEST = JSON.stringify({ id: 0, method: "plug/status", params: ["json"] });

/** Answers "not ready" also while nobody listens. */
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

/** Null: the reply is not complete. */
export function readyIn(reply: string): boolean | null {
  try {
    return JSON.parse(JSON.parse(reply).result).ready === true;
  } catch {
    return null;
  }
}
