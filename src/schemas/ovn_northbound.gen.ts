/** Generated from the schema of OVN_Northbound 7.0.0 by ovsdb-jsonrpc; do not edit. */
// biome-ignore-all format: one column on one line
import type { DatabaseSchema, Integer, Uuid } from "ovsdb-jsonrpc";

/** A row of ACL. */
export interface ACL {
  readonly _uuid: Uuid;
  readonly action: "allow" | "allow-related" | "allow-stateless" | "drop" | "reject";
  readonly direction: "from-lport" | "to-lport";
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 4294967295. */
  readonly label: Integer;
  readonly log: boolean;
  readonly match: string;
  readonly meter: string | null;
  /** At most 63 characters. */
  readonly name: string | null;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: Integer;
  readonly severity: "alert" | "warning" | "notice" | "info" | "debug" | null;
}

/** A row of Address_Set. Unique: name. */
export interface Address_Set {
  readonly _uuid: Uuid;
  readonly addresses: ReadonlySet<string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
}

/** A row of BFD. Unique: logical_port, dst_ip. */
export interface BFD {
  readonly _uuid: Uuid;
  /** At least 1. */
  readonly detect_mult: Integer | null;
  readonly dst_ip: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly logical_port: string;
  readonly min_rx: Integer | null;
  /** At least 1. */
  readonly min_tx: Integer | null;
  readonly options: ReadonlyMap<string, string>;
  readonly status: "down" | "init" | "up" | "admin_down" | null;
}

/** A row of Chassis_Template_Var. Unique: chassis. */
export interface Chassis_Template_Var {
  readonly _uuid: Uuid;
  readonly chassis: string;
  readonly external_ids: ReadonlyMap<string, string>;
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
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  readonly target: string;
}

/** A row of Copp. Unique: name. */
export interface Copp {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly meters: ReadonlyMap<string, string>;
  readonly name: string;
}

/** A row of DHCP_Options. */
export interface DHCP_Options {
  readonly _uuid: Uuid;
  readonly cidr: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
}

/** A row of DNS. */
export interface DNS {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, string>;
}

/** A row of Forwarding_Group. */
export interface Forwarding_Group {
  readonly _uuid: Uuid;
  /** At least 1 element. */
  readonly child_port: ReadonlySet<string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly liveness: boolean;
  readonly name: string;
  readonly vip: string;
  readonly vmac: string;
}

/** A row of Gateway_Chassis. Unique: name. */
export interface Gateway_Chassis {
  readonly _uuid: Uuid;
  readonly chassis_name: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: Integer;
}

/** A row of HA_Chassis. */
export interface HA_Chassis {
  readonly _uuid: Uuid;
  readonly chassis_name: string;
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
}

/** A row of Load_Balancer. */
export interface Load_Balancer {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to Load_Balancer_Health_Check. */
  readonly health_check: ReadonlySet<Uuid>;
  readonly ip_port_mappings: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly protocol: "tcp" | "udp" | "sctp" | null;
  readonly selection_fields: ReadonlySet<"eth_src" | "eth_dst" | "ip_src" | "ip_dst" | "tp_src" | "tp_dst">;
  readonly vips: ReadonlyMap<string, string>;
}

/** A row of Load_Balancer_Group. Unique: name. */
export interface Load_Balancer_Group {
  readonly _uuid: Uuid;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: ReadonlySet<Uuid>;
  readonly name: string;
}

/** A row of Load_Balancer_Health_Check. */
export interface Load_Balancer_Health_Check {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
  readonly vip: string;
}

