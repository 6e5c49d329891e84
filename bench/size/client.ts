/** What of the client a program has that follows a database and writes to it: the entry of the bundle that is measured. */
export { operations, Session } from "ovsdb-jsonrpc";
