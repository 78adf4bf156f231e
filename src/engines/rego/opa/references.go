package main

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// Below the first, operators have no data; the second may have no policies yet.
var ownRoot, policiesRoot = ast.MustParseRef("data.yoi"), ast.MustParseRef("data.yoi.policy")

// checkReferences finds references to rules that are nowhere. They are undefined for ever: a forbid that leans on one is
// silent, and a test that denies one passes.
func checkReferences(compiler *ast.Compiler) []finding {
	packages := map[string]bool{}
	for _, module := range compiler.Modules {
		packages[module.Package.Path.String()] = true
	}
	findings := []finding{}
	for _, key := range util.KeysSorted(compiler.Modules) {
		for _, each := range compiler.Modules[key].Rules {
			if isShipped(each) {
				break
			}
			ast.WalkTerms(each, func(term *ast.Term) bool {
				if found := undefinedRule(compiler, packages, term); found != nil {
					findings = append(findings, *found)
				}
				return false
			})
		}
	}
	return findings
}

// undefinedRule is for what leads into a package and to no rule there. Where there is no package, data may be, but below
// `data.yoi`, where operators have none.
func undefinedRule(compiler *ast.Compiler, packages map[string]bool, term *ast.Term) *finding {
	reference, isReference := term.Value.(ast.Ref)
	if !isReference || !reference.HasPrefix(ast.DefaultRootRef) {
		return nil
	}
	ground := reference.GroundPrefix()
	for length := 2; length <= len(ground); length++ {
		inside, name := ground[:length-1], ground[length-1]
		node := compiler.RuleTree.Find(inside)
		if node == nil || len(node.Values) > 0 {
			return nil
		}
		if node.Child(name.Value) != nil {
			continue
		}
		if ground[:length].Equal(policiesRoot) {
			return nil
		}
		names := []string{}
		for key := range node.Children {
			known, isName := key.(ast.String)
			if !isName {
				return nil
			}
			names = append(names, string(known))
		}
		if !packages[inside.String()] && !inside.HasPrefix(ownRoot) {
			return nil
		}
		slices.Sort(names)
		found := at(term.Location, fmt.Sprintf("`%s` has no `%s`", inside, memberName(name)), nearOrAll(memberName(name), names))
		return &found
	}
	return nil
}
