/**
 * `--keep`: the demo runs in a keeper, a process with a session of its own. The keeper stays behind as the owner of the
 * chassis when the demo returns. Until then the keeper ends with the demo; afterwards a signal ends the keeper and its chassis.
 *
 * The keeper prints through its parent, so that it holds no terminal and no pipe of others.
 */

/** A line to print, or the news that the chassis stays up. */
type Message = { readonly line: string } | { readonly stays: true };

/** Runs this program again as a keeper, and prints its messages. @returns its exit code; 0: the keeper stays behind */
export async function runKeeper(program: string, args: readonly string[]): Promise<number> {
  const { promise: stays, resolve } = Promise.withResolvers<number>();
  const keeper = Bun.spawn([process.execPath, program, ...args], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    ipc(message: Message) {
      if ("line" in message) console.log(message.line);
      else resolve(0);
    },
  });
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const)
    process.on(signal, () => keeper.kill(signal));
  const ends = keeper.stderr.text().then(async (errors) => {
    process.stderr.write(errors);
    return keeper.exited;
  });
  return Promise.race([stays, ends]);
}

/** In the keeper: prints through the parent. */
export function printThroughParent(line: string): void {
  send({ line });
}

/** In the keeper: ends this process when its parent ends, until the returned function is called. */
export function followParent(): () => void {
  const follow = () => process.exit(1);
  process.on("disconnect", follow);
  return () => {
    process.off("disconnect", follow);
    send({ stays: true });
  };
}

function send(message: Message): void {
  process.send?.(message);
}
