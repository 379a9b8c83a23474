import { configuration } from "./goal";
import { Provider } from "./providers";
import type { ResourceState } from "./state";
import { packageOf, typeOf } from "./urn";
import { secret, type Properties } from "./values";

/** The providers of one run, configured when first needed. */
export class Registry {
  private readonly configured = new Map<string, Promise<Provider>>();

  /**
   * @param addresses by package
   * @param config the stack's, `namespace:name`
   * @param find a provider resource by URN
   */
  constructor(
    private readonly addresses: Record<string, string>,
    private readonly config: Record<string, string>,
    private readonly secretKeys: string[],
    private readonly find: (urn: string) => ResourceState | undefined,
  ) {}

  close(): void {
    for (const provider of this.configured.values()) {
      provider.then((instance) => instance.close()).catch(() => undefined);
    }
  }

  /** A configured provider, by reference `urn::id`. */
  get(reference: string): Promise<Provider> {
    const known = this.configured.get(reference);
    if (known) return known;
    const cut = reference.lastIndexOf("::");
    const resource = this.find(reference.slice(0, cut));
    if (!resource) return Promise.reject(new Error(`unknown provider '${reference}'`));
    return this.configure(resource, reference.slice(cut + 2));
  }

  /** Configures a provider as its resource says. */
  configure({ urn, inputs }: ResourceState, id: string): Promise<Provider> {
    const instance = this.connect(packageOf(typeOf(urn)));
    const ready = instance.configure(urn, id, configuration(inputs)).then(() => instance);
    this.configured.set(`${urn}::${id}`, ready);
    return ready;
  }

  /** A provider as it answers, not yet configured. */
  connect(packageName: string): Provider {
    const address = this.addresses[packageName];
    if (!address) {
      const known = Object.keys(this.addresses).join(", ");
      throw new Error(`no provider for package "${packageName}"; this host has ${known || "none"}`);
    }
    return new Provider(packageName, address);
  }

  /** The inputs of a package's default provider: its part of the stack's configuration. */
  defaultInputs(packageName: string, version: string): Properties {
    const inputs: Properties = version ? { version } : {};
    for (const [key, value] of Object.entries(this.config)) {
      const [namespace, ...name] = key.split(":");
      if (namespace === packageName) inputs[name.join(":")] = this.secretKeys.includes(key) ? secret(value) : value;
    }
    return inputs;
  }
}
