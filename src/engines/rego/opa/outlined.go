package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// outlinedRule is a rule taken apart, whatever the input: `OutlinedRule` on the host's side.
type outlinedRule struct {
	File        string               `json:"file"`
	Line        int                  `json:"line"`
	Column      int                  `json:"column"`
	Name        string               `json:"name"`
	Expressions []outlinedExpression `json:"expressions"`
}

type outlinedExpression struct {
	Text   string `json:"text"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	CanErr bool   `json:"canErr"`
	mentions
	Test  *plainTest     `json:"test,omitempty"`
	Needs []string       `json:"needs,omitempty"`
	Below []outlinedRule `json:"below"`
}

// outlinedPolicy is a rule that adds entries, with its text from its annotations to its end, with the digest of all that
// it leans on, and with the parts of `input` that its entry is made of: where one of them is not there, there is no entry.
type outlinedPolicy struct {
	Text       string   `json:"text"`
	Digest     string   `json:"digest"`
	EntryReads []string `json:"entryReads"`
	outlinedRule
}

// outlinesOf take apart what adds entries, in the order of `rules`.
func outlinesOf(read *unit, compiler *ast.Compiler) []outlinedPolicy {
	sources := newSources(read, compiler)
	compiled := map[place]*ast.Rule{}
	for _, module := range compiler.Modules {
		for _, each := range module.Rules {
			compiled[placeOf(each.Location)] = each
		}
	}
	found := make([]outlinedPolicy, 0, len(read.rules))
	for _, each := range read.rules {
		declared := compiled[place{each.File, each.Line, each.Column}]
		found = append(found, outlinedPolicy{
			textWithAnnotations(declared), sources.digestOf(declared), sources.entryReads(declared),
			sources.outlined(declared, 0),
		})
	}
	return found
}

// entryReads are those that the entry reads by itself or by a variable that stands for one of them.
func (s *sources) entryReads(declared *ast.Rule) []string {
	found, own := newMentions(), names{}
	for _, each := range s.outline(declared).expressions {
		own.learn(each.written)
	}
	if written := s.parsed[placeOf(declared.Location)]; written != nil {
		found.walkDefined(written.Head.Key, own)
	}
	return found.Reads
}

func textWithAnnotations(declared *ast.Rule) string {
	parts := []string{}
	for _, annotations := range declared.Annotations {
		if annotations.Scope == "rule" && annotations.Location != nil {
			parts = append(parts, strings.TrimSpace(string(annotations.Location.Text)))
		}
	}
	return strings.Join(append(parts, string(declared.Location.Text)), "\n")
}

func (s *sources) outlined(declared *ast.Rule, depth int) outlinedRule {
	outline := s.outline(declared)
	where := placeOf(declared.Location)
	found := outlinedRule{
		File: where.File, Line: where.Line, Column: where.Column, Name: declared.Path().String(),
		Expressions: []outlinedExpression{},
	}
	mentioned := s.mentioned(outline)
	own := names{}
	for index, each := range outline.expressions {
		own.learn(each.written)
		found.Expressions = append(found.Expressions, outlinedExpression{
			Text: each.text, Line: each.line, Column: each.column, CanErr: s.canErr(outline, each),
			mentions: *mentioned[index], Test: s.plainTestOf(each, own), Needs: s.neededBy(each, own),
			Below: s.outlinedBelow(declared, each, depth),
		})
	}
	return found
}

// outlinedBelow are operators' own rules that an expression leans on.
func (s *sources) outlinedBelow(declared *ast.Rule, each expression, depth int) []outlinedRule {
	found := []outlinedRule{}
	if depth >= belowDepthMax {
		return found
	}
	told := []*ast.Rule{declared}
	for _, compiled := range each.compiled {
		for _, below := range s.rulesOf(compiled) {
			if slices.Contains(told, below) || below.Default || isShipped(below) || len(found) >= belowMax {
				continue
			}
			told = append(told, below)
			found = append(found, s.outlined(below, depth+1))
		}
	}
	return found
}
