/**
 * Removes what must not outlive this process, however the process ends: by return, exception, process.exit or a signal.
 *
 * The undo functions are synchronous, because nothing else runs at exit. The function that was registered last runs first.
 */

const undos = new Set<() => void>();
let installed = false;

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Registers `undo`. @returns a function that takes `undo` off again, to call after the work was undone in the normal way */
export function undoAtExit(undo: () => void): () => void {
  if (!installed) install();
  undos.add(undo);
  return () => undos.delete(undo);
}

function install(): void {
  installed = true;
  process.on("exit", undoAll);
  for (const [signal, code] of Object.entries(signals)) process.on(signal, () => process.exit(code));
}

function undoAll(): void {
  for (const undo of [...undos].reverse()) {
    undos.delete(undo);
    try {
      undo();
    } catch (error) {
      console.error("clean-up:", error);
    }
  }
}
