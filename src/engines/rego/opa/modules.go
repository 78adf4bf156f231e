package main

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

type regoText struct {
	File string `json:"file"`
	Text string `json:"text"`
}

type unitQuestion struct {
	Modules []regoText `json:"modules"`
	Shipped []regoText `json:"shipped"`
	Data    []regoText `json:"data"`
	Schema  string     `json:"schema"`
}

// unit is a layer's Rego, parsed and checked, and its data. Operators' modules are apart from what ships with Yoi, for
// other laws hold for them.
type unit struct {
	own      map[string]*ast.Module
	modules  map[string]*ast.Module
	data     map[string]any
	dataText string
	schema   any
	rules    []rule
	named    []namedText
}

var parserOptions = ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1}

// readUnit parses everything, so that one look tells of every mistake, and then holds it to our own laws.
func readUnit(question unitQuestion) (*unit, []finding, error) {
	read := &unit{own: map[string]*ast.Module{}, modules: map[string]*ast.Module{}}
	findings := []finding{}
	for index, text := range question.Modules {
		key := fmt.Sprintf("1:%06d:%s", index, text.File)
		module, found := parse(text)
		findings = append(findings, found...)
		if module != nil {
			read.own[key], read.modules[key] = module, module
		}
	}
	for index, text := range question.Shipped {
		module, found := parse(text)
		findings = append(findings, found...)
		if module != nil {
			read.modules[fmt.Sprintf("0:%06d:%s", index, text.File)] = module
		}
	}
	var found []finding
	read.rules, found = checkModules(read.own)
	findings = append(findings, found...)
	read.data, read.dataText, found = readData(question.Data, read.modules)
	findings = append(findings, found...)
	if err := util.UnmarshalJSON([]byte(question.Schema), &read.schema); err != nil {
		return nil, nil, fmt.Errorf("the input's schema is no JSON: %w", err)
	}
	findings = append(findings, checkSilent(read.own, read.schema)...)
	read.named = namedTexts(read.own)
	return read, findings, nil
}

func parse(text regoText) (*ast.Module, []finding) {
	if strings.TrimSpace(text.Text) == "" {
		return nil, []finding{{Message: "the file is empty", Place: &place{File: text.File}, Remedy: "begin with `package yoi.policy.<name>`, or remove it"}}
	}
	options := parserOptions
	options.Capabilities = capabilities()
	module, err := ast.ParseModuleWithOpts(text.File, text.Text, options)
	if err != nil {
		return nil, placed(findingsOf(err), text.File)
	}
	return module, nil
}

// placed gives a file to findings that have none.
func placed(findings []finding, file string) []finding {
	for index := range findings {
		if findings[index].Place == nil {
			findings[index].Place = &place{File: file}
		}
	}
	return findings
}
