package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

const (
	equality     = "equal"
	membership   = "internal.member_2"
	addsToNone   = "a policy adds to `permit`, `forbid` or `oblige`; what only helps policies stands in a package outside `yoi`"
	standsInOwn  = "policies stand in packages that are named `yoi.policy.<name>`"
	entryMembers = "an entry of `%s` has `id` and `because`"
)

// namedText is text that a policy holds what is asked for against: `NamedText` on the host's side, which knows how URLs
// are written.
type namedText struct {
	Text   string `json:"text"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// checkSilent finds what is valid Rego and guards nothing: entries that nobody collects, and actions that nobody asks
// for. Each is a forbid that would be silent.
func checkSilent(modules map[string]*ast.Module, schema any) []finding {
	findings := []finding{}
	adding, first := map[string]bool{}, map[string]*ast.Package{}
	actions := actionsOf(schema)
	for _, key := range util.KeysSorted(modules) {
		module := modules[key]
		policy, found := policyName(module.Package)
		if len(found) > 0 {
			continue
		}
		if policy != "" && first[policy] == nil {
			first[policy] = module.Package
		}
		for _, each := range module.Rules {
			kind := memberName(each.Head.Ref()[0])
			if !slices.Contains(kinds, kind) {
				continue
			}
			adding[policy] = true
			if policy == "" && len(each.Head.Args) == 0 {
				message := fmt.Sprintf("`%s` of the package `%s` is collected by nobody", kind, strings.Join(segments(module.Package.Path), "."))
				findings = append(findings, at(each.Location, message, standsInOwn))
			}
		}
		findings = append(findings, unknownActions(module, actions)...)
	}
	for _, policy := range util.KeysSorted(first) {
		if !adding[policy] {
			findings = append(findings, at(first[policy].Location, fmt.Sprintf("the policy `%s` says nothing", policy), addsToNone))
		}
	}
	return findings
}

// actionsOf are the actions that the input's schema knows, wherever in it they are named.
func actionsOf(schema any) []string {
	found := []string{}
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case map[string]any:
			if action, ok := node["action"].(map[string]any); ok {
				names, _ := action["enum"].([]any)
				for _, name := range names {
					if text, ok := name.(string); ok {
						found = append(found, text)
					}
				}
			}
			for _, below := range node {
				walk(below)
			}
		case []any:
			for _, below := range node {
				walk(below)
			}
		}
	}
	walk(schema)
	slices.Sort(found)
	return slices.Compact(found)
}

func unknownActions(module *ast.Module, actions []string) []finding {
	findings := []finding{}
	if len(actions) == 0 {
		return findings
	}
	comparedTexts(module, func(reference string, literal *ast.Term, text string) {
		if reference != "input.action" || slices.Contains(actions, text) {
			return
		}
		remedy := didYouMean(text, actions)
		if remedy == "" {
			remedy = "it is one of " + listed(actions)
		}
		findings = append(findings, at(literal.Location, fmt.Sprintf("there is no action `%s`", text), remedy))
	})
	return findings
}

// namedTexts are the literals that policies hold the ids of what is asked for against.
func namedTexts(modules map[string]*ast.Module) []namedText {
	found := []namedText{}
	for _, key := range util.KeysSorted(modules) {
		comparedTexts(modules[key], func(reference string, literal *ast.Term, text string) {
			if reference == "input.resource.within" || reference == "input.resource.id" {
				place := literal.Location
				found = append(found, namedText{text, place.File, place.Row, place.Col})
			}
		})
	}
	return found
}

// comparedTexts tells of each literal text that a reference is compared with, is a member of, or is asked to hold.
func comparedTexts(module *ast.Module, tell func(reference string, literal *ast.Term, text string)) {
	ast.WalkExprs(module, func(expression *ast.Expr) bool {
		if !expression.IsCall() || len(expression.Operands()) < 2 {
			return false
		}
		operator := expression.Operator().String()
		if operator != equality && operator != membership {
			return false
		}
		one, other := expression.Operand(0), expression.Operand(1)
		for _, pair := range [][2]*ast.Term{{one, other}, {other, one}} {
			reference, ok := pair[0].Value.(ast.Ref)
			if !ok {
				continue
			}
			for _, literal := range textsIn(pair[1]) {
				tell(reference.String(), literal, string(literal.Value.(ast.String)))
			}
		}
		return false
	})
}

// textsIn are the term itself, where it is text, or the texts of a literal list or set.
func textsIn(term *ast.Term) []*ast.Term {
	found := []*ast.Term{}
	add := func(each *ast.Term) {
		if _, ok := each.Value.(ast.String); ok && each.Location != nil {
			found = append(found, each)
		}
	}
	switch value := term.Value.(type) {
	case ast.String:
		add(term)
	case *ast.Array:
		value.Foreach(add)
	case ast.Set:
		value.Foreach(add)
	}
	return found
}

// checkMembers holds the members of an entry to those that are read, and tells of the reason and the obligations that it
// writes out.
func checkMembers(kind string, declared *ast.Rule) (string, map[string]string, []finding) {
	entry, isObject := declared.Head.Key.Value.(ast.Object)
	if !isObject {
		return "", nil, nil
	}
	because, obligations, findings := "", map[string]string{}, []finding{}
	entry.Foreach(func(name, value *ast.Term) {
		member := memberName(name)
		if text, isText := value.Value.(ast.String); isText && member == "because" {
			because = string(text)
		}
		if member == "id" || member == "because" {
			return
		}
		if kind != "oblige" {
			message := fmt.Sprintf("an entry of `%s` has no member `%s`", kind, member)
			remedy := didYouMean(member, []string{"because", "id"})
			if remedy == "" {
				remedy = fmt.Sprintf(entryMembers, kind)
			}
			findings = append(findings, at(locationOf(name, declared), message, remedy))
			return
		}
		switch literal := value.Value.(type) {
		case ast.String:
			obligations[member] = string(literal)
		case ast.Number:
			obligations[member] = string(literal)
		default:
			obligations[member] = ""
		}
	})
	return because, obligations, findings
}
