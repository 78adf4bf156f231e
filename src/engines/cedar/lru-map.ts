/** A map that keeps the `max` entries used last, and tells of each one that it lets go. */
export interface LruMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  values(): Iterable<V>;
  clear(): void;
}

/** A bounded map: the entry that was not used for longest makes room. */
export function createLruMap<K, V>(max: number, letGo: (value: V) => void = () => {}): LruMap<K, V> {
  const entries = new Map<K, V>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries;
      if (entries.size <= max || oldest === undefined) return;
      entries.delete(oldest[0]);
      letGo(oldest[1]);
    },
    values: () => entries.values(),
    clear: () => entries.clear(),
  };
}
