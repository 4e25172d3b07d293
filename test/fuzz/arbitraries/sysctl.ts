import fc from "fast-check";
import { linksOf } from "../links";
import { freshName, picked, type SysctlItem } from "../program";
import { LINK_KEYS, PLACE_KEYS } from "../sysctls";
import { byName, type Growth, namesIn, pick } from "./common";
import { pickedPlace } from "./links";

const parameter = (keys: typeof PLACE_KEYS) =>
  fc.constantFrom(...keys).chain(([key, values]) => fc.record({ key: fc.constant(key), value: values }));

export const sysctls: fc.Arbitrary<Growth<SysctlItem>> = fc.oneof(
  fc.record({ byName, place: pick, parameter: parameter(PLACE_KEYS) }).map(
    ({ byName, place, parameter }): Growth<SysctlItem> =>
      (program) => ({
        ...{ kind: "Sysctl", name: freshName("knob", namesIn(program)), formerly: undefined, byName },
        args: { ...parameter, link: undefined, namespace: pickedPlace(program, place) },
      }),
  ),
  fc.record({ byName, link: pick, parameter: parameter(LINK_KEYS) }).map(
    ({ byName, link: at, parameter }): Growth<SysctlItem> =>
      (program) => {
        const link = picked(linksOf(program), at);
        return (
          link && {
            ...{ kind: "Sysctl", name: freshName("knob", namesIn(program)), formerly: undefined, byName },
            args: { ...parameter, link: link.ref, namespace: link.place },
          }
        );
      },
  ),
);
