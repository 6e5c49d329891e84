#!/bin/sh
# A plug provider for vifplugd in ten lines of shell: an internal interface named after the logical port.
#
#     providers: [{ type: shell, command: [/usr/libexec/vifplugd/provider.sh] }]
#
# One JSON-RPC message a line. Each line is looked at from its beginning, where vifplugd writes the fields always in this order:
# further on are the options of ports, whose names may be `id` or `method`. Names with a quotation mark are none for it.
while IFS= read -r line; do
  id=$(printf '%s\n' "$line" | sed -n 's/^{"jsonrpc":"2.0","id":\([0-9]*\),.*/\1/p')
  name=$(printf '%s\n' "$line" | sed -n 's/.*,"lport":{"name":"\([^"]*\)".*/\1/p' | cut -b 1-15)
  case ${line#'{"jsonrpc":"2.0","id":'"$id"','} in
    '"method":"initialize"'*) result='{"protocol":1,"summary":"an internal interface, by a shell"}' ;;
    '"method":"prepare","params":{"operation":"remove"'*) result='{"ready":true}' ;;
    '"method":"prepare"'*) result='{"ready":true,"interface":{"name":"'$name'","type":"internal"}}' ;;
    '"method":"shutdown"'*) result=null ;;
    *) continue ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
done
