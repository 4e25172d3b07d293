// The names and addresses of examples/seed, for the proof of the quickstart.
export const seed = {
  namespaces: { red: "red", blue: "blue", outside: "lan" },
  addresses: { blue: "192.168.15.2", outside: "192.168.1.3" },
  forward: { url: "http://192.168.1.2/", port: 80 },
};
