import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import test from "ava";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { laws, layers } from "./layers.ts";

const builtins = builtinModules.map((name) => name.replace("node:", ""));

function folderRules(): IForbiddenRuleType[] {
  return Object.entries(layers).flatMap(([folder, { may, touches }]): IForbiddenRuleType[] => [
    {
      name: `${folder}-imports-only-its-layers`,
      severity: "error",
      comment: `src/${folder} may import ${may.join(", ") || "no other folder"}`,
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: [folder, ...may].map((name) => `^src/${name}/`).concat("^src/package-root") },
    },
    {
      name: `${folder}-touches-only-its-own`,
      severity: "error",
      comment: `src/${folder} may touch ${touches.join(", ") || "nothing outside"}`,
      from: { path: `^src/${folder}/` },
      to: {
        pathNot: ["^src/", ...touches.flatMap((name) => [`node_modules/${name}/`, `^(node:)?${name}(/|$)`])],
      },
    },
  ]);
}

async function violations(sources: string[]): Promise<string[]> {
  const rules = [...folderRules(), ...laws.map((law) => ({ ...law, severity: "error" as const }))];
  const { output } = await cruise(
    sources,
    {
      ruleSet: { forbidden: rules },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      enhancedResolveOptions: {
        extensions: [".ts", ".js"],
        conditionNames: ["import", "types", "node"],
        exportsFields: ["exports"],
      },
    },
    undefined,
    { tsConfig: {} },
  );
  const result = output as ICruiseResult;
  return result.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}

test("every folder imports only what its layer may", async (t) => {
  t.deepEqual(await violations(["src"]), []);
});

test("every folder of src has its layer", (t) => {
  const folders = readdirSync("src", { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "sdk",
  );
  t.deepEqual(folders.map((folder) => folder.name).sort(), Object.keys(layers).sort());
});

test("what a layer touches is a built-in module or a dependency of the package", (t) => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const known = new Set([...builtins, ...Object.keys(dependencies), ...Object.keys(optionalDependencies)]);
  const named = Object.values(layers).flatMap((layer) => layer.touches);
  t.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});
