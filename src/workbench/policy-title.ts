/** What a person calls a policy by its id: the name that somebody gave it, or its file with its place in it. */
export function policyTitle(id: string): string {
  const name = id.slice(id.indexOf("#") + 1);
  return /^\d+$/.test(name) ? id : name;
}
