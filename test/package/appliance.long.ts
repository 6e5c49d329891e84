/**
 * Where there is next to nothing: a root that holds the executable, its C library and nothing else, read-only, as an
 * unprivileged user; another processor; an old processor. Each plugs a port on a real ovsdb-server.
 * Part of `npm run test:package`; needs root.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "../../build.ts";
import { type Chassis, startChassis } from "../../tools/chassis/chassis.ts";
import { baseConfig, executable, startDaemon } from "../../tools/chassis/daemon.ts";
import { type Program, run } from "../../tools/chassis/program.ts";
import { targetNamed } from "../../tools/package/targets.ts";

const MINUTES = 60_000;
/** Nobody's. */
const USER = "12345";
const MUSL = "/lib/ld-musl-x86_64.so.1";
const root = join(import.meta.dir, "../..");

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-appliance-"));
  // The unprivileged user has to get to the root in there.
  await chmod(dir, 0o755);
}, MINUTES);
afterAll(async () => {
  await rm(dir, { recursive: true });
});

/** A program to be started in the place of the executable, with its arguments. */
async function wrapper(name: string, script: string): Promise<string> {
  const path = join(dir, name);
  await Bun.write(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function startCloud(): Promise<Chassis> {
  const chassis = await startChassis({ controller: false, vswitchd: false });
  await chassis.addChassis(chassis.name);
  await chassis.nbctl("ls-add", "sw0");
  return chassis;
}

/** The daemon plugs a port that is requested when it runs. */
async function plugs(chassis: Chassis, program: string, providers: readonly object[]): Promise<Program> {
  const config = { ...baseConfig(chassis), providers };
  const daemon = await startDaemon({ chassis, program, config });
  await daemon.waitLog(/OVN_Southbound: in sync/, 3 * MINUTES);
  const options = [`requested-chassis=${chassis.name}`, "vif-plug-type=dummy"];
  await chassis.nbctl("lsp-add", "sw0", "web1", "--", "lsp-set-options", "web1", ...options);
  const isThere = (rows: readonly { readonly name: string }[]) => rows.some(({ name }) => name === "web1");
  await chassis.waitUntil("Open_vSwitch", "Interface", ["name"], isThere, 3 * MINUTES);
  return daemon;
}

/** A root with the executable, the libraries that it names, /dev/null, and places for what is mounted. */
async function bareRoot(): Promise<string> {
  const bare = join(dir, "root");
  const libraries =
    (await run(["ldd", executable], { PATH: process.env.PATH ?? "" })).match(/\/lib\S+/g) ?? [];
  for (const library of libraries) {
    await mkdir(dirname(join(bare, library)), { recursive: true });
    await copyFile(library, join(bare, library));
  }
  await copyFile(executable, join(bare, "vifplugd"));
  for (const folder of ["dev", "proc", "chassis"]) await mkdir(join(bare, folder));
  await run(["mknod", "--mode=666", join(bare, "dev/null"), "c", "1", "3"], { PATH: "/usr/bin:/bin" });
  return bare;
}

const CHROOTS = [
  { name: "no capability", capabilities: "", effective: "0000000000000000" },
  // 12: CAP_NET_ADMIN; 18: CAP_SYS_CHROOT, which the test needs to get in there.
  { name: "CAP_NET_ADMIN", capabilities: "+net_admin,", effective: "0000000000041000" },
];

/**
 * A program that enters the root, which is read-only then, as the unprivileged user.
 * @param inside the executable's path in there. @param capabilities as setpriv(1) takes them, each with a comma behind
 */
function entering(bare: string, inside: string, chassis: Chassis, capabilities: string): Promise<string> {
  // An absolute path is the same inside and outside. The user enters "." because the folders above belong to root alone.
  const folder = join(bare, chassis.dir);
  const chroot =
    capabilities === ""
      ? `chroot --userspec=${USER}:${USER} .`
      : `setpriv --reuid=${USER} --regid=${USER} --clear-groups --inh-caps=${capabilities}+sys_chroot --ambient-caps=${capabilities}+sys_chroot chroot .`;
  return wrapper(
    `in-${basename(bare)}-${capabilities === "" ? "without" : "with"}`,
    `chown -R ${USER}:${USER} ${chassis.dir}
mkdir -p ${folder}
exec unshare --mount sh -ec 'mount --bind ${bare} ${bare}
mount -t proc proc ${bare}/proc
mount --bind ${chassis.dir} ${folder}
mount -o remount,ro,bind ${bare}
cd ${bare}
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin ${chroot} ${inside} "$@"' sh "$@"`,
  );
}

test(
  "in a bare, read-only root as an unprivileged user, without and with what representor needs",
  async () => {
    const bare = await bareRoot();
    for (const { name, capabilities, effective } of CHROOTS) {
      await using chassis = await startCloud();
      const program = await entering(bare, "/vifplugd", chassis, capabilities);
      const daemon = await plugs(chassis, program, [{ type: "dummy" }, { type: "representor" }]);
      const pid = (await readFile(join(chassis.runDir, "vifplugd.pid"), "utf8")).trim();
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      expect({ name, caps: /^CapEff:\t(.*)$/m.exec(status)?.[1] }).toEqual({ name, caps: effective });
      expect(status).toMatch(new RegExp(`^Uid:\t${USER}\t`, "m"));
      const said: unknown = JSON.parse(await chassis.appctl("vifplugd", "plug/status"));
      expect(said).toMatchObject({
        providers: [{ state: "ready" }, { type: "representor", state: "ready" }],
      });
      expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    }
  },
  10 * MINUTES,
);

/** What an archive of the Open Container Initiative has under a name that is a hash. */
function blob(image: string, digest: string) {
  return Bun.file(join(image, "blobs", digest.replace(":", "/")));
}

interface Descriptor {
  readonly digest: string;
}

test(
  "in the image that buildah makes, which has the executable and its C library alone",
  async () => {
    const image = join(dir, "image");
    await mkdir(image);
    // Images and containers of the test alone.
    const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${dir}/graph"\nrunroot = "${dir}/run"\n`;
    await Bun.write(join(dir, "storage.conf"), storage);
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: dir,
      CONTAINERS_STORAGE_CONF: join(dir, "storage.conf"),
    };
    const script = join(root, "config/appliance/image.sh");
    await run(
      ["sh", script, executable, "localhost/vifplugd:test", `oci-archive:${image}.tar`],
      env,
      5 * MINUTES,
    );
    await run(["tar", "-xf", `${image}.tar`, "-C", image], env, MINUTES);
    const index: { readonly manifests: readonly Descriptor[] } = await Bun.file(
      join(image, "index.json"),
    ).json();
    const [first] = index.manifests;
    const described: { readonly config: Descriptor; readonly layers: readonly Descriptor[] } = await blob(
      image,
      first?.digest ?? "",
    ).json();
    expect(await blob(image, described.config.digest).json()).toMatchObject({
      config: { Entrypoint: ["/usr/bin/vifplugd"], Cmd: ["run"], Env: ["PATH=/usr/bin"] },
    });
    const rootfs = join(dir, "rootfs");
    await mkdir(rootfs);
    for (const { digest } of described.layers) {
      await run(["tar", "-xf", blob(image, digest).name ?? "", "-C", rootfs], env, MINUTES);
    }
    const files = await readdir(rootfs, { recursive: true, withFileTypes: true });
    const names = files.filter((file) => file.isFile()).map(({ name }) => name);
    expect(names.filter((name) => !/^(lib[\w-]+\.so\.\d+|ld-linux-x86-64\.so\.2)$/.test(name))).toEqual([
      "vifplugd",
    ]);
    // What a container runtime gives every container.
    for (const folder of ["dev", "proc"]) await mkdir(join(rootfs, folder), { recursive: true });
    await run(["mknod", "--mode=666", join(rootfs, "dev/null"), "c", "1", "3"], env);
    await using chassis = await startCloud();
    const program = await entering(rootfs, "/usr/bin/vifplugd", chassis, "");
    const daemon = await plugs(chassis, program, [{ type: "dummy" }]);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  },
  10 * MINUTES,
);

test(
  "on arm64",
  async () => {
    const entry = join(root, "src/main.ts");
    const arm64 = await build({ entry, outDir: dir, target: targetNamed("linux-arm64") });
    await using chassis = await startCloud();
    const program = await wrapper(
      "arm64",
      `exec qemu-aarch64-static -L /usr/aarch64-linux-gnu ${arm64} "$@"`,
    );
    await plugs(chassis, program, [{ type: "dummy" }]);
  },
  10 * MINUTES,
);

test(
  "on a processor of 2008, without AVX",
  async () => {
    await using chassis = await startCloud();
    const program = await wrapper("nehalem", `exec qemu-x86_64-static -cpu Nehalem ${executable} "$@"`);
    await plugs(chassis, program, [{ type: "dummy" }]);
  },
  10 * MINUTES,
);

// No Debian has a libstdc++ for musl; its own one runs with musl when it is given what glibc has besides.
test(
  "with musl, and libstdc++ beside it",
  async () => {
    const entry = join(root, "src/main.ts");
    const musl = await build({ entry, outDir: dir, target: targetNamed("linux-x64-musl") });
    const libraries = join(dir, "musl");
    await mkdir(libraries);
    const shim = join(import.meta.dir, "support/musl-shim.c");
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
    await run(["gcc", "-shared", "-fPIC", "-nostdlib", "-o", join(libraries, "shim.so"), shim], env);
    for (const library of ["libstdc++.so.6", "libgcc_s.so.1"]) {
      await copyFile(join("/lib/x86_64-linux-gnu", library), join(libraries, library));
    }
    for (const name of ["libc.musl-x86_64.so.1", "libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"]) {
      await copyFile(MUSL, join(libraries, name));
    }
    await using chassis = await startCloud();
    const loader = `${MUSL} --library-path ${libraries} --preload ${libraries}/shim.so`;
    const program = await wrapper("with-musl", `exec ${loader} ${musl} "$@"`);
    await plugs(chassis, program, [{ type: "dummy" }]);
  },
  10 * MINUTES,
);
