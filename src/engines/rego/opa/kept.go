package main

import (
	"crypto/sha256"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// keptMax is one unit for each layer, then and now: what an explanation asks about, one input after the other.
const keptMax = 4

// compiledForTrace is a unit as it is asked about.
type compiledForTrace struct {
	key      [sha256.Size]byte
	read     *unit
	compiler *ast.Compiler
	sources  *sources
	store    storage.Store
}

var kept []*compiledForTrace

// compileForTrace compiles a unit, or finds it as it was compiled for the input before.
func compileForTrace(question unitQuestion) (*compiledForTrace, []finding, error) {
	encoded, err := encode(question)
	if err != nil {
		return nil, nil, err
	}
	key := sha256.Sum256(encoded)
	if at := slices.IndexFunc(kept, func(each *compiledForTrace) bool { return each.key == key }); at >= 0 {
		return kept[at], nil, nil
	}
	read, findings, err := readUnit(question)
	if err != nil || len(findings) > 0 {
		return nil, findings, err
	}
	compiler, findings := check(read, capabilities())
	if len(findings) > 0 {
		return nil, findings, nil
	}
	fresh := &compiledForTrace{key, read, compiler, newSources(read, compiler), inmem.NewFromObject(read.data)}
	kept = append(kept, fresh)
	kept = kept[max(0, len(kept)-keptMax):]
	return fresh, nil, nil
}
