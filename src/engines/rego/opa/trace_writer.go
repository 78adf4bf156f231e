package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const (
	valueRunesMax = 200
	belowMax      = 16
)

// traceWriter turns what was folded into what the host reads.
type traceWriter struct {
	evaluated *evaluation
	sources   *sources
	folder    *folder
	errors    map[string][]topdown.Error
	lookups   map[string]string
}

func errorsByPlace(failures []topdown.Error) map[string][]topdown.Error {
	found := map[string][]topdown.Error{}
	for _, each := range failures {
		if each.Location != nil {
			found[each.Location.File] = append(found[each.Location.File], each)
		}
	}
	return found
}

func (w *traceWriter) rule(declared *ast.Rule, came *record, depth int) tracedRule {
	outline := w.sources.outline(declared)
	where := placeOf(declared.Location)
	written := tracedRule{
		File: where.File, Line: where.Line, Column: where.Column, Name: declared.Path().String(),
		Value: "false", Expressions: []tracedExpression{}, Below: []tracedRule{},
	}
	if came == nil {
		came = newRecord()
	}
	mentioned := w.sources.mentioned(outline)
	for index, each := range outline.expressions {
		expression := w.expression(where.File, each, came)
		expression.mentions = *mentioned[index]
		written.Expressions = append(written.Expressions, expression)
	}
	if head := w.head(outline, came); head != nil {
		written.Expressions = append(written.Expressions, *head)
	}
	failed := slices.ContainsFunc(written.Expressions, func(each tracedExpression) bool { return each.Value == "error" })
	switch {
	case came.exited:
		written.Value = "true"
	case failed:
		written.Value = "error"
	}
	if depth < belowDepthMax {
		written.Below = w.below(outline, came, depth)
	}
	return written
}

// expression is true if all that it was compiled to passed, and false if some of that was evaluated and never passed.
func (w *traceWriter) expression(file string, each expression, came *record) tracedExpression {
	written := tracedExpression{Text: each.text, Line: each.line, Column: each.column, Value: "true", mentions: *newMentions()}
	read := reading{}
	for _, compiled := range each.compiled {
		passed, hasPassed := came.passed[compiled]
		reached, wasReached := came.reached[compiled]
		switch {
		case hasPassed:
			read = append(read, passed...)
		case wasReached:
			read = append(read, reached...)
			written.Value = "false"
		case written.Value == "true":
			written.Value = "unreached"
		}
	}
	if len(each.compiled) == 0 && !came.exited {
		written.Value = "unreached"
	}
	if written.Value == "unreached" {
		return written
	}
	written.Actual = w.actual(read)
	if failure := w.failureIn(file, each); failure != "" && written.Value == "false" {
		written.Value, written.Error = "error", failure
	}
	return written
}

func (w *traceWriter) failureIn(file string, each expression) string {
	for _, failure := range w.errors[file] {
		if offset := failure.Location.Offset; each.start <= offset && offset < each.end {
			return oneLine(failure.Message)
		}
	}
	return ""
}

// head is the entry itself, told of only where it is why the rule adds nothing: it may be computed, and fail.
func (w *traceWriter) head(outline *outline, came *record) *tracedExpression {
	head := outline.compiled.Head
	each := expression{text: onOneLine(string(head.Location.Text)), line: head.Location.Row, column: head.Location.Col}
	each.start, each.end = head.Location.Offset, head.Location.Offset+len(head.Location.Text)
	for _, compiled := range outline.compiled.Body {
		if outline.origin[compiled] < 0 && !compiled.Equal(ast.NewExpr(ast.BooleanTerm(true))) {
			each.compiled = append(each.compiled, compiled)
		}
	}
	written := w.expression(head.Location.File, each, came)
	if written.Value == "true" || written.Value == "unreached" {
		return nil
	}
	return &written
}

// below are the rules that the evaluated expressions lean on. A document is evaluated once, for whoever asks first: what
// it came to there holds here as well.
func (w *traceWriter) below(outline *outline, came *record, depth int) []tracedRule {
	written := []tracedRule{}
	told := map[*ast.Rule]bool{outline.compiled: true}
	for _, compiled := range outline.compiled.Body {
		if _, wasReached := came.reached[compiled]; !wasReached {
			continue
		}
		for _, each := range w.sources.rulesOf(compiled) {
			found := came.below[each]
			if found == nil {
				found = w.folder.anywhere[each]
			}
			if told[each] || found == nil || each.Default && !found.exited || len(written) >= belowMax {
				continue
			}
			told[each] = true
			written = append(written, w.rule(each, found, depth+1))
		}
	}
	return written
}

func (w *traceWriter) actual(read reading) string {
	parts := []string{}
	for _, each := range read {
		part := each.name + " = " + w.valueText(each)
		if !slices.Contains(parts, part) && len(parts) < readingsMax {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func (w *traceWriter) valueText(each readValue) string {
	if each.lookup == nil {
		return textOf(each.value)
	}
	if known, found := w.lookups[each.name]; found {
		return known
	}
	value, _ := w.evaluated.value(each.lookup, nil, nil)
	w.lookups[each.name] = textOf(value)
	return w.lookups[each.name]
}

func textOf(value ast.Value) string {
	if value == nil {
		return "undefined"
	}
	var text strings.Builder
	if err := toText(&text, value); err != nil {
		return "undefined"
	}
	return clipped(text.String(), valueRunesMax)
}
