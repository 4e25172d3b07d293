import * as vega from "vega";
import { compile } from "vega-lite";
import { contendersIn, secondsOf } from "./results.mjs";

const steps = ["up", "destroy"];

/** For each shape how `up` and `destroy` grow, as SVG. */
export async function plots({ measurements }) {
  const shapes = [...new Set(measurements.map(({ shape }) => shape))];
  const drawn = shapes.flatMap((shape) =>
    steps.map(async (step) => {
      const ofShape = measurements.filter((measurement) => measurement.shape === shape);
      return [`${shape}-${step}`, await svg(chart(`${step} of a ${shape}`, pointsOf(ofShape, step)))];
    }),
  );
  return Object.fromEntries(await Promise.all(drawn));
}

const pointsOf = (measurements, step) =>
  measurements.flatMap((measurement) =>
    contendersIn(measurement).flatMap((contender) => {
      const seconds = secondsOf(measurement, contender, step);
      return seconds === undefined ? [] : [{ nodes: measurement.n, contender, seconds }];
    }),
  );

/** A line for each contender, on logarithmic axes. */
const chart = (title, values) => ({
  ...{ title, width: 480, height: 360, background: "white", data: { values } },
  mark: { type: "line", point: true },
  encoding: {
    x: {
      ...{ field: "nodes", type: "quantitative", scale: { type: "log", nice: false } },
      axis: { values: [...new Set(values.map(({ nodes }) => nodes))] },
    },
    y: {
      field: "seconds",
      type: "quantitative",
      scale: { type: "log", nice: false },
      axis: { format: "~g" },
    },
    color: {
      // In the order of the contenders, not of the alphabet.
      ...{ field: "contender", type: "nominal", sort: null, scale: { scheme: "tableau20" } },
      legend: { title: null, labelLimit: 0 },
    },
  },
});

const svg = (spec) => new vega.View(vega.parse(compile(spec).spec), { renderer: "none" }).toSVG();
