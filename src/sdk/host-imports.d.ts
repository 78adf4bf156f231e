// What `wit/deps/host.wit` becomes in a QuickJS component. A `result` whose case is `err` arrives as a thrown Error with
// the variant or record as its `payload`; an option that is none is `null`; a `u64` is a number.
declare module "yoi:host/log@2.0.0" {
  export function write(level: "debug" | "info" | "warn" | "error", message: string): void;
}

declare module "yoi:host/https@2.0.0" {
  export interface Header {
    readonly name: string;
    readonly value: string;
  }
  export interface Bounds {
    readonly timeoutMs: number | null;
    readonly responseBytes: number | null;
    readonly redirects: number | null;
  }
  export interface Request {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly Header[];
    readonly body: Uint8Array | null;
    readonly secrets: readonly string[];
    readonly bounds: Bounds | null;
  }
  export interface Response {
    readonly status: number;
    readonly headers: readonly Header[];
    readonly body: Uint8Array;
    readonly url: string;
    readonly truncated: boolean;
  }
  export function send(request: Request): Response;
}

declare module "yoi:host/fs@2.0.0" {
  export type Kind = "file" | "folder" | "other";
  export interface Page {
    readonly entries: readonly { readonly name: string; readonly kind: Kind }[];
    readonly next: string | null;
  }
  export interface Status {
    readonly kind: Kind;
    readonly bytes: number;
    readonly modifiedMs: number;
  }
  export function read(path: string): Uint8Array;
  export function readRange(path: string, offset: number, length: number): Uint8Array;
  export function write(path: string, bytes: Uint8Array, mode: "create" | "replace"): void;
  export function append(path: string, bytes: Uint8Array): void;
  export function list(path: string, after: string | null): Page;
  export function stat(path: string): Status;
  export function makeDirectory(path: string): void;
  export function remove(path: string): void;
}

declare module "yoi:host/config@2.0.0" {
  export function get(): string;
}
