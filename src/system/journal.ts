/** Whether standard error goes to systemd's journal (systemd.exec(5), JOURNAL_STREAM). */
import { fstatSync } from "node:fs";

const STDERR = 2;

/** @param stream the value of JOURNAL_STREAM: device and inode of the journal's socket */
export function isJournal(stream: string | undefined, fd: number = STDERR): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
