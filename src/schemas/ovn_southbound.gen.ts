/** Generated from the schema of OVN_Southbound 20.27.0 by ovsdb-jsonrpc; do not edit. */
// biome-ignore-all format: one column on one line
import type { DatabaseSchema, Integer, Uuid } from "ovsdb-jsonrpc";

/** A row of Address_Set. Unique: name. */
export interface Address_Set {
  readonly _uuid: Uuid;
  readonly addresses: ReadonlySet<string>;
  readonly name: string;
}

/** A row of BFD. Unique: logical_port, dst_ip, src_port, disc. */
export interface BFD {
  readonly _uuid: Uuid;
  readonly detect_mult: Integer;
  readonly disc: Integer;
  readonly dst_ip: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly logical_port: string;
  readonly min_rx: Integer;
  readonly min_tx: Integer;
  readonly options: ReadonlyMap<string, string>;
  /** 49152 to 65535. */
  readonly src_port: Integer;
  readonly status: "down" | "init" | "up" | "admin_down";
}

/** A row of Chassis. Unique: name. */
export interface Chassis {
  readonly _uuid: Uuid;
  /** Strong reference to Encap; at least 1 element. */
  readonly encaps: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly hostname: string;
  readonly name: string;
  readonly nb_cfg: Integer;
  readonly other_config: ReadonlyMap<string, string>;
  readonly transport_zones: ReadonlySet<string>;
  readonly vtep_logical_switches: ReadonlySet<string>;
}

/** A row of Chassis_Private. Unique: name. */
export interface Chassis_Private {
  readonly _uuid: Uuid;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly nb_cfg: Integer;
  readonly nb_cfg_timestamp: Integer;
}

/** A row of Chassis_Template_Var. Unique: chassis. */
export interface Chassis_Template_Var {
  readonly _uuid: Uuid;
  readonly chassis: string;
  readonly variables: ReadonlyMap<string, string>;
}

/** A row of Connection. Unique: target. */
export interface Connection {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly inactivity_probe: Integer | null;
  /** Not kept on disk. */
  readonly is_connected: boolean;
  /** At least 1000. */
  readonly max_backoff: Integer | null;
  readonly other_config: ReadonlyMap<string, string>;
  readonly read_only: boolean;
  readonly role: string;
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  readonly target: string;
}

/** A row of Controller_Event. */
export interface Controller_Event {
  readonly _uuid: Uuid;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  readonly event_info: ReadonlyMap<string, string>;
  readonly event_type: "empty_lb_backends";
  readonly seq_num: Integer;
}

/** A row of DHCP_Options. */
export interface DHCP_Options {
  readonly _uuid: Uuid;
  /** 0 to 254. */
  readonly code: Integer;
  readonly name: string;
  readonly type: "bool" | "uint8" | "uint16" | "uint32" | "ipv4" | "static_routes" | "str" | "host_id" | "domains";
}

/** A row of DHCPv6_Options. */
export interface DHCPv6_Options {
  readonly _uuid: Uuid;
  /** 0 to 254. */
  readonly code: Integer;
  readonly name: string;
  readonly type: "ipv6" | "str" | "mac";
}

/** A row of DNS. */
export interface DNS {
  readonly _uuid: Uuid;
  /** Strong reference to Datapath_Binding; at least 1 element. */
  readonly datapaths: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, string>;
}

/** A row of Datapath_Binding. Unique: tunnel_key. */
export interface Datapath_Binding {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly load_balancers: ReadonlySet<Uuid>;
  /** 1 to 16777215. */
  readonly tunnel_key: Integer;
}

/** A row of Encap. Unique: type, ip. */
export interface Encap {
  readonly _uuid: Uuid;
  readonly chassis_name: string;
  readonly ip: string;
  readonly options: ReadonlyMap<string, string>;
  readonly type: "geneve" | "stt" | "vxlan";
}

/** A row of FDB. Unique: mac, dp_key. */
export interface FDB {
  readonly _uuid: Uuid;
  /** 1 to 16777215. */
  readonly dp_key: Integer;
  readonly mac: string;
  /** 1 to 16777215. */
  readonly port_key: Integer;
}

/** A row of Gateway_Chassis. Unique: name. */
export interface Gateway_Chassis {
  readonly _uuid: Uuid;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: Integer;
}

/** A row of HA_Chassis. */
export interface HA_Chassis {
  readonly _uuid: Uuid;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: Integer;
}

