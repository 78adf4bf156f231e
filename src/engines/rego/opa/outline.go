package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

const expressionRunesMax = 400

// outline is a rule as its author wrote it, beside what OPA's compiler made of it. One expression may have become
// several, in another order; `origin` says of each compiled one which it was, or that it belongs to the head (-1).
type outline struct {
	compiled    *ast.Rule
	expressions []expression
	origin      map[*ast.Expr]int
}

type expression struct {
	text         string
	line, column int
	start, end   int
	written      *ast.Expr
	compiled     []*ast.Expr
}

// sources finds the outline of every rule.
type sources struct {
	compiler *ast.Compiler
	data     map[string]any
	parsed   map[place]*ast.Rule
	outlines map[*ast.Rule]*outline
	mentions map[*outline][]*mentions
	sayings  sayings
}

func newSources(read *unit, compiler *ast.Compiler) *sources {
	found := &sources{
		compiler, read.data, map[place]*ast.Rule{}, map[*ast.Rule]*outline{}, map[*outline][]*mentions{}, newSayings(),
	}
	for _, module := range read.modules {
		ast.WalkRules(module, func(each *ast.Rule) bool {
			found.parsed[placeOf(each.Location)] = each
			return false
		})
	}
	return found
}

func placeOf(location *ast.Location) place {
	if location == nil {
		return place{}
	}
	return place{File: location.File, Line: location.Row, Column: location.Col}
}

func (s *sources) outline(compiled *ast.Rule) *outline {
	if known := s.outlines[compiled]; known != nil {
		return known
	}
	made := &outline{compiled: compiled, origin: map[*ast.Expr]int{}}
	if written := s.parsed[placeOf(compiled.Location)]; written != nil {
		made.expressions = expressionsOf(written)
	}
	for _, each := range compiled.Body {
		index := slices.IndexFunc(made.expressions, func(candidate expression) bool {
			return each.Location != nil && candidate.start <= each.Location.Offset && each.Location.Offset < candidate.end
		})
		made.origin[each] = index
		if index >= 0 {
			made.expressions[index].compiled = append(made.expressions[index].compiled, each)
		}
	}
	s.outlines[compiled] = made
	return made
}

// rulesOf are the rules that a compiled expression asks, in the order of their places.
func (s *sources) rulesOf(compiled *ast.Expr) []*ast.Rule {
	found := []*ast.Rule{}
	ast.WalkRefs(compiled, func(reference ast.Ref) bool {
		for _, each := range s.compiler.GetRulesDynamic(reference) {
			for ; each != nil; each = each.Else {
				found = append(found, each)
			}
		}
		return false
	})
	slices.SortStableFunc(found, func(a, b *ast.Rule) int { return a.Location.Compare(b.Location) })
	return found
}

// expressionsOf leaves out the `true` that the parser gives to a rule without a body.
func expressionsOf(written *ast.Rule) []expression {
	expressions := []expression{}
	for _, each := range written.Body {
		location := each.Location
		if location == nil || each.Equal(ast.NewExpr(ast.BooleanTerm(true))) && string(location.Text) != "true" {
			continue
		}
		text := string(location.Text)
		if strings.HasPrefix(text, "else") {
			text = formattedText(each)
		}
		expressions = append(expressions, expression{
			text: onOneLine(text), line: location.Row, column: location.Col, written: each,
			start: location.Offset, end: location.Offset + max(1, len(location.Text)),
		})
	}
	return expressions
}

// formattedText is for the expression of an `else` without braces: the parser gives it, and all in it, the place and the
// text of the whole `else`.
func formattedText(each *ast.Expr) string {
	text, err := format.AstWithOpts(each, format.Opts{IgnoreLocations: true, RegoVersion: ast.RegoV1})
	if err != nil {
		return each.String()
	}
	return strings.TrimSpace(string(text))
}

var blankOrString = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|[\\s\\pC]+")

// onOneLine is a piece of source as a person reads it in a list. What stands in a string stays as it is.
func onOneLine(text string) string {
	folded := blankOrString.ReplaceAllStringFunc(text, func(piece string) string {
		if piece[0] == '"' || piece[0] == '`' {
			return piece
		}
		return " "
	})
	return clipped(strings.TrimSpace(folded), expressionRunesMax)
}

func clipped(text string, runesMax int) string {
	if len(text) <= runesMax {
		return text
	}
	if runes := []rune(text); len(runes) > runesMax {
		return string(runes[:runesMax]) + "…"
	}
	return text
}
