#!/usr/bin/env node
import { setup } from "./lib/setup.mjs";
import { main } from "./lib/terminal.mjs";

await main(async () => {
  await setup();
});