/** A row of HA_Chassis_Group. Unique: name. */
export interface HA_Chassis_Group {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to HA_Chassis. */
  readonly ha_chassis: ReadonlySet<Uuid>;
  readonly name: string;
  /** Weak reference to Chassis. */
  readonly ref_chassis: ReadonlySet<Uuid>;
}

/** A row of IGMP_Group. Unique: address, datapath, chassis. */
export interface IGMP_Group {
  readonly _uuid: Uuid;
  readonly address: string;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  /** Weak reference to Datapath_Binding. */
  readonly datapath: Uuid | null;
  /** Weak reference to Port_Binding. */
  readonly ports: ReadonlySet<Uuid>;
}

/** A row of IP_Multicast. Unique: datapath. */
export interface IP_Multicast {
  readonly _uuid: Uuid;
  /** Weak reference to Datapath_Binding. */
  readonly datapath: Uuid;
  readonly enabled: boolean | null;
  readonly eth_src: string;
  readonly idle_timeout: Integer | null;
  readonly ip4_src: string;
  readonly ip6_src: string;
  readonly querier: boolean | null;
  readonly query_interval: Integer | null;
  readonly query_max_resp: Integer | null;
  readonly seq_no: Integer;
  readonly table_size: Integer | null;
}

/** A row of Load_Balancer. */
export interface Load_Balancer {
  readonly _uuid: Uuid;
  /** Strong reference to Logical_DP_Group. */
  readonly datapath_group: Uuid | null;
  /** Strong reference to Datapath_Binding. */
  readonly datapaths: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly protocol: "tcp" | "udp" | "sctp" | null;
  readonly vips: ReadonlyMap<string, string>;
}

/** A row of Logical_DP_Group. */
export interface Logical_DP_Group {
  readonly _uuid: Uuid;
  /** Weak reference to Datapath_Binding. */
  readonly datapaths: ReadonlySet<Uuid>;
}

/** A row of Logical_Flow. */
export interface Logical_Flow {
  readonly _uuid: Uuid;
  readonly actions: string;
  readonly controller_meter: string | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to Datapath_Binding. */
  readonly logical_datapath: Uuid | null;
  /** Strong reference to Logical_DP_Group. */
  readonly logical_dp_group: Uuid | null;
  readonly match: string;
  readonly pipeline: "ingress" | "egress";
  /** 0 to 65535. */
  readonly priority: Integer;
  /** 0 to 32. */
  readonly table_id: Integer;
  readonly tags: ReadonlyMap<string, string>;
}

/** A row of MAC_Binding. Unique: logical_port, ip. */
export interface MAC_Binding {
  readonly _uuid: Uuid;
  /** Strong reference to Datapath_Binding. */
  readonly datapath: Uuid;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly timestamp: Integer;
}

/** A row of Meter. Unique: name. */
export interface Meter {
  readonly _uuid: Uuid;
  /** Strong reference to Meter_Band; at least 1 element. */
  readonly bands: ReadonlySet<Uuid>;
  readonly name: string;
  readonly unit: "kbps" | "pktps";
}

/** A row of Meter_Band. */
export interface Meter_Band {
  readonly _uuid: Uuid;
  readonly action: "drop";
  /** 0 to 4294967295. */
  readonly burst_size: Integer;
  /** 1 to 4294967295. */
  readonly rate: Integer;
}

/** A row of Mirror. Unique: name. */
export interface Mirror {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly filter: "from-lport" | "to-lport";
  readonly index: Integer;
  readonly name: string;
  readonly sink: string;
  readonly type: "gre" | "erspan";
}

/** A row of Multicast_Group. Unique: datapath, tunnel_key. Unique: datapath, name. */
export interface Multicast_Group {
  readonly _uuid: Uuid;
  /** Strong reference to Datapath_Binding. */
  readonly datapath: Uuid;
  readonly name: string;
  /** Weak reference to Port_Binding. */
  readonly ports: ReadonlySet<Uuid>;
  /** 32768 to 65535. */
  readonly tunnel_key: Integer;
}

