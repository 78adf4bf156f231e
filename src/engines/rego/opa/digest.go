package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// sayings are the rules of a unit, and what the data has for a reference, as far as they were written out.
type sayings struct {
	rules map[*ast.Rule][]string
	data  map[string]string
}

func newSayings() sayings {
	return sayings{map[*ast.Rule][]string{}, map[string]string{}}
}

// digestOf is of all that a rule's answer is made from, beside the input: the rule itself as it was compiled, every rule
// that it leans on, however far below, and what the data has where one of them looks. Where those stand counts for
// nothing, nor what else is in their files.
func (s *sources) digestOf(declared *ast.Rule) string {
	said := []string{}
	for each := range s.leanedOn(declared) {
		said = append(said, s.said(each)...)
	}
	slices.Sort(said)
	return digest([]byte(strings.Join(slices.Compact(said), "\n")))
}

// leanedOn is a rule with all below it, as OPA's compiler found them.
func (s *sources) leanedOn(declared *ast.Rule) map[*ast.Rule]bool {
	found := map[*ast.Rule]bool{declared: true}
	open := []*ast.Rule{declared}
	for len(open) > 0 {
		last := open[len(open)-1]
		open = open[:len(open)-1]
		for below := range s.compiler.Graph.Dependencies(last) {
			if each, isRule := below.(*ast.Rule); isRule && !found[each] {
				found[each] = true
				open = append(open, each)
			}
		}
	}
	return found
}

// said is a rule, then the data where it looks.
func (s *sources) said(declared *ast.Rule) []string {
	if known, isKnown := s.sayings.rules[declared]; isKnown {
		return known
	}
	lines := []string{fmt.Sprintf("%s: %q", declared.Path(), withLocalsInOrder(declared))}
	ast.WalkRefs(declared, func(reference ast.Ref) bool {
		if reference.HasPrefix(ast.DefaultRootRef) {
			lines = append(lines, s.dataSaid(reference.GroundPrefix()))
		}
		return false
	})
	s.sayings.rules[declared] = lines
	return lines
}

func (s *sources) dataSaid(ground ast.Ref) string {
	name := ground.String()
	known, isKnown := s.sayings.data[name]
	if !isKnown {
		// What was decoded from JSON goes back into it.
		encoded, _ := encode(s.dataAt(ground))
		known = fmt.Sprintf("%s: %s", name, digest(encoded))
		s.sayings.data[name] = known
	}
	return known
}

// withLocalsInOrder numbers the variables that OPA's compiler made up by where they stand in their own rule: its own
// numbers count the rules before it in, too.
func withLocalsInOrder(declared *ast.Rule) string {
	order := map[ast.Var]ast.Var{}
	numbered, err := ast.TransformVars(declared.Copy(), func(variable ast.Var) (ast.Value, error) {
		if !variable.IsGenerated() {
			return variable, nil
		}
		if _, isKnown := order[variable]; !isKnown {
			order[variable] = ast.Var(fmt.Sprintf("%s%d__", ast.LocalVarPrefix, len(order)))
		}
		return order[variable], nil
	})
	if err != nil {
		return declared.String()
	}
	return fmt.Sprint(numbered)
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
