package main

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const readingsMax = 6

// reading is what an expression had before it at one moment, in the order in which it names it.
type reading []readValue

// readValue has a value, or a reference to a rule's, which is looked up when the trace is written.
type readValue struct {
	name   string
	value  ast.Value
	lookup ast.Ref
}

// read takes the values of the parts of `input` and `data`, and of the author's own variables, that an expression
// reads. OPA's bindings change as it goes on: they are only right now.
func (s *sources) read(event topdown.Event, evaluated *ast.Expr) reading {
	found := reading{}
	add := func(value readValue) {
		known := slices.ContainsFunc(found, func(other readValue) bool { return other.name == value.name })
		if value.name != "" && !known && len(found) < readingsMax {
			found = append(found, value)
		}
	}
	for _, term := range operandsRead(evaluated) {
		ast.WalkRefs(term, func(reference ast.Ref) bool {
			add(s.readReference(event, reference))
			return false
		})
		visitor := ast.NewVarVisitor().WithParams(ast.VarVisitorParams{SkipClosures: true, SkipRefHead: true})
		visitor.Walk(term)
		for _, name := range slices.Sorted(maps.Keys(visitor.Vars())) {
			add(s.readVariable(event, name))
		}
	}
	return found
}

// operandsRead are the terms of an expression without the function that it calls.
func operandsRead(evaluated *ast.Expr) []any {
	if !evaluated.IsCall() {
		return []any{evaluated}
	}
	operands := []any{}
	for _, term := range evaluated.Operands() {
		operands = append(operands, term)
	}
	return operands
}

func (s *sources) readReference(event topdown.Event, reference ast.Ref) readValue {
	head, isVar := reference[0].Value.(ast.Var)
	if !isVar {
		return readValue{}
	}
	ground := ast.Ref{reference[0]}
	for _, term := range reference[1:] {
		plugged := event.Plug(term)
		if !plugged.IsGround() {
			break
		}
		ground = append(ground, plugged)
	}
	switch head {
	case ast.InputRootDocument.Value:
		return readValue{name: ground.String(), value: memberAt(event.Input(), ground[1:])}
	case ast.DefaultRootDocument.Value:
		if len(ground) > 1 && !s.isFunction(ground) {
			return readValue{name: ground.String(), lookup: ground}
		}
	}
	return readValue{}
}

func memberAt(root *ast.Term, path ast.Ref) ast.Value {
	if root == nil {
		return nil
	}
	found, err := root.Value.Find(path)
	if err != nil {
		return nil
	}
	return found
}

func (s *sources) isFunction(reference ast.Ref) bool {
	return slices.ContainsFunc(s.compiler.GetRules(reference), func(each *ast.Rule) bool { return len(each.Head.Args) > 0 })
}

func (s *sources) readVariable(event topdown.Event, name ast.Var) readValue {
	written, rewritten := s.compiler.RewrittenVars[name]
	if !rewritten || written.IsWildcard() || written.IsGenerated() {
		return readValue{}
	}
	plugged := event.Plug(ast.NewTerm(name))
	if _, unbound := plugged.Value.(ast.Var); unbound || !plugged.IsGround() {
		return readValue{}
	}
	return readValue{name: string(written), value: plugged.Value}
}