/** A row of Port_Binding. Unique: datapath, tunnel_key. Unique: logical_port. */
export interface Port_Binding {
  readonly _uuid: Uuid;
  /** Weak reference to Chassis. */
  readonly additional_chassis: ReadonlySet<Uuid>;
  /** Weak reference to Encap. */
  readonly additional_encap: ReadonlySet<Uuid>;
  /** Weak reference to Chassis. */
  readonly chassis: Uuid | null;
  /** Strong reference to Datapath_Binding. */
  readonly datapath: Uuid;
  /** Weak reference to Encap. */
  readonly encap: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to Gateway_Chassis. */
  readonly gateway_chassis: ReadonlySet<Uuid>;
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: Uuid | null;
  readonly logical_port: string;
  readonly mac: ReadonlySet<string>;
  /** Weak reference to Mirror. */
  readonly mirror_rules: ReadonlySet<Uuid>;
  readonly nat_addresses: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
  readonly parent_port: string | null;
  readonly port_security: ReadonlySet<string>;
  /** Weak reference to Chassis. */
  readonly requested_additional_chassis: ReadonlySet<Uuid>;
  /** Weak reference to Chassis. */
  readonly requested_chassis: Uuid | null;
  /** 1 to 4095. */
  readonly tag: Integer | null;
  /** 1 to 32767. */
  readonly tunnel_key: Integer;
  readonly type: string;
  readonly up: boolean | null;
  readonly virtual_parent: string | null;
}

/** A row of Port_Group. Unique: name. */
export interface Port_Group {
  readonly _uuid: Uuid;
  readonly name: string;
  readonly ports: ReadonlySet<string>;
}

/** A row of RBAC_Permission. */
export interface RBAC_Permission {
  readonly _uuid: Uuid;
  readonly authorization: ReadonlySet<string>;
  readonly insert_delete: boolean;
  readonly table: string;
  readonly update: ReadonlySet<string>;
}

/** A row of RBAC_Role. */
export interface RBAC_Role {
  readonly _uuid: Uuid;
  readonly name: string;
  /** Values weak reference to RBAC_Permission. */
  readonly permissions: ReadonlyMap<string, Uuid>;
}

/** A row of SB_Global. At most 1 row. */
export interface SB_Global {
  readonly _uuid: Uuid;
  /** Strong reference to Connection. */
  readonly connections: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ipsec: boolean;
  readonly nb_cfg: Integer;
  readonly options: ReadonlyMap<string, string>;
  /** Strong reference to SSL. */
  readonly ssl: Uuid | null;
}

/** A row of SSL. At most 1 row. */
export interface SSL {
  readonly _uuid: Uuid;
  readonly bootstrap_ca_cert: boolean;
  readonly ca_cert: string;
  readonly certificate: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly private_key: string;
  readonly ssl_ciphers: string;
  readonly ssl_protocols: string;
}

/** A row of Service_Monitor. Unique: logical_port, ip, port, protocol. */
export interface Service_Monitor {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip: string;
  readonly logical_port: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 65535. */
  readonly port: Integer;
  readonly protocol: "tcp" | "udp" | null;
  readonly src_ip: string;
  readonly src_mac: string;
  readonly status: "online" | "offline" | "error" | null;
}

/** A row of Static_MAC_Binding. Unique: logical_port, ip. */
export interface Static_MAC_Binding {
  readonly _uuid: Uuid;
  /** Strong reference to Datapath_Binding. */
  readonly datapath: Uuid;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly override_dynamic_mac: boolean;
}

/** The row types of OVN_Southbound by table. */
export interface OVNSouthboundTables {
  readonly Address_Set: Address_Set;
  readonly BFD: BFD;
  readonly Chassis: Chassis;
  readonly Chassis_Private: Chassis_Private;
  readonly Chassis_Template_Var: Chassis_Template_Var;
  readonly Connection: Connection;
  readonly Controller_Event: Controller_Event;
  readonly DHCP_Options: DHCP_Options;
  readonly DHCPv6_Options: DHCPv6_Options;
  readonly DNS: DNS;
  readonly Datapath_Binding: Datapath_Binding;
  readonly Encap: Encap;
  readonly FDB: FDB;
  readonly Gateway_Chassis: Gateway_Chassis;
  readonly HA_Chassis: HA_Chassis;
  readonly HA_Chassis_Group: HA_Chassis_Group;
  readonly IGMP_Group: IGMP_Group;
  readonly IP_Multicast: IP_Multicast;
  readonly Load_Balancer: Load_Balancer;
  readonly Logical_DP_Group: Logical_DP_Group;
  readonly Logical_Flow: Logical_Flow;
  readonly MAC_Binding: MAC_Binding;
  readonly Meter: Meter;
  readonly Meter_Band: Meter_Band;
  readonly Mirror: Mirror;
  readonly Multicast_Group: Multicast_Group;
  readonly Port_Binding: Port_Binding;
  readonly Port_Group: Port_Group;
  readonly RBAC_Permission: RBAC_Permission;
  readonly RBAC_Role: RBAC_Role;
  readonly SB_Global: SB_Global;
  readonly SSL: SSL;
  readonly Service_Monitor: Service_Monitor;
  readonly Static_MAC_Binding: Static_MAC_Binding;
}