/** A row of Logical_Router. */
export interface Logical_Router {
  readonly _uuid: Uuid;
  /** Weak reference to Copp. */
  readonly copp: Uuid | null;
  readonly enabled: boolean | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: ReadonlySet<Uuid>;
  /** Strong reference to Load_Balancer_Group. */
  readonly load_balancer_group: ReadonlySet<Uuid>;
  readonly name: string;
  /** Strong reference to NAT. */
  readonly nat: ReadonlySet<Uuid>;
  readonly options: ReadonlyMap<string, string>;
  /** Strong reference to Logical_Router_Policy. */
  readonly policies: ReadonlySet<Uuid>;
  /** Strong reference to Logical_Router_Port. */
  readonly ports: ReadonlySet<Uuid>;
  /** Strong reference to Logical_Router_Static_Route. */
  readonly static_routes: ReadonlySet<Uuid>;
}

/** A row of Logical_Router_Policy. */
export interface Logical_Router_Policy {
  readonly _uuid: Uuid;
  readonly action: "allow" | "drop" | "reroute";
  readonly external_ids: ReadonlyMap<string, string>;
  readonly match: string;
  readonly nexthop: string | null;
  readonly nexthops: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: Integer;
}

/** A row of Logical_Router_Port. Unique: name. */
export interface Logical_Router_Port {
  readonly _uuid: Uuid;
  readonly enabled: boolean | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to Gateway_Chassis. */
  readonly gateway_chassis: ReadonlySet<Uuid>;
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: Uuid | null;
  readonly ipv6_prefix: ReadonlySet<string>;
  readonly ipv6_ra_configs: ReadonlyMap<string, string>;
  readonly mac: string;
  readonly name: string;
  /** At least 1 element. */
  readonly networks: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
  readonly peer: string | null;
}

/** A row of Logical_Router_Static_Route. */
export interface Logical_Router_Static_Route {
  readonly _uuid: Uuid;
  /** Weak reference to BFD. */
  readonly bfd: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip_prefix: string;
  readonly nexthop: string;
  readonly options: ReadonlyMap<string, string>;
  readonly output_port: string | null;
  readonly policy: "src-ip" | "dst-ip" | null;
  readonly route_table: string;
}

/** A row of Logical_Switch. */
export interface Logical_Switch {
  readonly _uuid: Uuid;
  /** Strong reference to ACL. */
  readonly acls: ReadonlySet<Uuid>;
  /** Weak reference to Copp. */
  readonly copp: Uuid | null;
  /** Weak reference to DNS. */
  readonly dns_records: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to Forwarding_Group. */
  readonly forwarding_groups: ReadonlySet<Uuid>;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: ReadonlySet<Uuid>;
  /** Strong reference to Load_Balancer_Group. */
  readonly load_balancer_group: ReadonlySet<Uuid>;
  readonly name: string;
  readonly other_config: ReadonlyMap<string, string>;
  /** Strong reference to Logical_Switch_Port. */
  readonly ports: ReadonlySet<Uuid>;
  /** Strong reference to QoS. */
  readonly qos_rules: ReadonlySet<Uuid>;
}

/** A row of Logical_Switch_Port. Unique: name. */
export interface Logical_Switch_Port {
  readonly _uuid: Uuid;
  readonly addresses: ReadonlySet<string>;
  /** Weak reference to DHCP_Options. */
  readonly dhcpv4_options: Uuid | null;
  /** Weak reference to DHCP_Options. */
  readonly dhcpv6_options: Uuid | null;
  readonly dynamic_addresses: string | null;
  readonly enabled: boolean | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: Uuid | null;
  /** Weak reference to Mirror. */
  readonly mirror_rules: ReadonlySet<Uuid>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly parent_name: string | null;
  readonly port_security: ReadonlySet<string>;
  /** 1 to 4095. */
  readonly tag: Integer | null;
  /** 0 to 4095. */
  readonly tag_request: Integer | null;
  readonly type: string;
  readonly up: boolean | null;
}

/** A row of Meter. Unique: name. */
export interface Meter {
  readonly _uuid: Uuid;
  /** Strong reference to Meter_Band; at least 1 element. */
  readonly bands: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly fair: boolean | null;
  readonly name: string;
  readonly unit: "kbps" | "pktps";
}

