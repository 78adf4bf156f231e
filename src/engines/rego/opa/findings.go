package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const (
	findingsMax     = 50
	messageRunesMax = 240
	nearbyMax       = 3
)

type place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// finding is one thing that is wrong, where, and what to do: `Finding` on the host's side.
type finding struct {
	Message string `json:"message"`
	Place   *place `json:"place,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

func at(location *ast.Location, message, remedy string) finding {
	found := finding{Message: message, Remedy: remedy}
	if location != nil && location.File != "" {
		found.Place = &place{File: location.File, Line: location.Row, Column: location.Col}
	}
	return found
}

// bounded are the findings in the order of the files, each once, and no more than a person reads.
func bounded(findings []finding) []finding {
	slices.SortStableFunc(findings, func(a, b finding) int {
		if a.Place == nil || b.Place == nil {
			return boolToInt(a.Place == nil) - boolToInt(b.Place == nil)
		}
		if order := strings.Compare(a.Place.File, b.Place.File); order != 0 {
			return order
		}
		if a.Place.Line != b.Place.Line {
			return a.Place.Line - b.Place.Line
		}
		return a.Place.Column - b.Place.Column
	})
	findings = slices.CompactFunc(findings, func(a, b finding) bool {
		return a.Message == b.Message && (a.Place == b.Place || a.Place != nil && b.Place != nil && *a.Place == *b.Place)
	})
	findings = findings[:min(len(findings), findingsMax)]
	for index := range findings {
		findings[index].Message = printable(findings[index].Message)
		findings[index].Remedy = printable(findings[index].Remedy)
	}
	return findings
}

// printable keeps names that were made up to move a terminal's cursor from doing so.
func printable(text string) string {
	return strings.Map(func(char rune) rune {
		if unicode.IsPrint(char) {
			return char
		}
		return unicode.ReplacementChar
	}, text)
}

func boolToInt(value bool) int {
	if value {
		return 1
	}
	return 0
}

// findingsOf tells of OPA's own errors in our words where we have better ones, and in its own where not.
func findingsOf(err error) []finding {
	found, several := err.(ast.Errors)
	if one, single := err.(*ast.Error); single {
		found, several = ast.Errors{one}, true
	}
	if !several {
		return []finding{{Message: oneLine(err.Error())}}
	}
	findings := make([]finding, 0, len(found))
	for _, each := range found {
		findings = append(findings, findingOf(each))
	}
	return findings
}

func findingOf(err *ast.Error) finding {
	if name, undefined := strings.CutPrefix(err.Message, "undefined function "); undefined {
		name = strings.TrimPrefix(name, "internal.") // `print` is called `internal.print` by then
		if why, refused := refusedBuiltins[name]; refused {
			return at(err.Location, fmt.Sprintf("`%s` cannot be used in a policy: %s", name, why.reason), why.instead)
		}
		return at(err.Location, fmt.Sprintf("there is no function `%s`", name), didYouMean(name, builtinNames()))
	}
	if detail, ok := err.Details.(*ast.RefErrInvalidDetail); ok && detail.OneOf != nil {
		return unknownMember(err, detail)
	}
	return at(err.Location, oneLine(err.Message), "")
}

// unknownMember is a reference to what the input's schema, or a package, does not have.
func unknownMember(err *ast.Error, detail *ast.RefErrInvalidDetail) finding {
	candidates := make([]string, 0, len(detail.OneOf))
	for _, value := range detail.OneOf {
		if name, ok := value.(ast.String); ok {
			candidates = append(candidates, string(name))
		}
	}
	slices.Sort(candidates)
	name := memberName(detail.Ref[detail.Pos])
	message := fmt.Sprintf("`%s` has no `%s`", detail.Ref[:detail.Pos], name)
	return at(err.Location, oneLine(message), nearOrAll(name, candidates))
}

func nearOrAll(name string, candidates []string) string {
	remedy := didYouMean(name, candidates)
	if remedy == "" && len(candidates) > 0 {
		remedy = "it has " + listed(candidates)
	}
	return remedy
}

func memberName(term *ast.Term) string {
	if text, ok := term.Value.(ast.String); ok {
		return string(text)
	}
	return term.String()
}

func listed(names []string) string {
	const namesMax = 12
	shown := make([]string, 0, namesMax)
	for _, name := range names[:min(len(names), namesMax)] {
		shown = append(shown, "`"+name+"`")
	}
	if len(names) > namesMax {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// didYouMean names the candidates that are nearest, if any is near.
func didYouMean(name string, candidates []string) string {
	nearest, names := (len(name)+2)/3+1, []string{}
	for _, candidate := range candidates {
		distance := levenshtein.ComputeDistance(name, candidate)
		if distance < nearest {
			nearest, names = distance, nil
		}
		if distance == nearest && distance <= (len(name)+2)/3 && len(names) < nearbyMax {
			names = append(names, "`"+candidate+"`")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// evaluationError is what went wrong when something was evaluated, and where, if that is not known already.
func evaluationError(err error, placed bool) string {
	var own *topdown.Error
	if !errors.As(err, &own) {
		return oneLine(err.Error())
	}
	if placed && own.Location != nil && own.Location.File != "" {
		return fmt.Sprintf("%s: %s:%d", oneLine(own.Message), own.Location.File, own.Location.Row)
	}
	return oneLine(own.Message)
}

// oneLine is a message of OPA's in the form of ours: its first line, lower-case, without a full stop.
func oneLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.TrimRight(strings.TrimSpace(text), ".:")
	if first, size := utf8.DecodeRuneInString(text); unicode.IsUpper(first) {
		if second, _ := utf8.DecodeRuneInString(text[size:]); !unicode.IsUpper(second) {
			text = string(unicode.ToLower(first)) + text[size:]
		}
	}
	if runes := []rune(text); len(runes) > messageRunesMax {
		text = string(runes[:messageRunesMax]) + "…"
	}
	return text
}
