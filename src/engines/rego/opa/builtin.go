package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/builtins"
	"github.com/open-policy-agent/opa/v1/version"
)

// builtinQuestion calls a builtin with JSON (`args`), or with values as Rego writes them (`terms`): in those, a set
// stays a set, and keys of objects need not be strings. The answer comes in the same way.
type builtinQuestion struct {
	Name  string            `json:"name"`
	Args  []json.RawMessage `json:"args"`
	Terms []string          `json:"terms"`
}

type builtinAnswer struct {
	Result    json.RawMessage `json:"result,omitempty"`
	Term      string          `json:"term,omitempty"`
	Undefined bool            `json:"undefined,omitempty"`
	Error     string          `json:"error,omitempty"`
	Unknown   bool            `json:"unknown,omitempty"`
}

func callBuiltin(question builtinQuestion) (builtinAnswer, []finding, error) {
	declared := declarations()[question.Name]
	call := topdown.GetBuiltin(question.Name)
	if declared == nil || call == nil {
		return builtinAnswer{Unknown: true}, nil, nil
	}
	operands, err := operandsOf(question)
	if err != nil {
		return builtinAnswer{}, nil, err
	}
	if len(operands) != declared.Decl.Arity() {
		return builtinAnswer{}, nil, fmt.Errorf("`%s` takes %d arguments", question.Name, declared.Decl.Arity())
	}
	var found *ast.Term
	bctx := topdown.BuiltinContext{
		Context:      context.Background(),
		Cache:        builtins.Cache{},
		Location:     &ast.Location{},
		Capabilities: capabilities(),
	}
	err = call(bctx, operands, func(term *ast.Term) error {
		found = term
		return nil
	})
	if halt := (topdown.Halt{}); errors.As(err, &halt) {
		return builtinAnswer{}, nil, halt.Err
	}
	if err != nil {
		return builtinAnswer{Undefined: true, Error: evaluationError(err, false)}, nil, nil
	}
	if found == nil {
		return builtinAnswer{Undefined: true}, nil, nil
	}
	if question.Terms != nil {
		var text strings.Builder
		err := toText(&text, found.Value)
		return builtinAnswer{Term: text.String()}, nil, err
	}
	result, err := toJSON(found.Value)
	return builtinAnswer{Result: result}, nil, err
}

func operandsOf(question builtinQuestion) ([]*ast.Term, error) {
	operands := []*ast.Term{}
	for _, text := range question.Terms {
		term, err := readTerm(text)
		if err != nil || !term.IsGround() {
			return nil, errors.New("an argument is no value")
		}
		operands = append(operands, term)
	}
	for _, text := range question.Args {
		value, err := ast.ValueFromReader(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		operands = append(operands, ast.NewTerm(value))
	}
	return operands, nil
}

// readTerm leaves the parser of Rego, which takes ten times as long, to values that JSON does not have.
func readTerm(text string) (*ast.Term, error) {
	if !json.Valid([]byte(text)) {
		return ast.ParseTerm(text)
	}
	value, err := ast.ValueFromReader(strings.NewReader(text))
	return ast.NewTerm(value), err
}

type builtinList struct {
	Names   []string          `json:"names"`
	Refused map[string]string `json:"refused"`
}

// listBuiltins names every builtin that a policy may use, and says why the others may not be.
func listBuiltins(struct{}) (builtinList, []finding, error) {
	names := slices.DeleteFunc(builtinNames(), func(name string) bool { return topdown.GetBuiltin(name) == nil })
	slices.Sort(names)
	refused := map[string]string{}
	for name, why := range refusedBuiltins {
		refused[name] = why.reason
	}
	return builtinList{Names: names, Refused: refused}, nil, nil
}

func identify(struct{}) (map[string]string, []finding, error) {
	return map[string]string{"version": version.Version}, nil, nil
}
