/** The name of a devlink port, in devlink's messages and in rtnetlink's messages about network devices. */
import { type Attributes, textAttribute, u32Attribute } from "./attributes.ts";

export interface PortName {
  /** The bus and the device in the notation of devlink(8): `pci/0000:03:00.0`. */
  readonly device: string;
  readonly index: number;
}

const ATTRIBUTE = { busName: 1, deviceName: 2, portIndex: 3 } as const;

/** The port that the attributes name; null: none. */
export function portNameIn(attributes: Attributes | undefined): PortName | null {
  const device = deviceNameIn(attributes);
  const index = attributes?.u32(ATTRIBUTE.portIndex);
  return device === null || index === undefined ? null : { device, index };
}

/** The bus and the device that the attributes name; null: none. */
export function deviceNameIn(attributes: Attributes | undefined): string | null {
  const bus = attributes?.text(ATTRIBUTE.busName);
  const device = attributes?.text(ATTRIBUTE.deviceName);
  return bus === undefined || device === undefined ? null : `${bus}/${device}`;
}

export function deviceAttributes(device: string): readonly Uint8Array[] {
  const slash = device.indexOf("/");
  return [
    textAttribute(ATTRIBUTE.busName, device.slice(0, slash)),
    textAttribute(ATTRIBUTE.deviceName, device.slice(slash + 1)),
  ];
}

export function portAttributes({ device, index }: PortName): readonly Uint8Array[] {
  return [...deviceAttributes(device), u32Attribute(ATTRIBUTE.portIndex, index)];
}
