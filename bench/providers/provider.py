#!/usr/bin/env python3
"""The plainest provider in Python: as the built-in `dummy`, an internal interface named after the logical port."""
import json
import sys

for line in sys.stdin:
    message = json.loads(line)
    method, params = message["method"], message["params"]
    if method == "initialize":
        result = {"protocol": 1}
    elif method == "prepare":
        result = {"ready": True}
        if params["operation"] == "create":
            result["interface"] = {"name": params["lport"]["name"][:15], "type": "internal"}
    elif method == "shutdown":
        result = None
    else:
        continue
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
    sys.stdout.flush()
