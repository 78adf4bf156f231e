// What `wit/deps/host.wit` becomes in a QuickJS component. A `result` whose case is `err` arrives as a thrown Error with
// the variant as its `payload`.
declare module "yoi:host/log@2.0.0" {
  export function write(level: "debug" | "info" | "warn" | "error", message: string): void;
}

declare module "yoi:host/fs@2.0.0" {
  export function read(path: string): Uint8Array;
}

declare module "yoi:host/config@2.0.0" {
  export function get(): string;
}
