"""Loads the benchmark's Port_Bindings with the Python IDL; prints milliseconds and rows as JSON."""

import json
import sys
import time

import ovs.db.idl
import ovs.json
import ovs.poller

remote, schema, *columns = sys.argv[1:]
started = time.monotonic()
helper = ovs.db.idl.SchemaHelper(schema)
helper.register_columns("Port_Binding", columns)
idl = ovs.db.idl.Idl(remote, helper)
while not idl.run() or not idl.has_ever_connected():
    poller = ovs.poller.Poller()
    idl.wait(poller)
    poller.block()
milliseconds = (time.monotonic() - started) * 1000
print(json.dumps({"milliseconds": milliseconds, "rows": len(idl.tables["Port_Binding"].rows), "parser": ovs.json.PARSER}))
