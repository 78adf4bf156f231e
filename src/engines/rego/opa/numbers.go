package main

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

const (
	decimalDigitsMax   = 15
	numberDoesNotFit   = "the number does not survive evaluation: integers of 64 bits do, and decimals of at most 15 digits"
	numberAsText       = "write it as a string"
	integerDecimalsMax = 20
)

var (
	numberParts = regexp.MustCompile(`^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$`)
	integerMin  = new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 63))
	integerMax  = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(1))
)

// survives tells whether a number is the same, and is reckoned with alike, in OPA's own evaluator and in the policy
// that it compiles to. Both keep every digit; but of what is not whole, OPA reckons with a rounded binary number and
// the compiled policy with decimals, and an exponent can make either run out of memory.
func survives(text string) bool {
	parts := numberParts.FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	exponent, err := strconv.Atoi("0" + strings.TrimLeft(parts[3], "+-"))
	if err != nil {
		return false
	}
	if strings.HasPrefix(parts[3], "-") {
		exponent = -exponent
	}
	digits := strings.TrimLeft(parts[1]+parts[2], "0")
	exponent -= len(parts[2])
	significant := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(significant)
	if significant == "" {
		return true
	}
	if exponent < 0 {
		return len(significant) <= decimalDigitsMax && -exponent <= decimalDigitsMax
	}
	if len(significant)+exponent > integerDecimalsMax {
		return false
	}
	whole, _ := new(big.Int).SetString(significant+strings.Repeat("0", exponent), 10)
	if strings.HasPrefix(text, "-") {
		whole.Neg(whole)
	}
	return whole.Cmp(integerMin) >= 0 && whole.Cmp(integerMax) <= 0
}

// checkNumbers finds those of the rules.
func checkNumbers(modules map[string]*ast.Module) []finding {
	findings := []finding{}
	for _, key := range util.KeysSorted(modules) {
		ast.WalkTerms(modules[key], func(term *ast.Term) bool {
			if number, ok := term.Value.(ast.Number); ok && !survives(string(number)) {
				findings = append(findings, at(term.Location, numberDoesNotFit, numberAsText))
			}
			return false
		})
	}
	return findings
}
