import { PROTOCOL } from "../../linux/marks/protocol";
import { tableOf } from "../../linux/read/routeTables";
import type { Journey } from "../journey";
import type { Device, Place } from "../network/network";
import { destinationOf, routeFor, type TableRoute } from "../network/placeDetails";
import type { Owner } from "../owners";

/** The routes that places have used on a journey. */

/** The link that a packet enters by. */
export interface Arrival {
  readonly link: Device;
  /** The place that sent it. */
  readonly from: Place;
}

export const routeKey = ({ name }: Place, destination: string): string => `${name ?? ""}/${destination}`;

/** Returns the owner of the route that a place has used for a destination, in any table. */
export function ownerOfRoute(journey: Journey, place: Place, destination: string): Owner | undefined {
  const route = routeTaken(journey, place, destination);
  return route?.protocol === PROTOCOL
    ? journey.owners.ofRoute(place, destinationOf(route, destination), route.metric, tableOf(route.table))
    : undefined;
}

/** Returns the route that a place has used for a destination. Default: the one in its main table. */
export function routeTaken(journey: Journey, place: Place, destination: string): TableRoute | undefined {
  const facts = journey.facts.get(place);
  return journey.routes.get(routeKey(place, destination)) ?? (facts && routeFor(facts, destination));
}
