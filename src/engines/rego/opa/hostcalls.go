package main

import (
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// hostPrefix is before the names of builtins that are left to the host although OPA's WebAssembly has them.
const hostPrefix = "host."

// differing are builtins that OPA's WebAssembly has of its own, and that say something else there than in OPA's
// evaluator: of addresses inside addresses, of text that is not quite JSON, base64 or a glob, of empty text (for which
// `replace` never ends). Left to the host, they are OPA's own.
var differing = []string{
	"base64.decode", "base64.is_valid", "base64url.decode",
	"concat", "format_int", "glob.match", "indexof",
	"json.filter", "json.is_valid", "json.marshal", "json.remove", "json.unmarshal",
	"net.cidr_contains", "net.cidr_intersects", "net.cidr_overlap",
	"object.union_n",
	"re_match", "regex.find_all_string_submatch_n", "regex.is_valid", "regex.match",
	"replace", "strings.replace_n", "to_number",
}

// hostCapabilities has each of them a second time, under a name that the compiler to WebAssembly does not know.
var hostCapabilities = sync.OnceValue(func() *ast.Capabilities {
	own := *capabilities()
	own.Builtins = slices.Clone(own.Builtins)
	for _, builtin := range capabilities().Builtins {
		if slices.Contains(differing, builtin.Name) {
			renamed := *builtin
			renamed.Name = hostPrefix + builtin.Name
			own.Builtins = append(own.Builtins, &renamed)
		}
	}
	return &own
})

// leaveToHost renames the calls of modules that were checked, but for names that a module's own rules or imports have.
func leaveToHost(modules []*ast.Module) {
	for _, module := range modules {
		own := ownNames(module, modules)
		rename := func(term *ast.Term) {
			ref, isRef := term.Value.(ast.Ref)
			if !isRef || !slices.Contains(differing, ref.String()) || own[firstName(ref)] {
				return
			}
			term.Value = ast.MustParseRef(hostPrefix + ref.String())
		}
		ast.WalkExprs(module, func(expr *ast.Expr) bool {
			if expr.IsCall() {
				rename(expr.Terms.([]*ast.Term)[0])
			}
			for _, with := range expr.With {
				rename(with.Target)
			}
			return false
		})
		ast.WalkTerms(module, func(term *ast.Term) bool {
			if call, isCall := term.Value.(ast.Call); isCall {
				rename(call[0])
			}
			return false
		})
	}
}

// ownNames are those that a module's package and imports give a meaning of their own.
func ownNames(module *ast.Module, all []*ast.Module) map[string]bool {
	names := map[string]bool{}
	for _, imported := range module.Imports {
		names[string(imported.Name())] = true
	}
	for _, other := range all {
		if !other.Package.Path.Equal(module.Package.Path) {
			continue
		}
		for _, rule := range other.Rules {
			names[firstName(rule.Head.Ref())] = true
		}
	}
	return names
}

func firstName(ref ast.Ref) string {
	return strings.Trim(ref[0].Value.String(), `"`)
}
