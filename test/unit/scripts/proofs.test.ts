import { expect } from "chai";
import { load } from "./load";

interface Proof {
  title: string;
  command: string[];
  server?: string[];
}

describe("scripts: the proof of the quickstart", () => {
  it("is four commands that a person could type", async () => {
    const [{ proofs, typed }, { seed }] = await Promise.all([load("proofs"), load("seed")]);
    const commands = (hasCurl: boolean) => proofs(seed, hasCurl).map((proof: Proof) => typed(proof.command));
    const first = [
      "ip netns",
      "ip netns exec red ping -c 3 -i 0.2 192.168.15.2",
      "ip netns exec blue ping -c 3 -i 0.2 192.168.1.3",
    ];
    expect(commands(true)).to.deep.equal([...first, "ip netns exec lan curl -sS -m 5 http://192.168.1.2/"]);
    expect(commands(false)).to.deep.equal([
      ...first,
      `ip netns exec lan node -e 'fetch("http://192.168.1.2/").then((answer) => answer.text()).then(console.log)'`,
    ]);
    expect(proofs(seed, true).map(({ server }: Proof) => server && typed(server))).to.deep.equal([
      undefined,
      undefined,
      undefined,
      "ip netns exec blue node scripts/web-server.mjs 80 blue",
    ]);
  });

  it("accepts an answer only if the command succeeded and printed the expected texts", async () => {
    const { disproof } = await load("proofs");
    const proof = { expect: ["red", "blue"], failure: "a namespace is missing" };
    expect(disproof(proof, { code: 0, output: "blue\nred\n" })).to.equal(undefined);
    expect(disproof(proof, { code: 0, output: "blue\n" })).to.equal(
      'a namespace is missing (no "red" in the answer)',
    );
    expect(disproof(proof, { code: 2, output: "blue\nred\n" })).to.equal(
      "a namespace is missing (exit code 2)",
    );
  });

  it("quotes words for a shell if necessary", async () => {
    const { typed } = await load("proofs");
    expect(typed(["echo", "it's", "a b", "x/y:80"])).to.equal("echo 'it'\\''s' 'a b' x/y:80");
  });
});
