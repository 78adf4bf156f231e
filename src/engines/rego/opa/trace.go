package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"
)

type traceQuestion struct {
	Unit  unitQuestion `json:"unit"`
	Input string       `json:"input"`
}

type tracedDecision struct {
	Decision json.RawMessage `json:"decision,omitempty"`
	Rules    []tracedRule    `json:"rules"`
}

type tracedRule struct {
	File        string             `json:"file"`
	Line        int                `json:"line"`
	Column      int                `json:"column"`
	Name        string             `json:"name"`
	Value       string             `json:"value"`
	Expressions []tracedExpression `json:"expressions"`
	Below       []tracedRule       `json:"below"`
}

type tracedExpression struct {
	Text   string `json:"text"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Value  string `json:"value"`
	Actual string `json:"actual,omitempty"`
	Error  string `json:"error,omitempty"`
	mentions
}

// evaluation is one input over one compiled unit.
type evaluation struct {
	compiler *ast.Compiler
	store    storage.Store
	input    ast.Value
}

// traceUnit evaluates as OPA does, and then each kind of entry of each package by itself with a tracer that sees every
// rule: neither the index nor an early exit hides one, and a rule that ends its own query leaves the others alone.
func traceUnit(question traceQuestion) (*tracedDecision, []finding, error) {
	unit, findings, err := compileForTrace(question.Unit)
	if err != nil || len(findings) > 0 {
		return nil, findings, err
	}
	input, err := ast.ValueFromReader(strings.NewReader(question.Input))
	if err != nil {
		return nil, nil, fmt.Errorf("the input is no JSON: %w", err)
	}
	evaluated := &evaluation{unit.compiler, unit.store, input}
	traced := &tracedDecision{Rules: []tracedRule{}}
	if decision, _ := evaluated.value(ast.MustParseRef("data.yoi.decision"), nil, nil); decision != nil {
		if traced.Decision, err = toJSON(decision); err != nil {
			return nil, nil, err
		}
	}
	for _, document := range documentsOf(unit.read.rules) {
		traced.Rules = append(traced.Rules, traceDocument(evaluated, unit.sources, document)...)
	}
	slices.SortFunc(traced.Rules, func(a, b tracedRule) int {
		if order := strings.Compare(a.File, b.File); order != 0 {
			return order
		}
		return (a.Line-b.Line)*1_000_000 + a.Column - b.Column
	})
	return traced, nil, nil
}

// documentsOf are the documents that the rules add to, each once.
func documentsOf(rules []rule) []ast.Ref {
	documents := []ast.Ref{}
	for _, each := range rules {
		path := ast.Ref{ast.DefaultRootDocument}
		for _, part := range []string{"yoi", "policy", each.Package, each.Kind} {
			path = append(path, ast.StringTerm(part))
		}
		if !slices.ContainsFunc(documents, func(known ast.Ref) bool { return known.Equal(path) }) {
			documents = append(documents, path)
		}
	}
	return documents
}

func traceDocument(evaluated *evaluation, sources *sources, document ast.Ref) []tracedRule {
	folder := newFolder(sources)
	failures := []topdown.Error{}
	_, err := evaluated.value(document, folder, &failures)
	writer := &traceWriter{evaluated, sources, folder, errorsByPlace(failures), map[string]string{}}
	traced := []tracedRule{}
	for _, declared := range evaluated.compiler.GetRulesExact(document) {
		written := writer.rule(declared, folder.root.below[declared], 0)
		if err != nil {
			// What ended the evaluation of one rule ended it for all that add to the document.
			written.Value = "error"
			written.Expressions = append(written.Expressions, tracedExpression{
				Text: document.String(), Line: written.Line, Column: written.Column,
				Value: "error", Error: evaluationError(err, true), mentions: *newMentions(),
			})
		}
		traced = append(traced, written)
	}
	return traced
}

// value of a reference; nil where it has none.
func (e *evaluation) value(reference ast.Ref, tracer topdown.QueryTracer, failures *[]topdown.Error) (ast.Value, error) {
	ctx := context.Background()
	result := ast.VarTerm("result")
	query := ast.NewBody(ast.Equality.Expr(result, ast.NewTerm(reference)))
	prepared, err := rego.New(rego.Compiler(e.compiler), rego.Store(e.store), rego.ParsedQuery(query)).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	options := []rego.EvalOption{rego.EvalParsedInput(e.input)}
	if tracer != nil {
		options = append(options, rego.EvalQueryTracer(tracer), rego.EvalRuleIndexing(false), rego.EvalEarlyExit(false))
	}
	if failures != nil {
		options = append(options, rego.EvalBuiltinErrorList(failures))
	}
	found, err := prepared.Eval(ctx, options...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return ast.InterfaceToValue(found[0].Bindings["result"])
}
