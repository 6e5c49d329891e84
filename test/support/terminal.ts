/** Whether programs can be run on a pseudo-terminal here: a root without /dev/pts has none. Said once, when not. */
export function hasTerminal(): boolean {
  if (Bun.which("script") !== null) {
    const probe = ["script", "--quiet", "--return", "--command", "true", "/dev/null"];
    const { exitCode } = Bun.spawnSync(probe, { stdio: ["ignore", "ignore", "ignore"], timeout: 10_000 });
    if (exitCode === 0) return true;
  }
  console.warn("there is no pseudo-terminal here (/dev/pts, script(1)): what a terminal shows is not tested");
  return false;
}
