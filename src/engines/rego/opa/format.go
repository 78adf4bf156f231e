package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

type formatted struct {
	Text string `json:"text"`
}

// formatModule is `opa fmt`, held to its word: what it writes says what was there, with every comment in its place
// among the others, and is what it would write again.
func formatModule(module regoText) (*formatted, []finding, error) {
	before, findings := parse(module)
	if len(findings) > 0 {
		return nil, findings, nil
	}
	text, findings := formatText(module)
	if len(findings) > 0 {
		return nil, findings, nil
	}
	written := regoText{module.File, text}
	after, findings := parse(written)
	if len(findings) > 0 || !saysTheSame(before, after) {
		return nil, []finding{{
			Message: "opa's formatter would change what the file says, or lose a comment of it",
			Place:   &place{File: module.File},
			Remedy:  "lay it out by hand",
		}}, nil
	}
	if again, _ := formatText(written); again != text {
		return nil, []finding{{
			Message: "opa's formatter does not come to an end with this file",
			Place:   &place{File: module.File},
			Remedy:  "lay it out by hand",
		}}, nil
	}
	return &formatted{text}, nil, nil
}

func formatText(module regoText) (string, []finding) {
	text, err := format.SourceWithOpts(module.File, []byte(module.Text), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil {
		return "", placed(findingsOf(err), module.File)
	}
	return string(text), nil
}

func saysTheSame(before, after *ast.Module) bool {
	return before.Package.Equal(after.Package) &&
		slices.EqualFunc(before.Rules, after.Rules, (*ast.Rule).Equal) &&
		slices.EqualFunc(sortedImports(before), sortedImports(after), (*ast.Import).Equal) &&
		slices.Equal(commentTexts(before), commentTexts(after))
}

// The formatter sorts imports, whose order says nothing.
func sortedImports(module *ast.Module) []*ast.Import {
	sorted := slices.Clone(module.Imports)
	slices.SortFunc(sorted, (*ast.Import).Compare)
	return sorted
}

func commentTexts(module *ast.Module) []string {
	texts := make([]string, 0, len(module.Comments))
	for _, comment := range module.Comments {
		texts = append(texts, strings.TrimRight(string(comment.Text), " \t\r"))
	}
	return texts
}
