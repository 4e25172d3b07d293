import * as vega from "vega";
import { compile } from "vega-lite";
import { contendersIn, secondsOf } from "./results.mjs";

const steps = ["up", "destroy"];

/** SVG plots of how `up` and `destroy` grow, one per shape. */
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

/** A line per contender, on logarithmic axes. */
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
      // Sorted like the contenders, not by name.
      ...{ field: "contender", type: "nominal", sort: null, scale: { scheme: "tableau20" } },
      legend: { title: null, labelLimit: 0 },
    },
  },
});

const svg = (spec) => new vega.View(vega.parse(compile(spec).spec), { renderer: "none" }).toSVG();