/** A row of Meter_Band. */
export interface Meter_Band {
  readonly _uuid: Uuid;
  readonly action: "drop";
  /** 0 to 4294967295. */
  readonly burst_size: Integer;
  readonly external_ids: ReadonlyMap<string, string>;
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

/** A row of NAT. */
export interface NAT {
  readonly _uuid: Uuid;
  /** Strong reference to Address_Set. */
  readonly allowed_ext_ips: Uuid | null;
  /** Strong reference to Address_Set. */
  readonly exempted_ext_ips: Uuid | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly external_ip: string;
  readonly external_mac: string | null;
  readonly external_port_range: string;
  /** Weak reference to Logical_Router_Port. */
  readonly gateway_port: Uuid | null;
  readonly logical_ip: string;
  readonly logical_port: string | null;
  readonly options: ReadonlyMap<string, string>;
  readonly type: "dnat" | "snat" | "dnat_and_snat";
}

/** A row of NB_Global. At most 1 row. */
export interface NB_Global {
  readonly _uuid: Uuid;
  /** Strong reference to Connection. */
  readonly connections: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly hv_cfg: Integer;
  readonly hv_cfg_timestamp: Integer;
  readonly ipsec: boolean;
  readonly name: string;
  readonly nb_cfg: Integer;
  readonly nb_cfg_timestamp: Integer;
  readonly options: ReadonlyMap<string, string>;
  readonly sb_cfg: Integer;
  readonly sb_cfg_timestamp: Integer;
  /** Strong reference to SSL. */
  readonly ssl: Uuid | null;
}

/** A row of Port_Group. Unique: name. */
export interface Port_Group {
  readonly _uuid: Uuid;
  /** Strong reference to ACL. */
  readonly acls: ReadonlySet<Uuid>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  /** Weak reference to Logical_Switch_Port. */
  readonly ports: ReadonlySet<Uuid>;
}

/** A row of QoS. */
export interface QoS {
  readonly _uuid: Uuid;
  /** Values 0 to 63. */
  readonly action: ReadonlyMap<"dscp", Integer>;
  /** Values 1 to 4294967295. */
  readonly bandwidth: ReadonlyMap<"rate" | "burst", Integer>;
  readonly direction: "from-lport" | "to-lport";
  readonly external_ids: ReadonlyMap<string, string>;
  readonly match: string;
  /** 0 to 32767. */
  readonly priority: Integer;
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

/** A row of Static_MAC_Binding. Unique: logical_port, ip. */
export interface Static_MAC_Binding {
  readonly _uuid: Uuid;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly override_dynamic_mac: boolean;
}

/** The row types of OVN_Northbound by table. */
export interface OVNNorthboundTables {
  readonly ACL: ACL;
  readonly Address_Set: Address_Set;
  readonly BFD: BFD;
  readonly Chassis_Template_Var: Chassis_Template_Var;
  readonly Connection: Connection;
  readonly Copp: Copp;
  readonly DHCP_Options: DHCP_Options;
  readonly DNS: DNS;
  readonly Forwarding_Group: Forwarding_Group;
  readonly Gateway_Chassis: Gateway_Chassis;
  readonly HA_Chassis: HA_Chassis;
  readonly HA_Chassis_Group: HA_Chassis_Group;
  readonly Load_Balancer: Load_Balancer;
  readonly Load_Balancer_Group: Load_Balancer_Group;
  readonly Load_Balancer_Health_Check: Load_Balancer_Health_Check;
  readonly Logical_Router: Logical_Router;
  readonly Logical_Router_Policy: Logical_Router_Policy;
  readonly Logical_Router_Port: Logical_Router_Port;
  readonly Logical_Router_Static_Route: Logical_Router_Static_Route;
  readonly Logical_Switch: Logical_Switch;
  readonly Logical_Switch_Port: Logical_Switch_Port;
  readonly Meter: Meter;
  readonly Meter_Band: Meter_Band;
  readonly Mirror: Mirror;
  readonly NAT: NAT;
  readonly NB_Global: NB_Global;
  readonly Port_Group: Port_Group;
  readonly QoS: QoS;
  readonly SSL: SSL;
  readonly Static_MAC_Binding: Static_MAC_Binding;
}

export const ovnNorthbound: DatabaseSchema<OVNNorthboundTables> = {
  name: "OVN_Northbound",
  version: "7.0.0",
  tables: {
    ACL: {
      columns: {
        action: { key: { type: "string", enum: ["allow", "allow-related", "allow-stateless", "drop", "reject"] }, min: 1, max: 1 },
        direction: { key: { type: "string", enum: ["from-lport", "to-lport"] }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        label: { key: { type: "integer", min: 0, max: 4294967295 }, min: 1, max: 1 },
        log: { key: { type: "boolean" }, min: 1, max: 1 },
        match: { key: { type: "string" }, min: 1, max: 1 },
        meter: { key: { type: "string" }, min: 0, max: 1 },
        name: { key: { type: "string", maxLength: 63 }, min: 0, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
        severity: { key: { type: "string", enum: ["alert", "warning", "notice", "info", "debug"] }, min: 0, max: 1 },
      },
    },
    Address_Set: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        addresses: { key: { type: "string" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    BFD: {
      isRoot: true,
      indexes: [["logical_port", "dst_ip"]],
      columns: {
        detect_mult: { key: { type: "integer", min: 1 }, min: 0, max: 1 },
        dst_ip: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        min_rx: { key: { type: "integer" }, min: 0, max: 1 },
        min_tx: { key: { type: "integer", min: 1 }, min: 0, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        status: { key: { type: "string", enum: ["down", "init", "up", "admin_down"] }, min: 0, max: 1 },
      },
    },
    Chassis_Template_Var: {
      isRoot: true,
      indexes: [["chassis"]],
      columns: {
        chassis: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
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
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        target: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Copp: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        meters: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    DHCP_Options: {
      isRoot: true,
      columns: {
        cidr: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    DNS: {
      isRoot: true,
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        records: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Forwarding_Group: {
      columns: {
        child_port: { key: { type: "string" }, min: 1, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        liveness: { key: { type: "boolean" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        vip: { key: { type: "string" }, min: 1, max: 1 },
        vmac: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Gateway_Chassis: {
      indexes: [["name"]],
      columns: {
        chassis_name: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
      },
    },
    HA_Chassis: {
      columns: {
        chassis_name: { key: { type: "string" }, min: 1, max: 1 },
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
      },
    },
    Load_Balancer: {
      isRoot: true,
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        health_check: { key: { type: "uuid", refTable: "Load_Balancer_Health_Check", refType: "strong" }, min: 0, max: "unlimited" },
        ip_port_mappings: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        protocol: { key: { type: "string", enum: ["tcp", "udp", "sctp"] }, min: 0, max: 1 },
        selection_fields: { key: { type: "string", enum: ["eth_src", "eth_dst", "ip_src", "ip_dst", "tp_src", "tp_dst"] }, min: 0, max: "unlimited" },
        vips: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Load_Balancer_Group: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        load_balancer: { key: { type: "uuid", refTable: "Load_Balancer", refType: "weak" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Load_Balancer_Health_Check: {
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        vip: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Logical_Router: {
      isRoot: true,
      columns: {
        copp: { key: { type: "uuid", refTable: "Copp", refType: "weak" }, min: 0, max: 1 },
        enabled: { key: { type: "boolean" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        load_balancer: { key: { type: "uuid", refTable: "Load_Balancer", refType: "weak" }, min: 0, max: "unlimited" },
        load_balancer_group: { key: { type: "uuid", refTable: "Load_Balancer_Group", refType: "strong" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        nat: { key: { type: "uuid", refTable: "NAT", refType: "strong" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        policies: { key: { type: "uuid", refTable: "Logical_Router_Policy", refType: "strong" }, min: 0, max: "unlimited" },
        ports: { key: { type: "uuid", refTable: "Logical_Router_Port", refType: "strong" }, min: 0, max: "unlimited" },
        static_routes: { key: { type: "uuid", refTable: "Logical_Router_Static_Route", refType: "strong" }, min: 0, max: "unlimited" },
      },
    },
    Logical_Router_Policy: {
      columns: {
        action: { key: { type: "string", enum: ["allow", "drop", "reroute"] }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        match: { key: { type: "string" }, min: 1, max: 1 },
        nexthop: { key: { type: "string" }, min: 0, max: 1 },
        nexthops: { key: { type: "string" }, min: 0, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
      },
    },
    Logical_Router_Port: {
      indexes: [["name"]],
      columns: {
        enabled: { key: { type: "boolean" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        gateway_chassis: { key: { type: "uuid", refTable: "Gateway_Chassis", refType: "strong" }, min: 0, max: "unlimited" },
        ha_chassis_group: { key: { type: "uuid", refTable: "HA_Chassis_Group", refType: "strong" }, min: 0, max: 1 },
        ipv6_prefix: { key: { type: "string" }, min: 0, max: "unlimited" },
        ipv6_ra_configs: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        mac: { key: { type: "string" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        networks: { key: { type: "string" }, min: 1, max: "unlimited" },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        peer: { key: { type: "string" }, min: 0, max: 1 },
      },
    },
    Logical_Router_Static_Route: {
      columns: {
        bfd: { key: { type: "uuid", refTable: "BFD", refType: "weak" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ip_prefix: { key: { type: "string" }, min: 1, max: 1 },
        nexthop: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        output_port: { key: { type: "string" }, min: 0, max: 1 },
        policy: { key: { type: "string", enum: ["src-ip", "dst-ip"] }, min: 0, max: 1 },
        route_table: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Logical_Switch: {
      isRoot: true,
      columns: {
        acls: { key: { type: "uuid", refTable: "ACL", refType: "strong" }, min: 0, max: "unlimited" },
        copp: { key: { type: "uuid", refTable: "Copp", refType: "weak" }, min: 0, max: 1 },
        dns_records: { key: { type: "uuid", refTable: "DNS", refType: "weak" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        forwarding_groups: { key: { type: "uuid", refTable: "Forwarding_Group", refType: "strong" }, min: 0, max: "unlimited" },
        load_balancer: { key: { type: "uuid", refTable: "Load_Balancer", refType: "weak" }, min: 0, max: "unlimited" },
        load_balancer_group: { key: { type: "uuid", refTable: "Load_Balancer_Group", refType: "strong" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ports: { key: { type: "uuid", refTable: "Logical_Switch_Port", refType: "strong" }, min: 0, max: "unlimited" },
        qos_rules: { key: { type: "uuid", refTable: "QoS", refType: "strong" }, min: 0, max: "unlimited" },
      },
    },
    Logical_Switch_Port: {
      indexes: [["name"]],
      columns: {
        addresses: { key: { type: "string" }, min: 0, max: "unlimited" },
        dhcpv4_options: { key: { type: "uuid", refTable: "DHCP_Options", refType: "weak" }, min: 0, max: 1 },
        dhcpv6_options: { key: { type: "uuid", refTable: "DHCP_Options", refType: "weak" }, min: 0, max: 1 },
        dynamic_addresses: { key: { type: "string" }, min: 0, max: 1 },
        enabled: { key: { type: "boolean" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ha_chassis_group: { key: { type: "uuid", refTable: "HA_Chassis_Group", refType: "strong" }, min: 0, max: 1 },
        mirror_rules: { key: { type: "uuid", refTable: "Mirror", refType: "weak" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        parent_name: { key: { type: "string" }, min: 0, max: 1 },
        port_security: { key: { type: "string" }, min: 0, max: "unlimited" },
        tag: { key: { type: "integer", min: 1, max: 4095 }, min: 0, max: 1 },
        tag_request: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 1 },
        type: { key: { type: "string" }, min: 1, max: 1 },
        up: { key: { type: "boolean" }, min: 0, max: 1 },
      },
    },
    Meter: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        bands: { key: { type: "uuid", refTable: "Meter_Band", refType: "strong" }, min: 1, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        fair: { key: { type: "boolean" }, min: 0, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        unit: { key: { type: "string", enum: ["kbps", "pktps"] }, min: 1, max: 1 },
      },
    },
    Meter_Band: {
      columns: {
        action: { key: { type: "string", enum: ["drop"] }, min: 1, max: 1 },
        burst_size: { key: { type: "integer", min: 0, max: 4294967295 }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
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
    NAT: {
      columns: {
        allowed_ext_ips: { key: { type: "uuid", refTable: "Address_Set", refType: "strong" }, min: 0, max: 1 },
        exempted_ext_ips: { key: { type: "uuid", refTable: "Address_Set", refType: "strong" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        external_ip: { key: { type: "string" }, min: 1, max: 1 },
        external_mac: { key: { type: "string" }, min: 0, max: 1 },
        external_port_range: { key: { type: "string" }, min: 1, max: 1 },
        gateway_port: { key: { type: "uuid", refTable: "Logical_Router_Port", refType: "weak" }, min: 0, max: 1 },
        logical_ip: { key: { type: "string" }, min: 1, max: 1 },
        logical_port: { key: { type: "string" }, min: 0, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        type: { key: { type: "string", enum: ["dnat", "snat", "dnat_and_snat"] }, min: 1, max: 1 },
      },
    },
    NB_Global: {
      isRoot: true,
      maxRows: 1,
      columns: {
        connections: { key: { type: "uuid", refTable: "Connection", refType: "strong" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        hv_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        hv_cfg_timestamp: { key: { type: "integer" }, min: 1, max: 1 },
        ipsec: { key: { type: "boolean" }, min: 1, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1 },
        nb_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        nb_cfg_timestamp: { key: { type: "integer" }, min: 1, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        sb_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        sb_cfg_timestamp: { key: { type: "integer" }, min: 1, max: 1 },
        ssl: { key: { type: "uuid", refTable: "SSL", refType: "strong" }, min: 0, max: 1 },
      },
    },
    Port_Group: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        acls: { key: { type: "uuid", refTable: "ACL", refType: "strong" }, min: 0, max: "unlimited" },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        ports: { key: { type: "uuid", refTable: "Logical_Switch_Port", refType: "weak" }, min: 0, max: "unlimited" },
      },
    },
    QoS: {
      columns: {
        action: { key: { type: "string", enum: ["dscp"] }, value: { type: "integer", min: 0, max: 63 }, min: 0, max: "unlimited" },
        bandwidth: { key: { type: "string", enum: ["rate", "burst"] }, value: { type: "integer", min: 1, max: 4294967295 }, min: 0, max: "unlimited" },
        direction: { key: { type: "string", enum: ["from-lport", "to-lport"] }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        match: { key: { type: "string" }, min: 1, max: 1 },
        priority: { key: { type: "integer", min: 0, max: 32767 }, min: 1, max: 1 },
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
    Static_MAC_Binding: {
      isRoot: true,
      indexes: [["logical_port", "ip"]],
      columns: {
        ip: { key: { type: "string" }, min: 1, max: 1 },
        logical_port: { key: { type: "string" }, min: 1, max: 1 },
        mac: { key: { type: "string" }, min: 1, max: 1 },
        override_dynamic_mac: { key: { type: "boolean" }, min: 1, max: 1 },
      },
    },
  },
};
