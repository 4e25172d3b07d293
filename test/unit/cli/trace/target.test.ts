import { expect } from "chai";
import { destinationIn } from "../../../../cli/trace/target";

describe("destinations of a trace", () => {
  const good: Readonly<Record<string, object>> = {
    blue: { to: { namespace: "blue" }, protocol: "icmp" },
    host: { to: { namespace: undefined }, protocol: "icmp" },
    "192.168.15.2": { to: { ip: "192.168.15.2" }, protocol: "icmp" },
    "FD00:0::2": { to: { ip: "fd00::2" }, protocol: "icmp" },
    "blue:80": { to: { namespace: "blue" }, protocol: "tcp", port: 80 },
    "192.168.15.2:53/udp": { to: { ip: "192.168.15.2" }, protocol: "udp", port: 53 },
    "[fd00::2]:443/tcp": { to: { ip: "fd00::2" }, protocol: "tcp", port: 443 },
    "-:22": { to: { namespace: undefined }, protocol: "tcp", port: 22 },
  };
  for (const [text, destination] of Object.entries(good)) {
    it(text, () => {
      expect(destinationIn(text)).to.deep.equal(destination);
    });
  }

  const bad: Readonly<Record<string, RegExp>> = {
    "": /not a destination/,
    "blue:": /not a port/,
    "blue:0": /not a port/,
    "blue:65536": /not a port/,
    "blue:80/sctp": /not a port/,
    "192.168.15.2/24": /not a destination/,
    "[red]:80": /not an IPv6 address/,
    "re d": /neither a namespace nor host/,
    "42": /neither a namespace nor host/,
  };
  for (const [text, message] of Object.entries(bad)) {
    it(`not ${JSON.stringify(text)}`, () => {
      expect(() => destinationIn(text)).to.throw(message);
    });
  }
});
