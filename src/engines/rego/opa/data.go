package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// readData merges the data files into one document, as text with every digit of its numbers.
func readData(files []regoText, modules map[string]*ast.Module) (map[string]any, string, []finding) {
	merged := newDocument()
	findings := []finding{}
	for _, file := range files {
		read, found := readDocument(file)
		findings = append(findings, found...)
		if read != nil {
			findings = append(findings, merged.merge(read)...)
		}
	}
	findings = append(findings, checkOverlap(merged, modules)...)
	encoded, err := encode(merged.plain())
	if err != nil {
		findings = append(findings, finding{Message: oneLine(err.Error())})
	}
	data := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	if err := decoder.Decode(&data); err != nil {
		findings = append(findings, finding{Message: oneLine(err.Error())})
	}
	return data, string(encoded), findings
}

// checkOverlap finds data where a package is: a rule and a document of one name would hide each other.
func checkOverlap(merged *document, modules map[string]*ast.Module) []finding {
	findings := []finding{}
	if own := merged.members["yoi"]; own != nil {
		message := "`data.yoi` is not an operator's to write in"
		findings = append(findings, finding{Message: message, Place: own.place, Remedy: "give the data another name"})
	}
	told := map[string]bool{"yoi": true}
	for _, key := range util.KeysSorted(modules) {
		parts := segments(modules[key].Package.Path)
		here := merged
		for depth, part := range parts {
			here = here.members[part]
			if here == nil {
				break
			}
			name := strings.Join(parts, ".")
			if (here.members == nil || depth == len(parts)-1) && !told[name] && parts[0] != "yoi" {
				told[name] = true
				message := fmt.Sprintf("the data `%s` is in the way of the package `%s`", strings.Join(parts[:depth+1], "."), name)
				findings = append(findings, finding{Message: message, Place: here.place, Remedy: "give one of them another name"})
				break
			}
		}
	}
	return findings
}
