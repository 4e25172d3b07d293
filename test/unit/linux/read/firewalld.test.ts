import { expect } from "chai";
import { parseListing } from "../../../../provider/linux/read/firewalld";

// Printed by firewall-cmd 1.3.
const LISTING = `docker (default, active)
  target: default
  icmp-block-inversion: no
  interfaces: docker0 br-1
  ports: 80/tcp 8000-8010/udp
  forward-ports: 
	port=80:proto=tcp:toport=8080:toaddr=
  rich rules: 
	rule priority="-1" family="ipv4" accept
	rule family="ipv4" log prefix="a: b" level="info"

pn-0123456789ab
  summary: 
  description: pulumi-netns:FilterRule:0123456789ab:lab/dev/x
`;

describe("parseListing", () => {
  it("reads zones and policies, with the lines under each word", () => {
    const found = parseListing(LISTING).map(({ name, says }) => ({ name, says: Object.fromEntries(says) }));
    expect(found).to.deep.equal([
      {
        name: "docker",
        says: {
          target: ["default"],
          "icmp-block-inversion": ["no"],
          interfaces: ["docker0", "br-1"],
          ports: ["80/tcp", "8000-8010/udp"],
          "forward-ports": ["port=80:proto=tcp:toport=8080:toaddr="],
          "rich rules": [
            'rule priority="-1" family="ipv4" accept',
            'rule family="ipv4" log prefix="a: b" level="info"',
          ],
        },
      },
      {
        name: "pn-0123456789ab",
        says: { summary: [], description: ["pulumi-netns:FilterRule:0123456789ab:lab/dev/x"] },
      },
    ]);
  });

  it("finds nothing in an empty listing", () => {
    expect([parseListing(undefined), parseListing("")]).to.deep.equal([[], []]);
  });
});
