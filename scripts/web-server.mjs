#!/usr/bin/env node
// A web server that names the namespace it runs in: node web-server.mjs PORT NAMESPACE
import { createServer } from "node:http";

const [port, namespace] = process.argv.slice(2);

const server = createServer(({ socket }, response) => {
  response.setHeader("connection", "close");
  response.end(
    `Hello from the namespace ${namespace}, ${socket.localAddress}:${socket.localPort}, to ${socket.remoteAddress}\n`,
  );
});

server.once("error", (error) => {
  console.error(`cannot listen on port ${port} of the namespace ${namespace}: ${error.message}`);
  process.exit(1);
});
server.listen({ port: Number(port), host: "0.0.0.0" }, () => console.log("listening"));

// The process that started it holds its standard input, so the server ends with that process.
process.stdin.resume().once("end", () => process.exit(0));
