package main

import (
	"errors"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

var declarations = sync.OnceValue(func() map[string]*ast.Builtin {
	found := map[string]*ast.Builtin{}
	for _, builtin := range capabilities().Builtins {
		found[builtin.Name] = builtin
	}
	return found
})

// Two builtins read the clock where no time is given. Here it must be given: without it they are undefined, wherever
// they are evaluated.
func init() {
	needMember("io.jwt.decode_verify", 1, "time")
	needMember("crypto.x509.parse_and_verify_certificates_with_options", 1, "CurrentTime")
}

func needMember(builtin string, operand int, member string) {
	own := topdown.GetBuiltin(builtin)
	key := ast.StringTerm(member)
	topdown.RegisterBuiltinFunc(builtin, func(bctx topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		options, ok := operands[operand].Value.(ast.Object)
		if ok && options.Get(key) == nil {
			return errors.New("policies read no clock: give it `" + member + "`")
		}
		return own(bctx, operands, iter)
	})
}
