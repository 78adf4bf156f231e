const charactersMax = 200;

/** A path or a URL as part of a message, which ends up in an agent's history: cut short where it is long. */
export function quote(text: string): string {
  return `\`${text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text}\``;
}

/** A URL up to its query, which may carry what no history should keep. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
