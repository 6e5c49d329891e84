/** PCI addresses and devlink devices in the forms in which people write them. */
import { expect, test } from "bun:test";
import { parseDevlinkDevice, parsePciAddress } from "../../src/netlink/pci-address.ts";

test.each([
  ["0002:1c:00.0", "0002:1c:00.0"],
  ["0002:1C:00.0", "0002:1c:00.0"],
  ["1C:00.0", "0000:1c:00.0"],
  ["00000002:1C:00.0", "0002:1c:00.0"],
  ["10000:E1:00.7", "10000:e1:00.7"],
  ["0002:1c:00", null],
  ["0002:1c:00.8", null],
  ["2:1c:00.0", null],
  ["", null],
])("the PCI address %p is %p to the kernel", (text, address) => {
  expect(parsePciAddress(text)).toBe(address);
});

test.each([
  ["pci/0002:1C:00.0", "pci/0002:1c:00.0"],
  ["PCI/0002:1c:00.0", "pci/0002:1c:00.0"],
  ["pci/1c:00.0", "pci/0000:1c:00.0"],
  ["pci/A", "pci/a"],
  ["auxiliary/mlx5_core.eth.0", "auxiliary/mlx5_core.eth.0"],
  ["platform/MLNXBF17:00", "platform/MLNXBF17:00"],
  ["0002:1c:00.0", null],
  ["pci/a b", null],
])("the devlink device %p is %p to the kernel", (text, device) => {
  expect(parseDevlinkDevice(text)).toBe(device);
});
