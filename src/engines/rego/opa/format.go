package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

type formatted struct {
	Text string `json:"text"`
}

// formatModule is `opa fmt`.
func formatModule(module regoText) (*formatted, []finding, error) {
	if _, findings := parse(module); len(findings) > 0 {
		return nil, findings, nil
	}
	text, err := format.SourceWithOpts(module.File, []byte(module.Text), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil {
		return nil, placed(findingsOf(err), module.File), nil
	}
	return &formatted{string(text)}, nil, nil
}
