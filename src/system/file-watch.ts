/**
 * Watches a file by its name: the folder of the file and, where the name is a link, the folder of whatever the link leads to, link
 * by link. The folders, because editors put another file in the place of the old one.
 */
import { readlinkSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { FolderWatch } from "./folder-watch.ts";

/** The most links that the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

export interface FileWatchOptions {
  readonly file: string;
  /** Called when the file has changed, or may have changed. */
  readonly onChange: () => void;
  /** Called when a folder cannot be watched: once, until a watch has worked again. */
  readonly onFault: (message: string) => void;
}

export class FileWatch {
  readonly #options: FileWatchOptions;
  /** By folder. */
  readonly #watches = new Map<string, FolderWatch>();

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.follow();
  }

  /** Watches where the links lead now. To be called before the file is read, so that no change after that is missed. */
  follow(): void {
    const { file, onChange, onFault } = this.#options;
    const folders = foldersOf(file);
    for (const [folder, watch] of this.#watches) {
      if (folders.has(folder)) continue;
      watch.close();
      this.#watches.delete(folder);
    }
    for (const folder of folders) {
      if (!this.#watches.has(folder))
        this.#watches.set(folder, new FolderWatch({ folder, onChange, onFault }));
    }
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }
}

/** The folder of the file, and of each file that its links lead to. */
function foldersOf(file: string): ReadonlySet<string> {
  const folders = new Set([dirname(file)]);
  let path = file;
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      path = resolve(dirname(path), readlinkSync(path));
    } catch {
      // No link, or nothing.
      break;
    }
    folders.add(dirname(path));
  }
  return folders;
}
