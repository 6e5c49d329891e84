/** The provider contract is a package of its own, which imports nothing of vifplugd (src/vifplugd-provider). */
export type * from "vifplugd-provider";
