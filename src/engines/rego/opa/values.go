package main

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// toJSON keeps every digit of a number; sets come out sorted.
func toJSON(value ast.Value) (json.RawMessage, error) {
	plain, err := ast.JSONWithOpt(value, ast.JSONOpt{SortSets: true})
	if err != nil {
		return nil, err
	}
	return encode(plain)
}

// toText writes a value as Rego does, with its strings as JSON has them: what `opa_value_parse` of a compiled policy
// reads. A set stays a set.
func toText(text *strings.Builder, value ast.Value) error {
	switch value := value.(type) {
	case *ast.Array:
		return writeEach(text, "[", "]", value.Len(), func(index int) error { return toText(text, value.Elem(index).Value) })
	case ast.Set:
		if value.Len() == 0 {
			text.WriteString("set()")
			return nil
		}
		members := value.Sorted()
		return writeEach(text, "{", "}", members.Len(), func(index int) error { return toText(text, members.Elem(index).Value) })
	case ast.Object:
		keys := value.Keys()
		return writeEach(text, "{", "}", len(keys), func(index int) error {
			if err := toText(text, keys[index].Value); err != nil {
				return err
			}
			text.WriteByte(':')
			return toText(text, value.Get(keys[index]).Value)
		})
	case ast.Number:
		plain, err := plainNumber(string(value))
		text.WriteString(plain)
		return err
	case ast.Null, ast.Boolean, ast.String:
		encoded, err := toJSON(value)
		text.Write(encoded)
		return err
	}
	return errors.New("a builtin answered with what is no value")
}

func writeEach(text *strings.Builder, open, end string, length int, write func(int) error) error {
	text.WriteString(open)
	for index := range length {
		if index > 0 {
			text.WriteByte(',')
		}
		if err := write(index); err != nil {
			return err
		}
	}
	text.WriteString(end)
	return nil
}

// plainNumber writes as JSON does what OPA also takes for a number: `+5`, `007`, `.5`.
func plainNumber(text string) (string, error) {
	if json.Valid([]byte(text)) {
		return text, nil
	}
	parsed, _, err := big.ParseFloat(text, 0, 256, big.ToNearestEven)
	if err != nil || parsed.IsInf() {
		return "", errors.New("a builtin answered with what is no number")
	}
	return parsed.Text('g', -1), nil
}
