/** A bound on the text that the glue takes out of a guest's memory. */
export interface LiftedText {
  /** The guest's text reached its end: an import's arguments, or a call's result. What follows counts anew. */
  delivered(): void;
}

/**
 * Puts a decoder that counts in the place of the one that the glue, which is loaded later, will find: between two
 * deliveries it takes `bytesMax` at most, and beyond that it throws, which is a trap.
 */
// ATTACK: a list of a hundred thousand texts that are all the same mebibyte of the guest's memory, each of which would
// become a text of its own outside the bounded heap (threats 22).
export function boundLiftedText(bytesMax: number): LiftedText {
  let left = bytesMax;
  const { TextDecoder } = globalThis;
  class CountingDecoder extends TextDecoder {
    override decode(...[input, options]: Parameters<TextDecoder["decode"]>): string {
      left -= input?.byteLength ?? 0;
      if (left < 0) throw new Error(`the guest passed more than ${bytesMax} bytes of text at once`);
      return super.decode(input, options);
    }
  }
  globalThis.TextDecoder = CountingDecoder;
  return {
    delivered: () => {
      left = bytesMax;
    },
  };
}
