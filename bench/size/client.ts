/** The entry of the measured bundle: the part of the client that a program needs to follow a database and to write. */
export { operations, Session } from "ovsdb-jsonrpc";
