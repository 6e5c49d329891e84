#!/usr/bin/env python3
"""A provider that is a program, of which there are several: copies in which the next line says something else."""
GENERATION = 0

import json
import os
import sys

# A generation below zero is a program that does not work.
if GENERATION < 0:
    sys.exit(3)

with open(sys.argv[0] + ".pid", "w") as file:
    file.write(str(os.getpid()))

for line in sys.stdin:
    message = json.loads(line)
    method, params = message["method"], message["params"]
    if method == "initialize":
        result = {"protocol": 1, "maintainedOptions": ["agent-generation"]}
    elif method == "prepare":
        result = {"ready": True}
        if params["operation"] == "create":
            # Every other generation has other names for the same interfaces.
            name = ("a-" if GENERATION % 2 == 1 else "") + params["lport"]["name"]
            options = {"agent-generation": str(GENERATION)}
            result["interface"] = {"name": name[:15], "type": "internal", "options": options}
    elif method == "shutdown":
        result = None
    else:
        continue
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
    sys.stdout.flush()
