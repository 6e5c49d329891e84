/**
 * Loaded before all tests (bunfig.toml): how long a test may take. The runner knows a limit for one file only, and its
 * own, 5 s, is short for a busy machine; so each file of tests begins with setting this one, which is a bound for
 * a test that hangs. Files for the virtual machine keep the limit of the command that starts them, which is longer: a
 * limit that a file sets beats `--timeout`.
 */
const LIMIT_MS = 180_000;

Bun.plugin({
  name: "limits",
  setup(build) {
    build.onLoad({ filter: /\.(test|long|browser)\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      // On the first line, so that the lines keep their numbers.
      contents: `(await import("bun:test")).setDefaultTimeout(${LIMIT_MS}); ${await Bun.file(path).text()}`,
    }));
  },
});
