/** The numbers of the ZIP format that packages use. */
export const zip = {
  localSignature: 0x04034b50,
  centralSignature: 0x02014b50,
  endSignature: 0x06054b50,
  localBytes: 30,
  centralBytes: 46,
  endBytes: 22,
  versionNeeded: 20,
  stored: 0,
  deflated: 8,
  utf8Flag: 0x0800,
  /** How hard the writer tried; says nothing about the bytes. */
  deflateFlags: 0x0006,
  encryptedFlag: 0x0001,
  descriptorFlag: 0x0008,
} as const;

/** Kinds of files in the upper half of an entry's external attributes. */
export const unixMode = {
  typeMask: 0o170000,
  file: 0o100000,
  folder: 0o040000,
  link: 0o120000,
  specialBits: 0o007000,
} as const;

/** Extra fields that carry times and owners only. Others rename an entry, widen its sizes or encrypt it. */
export const harmlessExtraFields: ReadonlySet<number> = new Set([0x000a, 0x5455, 0x5855, 0x7875]);
