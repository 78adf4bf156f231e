import { registerHooks } from "node:module";

// JavaScript of the language itself, and the few names of the platform that the glue needs.
const languageGlobals =
  "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp " +
  "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError globalThis " +
  "JSON Math Intl ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array " +
  "BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array DataView Map BigInt Set Iterator WeakMap " +
  "WeakSet Proxy Reflect FinalizationRegistry WeakRef decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
  "unescape eval isFinite isNaN DisposableStack AsyncDisposableStack";
const platformGlobals = "WebAssembly TextEncoder TextDecoder queueMicrotask setTimeout clearTimeout";

// What Node's own code looks up on `process` while it runs timers, streams and rejections; and, from `features` on,
// words that cannot be taken away and say nothing.
const keptOfProcess =
  "nextTick _tickCallback emitWarning _fatalException _exiting exitCode domain _events _eventsCount _maxListeners features permission argv0";

/**
 * Takes away what the permission model leaves, and lets exactly one more module be loaded: `moduleUrl`.
 * @throws {Error} Something could not be taken away.
 */
// ATTACK: hostile JavaScript in this process (threats 42) opens files through `node:sqlite`, signals other processes,
// opens the parent's inspector, changes priorities and V8's flags. None of that goes through the permission model.
export function lockDown(moduleUrl: string): void {
  registerHooks({
    resolve(specifier) {
      if (specifier !== moduleUrl) throw new Error("no module can be loaded here");
      return { url: moduleUrl, format: "module", shortCircuit: true };
    },
  });
  strip(process, keptOfProcess);
  // Node's own loader reads it.
  Object.defineProperty(process, "env", { value: Object.freeze(Object.create(null)) });
  strip(globalThis, `${languageGlobals} ${platformGlobals}`);
  // The glue reports programming errors there; nobody could read them.
  const silent = () => undefined;
  Object.assign(globalThis, { console: { log: silent, debug: silent, warn: silent, error: silent } });
}

function strip(owner: object, names: string): void {
  const kept = new Set<PropertyKey>([...names.split(" "), Symbol.toStringTag]);
  for (const key of Reflect.ownKeys(owner)) {
    if (kept.has(key) || Reflect.deleteProperty(owner, key)) continue;
    // FAIL-CLOSED: a process that cannot be emptied runs no guest.
    throw new Error(`\`${String(key)}\` could not be taken away`);
  }
}
