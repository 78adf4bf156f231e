/** The warrants that were issued and not yet spent. Nothing outside of this folder may hold it. */
export const unspentWarrants = new WeakSet<object>();
