package main

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// names are what the variables of a rule stand for.
type names map[ast.Var]named

// named has the parts of `input` that are behind a variable, and the expression that gave it its value. `whole` tells a
// part itself from what is in it or made from it.
type named struct {
	paths []string
	whole bool
	by    *ast.Expr
}

// learn takes the variables that an expression gives a value, by `:=`, `=`, `some … in` or `every`.
func (n names) learn(written *ast.Expr) {
	switch terms := written.Terms.(type) {
	case *ast.SomeDecl:
		if len(terms.Symbols) == 1 {
			if call, isCall := terms.Symbols[0].Value.(ast.Call); isCall && len(call) >= 3 {
				n.learnTerm(call[len(call)-2], call[len(call)-1], named{by: written})
			}
		}
	case *ast.Every:
		n.learnTerm(terms.Value, terms.Domain, named{by: written})
	case []*ast.Term:
		operator := terms[0].String()
		if len(terms) == 3 && (operator == "assign" || operator == "eq") {
			n.learnTerm(terms[1], terms[2], named{whole: true, by: written})
		}
	}
}

func (n names) learnTerm(variable, value *ast.Term, stands named) {
	// What another input is put in the place of is a part of that one.
	if len(stands.by.With) > 0 {
		stands.whole = false
	}
	if path, isPart := n.partOf(value); isPart {
		stands.paths = []string{path}
	} else {
		read := newMentions()
		read.walk(value, n)
		stands.paths, stands.whole = read.Reads, false
	}
	n.bind(variable, stands)
}

func (n names) bind(variable *ast.Term, stands named) {
	switch value := variable.Value.(type) {
	case ast.Var:
		if _, known := n[value]; !known && !value.IsWildcard() {
			n[value] = stands
		}
	case *ast.Array:
		stands.whole = false
		value.Foreach(func(each *ast.Term) { n.bind(each, stands) })
	}
}

// pathOf is the part of `input` that a term is, by its names with dots between them; `input` itself is none.
func (n names) pathOf(term *ast.Term) (string, bool) {
	path, isPart := n.partOf(term)
	return path, isPart && path != ""
}

// partOf is the same with `input` itself, as the empty path.
func (n names) partOf(term *ast.Term) (string, bool) {
	switch value := term.Value.(type) {
	case ast.Var:
		if stands, known := n[value]; known && stands.whole {
			return stands.paths[0], true
		}
	case ast.Ref:
		paths, rest := n.pathsOf(value)
		if len(paths) == 1 && len(rest) == 0 {
			return paths[0], true
		}
	}
	return "", false
}

// pathsOf are the parts of `input` that a reference leads into, and what of it is after their names. The path of `input`
// itself is empty.
func (n names) pathsOf(reference ast.Ref) ([]string, ast.Ref) {
	head, isVar := reference[0].Value.(ast.Var)
	if !isVar {
		return nil, reference
	}
	paths, rest := []string{""}, reference[1:]
	if !head.Equal(ast.InputRootDocument.Value) {
		stands, known := n[head]
		if !known {
			return nil, rest
		}
		if !stands.whole {
			return stands.paths, rest
		}
		paths = []string{stands.paths[0]}
	}
	for len(rest) > 0 {
		name, isName := rest[0].Value.(ast.String)
		if !isName || !plainName.MatchString(string(name)) {
			break
		}
		paths[0] = strings.TrimPrefix(paths[0]+"."+string(name), ".")
		rest = rest[1:]
	}
	return paths, rest
}
