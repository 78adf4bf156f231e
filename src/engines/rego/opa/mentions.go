package main

import (
	"encoding/json"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

const (
	readsMax        = 32
	literalsMax     = 50
	literalBytesMax = 1024
	dataLooksMax    = 1000
	exactIntegerMax = 1<<53 - 1
)

// mentions are what an expression speaks of: the parts of `input` that it reads, and the constants that it can hold them
// against, its own first and then those of the rules and the data that it leans on.
type mentions struct {
	Reads    []string          `json:"reads"`
	Literals []json.RawMessage `json:"literals"`
	// vars are the variables in it.
	vars map[ast.Var]bool
}

func newMentions() *mentions {
	return &mentions{[]string{}, []json.RawMessage{}, map[ast.Var]bool{}}
}

// addRead calls the whole document `input`.
func (m *mentions) addRead(path string) {
	if path == "" {
		path = "input"
	}
	if len(m.Reads) < readsMax && !slices.Contains(m.Reads, path) {
		m.Reads = append(m.Reads, path)
	}
}

// addLiteral leaves out what no request can have: numbers that are not whole, and `null`.
func (m *mentions) addLiteral(value ast.Value) {
	switch value := value.(type) {
	case ast.String, ast.Boolean:
	case ast.Number:
		whole, isWhole := value.Int64()
		if !isWhole || whole > exactIntegerMax || whole < -exactIntegerMax {
			return
		}
	default:
		return
	}
	encoded, err := toJSON(value)
	if err == nil && len(encoded) <= literalBytesMax {
		m.addEncoded(encoded)
	}
}

func (m *mentions) addEncoded(encoded json.RawMessage) {
	known := slices.ContainsFunc(m.Literals, func(other json.RawMessage) bool { return string(other) == string(encoded) })
	if !known && len(m.Literals) < literalsMax {
		m.Literals = append(m.Literals, encoded)
	}
}

func (m *mentions) merge(other *mentions) {
	for _, path := range other.Reads {
		m.addRead(path)
	}
	m.mergeLiterals(other)
}

func (m *mentions) mergeLiterals(other *mentions) {
	for _, literal := range other.Literals {
		m.addEncoded(literal)
	}
}

// mentioned tells of each expression of a rule, in their order.
func (s *sources) mentioned(of *outline) []*mentions {
	if known, found := s.mentions[of]; found {
		return known
	}
	own := names{}
	found := []*mentions{}
	for _, each := range of.expressions {
		one := newMentions()
		own.learn(each.written)
		one.walk(each.written, own)
		found = append(found, one)
	}
	s.mentions[of] = found
	byExpression := map[*ast.Expr]*mentions{}
	for index, each := range of.expressions {
		byExpression[each.written] = found[index]
		for _, compiled := range each.compiled {
			s.leansOn(found[index], compiled)
		}
		for _, variable := range util.KeysSorted(found[index].vars) {
			if giver := byExpression[own[variable].by]; giver != nil && giver != found[index] {
				found[index].mergeLiterals(giver)
			}
		}
	}
	return found
}

// leansOn adds what the rules and the data say that an expression asks. What ships with Yoi is asked with all that
// matters as its arguments; how it reckons is no matter of a policy's.
func (s *sources) leansOn(found *mentions, compiled *ast.Expr) {
	for _, each := range s.rulesOf(compiled) {
		if isShipped(each) {
			continue
		}
		below := s.outline(each)
		for _, one := range s.mentioned(below) {
			found.merge(one)
		}
		for _, said := range append(slices.Clone(each.Head.Args), each.Head.Key, each.Head.Value) {
			if said != nil && !said.Equal(ast.BooleanTerm(true)) {
				found.walk(said, names{})
			}
		}
	}
	ast.WalkRefs(compiled, func(reference ast.Ref) bool {
		if ground := reference.GroundPrefix(); reference.HasPrefix(ast.DefaultRootRef) && len(ground) > 1 {
			left := dataLooksMax
			found.addData(s.dataAt(ground), &left)
		}
		return false
	})
}

// dataAt is what the names of a reference lead to: nothing, where one of them is not there.
func (s *sources) dataAt(ground ast.Ref) any {
	at := any(s.data)
	for _, term := range ground[1:] {
		object, isObject := at.(map[string]any)
		name, isName := term.Value.(ast.String)
		if !isObject || !isName {
			return at
		}
		at = object[string(name)]
	}
	return at
}

// addData takes no more looks than are left: documents are long.
func (m *mentions) addData(value any, left *int) {
	if *left--; *left < 0 || len(m.Literals) >= literalsMax {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range util.KeysSorted(value) {
			m.addLiteral(ast.String(name))
			m.addData(value[name], left)
		}
	case []any:
		for _, each := range value {
			m.addData(each, left)
		}
	case string:
		m.addLiteral(ast.String(value))
	case bool:
		m.addLiteral(ast.Boolean(value))
	case json.Number:
		m.addLiteral(ast.Number(value))
	}
}

// walk takes what is in a term or an expression. The names in a reference are no constants.
func (m *mentions) walk(node any, own names) {
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case *ast.Expr:
			own.learn(node)
		case ast.Ref:
			if head, isVar := node[0].Value.(ast.Var); isVar {
				m.vars[head] = true
			}
			paths, rest := own.pathsOf(node)
			for _, path := range paths {
				m.addRead(path)
			}
			for _, term := range rest {
				if _, isName := term.Value.(ast.String); !isName {
					m.walk(term, own)
				}
			}
			return true
		case *ast.With:
			m.walk(node.Value, own)
			return true
		case ast.Var:
			m.vars[node] = true
			for _, path := range own[node].paths {
				m.addRead(path)
			}
		case ast.Value:
			m.addLiteral(node)
		}
		return false
	}).Walk(node)
}

// walkDefined takes what an expression is undefined without: a comprehension is never undefined.
func (m *mentions) walkDefined(node any, own names) {
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.TemplateString:
			return true
		case ast.Ref:
			m.walk(node, own)
			return true
		case ast.Var:
			m.walk(node, own)
			return true
		}
		return false
	}).Walk(node)
}

// isShipped tells the rules that come with Yoi from operators'.
func isShipped(declared *ast.Rule) bool {
	path := segments(declared.Module.Package.Path)
	return len(path) > 0 && path[0] == "yoi" && (len(path) < 2 || path[1] != "policy")
}