export const ovnSouthbound: DatabaseSchema<OVNSouthboundTables> = {
  name: "OVN_Southbound",
  version: "20.27.0",
  tables: {
    Address_Set: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        addresses: { key: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    BFD: {
      isRoot: true,
      indexes: [["logical_port", "dst_ip", "src_port", "disc"]],
      columns: {
        detect_mult: { key: { type: "integer" }, min: 1, max: 1 },
        disc: { key: { type: "integer" }, min: 1, max: 1 },
        dst_ip: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        min_rx: { key: { type: "integer" }, min: 1, max: 1 },
        min_tx: { key: { type: "integer" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        src_port: { key: { type: "integer", min: 49152, max: 65535 }, min: 1, max: 1 },
        status: { key: { type: "string", enum: ["down", "init", "up", "admin_down"] }, min: 1, max: 1 },
      },
    },
    Chassis: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        encaps: { key: { type: "uuid", refTable: "Encap", refType: "strong" }, min: 1, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        hostname: { key: { type: "string" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        nb_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        transport_zones: { key: { type: "string" }, min: 0, max: "unlimited" },
        vtep_logical_switches: { key: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Chassis_Private: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        nb_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        nb_cfg_timestamp: { key: { type: "integer" }, min: 1, max: 1 },
      },
    },
    Chassis_Template_Var: {
      isRoot: true,
      indexes: [["chassis"]],
      columns: {
        chassis: { key: { type: "string" }, min: 1, max: 1 },
        variables: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Connection: {
      indexes: [["target"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        inactivity_probe: { key: { type: "integer" }, min: 0, max: 1 },
        is_connected: { key: { type: "boolean" }, min: 1, max: 1, ephemeral: true },
        max_backoff: { key: { type: "integer", min: 1000 }, min: 0, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        read_only: { key: { type: "boolean" }, min: 1, max: 1 },
        role: { key: { type: "string" }, min: 1, max: 1 },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        target: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Controller_Event: {
      isRoot: true,
      columns: {
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        event_info: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        event_type: { key: { type: "string", enum: ["empty_lb_backends"] }, min: 1, max: 1 },
        seq_num: { key: { type: "integer" }, min: 1, max: 1 },
      },
    },
    DHCP_Options: {
      isRoot: true,
      columns: {
        code: { key: { type: "integer", min: 0, max: 254 }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        type: { key: { type: "string", enum: ["bool", "uint8", "uint16", "uint32", "ipv4", "static_routes", "str", "host_id", "domains"] }, min: 1, max: 1 },
      },
    },
    DHCPv6_Options: {
      isRoot: true,
      columns: {
        code: { key: { type: "integer", min: 0, max: 254 }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        type: { key: { type: "string", enum: ["ipv6", "str", "mac"] }, min: 1, max: 1 },
      },
    },
    DNS: {
      isRoot: true,
      columns: {
        datapaths: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 1, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        records: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Datapath_Binding: {
      isRoot: true,
      indexes: [["tunnel_key"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        load_balancers: { key: { type: "uuid" }, min: 0, max: "unlimited" },
        tunnel_key: { key: { type: "integer", min: 1, max: 16777215 }, min: 1, max: 1 },
      },
    },
    Encap: {
      indexes: [["type", "ip"]],
      columns: {
        chassis_name: { key: { type: "string" }, min: 1, max: 1 },
        ip: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        type: { key: { type: "string", enum: ["geneve", "stt", "vxlan"] }, min: 1, max: 1 },
      },
    },
    FDB: {
      isRoot: true,
      indexes: [["mac", "dp_key"]],
      columns: {
        dp_key: { key: { type: "integer", min: 1, max: 16777215 }, min: 1, max: 1 },
        mac: { key: { type: "string" }, min: 1, max: 1 },
        port_key: { key: { type: "integer", min: 1, max: 16777215 }, min: 1, max: 1 },
      },
    },
    Gateway_Chassis: {
      indexes: [["name"]],
      columns: {
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
      },
    },
    HA_Chassis: {
      columns: {
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
      },
    },
    HA_Chassis_Group: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ha_chassis: { key: { type: "uuid", refTable: "HA_Chassis", refType: "strong" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        ref_chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: "unlimited" },
      },
    },
    IGMP_Group: {
      isRoot: true,
      indexes: [["address", "datapath", "chassis"]],
      columns: {
        address: { key: { type: "string" }, min: 1, max: 1 },
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "weak" }, min: 0, max: 1 },
        ports: { key: { type: "uuid", refTable: "Port_Binding", refType: "weak" }, min: 0, max: "unlimited" },
      },
    },
    IP_Multicast: {
      isRoot: true,
      indexes: [["datapath"]],
      columns: {
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "weak" }, min: 1, max: 1 },
        enabled: { key: { type: "boolean" }, min: 0, max: 1 },
        eth_src: { key: { type: "string" }, min: 1, max: 1 },
        idle_timeout: { key: { type: "integer" }, min: 0, max: 1 },
        ip4_src: { key: { type: "string" }, min: 1, max: 1 },
        ip6_src: { key: { type: "string" }, min: 1, max: 1 },
        querier: { key: { type: "boolean" }, min: 0, max: 1 },
        query_interval: { key: { type: "integer" }, min: 0, max: 1 },
        query_max_resp: { key: { type: "integer" }, min: 0, max: 1 },
        seq_no: { key: { type: "integer" }, min: 1, max: 1 },
        table_size: { key: { type: "integer" }, min: 0, max: 1 },
      },
    },
    Load_Balancer: {
      isRoot: true,
      columns: {
        datapath_group: { key: { type: "uuid", refTable: "Logical_DP_Group", refType: "strong" }, min: 0, max: 1 },
        datapaths: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        protocol: { key: { type: "string", enum: ["tcp", "udp", "sctp"] }, min: 0, max: 1 },
        vips: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Logical_DP_Group: {
      columns: {
        datapaths: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "weak" }, min: 0, max: "unlimited" },
      },
    },
    Logical_Flow: {
      isRoot: true,
      columns: {
        actions: { key: { type: "string" }, min: 1, max: 1 },
        controller_meter: { key: { type: "string" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        logical_datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 0, max: 1 },
        logical_dp_group: { key: { type: "uuid", refTable: "Logical_DP_Group", refType: "strong" }, min: 0, max: 1 },
        match: { key: { type: "string" }, min: 1, max: 1 },
        pipeline: { key: { type: "string", enum: ["ingress", "egress"] }, min: 1, max: 1 },
        priority: { key: { type: "integer", min: 0, max: 65535 }, min: 1, max: 1 },
        table_id: { key: { type: "integer", min: 0, max: 32 }, min: 1, max: 1 },
        tags: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    MAC_Binding: {
      isRoot: true,
      indexes: [["logical_port", "ip"]],
      columns: {
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 1, max: 1 },
        ip: { key: { type: "string" }, min: 1, max: 1 },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        mac: { key: { type: "string" }, min: 1, max: 1 },
        timestamp: { key: { type: "integer" }, min: 1, max: 1 },
      },
    },
    Meter: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        bands: { key: { type: "uuid", refTable: "Meter_Band", refType: "strong" }, min: 1, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        unit: { key: { type: "string", enum: ["kbps", "pktps"] }, min: 1, max: 1 },
      },
    },
    Meter_Band: {
      columns: {
        action: { key: { type: "string", enum: ["drop"] }, min: 1, max: 1 },
        burst_size: { key: { type: "integer", min: 0, max: 4294967295 }, min: 1, max: 1 },
        rate: { key: { type: "integer", min: 1, max: 4294967295 }, min: 1, max: 1 },
      },
    },
    Mirror: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        filter: { key: { type: "string", enum: ["from-lport", "to-lport"] }, min: 1, max: 1 },
        index: { key: { type: "integer" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        sink: { key: { type: "string" }, min: 1, max: 1 },
        type: { key: { type: "string", enum: ["gre", "erspan"] }, min: 1, max: 1 },
      },
    },
    Multicast_Group: {
      isRoot: true,
      indexes: [["datapath", "tunnel_key"], ["datapath", "name"]],
      columns: {
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        ports: { key: { type: "uuid", refTable: "Port_Binding", refType: "weak" }, min: 0, max: "unlimited" },
        tunnel_key: { key: { type: "integer", min: 32768, max: 65535 }, min: 1, max: 1 },
      },
    },
    Port_Binding: {
      isRoot: true,
      indexes: [["datapath", "tunnel_key"], ["logical_port"]],
      columns: {
        additional_chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: "unlimited" },
        additional_encap: { key: { type: "uuid", refTable: "Encap", refType: "weak" }, min: 0, max: "unlimited" },
        chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 1, max: 1 },
        encap: { key: { type: "uuid", refTable: "Encap", refType: "weak" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        gateway_chassis: { key: { type: "uuid", refTable: "Gateway_Chassis", refType: "strong" }, min: 0, max: "unlimited" },
        ha_chassis_group: { key: { type: "uuid", refTable: "HA_Chassis_Group", refType: "strong" }, min: 0, max: 1 },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        mac: { key: { type: "string" }, min: 0, max: "unlimited" },
        mirror_rules: { key: { type: "uuid", refTable: "Mirror", refType: "weak" }, min: 0, max: "unlimited" },
        nat_addresses: { key: { type: "string" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        parent_port: { key: { type: "string" }, min: 0, max: 1 },
        port_security: { key: { type: "string" }, min: 0, max: "unlimited" },
        requested_additional_chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: "unlimited" },
        requested_chassis: { key: { type: "uuid", refTable: "Chassis", refType: "weak" }, min: 0, max: 1 },
        tag: { key: { type: "integer", min: 1, max: 4095 }, min: 0, max: 1 },
        tunnel_key: { key: { type: "integer", min: 1, max: 32767 }, min: 1, max: 1 },
        type: { key: { type: "string" }, min: 1, max: 1 },
        up: { key: { type: "boolean" }, min: 0, max: 1 },
        virtual_parent: { key: { type: "string" }, min: 0, max: 1 },
      },
    },
    Port_Group: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: { key: { type: "string" }, min: 1, max: 1 },
        ports: { key: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    RBAC_Permission: {
      isRoot: true,
      columns: {
        authorization: { key: { type: "string" }, min: 0, max: "unlimited" },
        insert_delete: { key: { type: "boolean" }, min: 1, max: 1 },
        table: { key: { type: "string" }, min: 1, max: 1 },
        update: { key: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    RBAC_Role: {
      isRoot: true,
      columns: {
        name: { key: { type: "string" }, min: 1, max: 1 },
        permissions: { key: { type: "string" }, value: { type: "uuid", refTable: "RBAC_Permission", refType: "weak" }, min: 0, max: "unlimited" },
      },
    },
    SB_Global: {
      isRoot: true,
      maxRows: 1,
      columns: {
        connections: { key: { type: "uuid", refTable: "Connection", refType: "strong" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ipsec: { key: { type: "boolean" }, min: 1, max: 1 },
        nb_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ssl: { key: { type: "uuid", refTable: "SSL", refType: "strong" }, min: 0, max: 1 },
      },
    },
    SSL: {
      maxRows: 1,
      columns: {
        bootstrap_ca_cert: { key: { type: "boolean" }, min: 1, max: 1 },
        ca_cert: { key: { type: "string" }, min: 1, max: 1 },
        certificate: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        private_key: { key: { type: "string" }, min: 1, max: 1 },
        ssl_ciphers: { key: { type: "string" }, min: 1, max: 1 },
        ssl_protocols: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Service_Monitor: {
      isRoot: true,
      indexes: [["logical_port", "ip", "port", "protocol"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ip: { key: { type: "string" }, min: 1, max: 1 },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        port: { key: { type: "integer", min: 0, max: 65535 }, min: 1, max: 1 },
        protocol: { key: { type: "string", enum: ["tcp", "udp"] }, min: 0, max: 1 },
        src_ip: { key: { type: "string" }, min: 1, max: 1 },
        src_mac: { key: { type: "string" }, min: 1, max: 1 },
        status: { key: { type: "string", enum: ["online", "offline", "error"] }, min: 0, max: 1 },
      },
    },
    Static_MAC_Binding: {
      isRoot: true,
      indexes: [["logical_port", "ip"]],
      columns: {
        datapath: { key: { type: "uuid", refTable: "Datapath_Binding", refType: "strong" }, min: 1, max: 1 },
        ip: { key: { type: "string" }, min: 1, max: 1 },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        mac: { key: { type: "string" }, min: 1, max: 1 },
        override_dynamic_mac: { key: { type: "boolean" }, min: 1, max: 1 },
      },
    },
  },
};
