// A provider that does nothing: the measured rest is the engine, the program and two starts of node.
const { isDeepStrictEqual } = require("node:util");

exports.provider = {
  async check(_olds, inputs) {
    return { inputs };
  },
  async diff(_id, olds, news) {
    return { changes: Object.keys(news).some((key) => !isDeepStrictEqual(olds[key], news[key])) };
  },
  async create(inputs) {
    return { id: inputs.mark, outs: outputs(inputs) };
  },
  async read(id, props) {
    return { id, props };
  },
  async update(_id, _olds, news) {
    return { outs: outputs(news) };
  },
  async delete() {},
};

const outputs = (inputs) => ({ ...inputs, ip: String(inputs.address).split("/")[0] });
