package main

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"
	"github.com/open-policy-agent/opa/v1/util"
)

const entrypoint = "yoi/decision"

type compiledUnit struct {
	Wasm  []byte      `json:"wasm"`
	Data  string      `json:"data"`
	Rules []rule      `json:"rules"`
	Named []namedText `json:"named"`
	// Outlines are in the order of the rules.
	Outlines []outlinedPolicy `json:"outlines"`
}

func compileModules(question unitQuestion) (*compiledUnit, []finding, error) {
	read, findings, err := readUnit(question)
	if err != nil || len(findings) > 0 {
		return nil, findings, err
	}
	compiler, findings := check(read, capabilities())
	if len(findings) > 0 {
		return nil, findings, nil
	}
	wasm, err := toWasm(read.modules)
	if err != nil {
		return nil, findingsOf(err), nil
	}
	return &compiledUnit{wasm, read.dataText, read.rules, read.named, outlinesOf(read, compiler)}, nil, nil
}

// check is OPA's own compiler at its strictest: unused names, references that the input's schema does not have,
// builtins that are refused. What it takes for data that may come is looked for as well.
func check(read *unit, allowed *ast.Capabilities) (*ast.Compiler, []finding) {
	compiler := newCompiler(read.schema, allowed)
	compiler.Compile(read.modules)
	if compiler.Failed() {
		return nil, findingsOf(compiler.Errors)
	}
	return compiler, checkReferences(compiler)
}

func newCompiler(schema any, allowed *ast.Capabilities) *ast.Compiler {
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, schema)
	return ast.NewCompiler().
		WithStrict(true).
		WithCapabilities(allowed).
		WithEnablePrintStatements(true). // else calls of `print` are erased before anyone sees them
		WithSchemas(schemas).
		SetErrorLimit(findingsMax)
}

// toWasm lets OPA plan the one entrypoint. Its compiler takes a bundle, and rewrites the modules that it is given.
func toWasm(modules map[string]*ast.Module) ([]byte, error) {
	source := &bundle.Bundle{Data: map[string]any{}}
	source.SetRegoVersion(ast.RegoV1)
	source.Manifest.Init()
	copies := []*ast.Module{}
	for _, key := range util.KeysSorted(modules) {
		path := "/" + key + ".rego"
		copied := modules[key].Copy()
		copies = append(copies, copied)
		source.Modules = append(source.Modules, bundle.ModuleFile{URL: path, Path: path, Parsed: copied})
	}
	leaveToHost(copies)
	compiler := compile.New().
		WithBundle(source).
		WithCapabilities(hostCapabilities()).
		WithRegoVersion(ast.RegoV1).
		WithTarget(compile.TargetWasm).
		WithEntrypoints(entrypoint).
		WithPruneUnused(true)
	if err := compiler.Build(context.Background()); err != nil {
		return nil, err
	}
	return compiler.Bundle().WasmModules[0].Raw, nil
}
