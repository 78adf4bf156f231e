package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// plainTest is an expression that holds one part of `input` against constants, and says no more: `PlainTest` on the
// host's side. With several values, one of them is enough.
type plainTest struct {
	Path   string            `json:"path"`
	Op     string            `json:"op"`
	Values []json.RawMessage `json:"values"`
	Not    bool              `json:"not"`
	// OrAbsent tells that it holds, too, where the part is not there.
	OrAbsent bool `json:"orAbsent"`
}

var comparing = map[string]string{"equal": "==", "eq": "==", "neq": "==", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}

var turned = map[string]string{"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// libraries are the functions of ours that tell whether the first argument lies in the second.
var libraries = []string{"data.yoi.action.within", "data.yoi.address.within", "data.yoi.domain.within", "data.yoi.path.within", "data.yoi.url.within"}

// plainTestOf is nil for all that says more, or else.
func (s *sources) plainTestOf(each expression, own names) *plainTest {
	found := s.testedBy(each, own)
	if found != nil && each.written.Negated {
		found.Not = !found.Not
		found.OrAbsent = !slices.Contains(s.neededBy(each, own), found.Path)
	}
	return found
}

func (s *sources) testedBy(each expression, own names) *plainTest {
	if len(each.written.With) > 0 {
		return nil
	}
	switch terms := each.written.Terms.(type) {
	case *ast.Term:
		return s.presence(terms, own)
	case []*ast.Term:
		if len(terms) != 3 {
			return nil
		}
		return s.comparison(each, terms[0].String(), terms[1], terms[2], own)
	}
	return nil
}

func (s *sources) presence(term *ast.Term, own names) *plainTest {
	path, isPath := own.pathOf(term)
	if !isPath {
		return nil
	}
	known := s.compiler.TypeEnv.Get(term)
	if known == types.B {
		return &plainTest{Path: path, Op: "==", Values: []json.RawMessage{json.RawMessage("true")}}
	}
	// What may be false is not only asked for: in a tool's input anything may.
	if known == nil || types.Contains(known, types.B) {
		return nil
	}
	return &plainTest{Path: path, Op: "has", Values: []json.RawMessage{}}
}

func (s *sources) comparison(each expression, operator string, one, other *ast.Term, own names) *plainTest {
	if op, compares := comparing[operator]; compares {
		if _, isPath := own.pathOf(one); !isPath {
			one, other, op = other, one, turned[op]
		}
		return testOf(own, one, op, operator == "neq", []*ast.Term{other})
	}
	if operator == membership {
		if path, isPath := own.pathOf(other); isPath {
			return held(path, one)
		}
		return testOf(own, one, "==", false, membersOf(other))
	}
	for _, compiled := range each.compiled {
		for _, library := range libraries {
			if compiled.IsCall() && compiled.Operator().String() == library {
				return testOf(own, one, "in", false, []*ast.Term{other})
			}
		}
	}
	return nil
}

// held is a list in the input that is asked for one member.
func held(path string, member *ast.Term) *plainTest {
	container, isWithin := strings.CutSuffix(path, ".within")
	if isWithin && (container == "resource" || container == "principal") {
		return testAgainst(container, "in", false, []*ast.Term{member})
	}
	return testAgainst(path, "contains", false, []*ast.Term{member})
}

// membersOf a list or set that is written out; nil for what is none.
func membersOf(term *ast.Term) []*ast.Term {
	found := []*ast.Term{}
	add := func(each *ast.Term) { found = append(found, each) }
	switch value := term.Value.(type) {
	case *ast.Array:
		value.Foreach(add)
	case ast.Set:
		value.Foreach(add)
	default:
		return nil
	}
	return found
}

func testOf(own names, tested *ast.Term, op string, not bool, against []*ast.Term) *plainTest {
	path, isPath := own.pathOf(tested)
	if !isPath || against == nil {
		return nil
	}
	return testAgainst(path, op, not, against)
}

func testAgainst(path, op string, not bool, against []*ast.Term) *plainTest {
	values := newMentions()
	for _, each := range against {
		before := len(values.Literals)
		if values.addLiteral(each.Value); len(values.Literals) == before {
			return nil
		}
	}
	return &plainTest{Path: path, Op: op, Values: values.Literals, Not: not}
}

// neededBy are the parts of `input` without which a negated expression is undefined, and so false: the compiler takes
// the calls in it out of the negation, and what is not there has no answer. A variable has none, either, where it stands
// for a part that is not there.
func (s *sources) neededBy(each expression, own names) []string {
	needed := newMentions()
	if !each.written.Negated {
		return needed.Reads
	}
	for _, compiled := range each.compiled {
		if !compiled.Negated {
			needed.walkDefined(compiled, names{})
		}
	}
	ast.WalkVars(each.written, func(variable ast.Var) bool {
		if stands, known := own[variable]; known && stands.whole {
			needed.addRead(stands.paths[0])
		}
		return false
	})
	return needed.Reads
}
