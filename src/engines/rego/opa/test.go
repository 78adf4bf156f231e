package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util"
)

// The host's deadline ends this program; the runner's own, of five seconds, would fail tests on a slow machine.
const testsTimeout = time.Hour

type testQuestion struct {
	Unit  unitQuestion `json:"unit"`
	Tests []regoText   `json:"tests"`
	Run   string       `json:"run"`
}

type testResult struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Package string `json:"package"`
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Message string `json:"message,omitempty"`
}

type fileCoverage struct {
	File       string `json:"file"`
	Covered    []int  `json:"covered"`
	NotCovered []int  `json:"notCovered"`
}

type testReport struct {
	Results  []testResult   `json:"results"`
	Coverage []fileCoverage `json:"coverage"`
}

// runTests runs the rules whose name begins with `test_`, over policies that must be sound without their tests.
func runTests(question testQuestion) (*testReport, []finding, error) {
	if _, err := regexp.Compile(question.Run); err != nil {
		return nil, []finding{{Message: "the choice of tests is no regular expression: " + oneLine(err.Error())}}, nil
	}
	read, findings, err := readUnit(question.Unit)
	if err != nil || len(findings) > 0 {
		return nil, findings, err
	}
	if _, findings := check(read, capabilities()); len(findings) > 0 {
		return nil, findings, nil
	}
	policies := maps.Clone(read.modules)
	findings = addTests(read, question.Tests)
	if len(findings) > 0 {
		return nil, findings, nil
	}
	if _, findings := check(read, testCapabilities()); len(findings) > 0 {
		return nil, findings, nil
	}
	covered := cover.New()
	results, err := runAll(read, question.Run, covered)
	if err != nil {
		return nil, nil, err
	}
	return &testReport{results, coverageOf(covered, policies, read.own)}, nil, nil
}

func addTests(read *unit, tests []regoText) []finding {
	findings := []finding{}
	added := maps.Clone(read.own)
	for index, text := range tests {
		module, found := parse(text)
		findings = append(findings, found...)
		if module != nil {
			key := fmt.Sprintf("2:%06d:%s", index, text.File)
			added[key], read.modules[key] = module, module
		}
	}
	_, found := checkModules(added)
	return append(findings, found...)
}

func runAll(read *unit, run string, covered *cover.Cover) ([]testResult, error) {
	ctx := context.Background()
	store := inmem.NewFromObject(read.data)
	transaction, err := store.NewTransaction(ctx, storage.TransactionParams{})
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, transaction)
	found, err := tester.NewRunner().
		SetCompiler(newCompiler(read.schema, testCapabilities())).
		SetModules(read.modules).
		SetStore(store).
		SetCoverageQueryTracer(covered).
		SetTimeout(testsTimeout).
		Filter(run).
		RunTests(ctx, transaction)
	if err != nil {
		return nil, err
	}
	byCases := casesIn(read.modules)
	results := []testResult{}
	for one := range found {
		if one != nil {
			results = append(results, resultOf(one, byCases[fmt.Sprintf("%s:%d", one.Location.File, one.Location.Row)]))
		}
	}
	slices.SortFunc(results, func(a, b testResult) int {
		if order := strings.Compare(a.File, b.File); order != 0 {
			return order
		}
		return a.Line - b.Line
	})
	return results, nil
}

// casesIn tells of the tests that have one result for each of their cases (`test_x[name] if …`), by file and line.
func casesIn(modules map[string]*ast.Module) map[string]bool {
	found := map[string]bool{}
	for _, module := range modules {
		for _, each := range module.Rules {
			if len(each.Head.Ref()) > 1 {
				found[fmt.Sprintf("%s:%d", each.Location.File, each.Location.Row)] = true
			}
		}
	}
	return found
}

func resultOf(one *tester.Result, byCases bool) testResult {
	result := testResult{
		File: one.Location.File, Line: one.Location.Row,
		Package: strings.TrimPrefix(one.Package, "data."), Name: one.Name, Outcome: "passed",
	}
	switch {
	case one.Error != nil:
		result.Outcome, result.Message = "error", evaluationError(one.Error, true)
	case one.Skip:
		result.Outcome = "skipped"
	case one.Fail:
		result.Outcome = "failed"
	case byCases && len(one.SubResults) == 0:
		// What has no case has tested nothing.
		result.Outcome, result.Message = "error", "it has no case"
	}
	return result
}

// coverageOf tells of operators' policies, by line; tests and what ships are left out.
func coverageOf(covered *cover.Cover, policies, own map[string]*ast.Module) []fileCoverage {
	report := covered.Report(policies)
	coverage := []fileCoverage{}
	for _, key := range util.KeysSorted(own) {
		file := fileCoverage{File: own[key].Package.Location.File, Covered: []int{}, NotCovered: []int{}}
		if found := report.Files[key]; found != nil {
			file.NotCovered = linesOf(found.NotCovered)
		}
		if found := report.Files[file.File]; found != nil {
			file.Covered = linesOf(found.Covered)
		}
		coverage = append(coverage, file)
	}
	return coverage
}

func linesOf(ranges []cover.Range) []int {
	lines := []int{}
	for _, each := range ranges {
		for line := each.Start.Row; line <= each.End.Row; line++ {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
