import { PROTOCOL } from "../../linux/marks/protocol";
import { tableOf } from "../../linux/read/routeTables";
import type { Journey } from "../journey";
import type { Device, Place } from "../network/network";
import { destinationOf, routeFor, type TableRoute } from "../network/placeDetails";
import type { Owner } from "../owners";

/** The routes that places have taken on a journey. */

/** Where a packet comes from: a link, or a program of the place itself. */
export interface Arrival {
  readonly link: Device;
  /** Who has sent it here. */
  readonly from: Place;
}

export const routeKey = ({ name }: Place, destination: string): string => `${name ?? ""}/${destination}`;

/** Whose the route is that a place has taken to a destination, whatever table it is in. */
export function ownerOfRoute(journey: Journey, place: Place, destination: string): Owner | undefined {
  const route = routeTaken(journey, place, destination);
  return route?.protocol === PROTOCOL
    ? journey.owners.ofRoute(place, destinationOf(route, destination), route.metric, tableOf(route.table))
    : undefined;
}

/** The route that a place has taken to a destination; where it has taken none, that of its main table. */
export function routeTaken(journey: Journey, place: Place, destination: string): TableRoute | undefined {
  const facts = journey.facts.get(place);
  return journey.routes.get(routeKey(place, destination)) ?? (facts && routeFor(facts, destination));
}
