import { contendersIn, secondsOf } from "./results.mjs";

const size = { width: 720, height: 440 };
const frame = { left: 56, right: 200, top: 40, bottom: 44 };
const inner = {
  width: size.width - frame.left - frame.right,
  height: size.height - frame.top - frame.bottom,
};
const colours = [
  ...["#1b6ca8", "#9cc4e0", "#2a9d5c", "#a5d9bb", "#c0392b", "#eab0a8", "#555555", "#bbbbbb"],
  ...["#e08e0b", "#8e44ad", "#7a5c3e", "#111111", "#0aa5a5"],
];

/** For each shape that was measured at several sizes: how `up` and `destroy` grow. */
export function plots({ measurements }) {
  const shapes = [...new Set(measurements.map(({ shape }) => shape))];
  const pairs = shapes.flatMap((shape) => ["up", "destroy"].map((step) => [shape, step]));
  return Object.fromEntries(
    pairs.map(([shape, step]) => {
      const lines = linesOf(
        measurements.filter((measurement) => measurement.shape === shape),
        step,
      );
      return [`${shape}-${step}`, chart(`${step} of a ${shape}: seconds by number of nodes`, lines)];
    }),
  );
}

const linesOf = (measurements, step) =>
  [...new Set(measurements.flatMap(contendersIn))].map((name) => ({
    name,
    points: measurements
      .map((measurement) => [measurement.n, secondsOf(measurement, name, step)])
      .filter(([, seconds]) => seconds !== undefined)
      .sort(([a], [b]) => a - b),
  }));

/** Lines on logarithmic axes, named at their right ends. */
function chart(title, lines) {
  const points = lines.flatMap((line) => line.points);
  const x = axis(
    points.map(([n]) => n),
    frame.left,
    inner.width,
  );
  const y = axis(
    points.map(([, seconds]) => seconds),
    frame.top + inner.height,
    -inner.height,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(frame.left, 20, title, 'font-size="14" font-weight="bold"'),
    ...x.ticks.flatMap((n) => [
      segment(x.at(n), frame.top, x.at(n), frame.top + inner.height),
      text(x.at(n), size.height - 20, n, 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((seconds) => [
      segment(frame.left, y.at(seconds), frame.left + inner.width, y.at(seconds)),
      text(frame.left - 8, y.at(seconds) + 4, seconds, 'text-anchor="end"'),
    ]),
    ...lines.flatMap((line, at) => drawn(line, colours[at % colours.length], x, y)),
    ...legend(lines),
    "</svg>\n",
  ].join("\n");
}

const drawn = ({ points }, colour, x, y) => [
  `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([n, s]) => `${round(x.at(n))},${round(y.at(s))}`).join(" ")}"/>`,
  ...points.map(([n, s]) => `<circle cx="${round(x.at(n))}" cy="${round(y.at(s))}" r="3" fill="${colour}"/>`),
];

/** In the order in which the lines end, the slowest first, as the eye finds them. */
function legend(lines) {
  const left = frame.left + inner.width + 12;
  const last = ({ points }) => points.at(-1)?.[1] ?? 0;
  return lines
    .map(({ name, points }, at) => ({ name, points, colour: colours[at % colours.length] }))
    .sort((a, b) => last(b) - last(a))
    .map(({ name, colour }, at) => text(left, frame.top + 12 + at * 20, name, `fill="${colour}"`));
}

/** A logarithmic scale over the values, with ticks at 1, 2 and 5 of each power of ten. */
function axis(values, start, length) {
  const [least, most] = [Math.log10(Math.min(...values)) - 0.05, Math.log10(Math.max(...values)) + 0.05];
  const at = (value) => start + ((Math.log10(value) - least) / (most - least)) * length;
  const powers = Array.from(
    { length: Math.ceil(most) - Math.floor(least) + 1 },
    (_, i) => Math.floor(least) + i,
  );
  const ticks = powers
    .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => Math.log10(value) >= least && Math.log10(value) <= most);
  return { at, ticks };
}

const round = (number) => Math.round(number * 10) / 10;

const text = (x, y, content, more = "") => `<text x="${round(x)}" y="${round(y)}" ${more}>${content}</text>`;

const segment = (x1, y1, x2, y2) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#dddddd"/>`;
