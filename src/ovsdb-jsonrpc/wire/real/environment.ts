/** The real environment: only this folder of the package uses clocks, timers, chance and sockets of the runtime. */
import type { Environment } from "../environment.ts";
import { openSocket } from "./socket.ts";

/** The runtime's own clock, timers, chance and sockets. */
export const realEnvironment: Environment = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  timer(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  turn: (call) => void setImmediate(call),
  soon: (call) => queueMicrotask(call),
  random: () => Math.random(),
  connect: openSocket,
};
