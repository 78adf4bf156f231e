import { get } from "yoi:host/config@2.0.0";

/**
 * What the operator configured for this plugin, or `null` where nothing is. The host checked it against the
 * manifest's `config_schema`, whose type `Config` is generated beside the tools'.
 */
export function config<T>(): T | null {
  const configured: T | null = JSON.parse(get());
  return configured;
}
