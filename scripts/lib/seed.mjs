// What examples/seed builds; the proof of the quickstart speaks of the same names and addresses.
export const seed = {
  namespaces: { red: "red", blue: "blue", outside: "lan" },
  addresses: { blue: "192.168.15.2", outside: "192.168.1.3" },
  forward: { url: "http://192.168.1.2/", port: 80 },
};
