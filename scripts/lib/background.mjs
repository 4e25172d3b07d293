import { spawn } from "node:child_process";
import { root } from "./paths.mjs";
import { Problem, tail } from "./problem.mjs";

const patience = 15_000;

/** Starts a server that reports when it is ready and ends with its standard input. Resolves to a function that stops it. */
export function startServer(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: "pipe" });
    const closed = new Promise((done) => child.once("close", done));
    const stop = () => {
      child.stdin.destroy();
      return closed;
    };
    let output = "";
    const fail = (reason) => {
      clearTimeout(timer);
      child.kill();
      reject(new Problem(`The web server did not start: ${reason}.`, { details: tail(output) }));
    };
    const timer = setTimeout(() => fail("nothing was heard of it"), patience);
    const listen = (chunk) => {
      output += chunk;
      if (!output.includes("listening")) return;
      clearTimeout(timer);
      resolve(stop);
    };
    child.stdin.on("error", () => {});
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.once("error", (error) => fail(error.message));
    child.once("close", (code) => fail(`it ended with exit code ${code}`));
  });
}
