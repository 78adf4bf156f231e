package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// rule is one that adds to what a policy permits, forbids or obliges: `RegoRule` on the host's side.
type rule struct {
	Package     string            `json:"package"`
	Kind        string            `json:"kind"`
	ID          string            `json:"id"`
	File        string            `json:"file"`
	Line        int               `json:"line"`
	Column      int               `json:"column"`
	Annotations map[string]string `json:"annotations"`
	// Because is the reason that an entry writes out; empty where it has none, or computes it.
	Because string `json:"because,omitempty"`
	// Obligations are what an entry of `oblige` writes out: empty where the value is computed.
	Obligations map[string]string `json:"obligations,omitempty"`
}

const (
	idBytesMax   = 128
	asContains   = "write `%s contains {\"id\": \"…\", \"because\": \"…\"} if { … }`"
	idIsLiteral  = "give the entry an `id` that is a literal string: an entry leads back to its rule by it"
	packageNames = "name it `yoi.policy.<name>` for a policy, or anything outside `yoi` for a library"
)

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

var kinds = []string{"permit", "forbid", "oblige"}

// checkModules holds operators' modules to what OPA does not ask: where they may stand, and what shape entries have.
// An id that only the metadata has is written into the entry, so that every answer carries it.
func checkModules(modules map[string]*ast.Module) ([]rule, []finding) {
	rules, findings := []rule{}, checkNumbers(modules)
	first := map[string]*ast.Location{}
	for _, key := range util.KeysSorted(modules) {
		module := modules[key]
		name, found := policyName(module.Package)
		findings = append(findings, found...)
		if name == "" {
			continue
		}
		for _, each := range module.Rules {
			checked, found := checkRule(name, each)
			findings = append(findings, found...)
			if checked == nil {
				continue
			}
			rules = append(rules, *checked)
			identity := name + "\x00" + checked.ID
			if earlier := first[identity]; earlier != nil {
				message := fmt.Sprintf("the id `%s` is taken in `%s`: %s:%d has it", checked.ID, name, earlier.File, earlier.Row)
				findings = append(findings, at(each.Location, message, "ids are unique over all of a package"))
				continue
			}
			first[identity] = each.Location
		}
	}
	return rules, findings
}

// policyName is the last part of `yoi.policy.<name>`; empty for a library.
func policyName(declared *ast.Package) (string, []finding) {
	parts := segments(declared.Path)
	if len(parts) == 0 || parts[0] != "yoi" {
		return "", nil
	}
	if len(parts) == 3 && parts[1] == "policy" {
		if !plainName.MatchString(parts[2]) {
			message := fmt.Sprintf("the policy's name `%s` is more than letters, digits, `_` and `-`", parts[2])
			return "", []finding{at(declared.Location, message, packageNames)}
		}
		return parts[2], nil
	}
	message := fmt.Sprintf("the package `%s` is not an operator's to write in", strings.Join(parts, "."))
	return "", []finding{at(declared.Location, message, packageNames)}
}

// segments of a package's path or of a rule's reference, without `data`.
func segments(path ast.Ref) []string {
	parts := []string{}
	for _, term := range path[1:] {
		parts = append(parts, memberName(term))
	}
	return parts
}

func checkRule(policy string, declared *ast.Rule) (*rule, []finding) {
	reference := declared.Head.Ref()
	kind := memberName(reference[0])
	if !slices.Contains(kinds, kind) {
		return nil, nil
	}
	if !isContains(declared) {
		message := fmt.Sprintf("`%s` must be a set that rules add entries to", kind)
		return nil, []finding{at(declared.Location, message, fmt.Sprintf(asContains, kind))}
	}
	id, found := entryID(kind, declared)
	if found != nil {
		return nil, found
	}
	because, obligations, found := checkMembers(kind, declared)
	if len(found) > 0 {
		return nil, found
	}
	return &rule{
		Package: policy, Kind: kind, ID: id,
		File: declared.Location.File, Line: declared.Location.Row, Column: declared.Location.Col,
		Annotations: annotationsOf(declared), Because: because, Obligations: obligations,
	}, nil
}

func isContains(declared *ast.Rule) bool {
	head := declared.Head
	return len(head.Ref()) == 1 && head.Key != nil && head.RuleKind() == ast.MultiValue && len(head.Args) == 0
}

func entryID(kind string, declared *ast.Rule) (string, []finding) {
	key := declared.Head.Key
	entry, isObject := key.Value.(ast.Object)
	if !isObject {
		message := fmt.Sprintf("an entry of `%s` must be written as an object in the head of its rule", kind)
		return "", []finding{at(locationOf(key, declared), message, fmt.Sprintf(asContains, kind))}
	}
	annotated, found := annotatedID(declared)
	if found != nil {
		return "", found
	}
	id := annotated
	if written := entry.Get(ast.StringTerm("id")); written != nil {
		literal, isString := written.Value.(ast.String)
		if !isString {
			return "", []finding{at(locationOf(written, declared), "the `id` of an entry must be a literal string", idIsLiteral)}
		}
		id = string(literal)
		if annotated != "" && annotated != id {
			message := fmt.Sprintf("the entry's id is `%s`, and its metadata says `%s`", id, annotated)
			return "", []finding{at(locationOf(written, declared), message, "give it one id")}
		}
	} else if id != "" {
		name, value := ast.StringTerm("id"), ast.StringTerm(id)
		name.Location, value.Location = key.Location, key.Location
		entry.Insert(name, value)
	}
	if !isID(id) {
		return "", []finding{at(locationOf(key, declared), fmt.Sprintf("an entry of `%s` has no usable id", kind), idIsLiteral)}
	}
	return id, nil
}

func isID(id string) bool {
	unseen := func(char rune) bool { return char < ' ' || char == 0x7f }
	return id != "" && len(id) <= idBytesMax && !strings.ContainsFunc(id, unseen)
}

func annotatedID(declared *ast.Rule) (string, []finding) {
	for _, annotations := range declared.Annotations {
		written, has := annotations.Custom["id"]
		if !has || annotations.Scope != "rule" {
			continue
		}
		id, isString := written.(string)
		if !isString || !isID(id) {
			return "", []finding{at(annotations.Location, "the `id` of the metadata must be a string", idIsLiteral)}
		}
		return id, nil
	}
	return "", nil
}

func locationOf(term *ast.Term, declared *ast.Rule) *ast.Location {
	if term.Location != nil {
		return term.Location
	}
	return declared.Location
}

// annotationsOf are the title, the description and the custom entries of a rule's metadata, as text.
func annotationsOf(declared *ast.Rule) map[string]string {
	found := map[string]string{}
	for _, annotations := range declared.Annotations {
		for name, value := range annotations.Custom {
			if text, isString := value.(string); isString {
				found[name] = text
			} else if encoded, err := encode(value); err == nil {
				found[name] = string(encoded)
			}
		}
		if annotations.Title != "" {
			found["title"] = annotations.Title
		}
		if annotations.Description != "" {
			found["description"] = annotations.Description
		}
	}
	return found
}
