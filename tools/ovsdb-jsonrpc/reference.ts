/** `npm run client:reference [FOLDER]`: writes the client's API reference from its docstrings, to docs/ovsdb-jsonrpc. */
import { join } from "node:path";

const tools = import.meta.dir;
const folder = process.argv[2] ?? join(tools, "../../docs/ovsdb-jsonrpc");
const { exitCode } = Bun.spawnSync(["node", "node_modules/typedoc/bin/typedoc", "--out", folder], {
  cwd: tools,
  stdio: ["ignore", "inherit", "inherit"],
});
process.exit(exitCode ?? 1);
