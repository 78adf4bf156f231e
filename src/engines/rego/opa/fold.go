package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const belowDepthMax = 4

// record is how a rule came out where one other rule leans on it, over all the times that it was evaluated there.
type record struct {
	exited  bool
	reached map[*ast.Expr]reading
	passed  map[*ast.Expr]reading
	below   map[*ast.Rule]*record
}

func newRecord() *record {
	return &record{false, map[*ast.Expr]reading{}, map[*ast.Expr]reading{}, map[*ast.Rule]*record{}}
}

// query is one of OPA's, which numbers them: a rule's own, or a closure's inside one.
type query struct {
	rule    *outline
	records []*record
	depth   int
	open    map[*ast.Expr]reading
}

// folder is a tracer that folds OPA's events to rules and to the expressions of their bodies.
type folder struct {
	sources  *sources
	root     *record
	anywhere map[*ast.Rule]*record
	queries  map[uint64]*query
}

func newFolder(sources *sources) *folder {
	return &folder{sources, newRecord(), map[*ast.Rule]*record{}, map[uint64]*query{}}
}

func (*folder) Enabled() bool { return true }

func (*folder) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (f *folder) TraceEvent(event topdown.Event) {
	switch event.Op {
	case topdown.EnterOp:
		f.enter(event)
	case topdown.EvalOp:
		if expression, ok := event.Node.(*ast.Expr); ok {
			f.evaluate(event, expression)
		}
	case topdown.ExitOp:
		f.exit(event)
	}
}

func (f *folder) enter(event topdown.Event) {
	caller := f.queries[event.ParentID]
	entered, isRule := event.Node.(*ast.Rule)
	if !isRule {
		// What a closure evaluates is on behalf of the rule that it stands in.
		if caller != nil && f.queries[event.QueryID] == nil {
			f.queries[event.QueryID] = &query{records: caller.records, depth: caller.depth}
		}
		return
	}
	own := &query{rule: f.sources.outline(entered), open: map[*ast.Expr]reading{}}
	if f.anywhere[entered] == nil {
		f.anywhere[entered] = newRecord()
	}
	own.records = append(own.records, f.anywhere[entered])
	above := f.root
	if caller != nil && len(caller.records) > 0 {
		own.depth = caller.depth + 1
		above = caller.records[len(caller.records)-1]
	}
	if own.depth <= belowDepthMax {
		if above.below[entered] == nil {
			above.below[entered] = newRecord()
		}
		own.records = append(own.records, above.below[entered])
	}
	f.queries[event.QueryID] = own
}

func (f *folder) evaluate(event topdown.Event, evaluated *ast.Expr) {
	own := f.queries[event.QueryID]
	if own == nil || own.rule == nil {
		return
	}
	if _, ofBody := own.rule.origin[evaluated]; !ofBody {
		return
	}
	for _, earlier := range own.rule.compiled.Body {
		if earlier == evaluated {
			break
		}
		own.pass(earlier)
	}
	read := f.sources.read(event, evaluated)
	own.open[evaluated] = read
	for _, each := range own.records {
		if _, known := each.reached[evaluated]; !known {
			each.reached[evaluated] = read
		}
	}
}

func (f *folder) exit(event topdown.Event) {
	own := f.queries[event.QueryID]
	if _, isRule := event.Node.(*ast.Rule); !isRule || own == nil || own.rule == nil {
		return
	}
	for _, each := range own.rule.compiled.Body {
		own.pass(each)
	}
	for _, each := range own.records {
		each.exited = true
	}
}

// pass keeps what an expression read when it first passed.
func (q *query) pass(expression *ast.Expr) {
	for _, each := range q.records {
		if _, known := each.passed[expression]; !known {
			each.passed[expression] = q.open[expression]
		}
	}
}
