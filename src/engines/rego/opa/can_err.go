package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// fallible are builtins with an answer for some arguments of the right types only, each with the operands on which that
// depends: where they are constants, the policy's author has tried them. Of what is not listed, any argument of a type
// that it takes has an answer; of a tool's input nobody knows the type.
var fallible = map[string][]int{
	"div": {1}, "rem": {1}, "to_number": {0}, "numbers.range_step": {2}, "format_int": {1},
	"re_match": {0}, "regex.match": {0}, "regex.split": {0}, "regex.find_n": {0}, "regex.replace": {1},
	"regex.find_all_string_submatch_n": {0}, "regex.globs_match": {0, 1}, "regex.template_match": {0, 2, 3},
	"glob.match": {0}, "substring": {1}, "bits.lsh": {1}, "bits.rsh": {1},
	"net.cidr_contains": {0, 1}, "net.cidr_contains_matches": {0, 1}, "net.cidr_expand": {0},
	"net.cidr_intersects": {0, 1}, "net.cidr_overlap": {0, 1}, "net.cidr_merge": {0},
	"json.unmarshal": {0}, "yaml.unmarshal": {0}, "json.patch": {0, 1},
	"base64.decode": {0}, "base64url.decode": {0}, "hex.decode": {0}, "urlquery.decode": {0}, "urlquery.decode_object": {0},
	"uri.parse": {0}, "uuid.parse": {0}, "semver.compare": {0, 1}, "units.parse": {0}, "units.parse_bytes": {0},
	"time.parse_ns": {0, 1}, "time.parse_rfc3339_ns": {0}, "time.parse_duration_ns": {0}, "time.add_date": {0},
	"graphql.parse": {0, 1}, "graphql.parse_query": {0}, "graphql.parse_schema": {0}, "graphql.parse_and_verify": {0, 1},
	"cast_array": {0}, "cast_boolean": {0}, "cast_null": {0}, "cast_object": {0}, "cast_set": {0}, "cast_string": {0},
}

var fallibleFamilies = []string{"io.jwt.", "crypto.x509.parse", "crypto.parse"}

// canErr tells whether what an expression was compiled to calls a builtin that has no answer for some input; the rules
// that it leans on have expressions of their own.
func (s *sources) canErr(of *outline, each expression) bool {
	found := false
	for _, compiled := range each.compiled {
		ast.WalkExprs(compiled, func(call *ast.Expr) bool {
			if call.IsCall() {
				found = found || s.canFail(of.compiled.Body, call.Operator().String(), call.Operands())
			}
			return found
		})
	}
	return found
}

func (s *sources) canFail(body ast.Body, builtin string, operands []*ast.Term) bool {
	if slices.ContainsFunc(fallibleFamilies, func(family string) bool { return strings.HasPrefix(builtin, family) }) {
		return true
	}
	return slices.ContainsFunc(fallible[builtin], func(index int) bool {
		return index < len(operands) && !s.isGiven(body, builtin, operands[index])
	})
}

// isGiven tells of an operand that is the same whatever the input, or that is always of a form that has an answer.
func (s *sources) isGiven(body ast.Body, builtin string, operand *ast.Term) bool {
	switch value := operand.Value.(type) {
	case ast.Var:
		given := valueGivenTo(body, value)
		return given != nil && s.isGiven(body, builtin, given)
	case ast.Ref:
		if slices.Contains(wellFormed, value.String()) {
			return true
		}
		if builtin == "to_number" && s.compiler.TypeEnv.Get(operand) == types.N {
			return true
		}
		return s.isWrittenOut(body, builtin, value)
	}
	return operand.IsGround()
}

// isWrittenOut tells of what is taken from data, from a rule without conditions, or from a list or set that the policy
// writes out: its author has all the values before him.
func (s *sources) isWrittenOut(body ast.Body, builtin string, reference ast.Ref) bool {
	if reference.HasPrefix(ast.DefaultRootRef) {
		return !slices.ContainsFunc(s.compiler.GetRulesDynamic(reference.GroundPrefix()), func(each *ast.Rule) bool {
			isPlain := len(each.Body) == 1 && each.Body[0].Equal(ast.NewExpr(ast.BooleanTerm(true)))
			head := each.Head
			return !isPlain || head.Key != nil && !head.Key.IsGround() || head.Value != nil && !head.Value.IsGround()
		})
	}
	head := reference[0]
	if _, isVar := head.Value.(ast.Var); isVar {
		if head.Equal(ast.InputRootDocument) {
			return false
		}
		given := valueGivenTo(body, head.Value.(ast.Var))
		return given != nil && s.isGiven(body, builtin, given)
	}
	return head.IsGround()
}

// valueGivenTo is what the compiler put into a variable of its own, or the author into one of his.
func valueGivenTo(body ast.Body, variable ast.Var) *ast.Term {
	for _, each := range body {
		if each.IsEquality() && !each.Negated && each.Operand(0).Value.Compare(variable) == 0 {
			if _, isVar := each.Operand(1).Value.(ast.Var); !isVar {
				return each.Operand(1)
			}
		}
	}
	return nil
}

var wellFormed = []string{"input.context.now.at", "input.context.now.date", "input.context.address", "input.context.plugin.version"}
