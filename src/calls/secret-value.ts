import { inspect } from "node:util";

/** What stands where a secret's value was taken out. */
export const redactedMark = "[redacted]";

/**
 * A secret's bytes on their way from where the operator keeps them to the wire. Whatever prints, logs or serialises it
 * gets its name: the value comes out by `reveal` alone, which only the https effector calls.
 */
export class SecretValue {
  readonly name: string;
  readonly #text: string;

  constructor(name: string, text: string) {
    this.name = name;
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return `{${this.name}}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
