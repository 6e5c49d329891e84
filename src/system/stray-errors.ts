/** Errors that are thrown outside of any call: in a timer, in an event, in a promise that nobody awaits. */

const EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/** Takes such errors over from the runtime, which would end the process. @returns gives them back */
export function onStrayErrors(handle: (thrown: unknown) => void): () => void {
  const listener = (thrown: unknown) => handle(thrown);
  for (const event of EVENTS) process.on(event, listener);
  return () => {
    for (const event of EVENTS) process.off(event, listener);
  };
}
