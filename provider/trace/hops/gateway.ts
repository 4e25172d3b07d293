import { tableOf } from "../../linux/read/routeTables";
import { lostAddress, restored } from "../drift";
import type { Fault } from "../fault";
import type { Journey } from "../journey";
import { type Place, placeName } from "../network/network";
import { destinationOf, MAIN } from "../network/placeDetails";
import { ownerName } from "../owners";
import { ipIn, routeCode } from "../suggestions";
import type { Router } from "./routers";
import { ownerOfRoute, routeTaken } from "./taken";

/**
 * Returns the fix for a wrong gateway. `need` is the missing address at the gateway, which another resource may have
 * lost.
 */
export function gatewayFix(
  journey: Journey,
  place: Place,
  destination: string,
  router: Router | undefined,
  need: { readonly ip: string; readonly who: string },
): Pick<Fault, "fix" | "code" | "owner"> {
  const lost = lostAddress(journey, need.ip);
  if (lost) return restored(lost);
  const route = routeTaken(journey, place, destination);
  const owner = ownerOfRoute(journey, place, destination);
  const give = `give ${need.who} that address`;
  if (route?.nexthops)
    return {
      fix: `remove that nexthop from ${owner ? `\`nexthops\` of ${ownerName(owner)}` : "the route"}, or ${give}`,
      owner,
    };
  if (!router)
    return { fix: `change ${owner ? `\`via\` of ${ownerName(owner)}` : "the route"}, or ${give}`, owner };
  const via = `${router.ip}, which is ${placeName(router.place.name)}`;
  if (owner) return { fix: `change \`via\` of ${ownerName(owner)} to ${via}`, owner };
  const table = route && route.table !== MAIN ? tableOf(route.table) : undefined;
  const single = `${destination}/${destination.includes(":") ? 128 : 32}`;
  // A resource would not adopt an existing route.
  const isTaken = route && destinationOf(route, destination) === single;
  const words = `${ipIn(place)} route replace ${destination} via ${router.ip}${table === undefined ? "" : ` table ${table}`}`;
  return {
    fix: `${need.ip === destination ? "send it via" : "change the route to"} ${via}`,
    code: isTaken ? words : routeCode(place, destination, router.ip, table),
  };
}
