/** Generated from the schema of Open_vSwitch 8.3.1 by ovsdb-jsonrpc; do not edit. */
// biome-ignore-all format: one column on one line
import type { DatabaseSchema, Integer, Uuid } from "ovsdb-jsonrpc";

/** A row of AutoAttach. */
export interface AutoAttach {
  readonly _uuid: Uuid;
  /** Keys 0 to 16777215; values 0 to 4095. */
  readonly mappings: ReadonlyMap<Integer, Integer>;
  readonly system_description: string;
  readonly system_name: string;
}

/** A row of Bridge. Unique: name. */
export interface Bridge {
  readonly _uuid: Uuid;
  /** Strong reference to AutoAttach. */
  readonly auto_attach: Uuid | null;
  /** Strong reference to Controller. */
  readonly controller: ReadonlySet<Uuid>;
  /** Not kept on disk. */
  readonly datapath_id: string | null;
  readonly datapath_type: string;
  readonly datapath_version: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly fail_mode: "standalone" | "secure" | null;
  /** 0 to 4095; 0 to 4096 elements. */
  readonly flood_vlans: ReadonlySet<Integer>;
  /** Keys 0 to 254; values strong reference to Flow_Table. */
  readonly flow_tables: ReadonlyMap<Integer, Uuid>;
  /** Strong reference to IPFIX. */
  readonly ipfix: Uuid | null;
  readonly mcast_snooping_enable: boolean;
  /** Strong reference to Mirror. */
  readonly mirrors: ReadonlySet<Uuid>;
  /** Set by insert only. */
  readonly name: string;
  /** Strong reference to NetFlow. */
  readonly netflow: Uuid | null;
  readonly other_config: ReadonlyMap<string, string>;
  /** Strong reference to Port. */
  readonly ports: ReadonlySet<Uuid>;
  readonly protocols: ReadonlySet<"OpenFlow10" | "OpenFlow11" | "OpenFlow12" | "OpenFlow13" | "OpenFlow14" | "OpenFlow15">;
  readonly rstp_enable: boolean;
  /** Not kept on disk. */
  readonly rstp_status: ReadonlyMap<string, string>;
  /** Strong reference to sFlow. */
  readonly sflow: Uuid | null;
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  readonly stp_enable: boolean;
}

/** A row of CT_Timeout_Policy. */
export interface CT_Timeout_Policy {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Values 0 to 4294967295. */
  readonly timeouts: ReadonlyMap<"tcp_syn_sent" | "tcp_syn_recv" | "tcp_established" | "tcp_fin_wait" | "tcp_close_wait" | "tcp_last_ack" | "tcp_time_wait" | "tcp_close" | "tcp_syn_sent2" | "tcp_retransmit" | "tcp_unack" | "udp_first" | "udp_single" | "udp_multiple" | "icmp_first" | "icmp_reply", Integer>;
}

/** A row of CT_Zone. */
export interface CT_Zone {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Strong reference to CT_Timeout_Policy. */
  readonly timeout_policy: Uuid | null;
}

/** A row of Controller. */
export interface Controller {
  readonly _uuid: Uuid;
  readonly connection_mode: "in-band" | "out-of-band" | null;
  /** At least 25. */
  readonly controller_burst_limit: Integer | null;
  /** 1 to 512. */
  readonly controller_queue_size: Integer | null;
  /** At least 100. */
  readonly controller_rate_limit: Integer | null;
  readonly enable_async_messages: boolean | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly inactivity_probe: Integer | null;
  /** Not kept on disk. */
  readonly is_connected: boolean;
  readonly local_gateway: string | null;
  readonly local_ip: string | null;
  readonly local_netmask: string | null;
  /** At least 1000. */
  readonly max_backoff: Integer | null;
  readonly other_config: ReadonlyMap<string, string>;
  /** Not kept on disk. */
  readonly role: "other" | "master" | "slave" | null;
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  readonly target: string;
  readonly type: "primary" | "service" | null;
}

