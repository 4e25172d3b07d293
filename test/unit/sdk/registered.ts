import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** A program's registration of one resource, by name. */
export interface Registration {
  readonly type: string;
  /** Without `mark` and `__provider`, which are the same for every kind. */
  readonly inputs: Record<string, unknown>;
  readonly deletedWith: string;
  readonly replaceWith: readonly string[];
  readonly dependsOn: readonly string[];
}

export interface Registered {
  readonly resources: Readonly<Record<string, Registration>>;
  readonly marks: Readonly<Record<string, unknown>>;
  readonly providers: ReadonlySet<unknown>;
}

/** Runs a program as a user's unit test would. Returns its registrations. */
export async function registered(program: () => readonly pulumi.Resource[]): Promise<Registered> {
  const resources: Record<string, Registration> = {};
  const marks: Record<string, unknown> = {};
  const providers = new Set<unknown>();

  const mocks: pulumi.runtime.Mocks = {
    call: () => ({}),
    newResource: ({ name, inputs, type }) => ({
      id: `${name}-id`,
      state: { ...inputs, ...OUTPUTS[type.split(":").at(-1) ?? ""] },
    }),
  };

  await pulumi.runtime.setMocks(mocks);
  const monitor: unknown = pulumi.runtime.getMonitor();
  if (!(monitor instanceof MockMonitor)) throw new Error("the mocks are not in place");
  const register = monitor.registerResource.bind(monitor);
  // The mocks themselves get neither options nor dependencies.
  monitor.registerResource = async (request, callback) => {
    const { mark, __provider, ...inputs } = pulumi.runtime.deserializeProperties(request.getObject());
    const name: string = request.getName();
    marks[name] = mark;
    providers.add(__provider);
    resources[name] = {
      type: request.getType(),
      inputs,
      deletedWith: nameOf(request.getDeletedwith()),
      replaceWith: request.getReplaceWithList().map(nameOf),
      dependsOn: request.getDependenciesList().map(nameOf).sort(),
    };
    await register(request, callback);
  };
  await Promise.all(program().map(({ urn }) => value(urn)));
  return { resources, marks, providers };
}

/** Values that only the kernel knows. */
const OUTPUTS: Readonly<Record<string, object>> = {
  Namespace: { path: "/run/netns/red", inode: 4026532224 },
  Bridge: { ifindex: 7 },
  VethPair: { ifindex: 8, peerIfindex: 9 },
  Address: { ip: "192.168.15.1" },
  Sysctl: { former: { args: { value: "0" } } },
};

const nameOf = (urn: string): string => urn.split("::")[3] ?? "";

/** The value of an output. */
export const value = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply((known) => resolve(known));
  });

/** The registration of a resource without dependencies. */
export const standing = (kind: string, inputs: Record<string, unknown>): Registration => ({
  type: `pulumi-nodejs:dynamic/netns:${kind}`,
  inputs,
  deletedWith: "",
  replaceWith: [],
  dependsOn: [],
});

/** The registration of a resource that is deleted with `owners`, the first of which deletes it in the kernel. */
export const owned = (
  kind: string,
  inputs: Record<string, unknown>,
  owners: readonly [string, ...string[]],
): Registration => ({
  ...standing(kind, inputs),
  deletedWith: owners[0],
  replaceWith: owners,
  dependsOn: [...owners].sort(),
});
