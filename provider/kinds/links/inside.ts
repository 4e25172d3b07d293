import type { Content } from "../../engine/definition";
import { type Command, showLink, showLinks, showNamespaceIds } from "../../linux/command";
import { MARK_PREFIX } from "../../linux/marks/mark";
import type { Place } from "../../linux/marks/objectName";
import { type Plan, wait } from "../../linux/plan";
import { isCableEnd, type Link, parseLink } from "../../linux/read/link";
import { parseNamespaceIds } from "../../linux/read/namespaceId";
import { linksIn, linksMade, memberOf, stackedOn } from "./attached";

/** The content of a network namespace, and the far ends of its cables. */
export interface Inside extends Content {
  readonly farEnds: readonly FarEnd[];
}

/** The far end of a cable that leads out of a namespace. */
interface FarEnd {
  readonly namespace: string | undefined;
  readonly index: number;
  readonly mark: string;
}

/**
 * How long far ends of cables may take to disappear, even if another run's `ip` has the namespace open. Short intervals
 * keep the deletion short for everything that waits for it.
 */
const FIRST_GONE_MS = 16;
const GONE_MS = 8;
const GONE_POLLS = 1500;

export function* inside(name: string): Plan<Inside> {
  const [answer] = yield [showLinks(name)];
  const links = linksIn(answer);
  const far = yield* farEndsOf(name, links);
  return {
    links: [...linksMade(links).map((link) => memberOf(name, link)), ...far.flatMap(({ links }) => links)],
    places: [{ namespace: name }, ...far.flatMap(({ places }) => places)],
    farEnds: far.map(({ end }) => end),
  };
}

export const NOTHING: Content = { links: [], places: [] };

/**
 * Finds the far end of a cable by its near end, which is among `links`, and everything that is deleted with it.
 */
export function* farEndOf({ namespace, link: name }: Place, links: readonly Link[]): Plan<Content> {
  const near = links.find(({ ifname }) => ifname === name);
  if (!near) return NOTHING;
  if (near.link_netnsid === undefined)
    return { links: [], places: near.link ? [{ namespace, link: near.link }] : [] };
  const [found] = yield* farEndsOf(namespace, [near]);
  return found ?? NOTHING;
}

/** A far end with the links on top of it. Its place is known only if its namespace has a name. */
interface Found extends Content {
  readonly end: FarEnd;
  readonly places: readonly Place[];
}

/**
 * Finds the far ends of cables. Most are in the host's own namespace, which is cheap to ask. To identify a namespace by
 * its number, `ip` opens every namespace.
 */
function* farEndsOf(name: string | undefined, links: readonly Link[]): Plan<Found[]> {
  const ends = links
    .filter(isCableEnd)
    .flatMap(({ link_netnsid: id, link_index: index, ifalias: mark }) =>
      id !== undefined && index !== undefined && mark?.startsWith(MARK_PREFIX) ? [{ id, index, mark }] : [],
    );
  if (ends.length === 0) return [];
  // From the host's point of view, an end with a number is elsewhere, and another link may have its index.
  const [answer] = name === undefined ? [] : yield [showLinks(undefined)];
  const here = linksIn(answer);
  const isHere = ends.map((end) => linkOf(end, here) !== undefined);
  const [ids] = isHere.includes(false) ? yield [showNamespaceIds(name)] : [];
  const names = parseNamespaceIds(ids);
  // An end in a namespace without a name cannot be looked for. An end in the host's own needs no wait.
  const placed = ends.map(({ id, ...end }, at) => ({
    ...end,
    namespace: isHere[at] ? undefined : names.get(id),
  }));
  const others = [...new Set(placed.flatMap(({ namespace }) => namespace ?? []))];
  const told = yield others.map(showLinks);
  const around = new Map<string | undefined, readonly Link[]>([
    [undefined, here],
    ...others.map((other, at) => [other, linksIn(told[at])] as const),
  ]);
  return placed.map((end) => {
    const { namespace } = end;
    const beside = around.get(namespace) ?? [];
    const name = linkOf(end, beside)?.ifname;
    if (name === undefined) return { end, links: [], places: [] };
    const stacked = stackedOn(beside, name);
    return {
      end,
      links: stacked.map((link) => memberOf(namespace, link)),
      places: [{ namespace, link: name }],
    };
  });
}

const linkOf = ({ index, mark }: Pick<FarEnd, "index" | "mark">, links: readonly Link[]): Link | undefined =>
  links.find(({ ifindex, ifalias }) => ifindex === index && ifalias === mark);

/** Shows a link by its index, which `ip` accepts as a name. Another link may have its name by now. */
const showIndex = (namespace: string | undefined, index: number): Command =>
  showLink(namespace, `if${index}`);

/** Waits until no far end is left. The deletion itself has succeeded, so a timeout is not an error. */
export function* untilGone(ends: readonly FarEnd[]): Plan {
  let left = ends;
  for (let poll = 0; poll < GONE_POLLS && left.length > 0; poll++) {
    yield wait(poll === 0 ? FIRST_GONE_MS : GONE_MS);
    const answers = yield left.map(({ namespace, index }) => showIndex(namespace, index));
    left = left.filter(({ mark }, at) => parseLink(answers[at])?.ifalias === mark);
  }
}
