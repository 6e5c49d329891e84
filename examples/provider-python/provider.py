#!/usr/bin/env python3
"""A plug provider for vifplugd in Python, with the standard library only.

A file has a line `LPORT INTERFACE` for each logical port, and the configuration names the file:

    providers:
      - type: pinned
        command: [/usr/libexec/vifplugd/provider.py]
        options: { file: /etc/vifplugd/pins }

One JSON-RPC message a line comes on standard input and goes to standard output (docs/providers.md).
"""
import json
import os
import select
import sys

OPTION = "pinned-by"
SCHEMA = {
    "type": "object",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


def write(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")


class Pins:
    """The lookup table: the file's lines, read again when the file is another one."""

    def __init__(self, path):
        self.path, self.stamp, self.names = path, None, {}

    def read(self):
        """Which logical ports have another line than before."""
        try:
            status = os.stat(self.path)
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        except FileNotFoundError:
            stamp = None
        if stamp == self.stamp:
            return []
        self.stamp, before, self.names = stamp, self.names, {}
        if stamp is not None:
            with open(self.path, encoding="utf-8") as lines:
                pairs = (line.split() for line in lines)
                self.names = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
        return [lport for lport in before.keys() | self.names.keys() if before.get(lport) != self.names.get(lport)]

    def prepare(self, params):
        lport, current = params["lport"]["name"], params["interface"]
        name = self.names.get(lport)
        if params["operation"] == "remove":
            if current is not None and name == current["name"]:
                return {"ready": False, "reason": f"still pinned to {name}: remove its line from {self.path}"}
            return {"ready": True}
        if name is None:
            return {"ready": False, "reason": f'not pinned: add a line "{lport} INTERFACE" to {self.path}'}
        return {"ready": True, "interface": {"name": name, "type": "internal", "options": {OPTION: self.path}}}


def main():
    pins, rest = None, b""
    while True:
        # Messages come when they come; the file is looked at four times a second.
        readable, _, _ = select.select([sys.stdin], [], [], 0.25)
        if readable:
            chunk = os.read(sys.stdin.fileno(), 1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                message = json.loads(line)
                method, params = message["method"], message["params"]
                if method == "initialize":
                    pins = Pins(params["options"].get("file", ""))
                    pins.read()
                    introduction = {
                        "protocol": 1,
                        "summary": "interfaces that an administrator pins to logical ports in a file",
                        "maintainedOptions": [OPTION],
                        "optionsSchema": SCHEMA,
                    }
                    write({"id": message["id"], "result": introduction})
                elif method == "prepare":
                    write({"id": message["id"], "result": pins.prepare(params)})
                elif method == "shutdown":
                    write({"id": message["id"], "result": None})
        if pins is not None:
            changed = pins.read()
            if changed:
                write({"method": "changed", "params": {"lports": sorted(changed)}})
        sys.stdout.flush()


if __name__ == "__main__":
    main()