/** A row of Datapath. */
export interface Datapath {
  readonly _uuid: Uuid;
  readonly capabilities: ReadonlyMap<string, string>;
  /** Keys 0 to 65535; values strong reference to CT_Zone. */
  readonly ct_zones: ReadonlyMap<Integer, Uuid>;
  readonly datapath_version: string;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of Flow_Sample_Collector_Set. Unique: id, bridge. */
export interface Flow_Sample_Collector_Set {
  readonly _uuid: Uuid;
  /** Strong reference to Bridge. */
  readonly bridge: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 4294967295. */
  readonly id: Integer;
  /** Strong reference to IPFIX. */
  readonly ipfix: Uuid | null;
}

/** A row of Flow_Table. */
export interface Flow_Table {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  /** At least 0. */
  readonly flow_limit: Integer | null;
  readonly groups: ReadonlySet<string>;
  readonly name: string | null;
  readonly overflow_policy: "refuse" | "evict" | null;
  /** 0 to 3 elements. */
  readonly prefixes: ReadonlySet<string>;
}

/** A row of IPFIX. */
export interface IPFIX {
  readonly _uuid: Uuid;
  /** 0 to 4200. */
  readonly cache_active_timeout: Integer | null;
  /** 0 to 4294967295. */
  readonly cache_max_flows: Integer | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 4294967295. */
  readonly obs_domain_id: Integer | null;
  /** 0 to 4294967295. */
  readonly obs_point_id: Integer | null;
  readonly other_config: ReadonlyMap<string, string>;
  /** 1 to 4294967295. */
  readonly sampling: Integer | null;
  readonly targets: ReadonlySet<string>;
}

/** A row of Interface. Unique: name. */
export interface Interface {
  readonly _uuid: Uuid;
  /** Not kept on disk. */
  readonly admin_state: "up" | "down" | null;
  readonly bfd: ReadonlyMap<string, string>;
  /** Not kept on disk. */
  readonly bfd_status: ReadonlyMap<string, string>;
  /** Not kept on disk. */
  readonly cfm_fault: boolean | null;
  /** Not kept on disk. */
  readonly cfm_fault_status: ReadonlySet<string>;
  readonly cfm_flap_count: Integer | null;
  /** 0 to 100; not kept on disk. */
  readonly cfm_health: Integer | null;
  readonly cfm_mpid: Integer | null;
  /** Not kept on disk. */
  readonly cfm_remote_mpids: ReadonlySet<Integer>;
  /** Not kept on disk. */
  readonly cfm_remote_opstate: "up" | "down" | null;
  /** Not kept on disk. */
  readonly duplex: "half" | "full" | null;
  readonly error: string | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 4294967295; not kept on disk. */
  readonly ifindex: Integer | null;
  /** At least 0. */
  readonly ingress_policing_burst: Integer;
  /** At least 0. */
  readonly ingress_policing_kpkts_burst: Integer;
  /** At least 0. */
  readonly ingress_policing_kpkts_rate: Integer;
  /** At least 0. */
  readonly ingress_policing_rate: Integer;
  /** Not kept on disk. */
  readonly lacp_current: boolean | null;
  /** Not kept on disk. */
  readonly link_resets: Integer | null;
  /** Not kept on disk. */
  readonly link_speed: Integer | null;
  /** Not kept on disk. */
  readonly link_state: "up" | "down" | null;
  readonly lldp: ReadonlyMap<string, string>;
  readonly mac: string | null;
  /** Not kept on disk. */
  readonly mac_in_use: string | null;
  /** Not kept on disk. */
  readonly mtu: Integer | null;
  /** At least 1. */
  readonly mtu_request: Integer | null;
  /** Set by insert only. */
  readonly name: string;
  readonly ofport: Integer | null;
  /** 1 to 65279. */
  readonly ofport_request: Integer | null;
  readonly options: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
  /** Not kept on disk. */
  readonly statistics: ReadonlyMap<string, Integer>;
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  readonly type: string;
}

/** A row of Manager. Unique: target. */
export interface Manager {
  readonly _uuid: Uuid;
  readonly connection_mode: "in-band" | "out-of-band" | null;
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

/** A row of Mirror. */
export interface Mirror {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  /** Weak reference to Port. */
  readonly output_port: Uuid | null;
  /** 1 to 4095. */
  readonly output_vlan: Integer | null;
  readonly select_all: boolean;
  /** Weak reference to Port. */
  readonly select_dst_port: ReadonlySet<Uuid>;
  /** Weak reference to Port. */
  readonly select_src_port: ReadonlySet<Uuid>;
  /** 0 to 4095; 0 to 4096 elements. */
  readonly select_vlan: ReadonlySet<Integer>;
  /** 14 to 65535. */
  readonly snaplen: Integer | null;
  /** Not kept on disk. */
  readonly statistics: ReadonlyMap<string, Integer>;
}

/** A row of NetFlow. */
export interface NetFlow {
  readonly _uuid: Uuid;
  /** At least -1. */
  readonly active_timeout: Integer;
  readonly add_id_to_interface: boolean;
  /** 0 to 255. */
  readonly engine_id: Integer | null;
  /** 0 to 255. */
  readonly engine_type: Integer | null;
  readonly external_ids: ReadonlyMap<string, string>;
  /** At least 1 element. */
  readonly targets: ReadonlySet<string>;
}

/** A row of Open_vSwitch. At most 1 row. */
export interface Open_vSwitch {
  readonly _uuid: Uuid;
  /** Strong reference to Bridge. */
  readonly bridges: ReadonlySet<Uuid>;
  readonly cur_cfg: Integer;
  readonly datapath_types: ReadonlySet<string>;
  /** Values strong reference to Datapath. */
  readonly datapaths: ReadonlyMap<string, Uuid>;
  readonly db_version: string | null;
  readonly dpdk_initialized: boolean;
  readonly dpdk_version: string | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly iface_types: ReadonlySet<string>;
  /** Strong reference to Manager. */
  readonly manager_options: ReadonlySet<Uuid>;
  readonly next_cfg: Integer;
  readonly other_config: ReadonlyMap<string, string>;
  readonly ovs_version: string | null;
  /** Strong reference to SSL. */
  readonly ssl: Uuid | null;
  /** Not kept on disk. */
  readonly statistics: ReadonlyMap<string, string>;
  readonly system_type: string | null;
  readonly system_version: string | null;
}

/** A row of Port. Unique: name. */
export interface Port {
  readonly _uuid: Uuid;
  readonly bond_active_slave: string | null;
  readonly bond_downdelay: Integer;
  readonly bond_fake_iface: boolean;
  readonly bond_mode: "balance-tcp" | "balance-slb" | "active-backup" | null;
  readonly bond_updelay: Integer;
  /** 0 to 4095; 0 to 4096 elements. */
  readonly cvlans: ReadonlySet<Integer>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly fake_bridge: boolean;
  /** Strong reference to Interface; at least 1 element. */
  readonly interfaces: ReadonlySet<Uuid>;
  readonly lacp: "active" | "passive" | "off" | null;
  readonly mac: string | null;
  /** Set by insert only. */
  readonly name: string;
  readonly other_config: ReadonlyMap<string, string>;
  readonly protected: boolean;
  /** Strong reference to QoS. */
  readonly qos: Uuid | null;
  /** Not kept on disk. */
  readonly rstp_statistics: ReadonlyMap<string, Integer>;
  /** Not kept on disk. */
  readonly rstp_status: ReadonlyMap<string, string>;
  /** Not kept on disk. */
  readonly statistics: ReadonlyMap<string, Integer>;
  /** Not kept on disk. */
  readonly status: ReadonlyMap<string, string>;
  /** 0 to 4095. */
  readonly tag: Integer | null;
  /** 0 to 4095; 0 to 4096 elements. */
  readonly trunks: ReadonlySet<Integer>;
  readonly vlan_mode: "trunk" | "access" | "native-tagged" | "native-untagged" | "dot1q-tunnel" | null;
}

/** A row of QoS. */
export interface QoS {
  readonly _uuid: Uuid;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
  /** Keys 0 to 4294967295; values strong reference to Queue. */
  readonly queues: ReadonlyMap<Integer, Uuid>;
  readonly type: string;
}

/** A row of Queue. */
export interface Queue {
  readonly _uuid: Uuid;
  /** 0 to 63. */
  readonly dscp: Integer | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
}

/** A row of SSL. At most 1 row. */
export interface SSL {
  readonly _uuid: Uuid;
  readonly bootstrap_ca_cert: boolean;
  readonly ca_cert: string;
  readonly certificate: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly private_key: string;
}

/** A row of sFlow. */
export interface sFlow {
  readonly _uuid: Uuid;
  readonly agent: string | null;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly header: Integer | null;
  readonly polling: Integer | null;
  readonly sampling: Integer | null;
  /** At least 1 element. */
  readonly targets: ReadonlySet<string>;
}

/** The row types of Open_vSwitch by table. */
export interface OpenVSwitchTables {
  readonly AutoAttach: AutoAttach;
  readonly Bridge: Bridge;
  readonly CT_Timeout_Policy: CT_Timeout_Policy;
  readonly CT_Zone: CT_Zone;
  readonly Controller: Controller;
  readonly Datapath: Datapath;
  readonly Flow_Sample_Collector_Set: Flow_Sample_Collector_Set;
  readonly Flow_Table: Flow_Table;
  readonly IPFIX: IPFIX;
  readonly Interface: Interface;
  readonly Manager: Manager;
  readonly Mirror: Mirror;
  readonly NetFlow: NetFlow;
  readonly Open_vSwitch: Open_vSwitch;
  readonly Port: Port;
  readonly QoS: QoS;
  readonly Queue: Queue;
  readonly SSL: SSL;
  readonly sFlow: sFlow;
}

export const openVSwitch: DatabaseSchema<OpenVSwitchTables> = {
  name: "Open_vSwitch",
  version: "8.3.1",
  tables: {
    AutoAttach: {
      columns: {
        mappings: { key: { type: "integer", min: 0, max: 16777215 }, value: { type: "integer", min: 0, max: 4095 }, min: 0, max: "unlimited" },
        system_description: { key: { type: "string" }, min: 1, max: 1 },
        system_name: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Bridge: {
      indexes: [["name"]],
      columns: {
        auto_attach: { key: { type: "uuid", refTable: "AutoAttach", refType: "strong" }, min: 0, max: 1 },
        controller: { key: { type: "uuid", refTable: "Controller", refType: "strong" }, min: 0, max: "unlimited" },
        datapath_id: { key: { type: "string" }, min: 0, max: 1, ephemeral: true },
        datapath_type: { key: { type: "string" }, min: 1, max: 1 },
        datapath_version: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        fail_mode: { key: { type: "string", enum: ["standalone", "secure"] }, min: 0, max: 1 },
        flood_vlans: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 4096 },
        flow_tables: { key: { type: "integer", min: 0, max: 254 }, value: { type: "uuid", refTable: "Flow_Table", refType: "strong" }, min: 0, max: "unlimited" },
        ipfix: { key: { type: "uuid", refTable: "IPFIX", refType: "strong" }, min: 0, max: 1 },
        mcast_snooping_enable: { key: { type: "boolean" }, min: 1, max: 1 },
        mirrors: { key: { type: "uuid", refTable: "Mirror", refType: "strong" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1, mutable: false },
        netflow: { key: { type: "uuid", refTable: "NetFlow", refType: "strong" }, min: 0, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ports: { key: { type: "uuid", refTable: "Port", refType: "strong" }, min: 0, max: "unlimited" },
        protocols: { key: { type: "string", enum: ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"] }, min: 0, max: "unlimited" },
        rstp_enable: { key: { type: "boolean" }, min: 1, max: 1 },
        rstp_status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        sflow: { key: { type: "uuid", refTable: "sFlow", refType: "strong" }, min: 0, max: 1 },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        stp_enable: { key: { type: "boolean" }, min: 1, max: 1 },
      },
    },
    CT_Timeout_Policy: {
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        timeouts: { key: { type: "string", enum: ["tcp_syn_sent", "tcp_syn_recv", "tcp_established", "tcp_fin_wait", "tcp_close_wait", "tcp_last_ack", "tcp_time_wait", "tcp_close", "tcp_syn_sent2", "tcp_retransmit", "tcp_unack", "udp_first", "udp_single", "udp_multiple", "icmp_first", "icmp_reply"] }, value: { type: "integer", min: 0, max: 4294967295 }, min: 0, max: "unlimited" },
      },
    },
    CT_Zone: {
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        timeout_policy: { key: { type: "uuid", refTable: "CT_Timeout_Policy", refType: "strong" }, min: 0, max: 1 },
      },
    },
    Controller: {
      columns: {
        connection_mode: { key: { type: "string", enum: ["in-band", "out-of-band"] }, min: 0, max: 1 },
        controller_burst_limit: { key: { type: "integer", min: 25 }, min: 0, max: 1 },
        controller_queue_size: { key: { type: "integer", min: 1, max: 512 }, min: 0, max: 1 },
        controller_rate_limit: { key: { type: "integer", min: 100 }, min: 0, max: 1 },
        enable_async_messages: { key: { type: "boolean" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        inactivity_probe: { key: { type: "integer" }, min: 0, max: 1 },
        is_connected: { key: { type: "boolean" }, min: 1, max: 1, ephemeral: true },
        local_gateway: { key: { type: "string" }, min: 0, max: 1 },
        local_ip: { key: { type: "string" }, min: 0, max: 1 },
        local_netmask: { key: { type: "string" }, min: 0, max: 1 },
        max_backoff: { key: { type: "integer", min: 1000 }, min: 0, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        role: { key: { type: "string", enum: ["other", "master", "slave"] }, min: 0, max: 1, ephemeral: true },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        target: { key: { type: "string" }, min: 1, max: 1 },
        type: { key: { type: "string", enum: ["primary", "service"] }, min: 0, max: 1 },
      },
    },
    Datapath: {
      columns: {
        capabilities: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ct_zones: { key: { type: "integer", min: 0, max: 65535 }, value: { type: "uuid", refTable: "CT_Zone", refType: "strong" }, min: 0, max: "unlimited" },
        datapath_version: { key: { type: "string" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Flow_Sample_Collector_Set: {
      isRoot: true,
      indexes: [["id", "bridge"]],
      columns: {
        bridge: { key: { type: "uuid", refTable: "Bridge", refType: "strong" }, min: 1, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        id: { key: { type: "integer", min: 0, max: 4294967295 }, min: 1, max: 1 },
        ipfix: { key: { type: "uuid", refTable: "IPFIX", refType: "strong" }, min: 0, max: 1 },
      },
    },
    Flow_Table: {
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        flow_limit: { key: { type: "integer", min: 0 }, min: 0, max: 1 },
        groups: { key: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 0, max: 1 },
        overflow_policy: { key: { type: "string", enum: ["refuse", "evict"] }, min: 0, max: 1 },
        prefixes: { key: { type: "string" }, min: 0, max: 3 },
      },
    },
    IPFIX: {
      columns: {
        cache_active_timeout: { key: { type: "integer", min: 0, max: 4200 }, min: 0, max: 1 },
        cache_max_flows: { key: { type: "integer", min: 0, max: 4294967295 }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        obs_domain_id: { key: { type: "integer", min: 0, max: 4294967295 }, min: 0, max: 1 },
        obs_point_id: { key: { type: "integer", min: 0, max: 4294967295 }, min: 0, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        sampling: { key: { type: "integer", min: 1, max: 4294967295 }, min: 0, max: 1 },
        targets: { key: { type: "string" }, min: 0, max: "unlimited" },
      },
    },
    Interface: {
      indexes: [["name"]],
      columns: {
        admin_state: { key: { type: "string", enum: ["up", "down"] }, min: 0, max: 1, ephemeral: true },
        bfd: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        bfd_status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        cfm_fault: { key: { type: "boolean" }, min: 0, max: 1, ephemeral: true },
        cfm_fault_status: { key: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        cfm_flap_count: { key: { type: "integer" }, min: 0, max: 1 },
        cfm_health: { key: { type: "integer", min: 0, max: 100 }, min: 0, max: 1, ephemeral: true },
        cfm_mpid: { key: { type: "integer" }, min: 0, max: 1 },
        cfm_remote_mpids: { key: { type: "integer" }, min: 0, max: "unlimited", ephemeral: true },
        cfm_remote_opstate: { key: { type: "string", enum: ["up", "down"] }, min: 0, max: 1, ephemeral: true },
        duplex: { key: { type: "string", enum: ["half", "full"] }, min: 0, max: 1, ephemeral: true },
        error: { key: { type: "string" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ifindex: { key: { type: "integer", min: 0, max: 4294967295 }, min: 0, max: 1, ephemeral: true },
        ingress_policing_burst: { key: { type: "integer", min: 0 }, min: 1, max: 1 },
        ingress_policing_kpkts_burst: { key: { type: "integer", min: 0 }, min: 1, max: 1 },
        ingress_policing_kpkts_rate: { key: { type: "integer", min: 0 }, min: 1, max: 1 },
        ingress_policing_rate: { key: { type: "integer", min: 0 }, min: 1, max: 1 },
        lacp_current: { key: { type: "boolean" }, min: 0, max: 1, ephemeral: true },
        link_resets: { key: { type: "integer" }, min: 0, max: 1, ephemeral: true },
        link_speed: { key: { type: "integer" }, min: 0, max: 1, ephemeral: true },
        link_state: { key: { type: "string", enum: ["up", "down"] }, min: 0, max: 1, ephemeral: true },
        lldp: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        mac: { key: { type: "string" }, min: 0, max: 1 },
        mac_in_use: { key: { type: "string" }, min: 0, max: 1, ephemeral: true },
        mtu: { key: { type: "integer" }, min: 0, max: 1, ephemeral: true },
        mtu_request: { key: { type: "integer", min: 1 }, min: 0, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1, mutable: false },
        ofport: { key: { type: "integer" }, min: 0, max: 1 },
        ofport_request: { key: { type: "integer", min: 1, max: 65279 }, min: 0, max: 1 },
        options: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        statistics: { key: { type: "string" }, value: { type: "integer" }, min: 0, max: "unlimited", ephemeral: true },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        type: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Manager: {
      indexes: [["target"]],
      columns: {
        connection_mode: { key: { type: "string", enum: ["in-band", "out-of-band"] }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        inactivity_probe: { key: { type: "integer" }, min: 0, max: 1 },
        is_connected: { key: { type: "boolean" }, min: 1, max: 1, ephemeral: true },
        max_backoff: { key: { type: "integer", min: 1000 }, min: 0, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        target: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Mirror: {
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        name: { key: { type: "string" }, min: 1, max: 1 },
        output_port: { key: { type: "uuid", refTable: "Port", refType: "weak" }, min: 0, max: 1 },
        output_vlan: { key: { type: "integer", min: 1, max: 4095 }, min: 0, max: 1 },
        select_all: { key: { type: "boolean" }, min: 1, max: 1 },
        select_dst_port: { key: { type: "uuid", refTable: "Port", refType: "weak" }, min: 0, max: "unlimited" },
        select_src_port: { key: { type: "uuid", refTable: "Port", refType: "weak" }, min: 0, max: "unlimited" },
        select_vlan: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 4096 },
        snaplen: { key: { type: "integer", min: 14, max: 65535 }, min: 0, max: 1 },
        statistics: { key: { type: "string" }, value: { type: "integer" }, min: 0, max: "unlimited", ephemeral: true },
      },
    },
    NetFlow: {
      columns: {
        active_timeout: { key: { type: "integer", min: -1 }, min: 1, max: 1 },
        add_id_to_interface: { key: { type: "boolean" }, min: 1, max: 1 },
        engine_id: { key: { type: "integer", min: 0, max: 255 }, min: 0, max: 1 },
        engine_type: { key: { type: "integer", min: 0, max: 255 }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        targets: { key: { type: "string" }, min: 1, max: "unlimited" },
      },
    },
    Open_vSwitch: {
      isRoot: true,
      maxRows: 1,
      columns: {
        bridges: { key: { type: "uuid", refTable: "Bridge", refType: "strong" }, min: 0, max: "unlimited" },
        cur_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        datapath_types: { key: { type: "string" }, min: 0, max: "unlimited" },
        datapaths: { key: { type: "string" }, value: { type: "uuid", refTable: "Datapath", refType: "strong" }, min: 0, max: "unlimited" },
        db_version: { key: { type: "string" }, min: 0, max: 1 },
        dpdk_initialized: { key: { type: "boolean" }, min: 1, max: 1 },
        dpdk_version: { key: { type: "string" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        iface_types: { key: { type: "string" }, min: 0, max: "unlimited" },
        manager_options: { key: { type: "uuid", refTable: "Manager", refType: "strong" }, min: 0, max: "unlimited" },
        next_cfg: { key: { type: "integer" }, min: 1, max: 1 },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        ovs_version: { key: { type: "string" }, min: 0, max: 1 },
        ssl: { key: { type: "uuid", refTable: "SSL", refType: "strong" }, min: 0, max: 1 },
        statistics: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        system_type: { key: { type: "string" }, min: 0, max: 1 },
        system_version: { key: { type: "string" }, min: 0, max: 1 },
      },
    },
    Port: {
      indexes: [["name"]],
      columns: {
        bond_active_slave: { key: { type: "string" }, min: 0, max: 1 },
        bond_downdelay: { key: { type: "integer" }, min: 1, max: 1 },
        bond_fake_iface: { key: { type: "boolean" }, min: 1, max: 1 },
        bond_mode: { key: { type: "string", enum: ["balance-tcp", "balance-slb", "active-backup"] }, min: 0, max: 1 },
        bond_updelay: { key: { type: "integer" }, min: 1, max: 1 },
        cvlans: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 4096 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        fake_bridge: { key: { type: "boolean" }, min: 1, max: 1 },
        interfaces: { key: { type: "uuid", refTable: "Interface", refType: "strong" }, min: 1, max: "unlimited" },
        lacp: { key: { type: "string", enum: ["active", "passive", "off"] }, min: 0, max: 1 },
        mac: { key: { type: "string" }, min: 0, max: 1 },
        name: { key: { type: "string" }, min: 1, max: 1, mutable: false },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        protected: { key: { type: "boolean" }, min: 1, max: 1 },
        qos: { key: { type: "uuid", refTable: "QoS", refType: "strong" }, min: 0, max: 1 },
        rstp_statistics: { key: { type: "string" }, value: { type: "integer" }, min: 0, max: "unlimited", ephemeral: true },
        rstp_status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        statistics: { key: { type: "string" }, value: { type: "integer" }, min: 0, max: "unlimited", ephemeral: true },
        status: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited", ephemeral: true },
        tag: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 1 },
        trunks: { key: { type: "integer", min: 0, max: 4095 }, min: 0, max: 4096 },
        vlan_mode: { key: { type: "string", enum: ["trunk", "access", "native-tagged", "native-untagged", "dot1q-tunnel"] }, min: 0, max: 1 },
      },
    },
    QoS: {
      isRoot: true,
      columns: {
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        queues: { key: { type: "integer", min: 0, max: 4294967295 }, value: { type: "uuid", refTable: "Queue", refType: "strong" }, min: 0, max: "unlimited" },
        type: { key: { type: "string" }, min: 1, max: 1 },
      },
    },
    Queue: {
      isRoot: true,
      columns: {
        dscp: { key: { type: "integer", min: 0, max: 63 }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        other_config: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
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
      },
    },
    sFlow: {
      columns: {
        agent: { key: { type: "string" }, min: 0, max: 1 },
        external_ids: { key: { type: "string" }, value: { type: "string" }, min: 0, max: "unlimited" },
        header: { key: { type: "integer" }, min: 0, max: 1 },
        polling: { key: { type: "integer" }, min: 0, max: 1 },
        sampling: { key: { type: "integer" }, min: 0, max: 1 },
        targets: { key: { type: "string" }, min: 1, max: "unlimited" },
      },
    },
  },
};
